package audit

import (
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"strconv"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/payout"
	"lianou/core/staff"
	"lianou/core/trail"
	"lianou/intake"
)

//go:embed templates/*.html
var templates embed.FS

// Deps are what the room works with; all are required.
type Deps struct{ Trail *trail.Walker }

// Room is the auditor's room.
type Room struct{ d Deps }

// New makes the room.
func New(d Deps) *Room { return &Room{d} }

// Templates gives the room's pages to the shell.
func (k *Room) Templates() fs.FS { return templates }

// Desk is the room's rows of the route table.
func (k *Room) Desk() desk.Room {
	look := []staff.Role{staff.Auditor}
	return desk.Room{Name: "audit", Title: "审计", Roles: look, Home: "/audit", Routes: []desk.Route{
		{Method: "GET", Path: "/audit", Roles: look, Trace: "none: an empty form", Serve: k.front},
		{Method: "POST", Path: "/audit/find", Roles: look, Trace: "payment.listed", Serve: k.find},
		{Method: "GET", Path: "/audit/payment/{line}", Roles: look, Trace: "payment.walked case.read", Serve: k.payment},
		{Method: "GET", Path: "/audit/case/{case}", Roles: look, Trace: "case.read payment.listed", Serve: k.timeline},
	}}
}

// Words are the formatting functions of this room's templates.
func (k *Room) Words() template.FuncMap {
	return template.FuncMap{
		"month": func(p string) string {
			return strconv.Itoa(payout.Period(p).Year()) + " 年 " + strconv.Itoa(payout.Period(p).Month()) + " 月"
		},
		"state": func(s string) string { return trail.StateWord(s) },
		"tone": func(s casefile.Sure) string {
			return map[casefile.Sure]string{casefile.SureRegister: "blue", casefile.SureSeen: "leaf", casefile.SureSaid: "amber"}[s]
		},
		"seconds": trail.Seconds,
		"digest":  func(label string) bool { return strings.Contains(label, "指纹") },
	}
}

func by(at desk.At) trail.By {
	return trail.By{Actor: desk.ActorOf(at), Staff: at.Staff.ID, Scope: at.Staff.Scope()}
}

func (k *Room) front(w http.ResponseWriter, r *http.Request, at desk.At) error {
	return at.Page.Show(w, at, desk.View{Room: "audit", Name: "audit", Title: "审计"}, struct{ Said string }{desk.Said(w, r)})
}

// find leads from what was typed to a payment or to a case.
func (k *Room) find(w http.ResponseWriter, r *http.Request, at desk.At) error {
	what := strings.ToUpper(strings.TrimSpace(r.FormValue("what")))
	if len(what) == 16 && what[0] == 'P' && strings.Trim(what[1:], "0123456789") == "" {
		return to(w, r, "/desk/audit/payment/"+what)
	}
	receipt, err := intake.ParseReceipt(what)
	if err != nil {
		return core.Invalid("what", "请写回执号(10 位数字),或者这笔钱的流水名(P 和 15 位数字)。")
	}
	_, of, err := k.d.Trail.Payments(r.Context(), by(at), receipt)
	if err != nil {
		return err
	}
	if of == 0 {
		return core.E(core.KindNotFound, "no_receipt", "没有找到这个回执号。请对着短信再看一遍。")
	}
	return to(w, r, "/desk/audit/case/"+strconv.FormatInt(int64(of), 10))
}

func to(w http.ResponseWriter, r *http.Request, path string) error {
	if r.Header.Get("HX-Request") != "" {
		w.Header().Set("HX-Redirect", path)
		return nil
	}
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

func (k *Room) payment(w http.ResponseWriter, r *http.Request, at desk.At) error {
	t, err := k.d.Trail.Walk(r.Context(), by(at), r.PathValue("line"))
	if err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "audit", Name: "trail", Title: "一笔钱的来路"}, t)
}

type casePage struct {
	casefile.Origin
	Events   []casefile.Event
	Payments []trail.Payment
}

func (k *Room) timeline(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := strconv.ParseInt(r.PathValue("case"), 10, 64)
	if err != nil || id <= 0 {
		return core.E(core.KindNotFound, "not_found", "没有找到这件事。")
	}
	var p casePage
	if p.Origin, p.Events, err = k.d.Trail.Case(r.Context(), by(at), core.CaseID(id)); err != nil {
		return err
	}
	if p.Payments, _, err = k.d.Trail.Payments(r.Context(), by(at), p.Receipt); err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "audit", Name: "timeline", Title: "一件事的经过"}, p)
}
