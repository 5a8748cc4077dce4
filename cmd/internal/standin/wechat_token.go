package standin

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"time"
)

// token is an access token; classic and stable ones live independently.
type token struct {
	Value  string    `json:"value"`
	Stable bool      `json:"stable"`
	Until  time.Time `json:"until"`
}

const (
	tokenLife   = 7200 * time.Second
	tokenGrace  = 5 * time.Minute // an old token still works this long beside its successor
	forcedDaily = 20
	forcedApart = 30 * time.Second
)

func (x *wechat) classicToken(w http.ResponseWriter, r *http.Request, _ Fault) {
	q := r.URL.Query()
	if q.Get("grant_type") != "client_credential" {
		wxFail(w, 40002, "")
		return
	}
	if code := x.knownApp(q.Get("appid"), q.Get("secret")); code != 0 {
		wxFail(w, code, "")
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.crowded("token", 2000, 24*time.Hour) {
		wxFail(w, 45009, "")
		return
	}
	x.retire(false, tokenGrace)
	x.answerToken(w, x.mint(false))
}

func (x *wechat) stableToken(w http.ResponseWriter, r *http.Request, _ Fault) {
	var in struct {
		GrantType string `json:"grant_type"`
		AppID     string `json:"appid"`
		Secret    string `json:"secret"`
		Force     bool   `json:"force_refresh"`
	}
	if r.Method != http.MethodPost {
		wxFail(w, 43002, "")
		return
	}
	if json.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(&in) != nil {
		wxFail(w, 47001, "")
		return
	}
	if in.GrantType != "client_credential" {
		wxFail(w, 40002, "")
		return
	}
	if code := x.knownApp(in.AppID, in.Secret); code != 0 {
		wxFail(w, code, "")
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.crowded("stable_token", 10000, time.Minute) {
		wxFail(w, 45011, "")
		return
	}
	if in.Force {
		x.forceToken(w)
		return
	}
	if t, ok := x.current(true); ok && t.Until.Sub(x.now()) > tokenGrace {
		x.answerToken(w, t)
		return
	}
	x.answerToken(w, x.mint(true)) // the old one keeps its last five minutes
}

// forceToken kills the current stable token, within the small daily quota.
func (x *wechat) forceToken(w http.ResponseWriter) {
	now := x.now()
	x.st.Forced = slices.DeleteFunc(x.st.Forced, func(t time.Time) bool { return now.Sub(t) >= 24*time.Hour })
	n := len(x.st.Forced)
	switch {
	case n >= forcedDaily:
		wxFail(w, 45009, "")
	case n > 0 && now.Sub(x.st.Forced[n-1]) < forcedApart:
		wxFail(w, 45011, "")
	default:
		x.st.Forced = append(x.st.Forced, now)
		x.retire(true, 0)
		x.answerToken(w, x.mint(true))
	}
}

// current is the newest token of its kind that still works.
func (x *wechat) current(stable bool) (token, bool) {
	for _, t := range slices.Backward(x.st.Tokens) {
		if t.Stable == stable && x.now().Before(t.Until) {
			return t, true
		}
	}
	return token{}, false
}

// retire shortens the life of the tokens of one kind.
func (x *wechat) retire(stable bool, grace time.Duration) {
	end := x.now().Add(grace)
	for i, t := range x.st.Tokens {
		if t.Stable == stable && t.Until.After(end) {
			x.st.Tokens[i].Until = end
		}
	}
}

func (x *wechat) mint(stable bool) token {
	now := x.now()
	// Tokens dead for a day are forgotten: they turn from 42001 into 40001.
	x.st.Tokens = slices.DeleteFunc(x.st.Tokens, func(t token) bool { return now.Sub(t.Until) > 24*time.Hour })
	t := token{Value: "99_" + rand.Text() + rand.Text() + rand.Text() + rand.Text(), Stable: stable, Until: now.Add(tokenLife)}
	x.st.Tokens = append(x.st.Tokens, t)
	x.changed()
	return t
}

func (x *wechat) answerToken(w http.ResponseWriter, t token) {
	wxAnswer(w, map[string]any{"access_token": t.Value, "expires_in": int(t.Until.Sub(x.now()).Seconds())})
}

// authorized lets a call through that carries a live access token.
func (x *wechat) authorized(h served) served {
	return func(w http.ResponseWriter, r *http.Request, f Fault) {
		if code := x.checkToken(r.URL.Query().Get("access_token")); code != 0 {
			wxFail(w, code, "")
			return
		}
		h(w, r, f)
	}
}

func (x *wechat) checkToken(value string) int {
	if value == "" {
		return 41001
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	i := slices.IndexFunc(x.st.Tokens, func(t token) bool { return t.Value == value })
	switch {
	case i < 0:
		return 40001
	case !x.now().Before(x.st.Tokens[i].Until):
		return 42001
	}
	return 0
}

// DropTokens makes every access token invalid (40001), as a forced refresh by
// another program would.
func (s *Server) DropTokens() {
	s.wechat.mu.Lock()
	defer s.wechat.mu.Unlock()
	s.wechat.st.Tokens = nil
	s.wechat.changed()
}
