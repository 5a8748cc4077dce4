package own

import (
	"context"
	"net/http"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/staff"
)

// ownPage is what somebody sees of their own account.
type ownPage struct {
	Said       string
	Me         staff.Person
	Due        bool // asked for kin: never answered, or a year ago
	None       bool // answered "no kin here"
	Answered   string
	Next       string // where they were going when they were asked
	Kin        []staff.Kin
	Self       bool // declared their own number
	Away       []staff.Absence
	Colleagues []staff.Person
	Handed     []handed
	Today      core.Date
	Team       bool
}

// handed is one case that changed hands, as who gave or took it reads it.
type handed struct {
	casefile.Handed
	Applicant string
	With      string // name of the other hand
	other     core.StaffID
	Mine      bool // it came to whoever reads
	Opens     bool // the reader may open the case
}

// handedFor is how long a hand-over stands on the page.
const handedFor = 60 * 24 * time.Hour

func (o *Room) page(w http.ResponseWriter, r *http.Request, at desk.At) error {
	p := ownPage{Said: desk.Said(w, r), Me: at.Staff, Next: r.URL.Query().Get("next"), Team: at.Has(staff.Approver, staff.County, staff.City)}
	err := o.tx(r, at, func(ctx context.Context, tx *pg.Tx) error {
		p.Self, p.Today = false, tx.Today()
		on, none, due, err := o.d.Staff.KinAnswer(ctx, tx, at.Staff.ID)
		if err != nil {
			return err
		}
		if p.None, p.Due = none, due; !on.IsZero() {
			p.Answered = on.SayWhole()
		}
		if p.Kin, err = o.d.Staff.Declared(ctx, tx, desk.ActorOf(at), at.Staff.ID); err != nil {
			return err
		}
		for _, k := range p.Kin {
			p.Self = p.Self || k.Relation == staff.Self
		}
		if p.Away, err = o.d.Staff.Absences(ctx, tx, at.Staff.ID); err != nil {
			return err
		}
		if p.Colleagues, err = o.d.Staff.Colleagues(ctx, tx, at.Staff.ID); err != nil {
			return err
		}
		return o.handovers(ctx, tx, at, &p)
	})
	if err == nil {
		err = o.name(r.Context(), p.Handed)
	}
	if err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "own", Name: "own", Title: "我的"}, p)
}

// handovers lists what came to somebody and what left them.
func (o *Room) handovers(ctx context.Context, tx *pg.Tx, at desk.At, p *ownPage) error {
	list, err := o.d.Cases.HandedOf(ctx, tx, at.Staff.ID, tx.Now().Add(-handedFor))
	if err != nil {
		return err
	}
	p.Handed = nil
	for _, h := range list {
		c, err := o.d.Cases.Get(ctx, tx, h.Case)
		if err != nil {
			return err
		}
		row := handed{Handed: h, Applicant: c.Applicant, Mine: h.To == at.Staff.ID, Opens: at.Has(staff.Officer, staff.Approver, staff.County)}
		if row.other = h.From; !row.Mine {
			row.other = h.To
		}
		p.Handed = append(p.Handed, row)
	}
	return nil
}

// name fills in with whom cases changed hands, closed accounts too.
func (o *Room) name(ctx context.Context, list []handed) error {
	ids := make([]core.StaffID, len(list))
	for i, h := range list {
		ids[i] = h.other
	}
	names, err := o.d.Staff.Names(ctx, ids...)
	for i, h := range list {
		list[i].With = names[h.other]
	}
	return err
}

// back leads where somebody was going when they were asked, or to their own page.
func back(w http.ResponseWriter, r *http.Request, said string) error {
	if next := r.FormValue("next"); next != "" {
		return desk.Back(w, r, next, said)
	}
	return desk.Back(w, r, "/desk/own", said)
}

func (o *Room) declare(w http.ResponseWriter, r *http.Request, at desk.At) error {
	err := o.tx(r, at, func(ctx context.Context, tx *pg.Tx) error {
		id, err := core.ParseID(r.FormValue("id_number"), tx.Today())
		if err != nil {
			return err
		}
		_, err = o.d.Staff.Declare(ctx, tx, desk.ActorOf(at), staff.NewKin{Staff: at.Staff.ID, Name: r.FormValue("name"), ID: id, Relation: r.FormValue("relation")})
		return err
	})
	if err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/own", "报上了。从现在起,他家的事不派给您,您也办不了。县里还要核一下。")
}

func (o *Room) none(w http.ResponseWriter, r *http.Request, at desk.At) error {
	err := o.tx(r, at, func(ctx context.Context, tx *pg.Tx) error {
		return o.d.Staff.DeclareNone(ctx, tx, desk.ActorOf(at), at.Staff.ID)
	})
	if err != nil {
		return err
	}
	return back(w, r, "记下了,一年以后再问您。这中间有了,随时来报。")
}

func (o *Room) answer(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "kin")
	if err != nil {
		return err
	}
	err = o.tx(r, at, func(ctx context.Context, tx *pg.Tx) error {
		return o.d.Staff.AnswerKin(ctx, tx, at.Staff, id, r.FormValue("note"))
	})
	if err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/own", "回给县里了。")
}

func (o *Room) end(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "kin")
	if err != nil {
		return err
	}
	err = o.tx(r, at, func(ctx context.Context, tx *pg.Tx) error {
		return o.d.Staff.EndKin(ctx, tx, desk.ActorOf(at), at.Staff.ID, id, r.FormValue("why"))
	})
	if err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/own", "提上去了。另一个人同意以前,还是要回避。")
}

func (o *Room) away(w http.ResponseWriter, r *http.Request, at desk.At) error {
	said, err := o.leave(r, at, at.Staff.ID)
	if err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/own", said)
}

// leave records an absence out of a form and says what falls due meanwhile.
func (o *Room) leave(r *http.Request, at desk.At, who core.StaffID) (said string, err error) {
	a := staff.Absence{Staff: who, Reason: r.FormValue("reason"), StandIn: member(r, "stand_in")}
	if a.From, err = date(r, "from", "请填请假从哪天起。"); err != nil {
		return "", err
	}
	if a.To, err = date(r, "to", "请填请假到哪天。"); err != nil {
		return "", err
	}
	due := 0
	err = o.tx(r, at, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := o.d.Staff.SetAbsence(ctx, tx, desk.ActorOf(at), a); err != nil {
			return err
		}
		list, err := o.d.Cases.DueInHand(ctx, tx, who, a.To)
		due = len(list)
		return err
	})
	if err != nil {
		return "", err
	}
	said = "登记好了,这几天不派新件。"
	if due > 0 {
		said += "手里有 " + core.Yuan(int64(due)).Short() + " 件在回来以前到期,列给了管请假的人去交接。"
	}
	return said, nil
}

// undo takes an absence back, one's own or that of somebody one looks after; what was
// handed over and not touched goes back.
func (o *Room) undo(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "away")
	if err != nil {
		return err
	}
	var list []casefile.Handed
	own := false
	err = o.tx(r, at, func(ctx context.Context, tx *pg.Tx) error {
		a, err := o.ofMine(ctx, tx, at, id)
		if err != nil {
			return err
		}
		own = a.Staff == at.Staff.ID
		if list, err = o.d.Cases.HandedIn(ctx, tx, id); err != nil {
			return err
		}
		return o.d.Staff.UndoAbsence(ctx, tx, desk.ActorOf(at), id)
	})
	if err != nil {
		return err
	}
	said, err := o.giveBack(r.Context(), at, list)
	if err != nil {
		return err
	}
	if own {
		return desk.Back(w, r, "/desk/own", said)
	}
	return desk.Back(w, r, "/desk/own/team", said)
}

// ofMine reads an absence that is one's own or of somebody one looks after.
func (o *Room) ofMine(ctx context.Context, tx *pg.Tx, at desk.At, id int64) (staff.Absence, error) {
	a, err := o.d.Staff.Absence(ctx, tx, id)
	if err != nil || a.Staff == at.Staff.ID {
		return a, err
	}
	of, err := o.d.Staff.Person(ctx, tx, a.Staff)
	if err == nil && !at.Staff.Heads(of) {
		err = staff.ErrNotHead
	}
	return a, err
}
