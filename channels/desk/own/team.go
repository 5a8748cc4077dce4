package own

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/staff"
)

// teamPage is what whoever looks after colleagues sees.
type teamPage struct {
	Said   string
	Judges bool
	Near   bool // may say who takes what waits
	Kin    []staff.Kin
	Team   []staff.Person
	Away   []away
	Today  core.Date
}

// away is one absence with what falls due before its end.
type away struct {
	staff.Absence
	Due        []casefile.InHand
	Colleagues []staff.Person
	Back       int // cases that were handed over
}

func (o *Room) team(w http.ResponseWriter, r *http.Request, at desk.At) error {
	p := teamPage{Said: desk.Said(w, r), Judges: at.Has(staff.County, staff.City), Near: at.Has(staff.Approver, staff.County)}
	err := o.tx(r, at, func(ctx context.Context, tx *pg.Tx) (err error) {
		p.Today = tx.Today()
		if p.Kin, err = o.d.Staff.ToJudge(ctx, tx, at.Staff); err != nil {
			return err
		}
		if p.Team, err = o.d.Staff.Team(ctx, tx, at.Staff); err != nil {
			return err
		}
		return o.absences(ctx, tx, at, &p)
	})
	if err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "own", Name: "team", Title: "同事"}, p)
}

// absences lists the leave of a team with the cases that fall due, in one entry.
func (o *Room) absences(ctx context.Context, tx *pg.Tx, at desk.At, p *teamPage) error {
	ids := make([]core.StaffID, len(p.Team))
	for i, m := range p.Team {
		ids[i] = m.ID
	}
	list, err := o.d.Staff.Absences(ctx, tx, ids...)
	if err != nil {
		return err
	}
	p.Away = nil
	shown := []int64{}
	for _, a := range list {
		row := away{Absence: a}
		if row.Due, err = o.d.Cases.DueInHand(ctx, tx, a.Staff, a.To); err != nil {
			return err
		}
		if row.Colleagues, err = o.d.Staff.Colleagues(ctx, tx, a.Staff); err != nil {
			return err
		}
		gone, err := o.d.Cases.HandedIn(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		row.Back = len(gone)
		for _, c := range row.Due {
			shown = append(shown, int64(c.ID))
		}
		p.Away = append(p.Away, row)
	}
	return o.d.Audit.Write(ctx, tx, audit.Listed(audit.Listing{Actor: desk.ActorOf(at), Act: "case.listed", IDs: shown, Purpose: "leave"}))
}

// judge gives the county's word on a declaration.
func (o *Room) judge(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "kin")
	if err != nil {
		return err
	}
	v := staff.Verdict(r.FormValue("verdict"))
	err = o.tx(r, at, func(ctx context.Context, tx *pg.Tx) error {
		return o.d.Staff.Judge(ctx, tx, at.Staff, id, v, r.FormValue("note"))
	})
	if err != nil {
		return err
	}
	said := map[staff.Verdict]string{staff.KinConfirm: "核过了。", staff.KinAsk: "问回去了,他下次进来就看到。", staff.KinAgree: "去掉了。以前拦住的件不变。", staff.KinKeep: "留着,还是要回避。"}
	return desk.Back(w, r, "/desk/own/team", said[v])
}

// awayOf records leave of somebody one looks after.
func (o *Room) awayOf(w http.ResponseWriter, r *http.Request, at desk.At) error {
	who := member(r, "staff")
	err := o.tx(r, at, func(ctx context.Context, tx *pg.Tx) error {
		of, err := o.d.Staff.Person(ctx, tx, who)
		if err == nil && !at.Staff.Heads(of) {
			err = staff.ErrNotHead
		}
		return err
	})
	if err != nil {
		return err
	}
	said, err := o.leave(r, at, who)
	if err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/own/team", said)
}

// hand puts all that falls due during an absence into the stand-in's hands, or one case
// into those of another colleague. What cannot be handed over is named and stays.
func (o *Room) hand(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "away")
	if err != nil {
		return err
	}
	only, _ := strconv.ParseInt(r.FormValue("case"), 10, 64) // without one: all
	var a staff.Absence
	var due []casefile.InHand
	err = o.tx(r, at, func(ctx context.Context, tx *pg.Tx) error {
		if a, err = o.ofMine(ctx, tx, at, id); err != nil {
			return err
		}
		if a.Staff == at.Staff.ID {
			return staff.ErrNotHead
		}
		due, err = o.d.Cases.DueInHand(ctx, tx, a.Staff, a.To)
		return err
	})
	if err != nil {
		return err
	}
	said, err := o.handAll(r.Context(), at, a, due, core.CaseID(only), member(r, "to"))
	if err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/own/team", said)
}

// handAll hands cases over one by one, each with its own trace, and says what came of it.
func (o *Room) handAll(ctx context.Context, at desk.At, a staff.Absence, due []casefile.InHand, only core.CaseID, to core.StaffID) (string, error) {
	done, left := 0, ""
	for _, c := range due {
		if only != 0 && c.ID != only {
			continue
		}
		err := o.d.Flow.HandOver(ctx, casefile.As(at.Staff), a, c.ID, to)
		known := core.Known(err)
		switch {
		case err == nil:
			done++
		case only != 0 || known.Kind == core.KindInternal || known.Kind == core.KindUnavailable:
			return "", err
		default:
			left += c.Applicant + "家没交:" + known.Say
		}
	}
	if done == 0 && left == "" {
		return "", casefile.ErrMovedOn
	}
	return fmt.Sprintf("交接了 %d 件。%s", done, left), nil
}

// giveBack gives back what was handed over and not touched.
func (o *Room) giveBack(ctx context.Context, at desk.At, list []casefile.Handed) (string, error) {
	back, kept := 0, 0
	for _, h := range list {
		err := o.d.Flow.HandBack(ctx, casefile.As(at.Staff), h)
		switch {
		case err == nil:
			back++
		case errors.Is(err, casefile.ErrMovedOn), errors.Is(err, casefile.ErrConflictOfInterest):
			kept++
		default:
			return "", err
		}
	}
	said := "请假撤回了。"
	if back > 0 {
		said += fmt.Sprintf("交出去的 %d 件还没人动,已经交回。", back)
	}
	if kept > 0 {
		said += fmt.Sprintf("有 %d 件代办人已经在办,留在他那里。", kept)
	}
	return said, nil
}
