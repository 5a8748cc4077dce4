package rulebook

import (
	"context"
	"slices"

	"lianou/core"
	"lianou/core/matching"
	"lianou/core/pg"
	"lianou/core/policy"
)

// A Preview judges households under two Books and counts what becomes of them. It decides
// nothing and tells nobody; it keeps nothing of a household but its place in the row. It is
// for one goroutine; several reports are put together by Report.Add.
type Preview struct {
	before, after *matching.Matcher
	report        Report
	at            map[core.ItemCode]int // place of an item in the report
	keep          int
}

// A Report is what a change of the rules does to the households that were judged.
type Report struct {
	Households int
	Touched    int     // of them those for whom anything is another
	Items      []Shift // every item of either Book, by its number
	Cases      []Case  // the first ones touched
}

// A Shift is what becomes of one item. Its sums are of what the best bundles give, for the
// item's own period: a month's money is not added to a year's.
type Shift struct {
	Item   core.ItemCode
	No     int
	Name   string
	Gained int // households eligible that were not
	Lost   int // households no longer eligible
	Opened int // of those who were decided, now a fact is missing
	Closed int // a fact was missing, and they are decided now, against
	More   int // eligible as before, and another amount
	Less   int
	Untold int // eligible, and an amount is told under one Book only
	Before core.Fen
	After  core.Fen
}

// A Case is one household for which something is another.
type Case struct {
	N       int // in the row in which they were judged, from 0
	Changes []Changed
}

// Changed is what becomes of one item for one household.
type Changed struct {
	Item      core.ItemCode
	Was, Is   matching.Outcome
	Before    core.Fen // 0 where there is none or none is told
	After     core.Fen
	Why       string // the sentence that stands for it now
	WasBundle bool   // among what the household would be given
	IsBundle  bool
}

// NewPreview compares two Books and keeps the first cases that are touched. Errors are those
// of matching.Compile.
func NewPreview(before, after *policy.Book, keepCases int) (*Preview, error) {
	p := &Preview{at: map[core.ItemCode]int{}, keep: keepCases}
	var err error
	if p.before, err = matching.Compile(before); err != nil {
		return nil, err
	}
	if p.after, err = matching.Compile(after); err != nil {
		return nil, err
	}
	for _, book := range []*policy.Book{after, before} {
		for _, it := range book.Items {
			if !slices.ContainsFunc(p.report.Items, func(s Shift) bool { return s.Item == it.Code }) {
				p.report.Items = append(p.report.Items, Shift{Item: it.Code, No: it.No, Name: it.Name})
			}
		}
	}
	slices.SortFunc(p.report.Items, func(a, b Shift) int { return a.No - b.No })
	for i, s := range p.report.Items {
		p.at[s.Item] = i
	}
	return p, nil
}

// Judge takes one more household.
func (p *Preview) Judge(h *core.Household) {
	was, is := p.before.Explain(h), p.after.Explain(h)
	c := Case{N: p.report.Households}
	p.report.Households++
	for code, i := range p.at {
		s := &p.report.Items[i]
		a, b := take(&was, code), take(&is, code)
		s.Before += a.money()
		s.After += b.money()
		if !s.count(a, b) {
			continue
		}
		c.Changes = append(c.Changes, Changed{code, a.outcome, b.outcome, a.amount, b.amount, b.why, a.bundled, b.bundled})
	}
	if len(c.Changes) == 0 {
		return
	}
	p.report.Touched++
	if len(p.report.Cases) < p.keep {
		slices.SortFunc(c.Changes, func(x, y Changed) int { return p.at[x.Item] - p.at[y.Item] })
		p.report.Cases = append(p.report.Cases, c)
	}
}

// Report gives what was counted so far.
func (p *Preview) Report() Report {
	r := p.report
	r.Items, r.Cases = slices.Clone(r.Items), slices.Clone(r.Cases)
	return r
}

// side is one item of one household under one Book.
type side struct {
	outcome matching.Outcome
	amount  core.Fen
	bundled bool
	why     string
}

func take(r *matching.Result, code core.ItemCode) side {
	f := r.Finding(code)
	if f == nil {
		return side{}
	}
	s := side{outcome: f.Outcome, bundled: slices.Contains(r.Bundle, code)}
	if f.Outcome == matching.Eligible {
		s.amount = f.Benefit.Amount
	}
	if len(f.Reasons) > 0 {
		s.why = f.Reasons[0].Text
	}
	return s
}

// money is what the household would be given of it.
func (s side) money() core.Fen {
	if s.bundled {
		return s.amount
	}
	return 0
}

// count puts the household where it belongs, and reports whether anything is another.
func (s *Shift) count(was, is side) bool {
	switch eligible := matching.Eligible; {
	case was.outcome != eligible && is.outcome == eligible:
		s.Gained++
	case was.outcome == eligible && is.outcome != eligible:
		s.Lost++
	case was.outcome == eligible:
		return s.countAmount(was, is)
	case was.outcome == is.outcome:
		return false
	case is.outcome == matching.Unknown:
		s.Opened++
	default:
		s.Closed++
	}
	return true
}

func (s *Shift) countAmount(was, is side) bool {
	switch {
	case was.amount == is.amount:
		return was.bundled != is.bundled
	case was.amount == 0 || is.amount == 0:
		s.Untold++
	case is.amount > was.amount:
		s.More++
	default:
		s.Less++
	}
	return true
}

// Add puts another report about the same two Books behind this one, as if its households had
// been judged after these; cases are kept as far as there is room.
func (r *Report) Add(o Report, keepCases int) {
	for _, c := range o.Cases {
		if len(r.Cases) < keepCases {
			c.N += r.Households
			r.Cases = append(r.Cases, c)
		}
	}
	r.Households += o.Households
	r.Touched += o.Touched
	for i := range r.Items {
		a, b := &r.Items[i], &o.Items[i]
		a.Gained, a.Lost, a.Opened, a.Closed = a.Gained+b.Gained, a.Lost+b.Lost, a.Opened+b.Opened, a.Closed+b.Closed
		a.More, a.Less, a.Untold = a.More+b.More, a.Less+b.Less, a.Untold+b.Untold
		a.Before, a.After = a.Before+b.Before, a.After+b.After
	}
}

// Books gives what a draft is compared with on a day: the Book of its edition, and its own.
// Errors: ErrNoDraft, and KindNotFound for a day before the first Book.
func (s *Store) Books(ctx context.Context, draft int64, on core.Date) (before, after *policy.Book, err error) {
	f, err := s.Draft(ctx, draft)
	if err != nil {
		return nil, nil, err
	}
	var base Sources
	if err := s.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		base, err = sourceOf(ctx, tx, f.Base)
		return err
	}); err != nil {
		return nil, nil, err
	}
	books := make([]*policy.Book, 2)
	for i, set := range []Sources{base, f.Files} {
		lib, err := set.Load()
		if err != nil {
			return nil, nil, faulty(err)
		}
		if books[i], err = lib.On(on); err != nil {
			return nil, nil, err
		}
	}
	return books[0], books[1], nil
}
