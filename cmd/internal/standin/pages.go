package standin

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"lianou/channels/look"
	"lianou/core"
)

//go:embed web
var webFiles embed.FS

const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// pages mounts what people look at: the phone, the switches, the exchange.
func (s *Server) pages() error {
	tpl, err := template.New("").Funcs(template.FuncMap{
		"clock":    func(t time.Time) string { return t.In(china).Format("1月2日 15:04") },
		"yuan":     func(fen int64) string { return core.Fen(fen).String() },
		"modeName": func(m Mode) string { return or(modeNames[m], string(m)) },
	}).ParseFS(webFiles, "web/*.html")
	if err != nil {
		return fmt.Errorf("parse the stand-ins' pages: %w", err)
	}
	show := func(w http.ResponseWriter, name string, data any) {
		var b bytes.Buffer
		if err := tpl.ExecuteTemplate(&b, name, data); err != nil {
			s.cfg.Log.Error("stand-in page", "page", name, "error", err)
			http.Error(w, "page not drawn", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", pagePolicy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(b.Bytes())
	}
	s.phonePages(show)
	if err := s.phoneProxy(); err != nil {
		return err
	}
	s.adminPages(show)
	s.mux.HandleFunc("GET /exchange/{$}", func(w http.ResponseWriter, _ *http.Request) {
		show(w, "exchange.html", map[string]any{"Calls": s.exchange.recent(), "Persons": s.people.all(), "Webhook": s.cfg.Exchange.Webhook})
	})
	s.mux.HandleFunc("GET /standin/static/{file}", s.static)
	s.mux.HandleFunc("GET "+look.IconPath, look.Icon)
	s.mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/phone", http.StatusSeeOther) })
	return nil
}

func (s *Server) static(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if r.PathValue("file") == look.File {
		look.Serve(w, r)
		return
	}
	http.ServeFileFS(w, r, webFiles, "web/static/"+strings.Trim(r.PathValue("file"), "./"))
}

// sameSite refuses posts that another web page made the visitor's browser send:
// loopback is no shelter from the pages the same browser has open.
func sameSite(h http.Handler) http.Handler { return http.NewCrossOriginProtection().Handler(h) }

// recent lists the calls, newest first.
func (e *exchange) recent() []Call {
	all := e.state().Calls
	var out []Call
	for i := len(all) - 1; i >= 0 && len(out) < 20; i-- {
		out = append(out, all[i])
	}
	return out
}
