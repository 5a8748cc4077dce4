package own

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/staff"
	"lianou/core/workflow"
)

// movePage shows what a hand-over would do before it is done.
type movePage struct {
	Said string
	From staff.Person
	Part casefile.Part
	To   core.StaffID // 0: whoever has least
	Who  []load       // who may be named
	Plan workflow.Planned
	Name map[core.StaffID]string
}

// Work names the part that goes over.
func (p movePage) Work() string { return load{Part: p.Part}.Work() }

// movePlan shows which cases of somebody would go to whom.
func (o *Room) movePlan(w http.ResponseWriter, r *http.Request, at desk.At) error {
	p := movePage{Said: desk.Said(w, r), Part: casefile.Part(r.FormValue("part")), To: member(r, "to"), Name: map[core.StaffID]string{}}
	if p.Part != casefile.PartAssistant {
		p.Part = casefile.PartOfficer
	}
	err := o.tx(r, at, func(ctx context.Context, tx *pg.Tx) (err error) {
		if p.From, err = o.d.Staff.Person(ctx, tx, member(r, "from")); err != nil {
			return err
		}
		if p.Plan, err = o.d.Flow.PlanMove(ctx, tx, casefile.As(at.Staff), at.Staff, p.From.ID, p.Part, p.To); err != nil {
			return err
		}
		figures, err := o.d.Cases.FiguresOf(ctx, tx, county(at.Staff))
		if err != nil {
			return err
		}
		var all handsPage
		if err := o.loads(ctx, tx, at, figures, &all); err != nil {
			return err
		}
		p.Who = nil
		for _, l := range all.Loads {
			if l.Part == p.Part && l.ID != p.From.ID {
				p.Who = append(p.Who, l)
			}
		}
		shown := []int64{}
		for _, c := range p.Plan.Cases {
			shown = append(shown, int64(c.ID))
		}
		return o.d.Audit.Write(ctx, tx, audit.Listed(audit.Listing{Actor: desk.ActorOf(at), Act: "case.listed", IDs: shown, Purpose: "hands"}))
	})
	if err != nil {
		return err
	}
	var ids []core.StaffID
	for _, c := range p.Plan.Cases {
		ids = append(ids, c.To)
	}
	if p.Name, err = o.d.Staff.Names(r.Context(), ids...); err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "own", Name: "move", Title: "交接"}, p)
}

// move hands over what was ticked, each to whom the page named.
func (o *Room) move(w http.ResponseWriter, r *http.Request, at desk.At) error {
	in := workflow.Move{From: member(r, "from"), Part: casefile.Part(r.FormValue("part")), Why: strings.TrimSpace(r.FormValue("reason"))}
	for _, pair := range r.Form["case"] {
		a, b, _ := strings.Cut(pair, ":")
		id, err := strconv.ParseInt(a, 10, 64)
		to, bad := strconv.ParseInt(b, 10, 64)
		if err != nil || bad != nil {
			return core.Invalid("case", "请回上一页重新选。")
		}
		in.Cases = append(in.Cases, workflow.MoveOne{Case: core.CaseID(id), To: core.StaffID(to)})
	}
	got, err := o.d.Flow.MoveAll(r.Context(), casefile.As(at.Staff), at.Staff, in)
	if err != nil {
		return err
	}
	said := fmt.Sprintf("交接了 %d 件。今天之内、还没人动的,可以撤回。", got.Cases)
	if got.Kin > 0 {
		said += fmt.Sprintf("有 %d 件要回避,没交。", got.Kin)
	}
	if got.Gone > 0 {
		said += fmt.Sprintf("有 %d 件已经不在他手上。", got.Gone)
	}
	return desk.Back(w, r, "/desk/own/hands", said)
}

// moveBack takes a hand-over of today back: what nobody has touched goes back.
func (o *Room) moveBack(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "move")
	if err != nil {
		return err
	}
	var list []casefile.Handed
	err = o.tx(r, at, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := o.d.Cases.MoveToUndo(ctx, tx, id); err != nil {
			return err
		}
		list, err = o.d.Cases.HandedBy(ctx, tx, id)
		return err
	})
	if err != nil {
		return err
	}
	back, kept := 0, 0
	for _, h := range list {
		err := o.d.Flow.HandBack(r.Context(), casefile.As(at.Staff), h)
		switch {
		case err == nil:
			back++
		case errors.Is(err, casefile.ErrMovedOn), errors.Is(err, casefile.ErrConflictOfInterest):
			kept++
		default:
			return err
		}
	}
	said := fmt.Sprintf("交回了 %d 件。", back)
	if kept > 0 {
		said += fmt.Sprintf("有 %d 件已经有人动了或者要回避,留在现在的人手上。", kept)
	}
	return desk.Back(w, r, "/desk/own/hands", said)
}

// oftenPage is what changed hands often: numbers, and cases for who has the county.
type oftenPage struct {
	More  int
	Towns []casefile.ChangedHands
	Cases []casefile.OftenCase
	Links bool
}

// often says what went from hand to hand, by township and month; the city reads numbers alone, and none
// of fewer than five.
func (o *Room) often(w http.ResponseWriter, r *http.Request, at desk.At) error {
	p := oftenPage{Links: at.Has(staff.County)}
	err := o.tx(r, at, func(ctx context.Context, tx *pg.Tx) error {
		figures, err := o.d.Cases.FiguresOf(ctx, tx, county(at.Staff))
		if err != nil {
			return err
		}
		p.More = figures[casefile.FigureOften]
		if p.Towns, err = o.d.Cases.ChangedOften(ctx, tx, p.More); err != nil {
			return err
		}
		ids := []int64{}
		if p.Links {
			if p.Cases, err = o.d.Cases.OftenCases(ctx, tx, p.More, at.Staff.ID); err != nil {
				return err
			}
			for _, c := range p.Cases {
				ids = append(ids, int64(c.Case))
			}
		}
		return o.d.Audit.Write(ctx, tx, audit.Listed(audit.Listing{Actor: desk.ActorOf(at), Act: "case.listed", IDs: ids, Purpose: "hands"}))
	})
	if err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "own", Name: "often", Title: "换手多的件"}, p)
}
