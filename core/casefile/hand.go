package casefile

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// Hand is how much somebody has in hand, in all their townships.
type Hand struct {
	Cases  int // that are not closed
	Weight int // in thousandths of a case of the hardest or of an unknown household; each weighs 500 to 1000
}

// Hands counts what some people have in hand of one part. Whom nothing is counted of has nothing.
func (s *Store) Hands(ctx context.Context, tx *pg.Tx, part Part, staff []core.StaffID) (map[core.StaffID]Hand, error) {
	rows, err := tx.Query(ctx, `select staff, cases, weight from hand_loads($1, $2)`, staffIDs(staff), part)
	if err != nil {
		return nil, pg.Fail(err, "count what people have in hand")
	}
	hands := map[core.StaffID]Hand{}
	var id core.StaffID
	var h Hand
	_, err = pgx.ForEachRow(rows, []any{&id, &h.Cases, &h.Weight}, func() error { hands[id] = h; return nil })
	return hands, pg.Fail(err, "count what people have in hand")
}

// HoldHands has those who would give to the same people take turns, in one order, so that two
// cases at once do not both find the same place free. Whoever holds a case does so before.
func (s *Store) HoldHands(ctx context.Context, tx *pg.Tx, part Part, staff []core.StaffID) error {
	turn := 71404 // our half of the two-part advisory lock
	if part == PartAssistant {
		turn++
	}
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock($1, i) from (select distinct (id % 2000000000)::int as i from unnest($2::bigint[]) id order by i) t`, turn, staffIDs(staff))
	return pg.Fail(err, "take turns in giving cases")
}

func staffIDs(staff []core.StaffID) []int64 {
	ids := make([]int64, len(staff))
	for i, id := range staff {
		ids[i] = int64(id)
	}
	return ids
}

// Figure names a number by which work is given out.
type Figure string

// The figures.
const (
	FigureOfficer   Figure = "officer_cap"   // cases in an officer's hands at once
	FigureAssistant Figure = "assistant_cap" // cases in an assistant's hands at once
	FigureReply     Figure = "reply_days"    // working days in which whoever was given a case does something in it
	FigureMoves     Figure = "moves"         // how often a case goes on by itself
	FigureOften     Figure = "often"         // more changes of hands than this are many
)

// AllFigures lists them as a page does.
func AllFigures() []Figure {
	return []Figure{FigureOfficer, FigureAssistant, FigureReply, FigureMoves, FigureOften}
}

// Say names a figure to colleagues; "" for what is none.
func (f Figure) Say() string {
	return map[Figure]string{FigureOfficer: "乡镇经办手上最多几件", FigureAssistant: "村级协理员手上最多几件", FigureReply: "派到手上几个工作日内要动",
		FigureMoves: "没人动的最多自动转几次", FigureOften: "换手超过几次算多"}[f]
}

// most is the highest value of a figure that makes sense.
func (f Figure) most() int {
	if f == FigureOfficer || f == FigureAssistant {
		return 500
	}
	return 10
}

// Figures are the numbers in force for a county.
type Figures map[Figure]int

// Cap is how many cases of a part one person has in hand at once.
func (f Figures) Cap(part Part) int {
	if part == PartAssistant {
		return f[FigureAssistant]
	}
	return f[FigureOfficer]
}

// FiguresOf reads the numbers of a place's county: its own, else the city's.
func (s *Store) FiguresOf(ctx context.Context, tx *pg.Tx, place core.RegionCode) (Figures, error) {
	rows, err := tx.Query(ctx, `select distinct on (name) name, value from hand_figure where region in ($1, $2) order by name, region = $1 desc, id desc`,
		place.County(), core.DezhouCity)
	if err != nil {
		return nil, pg.Fail(err, "read by which numbers work is given")
	}
	all := Figures{}
	var name Figure
	var value int
	_, err = pgx.ForEachRow(rows, []any{&name, &value}, func() error { all[name] = value; return nil })
	return all, pg.Fail(err, "read by which numbers work is given")
}

// NewFigure is a number that a county sets.
type NewFigure struct {
	County core.RegionCode
	Name   Figure
	Value  int
	Reason string
}

// ErrNotCounty is the answer to who sets a number that is their county's to set.
var ErrNotCounty = core.E(core.KindForbidden, "figure_county", "这个数由县里定。")

// SetFigure writes a number of a county, and who set it and why. What lies in somebody's hands
// already stays there. Errors: ErrNotCounty, KindInvalid.
func (s *Store) SetFigure(ctx context.Context, tx *pg.Tx, a Actor, in NewFigure) error {
	switch {
	case !a.Has(RoleCounty) || !slices.ContainsFunc(a.Regions, func(r core.RegionCode) bool { return r.County() == in.County }):
		return ErrNotCounty
	case in.Name.Say() == "":
		return core.Invalid("name", "请选要改哪一个数。")
	case in.Value < 1 || in.Value > in.Name.most():
		return core.Invalid("value", "这个数太大或者太小,请核对。")
	case in.Reason == "" || utf8.RuneCountInString(in.Reason) > 100:
		return core.Invalid("reason", "请写一句为什么改,一百字以内。")
	}
	_, err := tx.Exec(ctx, `insert into hand_figure (region, name, value, reason, at, by_staff) values ($1, $2, $3, $4, $5, $6)`,
		in.County, in.Name, in.Value, in.Reason, tx.Now(), a.Staff)
	if err != nil {
		return pg.Fail(err, "set by which number work is given")
	}
	return s.audit.Write(ctx, tx, audit.Entry{Actor: a.Audit(), Act: "hands.figure_set", Purpose: "administration",
		Detail: map[string]any{"county": in.County, "name": in.Name, "value": in.Value, "reason": in.Reason}})
}

// FigureSet is one time a number was set; By is 0 for the sample.
type FigureSet struct {
	NewFigure
	At time.Time
	By core.StaffID
}

// FigureHistory lists the last times a county's numbers were set, the newest first, at most 20.
func (s *Store) FigureHistory(ctx context.Context, tx *pg.Tx, county core.RegionCode) ([]FigureSet, error) {
	rows, err := tx.Query(ctx, `select region, name, value, reason, at, coalesce(by_staff, 0) from hand_figure where region = $1 order by id desc limit 20`, county)
	if err != nil {
		return nil, pg.Fail(err, "read who set by which numbers work is given")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (f FigureSet, err error) {
		return f, r.Scan(&f.County, &f.Name, &f.Value, &f.Reason, &f.At, &f.By)
	})
	return list, pg.Fail(err, "read who set by which numbers work is given")
}
