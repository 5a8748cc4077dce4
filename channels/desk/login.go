package desk

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"lianou/core"
	"lianou/core/bell"
	"lianou/core/pg"
	"lianou/core/staff"
)

// loginForm is what the log-in page shows again after a refusal.
type loginForm struct {
	Login, Next, Say string
	Free             bool // a city made for show, which asks for no second factor
}

func (d *Desk) loginPage(w http.ResponseWriter, r *http.Request) {
	d.showLogin(w, r, http.StatusOK, loginForm{Next: safeNext(r.URL.Query().Get("next"))})
}

func (d *Desk) showLogin(w http.ResponseWriter, r *http.Request, status int, f loginForm) {
	f.Free = d.clock.Load().Demo && !d.d.Staff.Demands()
	if err := d.pages.show(w, status, staff.Person{}, View{Name: "login", Title: "登录"}, f); err != nil {
		d.fail(w, r, staff.Person{}, err)
	}
}

var loginRate = bell.Rate{Count: 120, Per: time.Minute}

// deviceCookie keeps the token of a device that has logged in before, so that
// strangers' guesses cannot lock its owner out (security.md P30).
const deviceCookie = "lianou_device"

func (d *Desk) login(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 8<<10)
	// Bounded by where it comes from as well: a password costs a tenth of a second of
	// processor and a line in a log that forgets nothing. An office of forty behind one
	// address still gets in at eight in the morning.
	if d.tooQuick(r) {
		d.showLogin(w, r, http.StatusTooManyRequests, loginForm{Next: safeNext(r.PostFormValue("next")), Say: errTooQuick.Say})
		return
	}
	try := staff.Attempt{Login: r.FormValue("login"), Password: r.FormValue("password")}
	if c, err := r.Cookie(deviceCookie); err == nil {
		try.Device = c.Value
	}
	in, err := d.d.Staff.Enter(r.Context(), try)
	switch {
	case err != nil:
	case in.Need == staff.NeedNothing:
		err = d.d.Sessions.SignIn(r.Context(), in.Person)
	default:
		if err = d.d.Sessions.Begin(r.Context(), in); err == nil {
			http.Redirect(w, r, secondPage(in.Need, safeNext(r.FormValue("next"))), http.StatusSeeOther)
			return
		}
	}
	if err != nil {
		known := core.Known(err)
		if known.Kind == core.KindInternal {
			d.fail(w, r, staff.Person{}, err)
			return
		}
		d.showLogin(w, r, statusOf[known.Kind].status, loginForm{Login: try.Login, Next: safeNext(r.FormValue("next")), Say: known.Say})
		return
	}
	d.keepDevice(w, in.Device)
	http.Redirect(w, r, d.afterLogin(r, in.Person), http.StatusSeeOther)
}

// keepDevice has the browser remember that it was here.
func (d *Desk) keepDevice(w http.ResponseWriter, token string) {
	http.SetCookie(w, &http.Cookie{Name: deviceCookie, Value: token, Path: "/desk/login", MaxAge: 400 * 24 * 3600,
		HttpOnly: true, Secure: d.cfg.Secure, SameSite: http.SameSiteStrictMode})
}

// afterLogin leads where somebody was going; once a year by way of the question whether
// they have kin who ask for assistance here. It asks and holds nobody up: what cannot be
// read now is asked the next time.
func (d *Desk) afterLogin(r *http.Request, who staff.Person) string {
	next := safeNext(r.FormValue("next"))
	if d.pages.rooms["own"] == nil {
		return next
	}
	due := false
	err := d.d.DB.Read(r.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		_, _, due, err = d.d.Staff.KinAnswer(ctx, tx, who.ID)
		return err
	})
	if err != nil {
		d.log.WarnContext(r.Context(), "whether to ask for kin is not known", "err", err)
	}
	if !due {
		return next
	}
	return "/desk/own?next=" + url.QueryEscape(next)
}

func (d *Desk) logout(w http.ResponseWriter, r *http.Request) {
	who, nobody := d.Person(r)
	if err := d.d.Sessions.SignOut(r.Context()); err != nil {
		d.fail(w, r, staff.Person{}, err)
		return
	}
	if nobody == nil {
		d.live.end(who)
	}
	http.Redirect(w, r, "/desk/login", http.StatusSeeOther)
}
