package desk

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"lianou/core"
	"lianou/core/staff"
)

// failure is what an error page shows; Field is the field of the form that it is about, ""
// for none.
type failure struct{ Title, Say, Code, Back, Field string }

// statusOf is the desk's one table from kinds to HTTP.
var statusOf = map[core.Kind]struct {
	status int
	title  string
}{
	core.KindInvalid:         {http.StatusUnprocessableEntity, "有一处要改"},
	core.KindUnauthenticated: {http.StatusUnauthorized, "请先登录"},
	core.KindForbidden:       {http.StatusForbidden, "这一步不归您办"},
	core.KindNotFound:        {http.StatusNotFound, "没有找到"},
	core.KindConflict:        {http.StatusConflict, "情况变了"},
	core.KindTooLarge:        {http.StatusRequestEntityTooLarge, "文件太大"},
	core.KindTooMany:         {http.StatusTooManyRequests, "请稍等一会儿"},
	core.KindUnsupported:     {http.StatusUnsupportedMediaType, "文件打不开"},
	core.KindUnavailable:     {http.StatusServiceUnavailable, "现在连不上"},
	core.KindInternal:        {http.StatusInternalServerError, "我们这边出了问题"},
}

// fail answers any error of any route: a fragment for htmx, a page otherwise. The
// log gets the code and the cause under a reference that the page shows; the page
// never gets the cause.
func (d *Desk) fail(w http.ResponseWriter, r *http.Request, who staff.Person, err error) {
	known := core.Known(err)
	var tooBig *http.MaxBytesError
	if errors.As(err, &tooBig) {
		known = core.E(core.KindTooLarge, "body_too_large", "文件太大了。照片每张不超过 8 兆,录音不超过 3 分钟。")
	}
	to := statusOf[known.Kind]
	ref := reference()
	level := slog.LevelInfo
	gone := r.Context().Err() != nil // the browser asked something newer instead
	if !gone && (known.Kind == core.KindInternal || known.Kind == core.KindUnavailable) {
		level = slog.LevelError
	}
	d.log.LogAttrs(r.Context(), level, "desk request refused",
		slog.String("route", r.Pattern), slog.Int64("staff", int64(who.ID)),
		slog.String("code", known.Code), slog.String("ref", ref), slog.Any("err", known))
	page := failure{Title: to.title, Say: known.Say, Code: ref, Back: back(r), Field: known.Field}
	if page.Say == "" {
		page.Say = "这一步没办成,已经记下。请再试一次;还不行就把下面的编号告诉管理员。"
	}
	if wantsJSON(r) {
		if err := JSON(w, to.status, map[string]string{"code": known.Code, "say": page.Say, "ref": ref}); err != nil {
			d.log.ErrorContext(r.Context(), "error as JSON", "err", err)
		}
		return
	}
	if r.Header.Get("HX-Request") != "" {
		w.Header().Set("HX-Retarget", "#say")
		w.Header().Set("HX-Reswap", "innerHTML")
		// Part answers 200: htmx swaps nothing on an error status, and the code is in the log.
		if err := d.pages.Part(w, "", "error-part", page); err != nil {
			d.log.ErrorContext(r.Context(), "error fragment", "err", err)
		}
		return
	}
	if err := d.pages.show(w, to.status, who, View{Name: "error", Title: to.title}, page); err != nil {
		d.log.ErrorContext(r.Context(), "error page", "err", err)
	}
}

// wantsJSON reports whether a script of ours asks, which tells the person in its own place.
func wantsJSON(r *http.Request) bool { return r.Header.Get("Accept") == "application/json" }

// JSON answers a script of ours.
func JSON(w http.ResponseWriter, status int, v any) error {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "private, no-store")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(v)
}

// back is the page the person came from, when it is one of ours.
func back(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host {
		return "/desk/"
	}
	return safeNext(u.RequestURI())
}

// safeNext keeps a redirect inside the desk: no other host can be named by it.
func safeNext(path string) string {
	if !strings.HasPrefix(path, "/desk/") || strings.ContainsAny(path, "\\\r\n") {
		return "/desk/"
	}
	return path
}

func reference() string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails since Go 1.24
	return hex.EncodeToString(b[:])
}
