package channels

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"lianou/core"
	"lianou/intake"
)

type intakeReceipt = intake.Receipt

type guarded struct {
	name     core.ChannelName
	route    string
	endpoint Endpoint
}

// absurd is how many times the limit a body may say it has and still be begun.
const absurd = 4

// refusalsPerMinute is how many refusals of one source at one route the audit log takes
// down in a minute; more are only counted. A route that all of WeChat comes through has a
// thousand requests a second, and no forger may write as many entries.
const refusalsPerMinute = 120

// auditTime bounds the writing of one refusal, so that a slow database does not
// hold the answer for long.
const auditTime = time.Second

// guard puts around a handler what no channel may forget.
func (h *Host) guard(g guarded, next http.HandlerFunc) http.Handler {
	limit, deadline, rate := g.endpoint.MaxBody, g.endpoint.Deadline, g.endpoint.PerMinute
	if limit == 0 {
		limit = h.cfg.MaxBody
	}
	if deadline == 0 {
		deadline = h.cfg.Deadline
	}
	if rate == 0 {
		rate = h.cfg.PerMinute
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		n := &note{}
		ctx, cancel := context.WithTimeout(context.WithValue(r.Context(), noteKey{}, n), deadline)
		defer cancel()
		r = r.WithContext(ctx)
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		defer func() { h.after(r, g, n, began) }()
		defer h.recover(w, r, g)
		defer ForgetFiles(r)
		if h.cfg.Allow != nil && !h.cfg.Allow(ctx, g.route+" "+Source(r), rate) {
			WriteProblem(w, r, core.E(core.KindTooMany, "too_many_requests", "您点得太快了,请过一分钟再试。"))
			return
		}
		w.Header().Set("X-Content-Type-Options", "nosniff")
		// What is said to be absurd need not be read. What is a little too large is read to
		// the limit: who is cut off while sending sees a broken connection and no sentence.
		if r.ContentLength > absurd*limit {
			w.Header().Set("Connection", "close")
			WriteProblem(w, r, BodyFault(&http.MaxBytesError{Limit: limit}))
			return
		}
		next(w, r)
	})
}

// ForgetFiles removes what a form with files left on the disk. The server does so
// for the request it made, and what a handler sees is a copy of it.
func ForgetFiles(r *http.Request) {
	if r.MultipartForm != nil {
		_ = r.MultipartForm.RemoveAll()
	}
}

// codeForm is what the audit log takes as the verb of an act.
var codeForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,47}$`)

// digitRun is what no code of ours has, and every number of a person.
var digitRun = regexp.MustCompile(`[0-9]{4}`)

// fieldDots: a code names its field by a path, such as invalid_live.region.
var fieldDots = strings.NewReplacer(".", "_", "/", "_")

func (h *Host) recover(w http.ResponseWriter, r *http.Request, g guarded) {
	switch p := recover(); p {
	case nil:
	case http.ErrAbortHandler:
		panic(p)
	default:
		// The value of a panic may quote input; its type and the stack do not.
		err := fmt.Errorf("panic of type %T", p)
		h.log.ErrorContext(r.Context(), "panic in a channel", "channel", string(g.name), "route", g.route, "error", err, "stack", string(debug.Stack()))
		WriteProblem(w, r, err)
	}
}

// after counts the request and writes a refusal to the audit log. What was turned
// away for coming too often is only counted: a flood must not fill the log.
func (h *Host) after(r *http.Request, g guarded, n *note, began time.Time) {
	ctx, status := r.Context(), "ok"
	if n.err != nil {
		status = strconv.Itoa(Status(n.err))
	}
	h.requests.WithLabelValues(string(g.name), g.route, status).Inc()
	h.seconds.WithLabelValues(string(g.name)).Observe(time.Since(began).Seconds())
	if n.err == nil {
		return
	}
	kind := core.KindOf(n.err)
	if kind == core.KindInternal {
		h.log.ErrorContext(ctx, "request failed", "channel", string(g.name), "route", g.route, "error", n.err)
	}
	if h.cfg.Audit == nil || kind.Retryable() || kind == core.KindInternal || kind == core.KindNotFound {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), auditTime)
	defer cancel()
	if h.cfg.Allow != nil && !h.cfg.Allow(ctx, "refused "+g.route+" "+Source(r), refusalsPerMinute) {
		return
	}
	// A code may name the field at fault, and an unknown field's name is input.
	code := fieldDots.Replace(ProblemOf(n.err).Code)
	if !codeForm.MatchString(code) || digitRun.MatchString(code) {
		code = "invalid_field"
	}
	if err := h.cfg.Audit(ctx, Refusal{Channel: g.name, Route: g.route, Code: code, Kind: kind}); err != nil {
		h.log.WarnContext(ctx, "refusal not written to the audit log", "code", code, "error", err)
	}
}
