package desk

import (
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"

	"lianou/channels"
	"lianou/core"
	"lianou/core/staff"
)

// secondForm is what the pages of the second factor show.
type secondForm struct {
	Name, Next, Say string
	To              string       // where the form goes
	Picture         template.URL // of a device that is being enrolled
	Link            template.URL // of the same device, for who reads the page on the phone itself
	Letters         string
	Paper           bool     // it was a code on paper that was wrong
	Papers          []string // shown once
}

// secondPage is where somebody goes on after the password.
func secondPage(need staff.Need, next string) string {
	page := "/desk/login/code"
	if need == staff.NeedDevice {
		page = "/desk/login/phone"
	}
	return page + "?next=" + url.QueryEscape(next)
}

// half gives who typed a right password in this session, with the token of the browser; who is at
// another step than the page's is led there. ok is false when the answer is written.
func (d *Desk) half(w http.ResponseWriter, r *http.Request, page staff.Need) (h staff.Half, ok bool) {
	h, need, err := d.d.Sessions.Half(r.Context())
	next := safeNext(r.FormValue("next"))
	switch {
	case errors.Is(err, staff.ErrNoSession) || err == nil && need == staff.NeedNothing:
		http.Redirect(w, r, "/desk/login?next="+url.QueryEscape(next), http.StatusSeeOther)
	case err != nil:
		d.fail(w, r, staff.Person{}, err)
	case need != page:
		http.Redirect(w, r, secondPage(need, next), http.StatusSeeOther)
	default:
		if c, err := r.Cookie(deviceCookie); err == nil {
			h.Browser = c.Value
		}
		return h, true
	}
	return h, false
}

// tooQuick answers a source that tries too much, as the log-in does.
func (d *Desk) tooQuick(r *http.Request) bool {
	ok, _ := d.d.Bell.Allow(r.Context(), "desk-login "+channels.Source(r), loginRate)
	return !ok
}

// errTooQuick is what it then reads.
var errTooQuick = core.E(core.KindTooMany, "login_too_quick", "这里试得太多了。请过一分钟再登录。")

func (d *Desk) codePage(w http.ResponseWriter, r *http.Request) {
	if h, ok := d.half(w, r, staff.NeedCode); ok {
		d.showSecond(w, r, secondView("code", "填动态口令"), secondForm{Name: h.Person.Name, Next: safeNext(r.FormValue("next"))}, nil)
	}
}

// secondView is a page of the second factor that nobody is logged in at.
func secondView(name, title string) View { return View{Name: name, Title: title} }

// showSecond shows a page of the second factor, with what was wrong. What is no fault of whoever
// typed goes to the page of errors.
func (d *Desk) showSecond(w http.ResponseWriter, r *http.Request, v View, f secondForm, fault error) {
	status := http.StatusOK
	if fault != nil {
		known := core.Known(fault)
		if known.Kind == core.KindInternal || known.Kind == core.KindUnavailable {
			d.fail(w, r, staff.Person{}, fault)
			return
		}
		status, f.Say = statusOf[known.Kind].status, known.Say
	}
	if err := d.pages.show(w, status, staff.Person{}, v, f); err != nil {
		d.fail(w, r, staff.Person{}, err)
	}
}

func (d *Desk) code(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 8<<10)
	h, ok := d.half(w, r, staff.NeedCode)
	if !ok {
		return
	}
	form := secondForm{Name: h.Person.Name, Next: safeNext(r.FormValue("next")), Paper: r.FormValue("paper") != ""}
	if d.tooQuick(r) {
		d.showSecond(w, r, secondView("code", "填动态口令"), form, errTooQuick)
		return
	}
	proof, err := d.d.Staff.Show(r.Context(), h, r.FormValue("code"))
	if err == nil {
		err = d.d.Sessions.SignInWith(r.Context(), h.Person, proof)
	}
	if err != nil {
		d.showSecond(w, r, secondView("code", "填动态口令"), form, err)
		return
	}
	d.keepDevice(w, proof.Browser)
	if say := afterCode(proof); say != "" {
		if err := Back(w, r, "/desk/device?next="+url.QueryEscape(d.afterLogin(r, h.Person)), say); err != nil {
			d.fail(w, r, h.Person, err)
		}
		return
	}
	http.Redirect(w, r, d.afterLogin(r, h.Person), http.StatusSeeOther)
}

// fewWrong is how many wrong codes are one's own fingers.
const fewWrong = 5

// afterCode is what somebody is told as they come in: that a code on paper is gone, and that somebody
// typed wrong codes, which nobody can without the password.
func afterCode(p staff.Proof) string {
	switch {
	case p.Wrong >= fewWrong:
		return fmt.Sprintf("上次登录以后,有人用您的密码填错了 %d 次口令。不是您的话,密码让人知道了:请马上找管理员换一个。", p.Wrong)
	case p.Step == 0:
		return fmt.Sprintf("用掉了一个备用码,还剩 %d 个。", p.Papers)
	}
	return ""
}

func (d *Desk) phonePage(w http.ResponseWriter, r *http.Request) {
	if h, ok := d.half(w, r, staff.NeedDevice); ok {
		d.offer(w, r, h, nil)
	}
}

// offer shows the device that is being enrolled in this session before anybody is logged in.
func (d *Desk) offer(w http.ResponseWriter, r *http.Request, h staff.Half, fault error) {
	o, err := d.d.Staff.Offer(r.Context(), h.Person, d.d.Sessions.Offered(r.Context()))
	if err != nil {
		d.fail(w, r, staff.Person{}, err)
		return
	}
	d.d.Sessions.Offering(r.Context(), o.ID)
	f := drawn(o)
	f.Name, f.Next, f.To = h.Person.Name, safeNext(r.FormValue("next")), "/desk/login/phone"
	d.showSecond(w, r, secondView("enrol", "绑定手机"), f, fault)
}

// drawn is an offer as its page shows it.
func drawn(o staff.Offer) secondForm {
	return secondForm{Picture: template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(o.QR)), Link: template.URL(o.Link), Letters: o.Letters}
}

func (d *Desk) phone(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 8<<10)
	h, ok := d.half(w, r, staff.NeedDevice)
	if !ok {
		return
	}
	if d.tooQuick(r) {
		d.offer(w, r, h, errTooQuick)
		return
	}
	proof, papers, err := d.d.Staff.Enrol(r.Context(), h, d.d.Sessions.Offered(r.Context()), r.FormValue("code"))
	if err == nil {
		err = d.d.Sessions.SignInWith(r.Context(), h.Person, proof)
	}
	if err != nil {
		d.offer(w, r, h, err)
		return
	}
	d.keepDevice(w, proof.Browser)
	if err := d.pages.show(w, http.StatusOK, h.Person, View{Name: "papers", Title: "备用码"}, secondForm{Papers: papers, Next: d.afterLogin(r, h.Person)}); err != nil {
		d.fail(w, r, h.Person, err)
	}
}
