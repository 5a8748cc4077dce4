package app

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"lianou/channels"
	"lianou/core"
	"lianou/core/citizen"
)

// The cookies of the pages. The API takes none of them, so no other site can use
// it in a visitor's name.
const (
	tokenCookie   = "lianou_token"
	refreshCookie = "lianou_refresh"
	careCookie    = "lianou_care"
)

func (c *Channel) setCookie(w http.ResponseWriter, name, value string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/c/app/", MaxAge: int(life.Seconds()),
		HttpOnly: true, Secure: c.cfg.Secure, SameSite: http.SameSiteLaxMode,
	})
}

// peek tells whether a visitor looks logged in, for the page's head only.
func (c *Channel) peek(r *http.Request) (citizen.Citizen, bool) {
	if cookie, err := r.Cookie(tokenCookie); err == nil {
		if who, err := c.env.Citizens.Verify(cookie.Value); err == nil {
			return who, true
		}
	}
	_, err := r.Cookie(refreshCookie)
	return citizen.Citizen{}, err == nil
}

// visitor tells who looks at a page and renews a session whose five minutes are
// over. Two requests of one browser renew once.
func (c *Channel) visitor(w http.ResponseWriter, r *http.Request, submitting bool) (citizen.Citizen, error) {
	if cookie, err := r.Cookie(tokenCookie); err == nil {
		if who, err := c.door.Who(cookie.Value, submitting); err == nil {
			return who, nil
		}
	}
	refresh, err := r.Cookie(refreshCookie)
	if err != nil {
		return citizen.Citizen{}, citizen.ErrToken
	}
	got, err, _ := c.renew.Do(refresh.Value, func() (any, error) {
		login, err := c.env.Citizens.Refresh(r.Context(), refresh.Value)
		return login, err
	})
	if err != nil {
		return citizen.Citizen{}, err
	}
	login, ok := got.(citizen.Login)
	if !ok {
		return citizen.Citizen{}, citizen.ErrToken
	}
	c.keepSession(w, login)
	return login.Citizen, nil
}

// keepSession hands the session to the browser. The token's cookie outlives its
// five minutes: while PostgreSQL is away it still submits.
func (c *Channel) keepSession(w http.ResponseWriter, l citizen.Login) {
	c.setCookie(w, tokenCookie, l.Token, 24*time.Hour)
	c.setCookie(w, refreshCookie, l.Refresh, 30*24*time.Hour)
}

// enterView is the log-in page: first the number, then the code.
type enterView struct {
	Phone  string
	Sent   bool
	To     string
	Ticket string // of the code that was sent
	Talk   string // what was answered before, in the screener
}

func (c *Channel) enterPage(w http.ResponseWriter, r *http.Request) {
	c.show(w, r, http.StatusOK, "enter", view{Title: "登录", Data: enterView{To: homeward(r.URL.Query().Get("to"))}})
}

func (c *Channel) enterPost(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		c.sorry(w, r, core.E(core.KindInvalid, "invalid_body", "这一页没有传完整,请再提交一次。"))
		return
	}
	v := enterView{Phone: r.PostForm.Get("phone"), To: homeward(r.PostForm.Get("to"))}
	if talk := r.PostForm.Get("talk"); talk != "" {
		if _, err := readTalk(talk); err == nil {
			v.Talk = talk
		}
	}
	if r.PostForm.Has("change") { // another number: what was answered before stays
		c.showEnter(w, r, v, nil)
		return
	}
	code := strings.TrimSpace(r.PostForm.Get("code"))
	if code == "" {
		ticket, err := c.sendCode(r.Context(), v.Phone, channels.Source(r))
		v.Sent, v.Ticket = err == nil, ticket
		c.showEnter(w, r, v, err)
		return
	}
	ticket := r.PostForm.Get("ticket")
	login, err := c.login(r, v.Phone, citizen.Code{Digits: code, Ticket: ticket})
	if err != nil {
		v.Sent, v.Ticket = true, ticket
		c.showEnter(w, r, v, err)
		return
	}
	c.keepSession(w, login)
	if v.Talk != "" {
		c.goOnFrom(w, r, login.Citizen, v.Talk)
		return
	}
	http.Redirect(w, r, v.To, http.StatusSeeOther)
}

func (c *Channel) showEnter(w http.ResponseWriter, r *http.Request, v enterView, err error) {
	page, status := view{Title: "登录", Data: v}, http.StatusOK
	if err != nil {
		status, page.Error, page.Field = c.fault(w, r, err)
	}
	c.show(w, r, status, "enter", page)
}

func (c *Channel) leavePost(w http.ResponseWriter, r *http.Request) {
	// A token whose five minutes are over still names a session that could be renewed: it
	// is renewed to be ended. The cookies set by that are taken back below.
	who, err := c.visitor(w, r, false)
	if err == nil {
		err = c.env.Citizens.Logout(r.Context(), who)
	}
	if err != nil && core.KindOf(err) != core.KindUnauthenticated {
		c.env.Log.WarnContext(r.Context(), "session not ended", "error", err)
	}
	w.Header().Del("Set-Cookie")
	c.forgetSession(w)
	http.Redirect(w, r, "/c/app/", http.StatusSeeOther)
}

// forgetSession takes the session off the browser, with what was being filled in there.
func (c *Channel) forgetSession(w http.ResponseWriter) {
	c.setCookie(w, tokenCookie, "", -time.Second)
	c.setCookie(w, refreshCookie, "", -time.Second)
	w.Header().Set("Clear-Site-Data", `"storage"`)
}

// carePost turns care mode on or off: larger type, fewer words.
func (c *Channel) carePost(w http.ResponseWriter, r *http.Request) {
	value := "1"
	if old, err := r.Cookie(careCookie); err == nil && old.Value == "1" {
		value = "0"
	}
	c.setCookie(w, careCookie, value, 365*24*time.Hour)
	http.Redirect(w, r, homeward(r.PostFormValue("to")), http.StatusSeeOther)
}

// homeward keeps a redirect inside the app: an address from outside is anybody's.
func homeward(to string) string {
	const home = "/c/app/"
	if !strings.HasPrefix(to, home) || slices.Contains([]string{home + "enter", home + "leave", home + "care"}, to) ||
		strings.ContainsAny(to, "\\\r\n?#") || strings.Contains(to, "//") || strings.Contains(to, "..") {
		return home
	}
	return to
}
