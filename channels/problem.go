package channels

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"

	"lianou/core"
)

// Problem is an error as the outside sees it (RFC 9457): a stable code for
// programs and one Chinese sentence for the person.
type Problem struct {
	Type   string `json:"type"`   // "about:blank": the code says it all
	Title  string `json:"title"`  // of the status, in English, for developers
	Status int    `json:"status"` //
	Code   string `json:"code"`   // stable
	Detail string `json:"detail,omitempty"`
	Field  string `json:"field,omitempty"` // the input it is about
}

var statuses = map[core.Kind]int{
	core.KindInternal: http.StatusInternalServerError, core.KindInvalid: http.StatusUnprocessableEntity,
	core.KindUnauthenticated: http.StatusUnauthorized, core.KindForbidden: http.StatusForbidden,
	core.KindNotFound: http.StatusNotFound, core.KindConflict: http.StatusConflict,
	core.KindTooLarge: http.StatusRequestEntityTooLarge, core.KindTooMany: http.StatusTooManyRequests,
	core.KindUnsupported: http.StatusUnsupportedMediaType, core.KindUnavailable: http.StatusServiceUnavailable,
}

// Status is the HTTP status of an error; what is not one of ours is 500.
func Status(err error) int { return statuses[core.Known(err).Kind] }

// retryAfter is how many seconds a caller is asked to wait before the same
// request may succeed.
const retryAfter = 5

// ProblemOf makes the outside form of an error. The text of an internal one never
// leaves.
func ProblemOf(err error) Problem {
	known := core.Known(err)
	p := Problem{Type: "about:blank", Status: statuses[known.Kind], Code: known.Code, Detail: known.Say, Field: known.Field}
	if known.Kind == core.KindInternal {
		p.Code, p.Detail, p.Field = "internal", core.Known(errors.New("internal")).Say, ""
	}
	p.Title = http.StatusText(p.Status)
	return p
}

// WriteProblem answers with an error and lets the host count and audit it.
func WriteProblem(w http.ResponseWriter, r *http.Request, err error) {
	Refused(r, err)
	p := ProblemOf(err)
	PrepareRefusal(w, err)
	writeProblem(w, p)
}

func writeProblem(w http.ResponseWriter, p Problem) {
	w.Header().Set("Content-Type", "application/problem+json; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client went away: nothing left to tell it
}

// PrepareRefusal sets the headers every refusal carries, for channels that answer
// in a form of their own.
func PrepareRefusal(w http.ResponseWriter, err error) {
	w.Header().Set("Cache-Control", "no-store")
	if core.KindOf(err).Retryable() {
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	}
}

// Refused tells the host that a request was refused and why. WriteProblem does it
// by itself; the host does it for what Parse and Submit return.
func Refused(r *http.Request, err error) {
	if note, ok := r.Context().Value(noteKey{}).(*note); ok && note.err == nil {
		note.err = err
	}
}

// WriteJSON answers with a value.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // as above
}

// ReadBody reads the whole body inside the endpoint's limit. Errors: KindTooLarge
// past it, KindInvalid when the body broke off.
func ReadBody(r *http.Request) ([]byte, error) {
	b, err := io.ReadAll(r.Body)
	return b, BodyFault(err)
}

// BodyFault classifies an error met while reading a request's body.
func BodyFault(err error) error {
	var large *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &large):
		return core.E(core.KindTooLarge, "body_too_large", "内容太多了,请分开提交。")
	}
	return core.E(core.KindInvalid, "body_incomplete", "没有传完整,请再提交一次。")
}

type noteKey struct{}

// note is what happened to one request, for the host's metrics and audit.
type note struct{ err error }
