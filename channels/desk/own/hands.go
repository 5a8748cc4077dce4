package own

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/staff"
	"lianou/core/workflow"
)

// handsPage is who has how much in hand, and what waits for a hand.
type handsPage struct {
	Said    string
	Waits   []waits
	WentOn  []wentOn
	Loads   []load
	Figures []figure
	Set     []figureSet
	Moves   []moved
	County  bool // may set the figures
}

// waits is one case that waits, with those who could take it.
type waits struct {
	casefile.Waiting
	Before string
	Who    []load
}

// wentOn is one case that nobody took up and that went on by itself.
type wentOn struct {
	casefile.WentOn
	From, To, Told string
}

// load is one colleague of one kind of work, with what they have in hand.
type load struct {
	staff.Person
	Part       casefile.Part
	Cases, Cap int
}

// Full reports whether nothing is given to them by itself.
func (l load) Full() bool { return l.Cases >= l.Cap }

// Work names the part that they do.
func (l load) Work() string {
	if l.Part == casefile.PartAssistant {
		return staff.Assistant.Chinese()
	}
	return staff.Officer.Chinese()
}

// figure is one number by which work is given.
type figure struct {
	Name  casefile.Figure
	Value int
}

type figureSet struct {
	casefile.FigureSet
	By string
}

// moved is a hand-over of today.
type moved struct {
	casefile.HandMove
	From, By string
}

// shownWaits bounds the list; wentFor is how long it says what went on by itself.
const (
	shownWaits = 50
	wentFor    = 30 * 24 * time.Hour
)

func (o *Room) hands(w http.ResponseWriter, r *http.Request, at desk.At) error {
	p := handsPage{Said: desk.Said(w, r), County: at.Has(staff.County)}
	err := o.tx(r, at, func(ctx context.Context, tx *pg.Tx) error {
		figures, err := o.d.Cases.FiguresOf(ctx, tx, county(at.Staff))
		if err != nil {
			return err
		}
		p.Figures = nil
		for _, name := range casefile.AllFigures() {
			p.Figures = append(p.Figures, figure{name, figures[name]})
		}
		if err := o.loads(ctx, tx, at, figures, &p); err != nil {
			return err
		}
		return o.waiting(ctx, tx, at, &p)
	})
	if err == nil {
		err = o.nameHands(r.Context(), &p)
	}
	if err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "own", Name: "hands", Title: "人手"}, p)
}

// county is the one of whose figures somebody reads; who has several reads the city's.
func county(p staff.Person) core.RegionCode {
	if len(p.Regions) == 0 {
		return core.DezhouCity
	}
	own := p.Regions[0].County()
	if slices.ContainsFunc(p.Regions, func(r core.RegionCode) bool { return r.County() != own }) {
		return core.DezhouCity
	}
	return own
}

// loads counts what each colleague has in hand, officers before assistants.
func (o *Room) loads(ctx context.Context, tx *pg.Tx, at desk.At, figures casefile.Figures, p *handsPage) error {
	team, err := o.d.Staff.Team(ctx, tx, at.Staff)
	if err != nil {
		return err
	}
	p.Loads = nil
	for part, role := range map[casefile.Part]staff.Role{casefile.PartOfficer: staff.Officer, casefile.PartAssistant: staff.Assistant} {
		var ids []core.StaffID
		for _, m := range team {
			if m.Has(role) {
				ids = append(ids, m.ID)
			}
		}
		hands, err := o.d.Cases.Hands(ctx, tx, part, ids)
		if err != nil {
			return err
		}
		for _, m := range team {
			if m.Has(role) {
				p.Loads = append(p.Loads, load{Person: m, Part: part, Cases: hands[m.ID].Cases, Cap: figures.Cap(part)})
			}
		}
	}
	slices.SortStableFunc(p.Loads, func(a, b load) int { return strings.Compare(string(b.Part), string(a.Part)) })
	return nil
}

// waiting lists what waits and what went on by itself, in one entry.
func (o *Room) waiting(ctx context.Context, tx *pg.Tx, at desk.At, p *handsPage) error {
	list, err := o.d.Cases.WaitingIn(ctx, tx, nil, at.Staff.ID, shownWaits)
	if err != nil {
		return err
	}
	went, err := o.d.Cases.WentOnSince(ctx, tx, tx.Now().Add(-wentFor), at.Staff.ID)
	if err != nil {
		return err
	}
	p.Waits, p.WentOn, p.Set = nil, nil, nil
	shown := []int64{}
	for _, one := range list {
		row := waits{Waiting: one}
		for _, l := range p.Loads {
			if l.Part == one.Wait.Part && l.Covers(one.Region) && l.ID != one.Officer {
				row.Who = append(row.Who, l)
			}
		}
		p.Waits = append(p.Waits, row)
		shown = append(shown, int64(one.ID))
	}
	for _, one := range went {
		p.WentOn = append(p.WentOn, wentOn{WentOn: one})
		shown = append(shown, int64(one.Case))
	}
	moves, err := o.d.Cases.MovesToday(ctx, tx)
	if err != nil {
		return err
	}
	p.Moves = nil
	for _, m := range moves {
		p.Moves = append(p.Moves, moved{HandMove: m})
	}
	set, err := o.d.Cases.FigureHistory(ctx, tx, county(at.Staff))
	if err != nil {
		return err
	}
	for _, s := range set {
		p.Set = append(p.Set, figureSet{FigureSet: s})
	}
	return o.d.Audit.Write(ctx, tx, audit.Listed(audit.Listing{Actor: desk.ActorOf(at), Act: "case.listed", IDs: shown, Purpose: "hands"}))
}

// nameHands fills in the names, those of closed accounts too.
func (o *Room) nameHands(ctx context.Context, p *handsPage) error {
	var ids []core.StaffID
	for _, w := range p.Waits {
		ids = append(ids, w.Wait.Owner)
	}
	for _, w := range p.WentOn {
		ids = append(ids, w.Staff, w.MovedTo, w.Hop.Told)
	}
	for _, s := range p.Set {
		ids = append(ids, s.FigureSet.By)
	}
	for _, m := range p.Moves {
		ids = append(ids, m.HandMove.From, m.HandMove.By)
	}
	names, err := o.d.Staff.Names(ctx, ids...)
	for i, w := range p.Waits {
		p.Waits[i].Before = names[w.Wait.Owner]
	}
	for i, w := range p.WentOn {
		p.WentOn[i].From, p.WentOn[i].To, p.WentOn[i].Told = names[w.Staff], names[w.MovedTo], names[w.Hop.Told]
	}
	for i, m := range p.Moves {
		p.Moves[i].From, p.Moves[i].By = names[m.HandMove.From], names[m.HandMove.By]
	}
	for i, s := range p.Set {
		p.Set[i].By = names[s.FigureSet.By]
	}
	return err
}

// assign puts a case into somebody's hands.
func (o *Room) assign(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "case")
	if err != nil {
		return err
	}
	in := workflow.Assign{Case: core.CaseID(id), Part: casefile.Part(r.FormValue("part")), To: member(r, "to"), Why: strings.TrimSpace(r.FormValue("reason"))}
	if err := o.d.Flow.Assign(r.Context(), casefile.As(at.Staff), in); err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/own/hands", "交过去了,家里能看到换了谁,期限不变。")
}

// figure sets one number of the county.
func (o *Room) figure(w http.ResponseWriter, r *http.Request, at desk.At) error {
	value, _ := strconv.Atoi(strings.TrimSpace(r.FormValue("value"))) // what is no number is refused as 0
	in := casefile.NewFigure{County: county(at.Staff), Name: casefile.Figure(r.FormValue("name")), Value: value, Reason: strings.TrimSpace(r.FormValue("reason"))}
	err := o.tx(r, at, func(ctx context.Context, tx *pg.Tx) error {
		return o.d.Cases.SetFigure(ctx, tx, casefile.As(at.Staff), in)
	})
	if err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/own/hands", "改好了,从现在派的件起算。已经在手上的不动。")
}
