package standin

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// The life of a code, by the documentation of auth.code2Session.
const codeLife = 5 * time.Minute

// LoginCode is what wx.login gives the mini-program of a person: good for five
// minutes and one code2Session call. It is "" for an unknown person.
func (s *Server) LoginCode(person string) string { return s.wechat.issue(s.wechat.codes, person) }

// PhoneCode is what a tap on the phone-number button gives. It is not
// exchangeable for a login code.
func (s *Server) PhoneCode(person string) string { return s.wechat.issue(s.wechat.phones, person) }

// OpenID names a person within the mini-program; "" for an unknown one.
func (s *Server) OpenID(person string) string {
	p, ok := s.people.byKey(person)
	if !ok {
		return ""
	}
	return s.people.openID(p)
}

func (x *wechat) issue(codes map[string]loginCode, person string) string {
	if _, ok := x.people.byKey(person); !ok {
		return ""
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for code, c := range codes {
		if x.now().After(c.until) {
			delete(codes, code)
		}
	}
	code := "0" + rand.Text() + "wx"
	codes[code] = loginCode{person: person, until: x.now().Add(codeLife)}
	return code
}

// spend uses a code up and gives its person.
func (x *wechat) spend(codes map[string]loginCode, code string) (Person, bool) {
	c, ok := codes[code]
	delete(codes, code)
	if !ok || !x.now().Before(c.until) {
		return Person{}, false
	}
	return x.people.byKey(c.person)
}

func (x *wechat) code2Session(w http.ResponseWriter, r *http.Request, f Fault) {
	q := r.URL.Query()
	if code := x.knownApp(q.Get("appid"), q.Get("secret")); code != 0 {
		wxFail(w, code, "")
		return
	}
	switch {
	case q.Get("js_code") == "":
		wxFail(w, 41008, "")
		return
	case q.Get("grant_type") != "authorization_code":
		wxFail(w, 40002, "")
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	p, ok := x.spend(x.codes, q.Get("js_code"))
	switch {
	case f.Mode == ModeResult:
		wxFail(w, 40163, "")
	case !ok:
		wxFail(w, 40029, "")
	case p.Risky:
		wxFail(w, 40226, "")
	case x.crowded("login "+p.Key, 100, time.Minute):
		wxFail(w, 45011, "")
	default:
		var key [16]byte
		_, _ = rand.Read(key[:])
		union := sha256.Sum256([]byte("union\x00" + p.Key))
		wxAnswer(w, map[string]any{
			"session_key": base64.StdEncoding.EncodeToString(key[:]),
			"openid":      x.people.openID(p),
			"unionid":     "u" + base64.RawURLEncoding.EncodeToString(union[:])[:27],
		})
	}
}

// knownApp gives the errcode for credentials that are missing or wrong, else 0.
func (x *wechat) knownApp(appid, secret string) int {
	switch {
	case appid == "":
		return 41002
	case secret == "":
		return 41004
	case appid != x.cfg.AppID:
		return 40013
	case secret != x.cfg.Secret:
		return 40125
	}
	return 0
}

func (x *wechat) phoneNumber(w http.ResponseWriter, r *http.Request, f Fault) {
	var in struct {
		Code   string `json:"code"`
		OpenID string `json:"openid"`
	}
	if r.Method != http.MethodPost {
		wxFail(w, 43002, "")
		return
	}
	if json.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(&in) != nil {
		wxFail(w, 47001, "")
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	p, ok := x.spend(x.phones, in.Code)
	if !ok {
		wxFail(w, 40029, "")
		return
	}
	if in.OpenID != "" && in.OpenID != x.people.openID(p) {
		wxFail(w, 40003, "")
		return
	}
	// The official sample shows a number, the live service sends a string.
	var country any = "86"
	if f.Mode == ModeResult {
		country = 86
	}
	wxAnswer(w, map[string]any{"errcode": 0, "errmsg": "ok", "phone_info": map[string]any{
		"phoneNumber": p.Phone, "purePhoneNumber": p.Phone, "countryCode": country,
		"watermark": map[string]any{"timestamp": x.now().Unix(), "appid": x.cfg.AppID},
	}})
}
