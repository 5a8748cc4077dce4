package rulebook

import (
	"context"
	"slices"

	"lianou/core"
	"lianou/core/matching"
	"lianou/core/pg"
	"lianou/core/policy"
)

// A Preview judges households under two Books and says what becomes of each, and why. It
// decides nothing, tells nobody and keeps nothing of a household. It is safe for concurrent
// use.
type Preview struct {
	before, after *matching.Matcher
	items         []*policy.Item // of either Book, by number; as the Book after has it
	books         [2]*policy.Book
}

// Changed is what becomes of one item for one household.
type Changed struct {
	Item    core.ItemCode
	Name    string
	Was, Is Side

	// Same are the reasons that both Books give in the same words, of this member or that, and
	// that stand at neither side.
	Same []*matching.Reason
}

// A Side is one item of one household under one Book; zero where the Book lacks the item.
type Side struct {
	Outcome matching.Outcome
	Benefit matching.Benefit // zero unless eligible
	Bundled bool             // among what the household would be given
	Untold  bool             // it fits, and the formula cannot be reckoned for want of a fact or a standard

	// Reasons are those that the other Book does not give in the same words, the ones that
	// carry the outcome first; where there is none, the first that carries it. They are the
	// matcher's own and not to be changed.
	Reasons []*matching.Reason
	More    []*matching.Reason // the rest of them
}

// mostReasons is how many reasons of a side are read at once: the first decide.
const mostReasons = 3

// NewPreview compares two Books. Errors are those of matching.Compile.
func NewPreview(before, after *policy.Book) (*Preview, error) {
	p := &Preview{books: [2]*policy.Book{before, after}}
	var err error
	if p.before, err = matching.Compile(before); err != nil {
		return nil, err
	}
	if p.after, err = matching.Compile(after); err != nil {
		return nil, err
	}
	for _, book := range []*policy.Book{after, before} {
		for i := range book.Items {
			it := &book.Items[i]
			if !slices.ContainsFunc(p.items, func(x *policy.Item) bool { return x.Code == it.Code }) {
				p.items = append(p.items, it)
			}
		}
	}
	slices.SortStableFunc(p.items, func(a, b *policy.Item) int { return a.No - b.No })
	return p, nil
}

// Judged is what becomes of a household.
type Judged struct {
	// Standings are the statuses, such as 低保边缘家庭, that it has under one Book only: an
	// item that asks for one says no more than that, and the figures are here. No Item, and
	// nothing of a benefit.
	Standings []Changed
	Items     []Changed // by number
}

// Judge says what becomes of a household.
func (p *Preview) Judge(h *core.Household) (out Judged) {
	was, is := p.before.Explain(h), p.after.Explain(h)
	for _, it := range p.items {
		a, b := was.Finding(it.Code), is.Finding(it.Code)
		c := Changed{Item: it.Code, Name: it.Name, Was: sideOf(p.books[0], &was, a), Is: sideOf(p.books[1], &is, b)}
		if !c.differs() {
			continue
		}
		c.explain(reasonsOf(a), reasonsOf(b))
		out.Items = append(out.Items, c)
	}
	if len(out.Items) > 0 {
		out.Standings = standings(was.Statuses, is.Statuses)
	}
	return out
}

// standings are the statuses of both Books that come out otherwise.
func standings(was, is []matching.Standing) (out []Changed) {
	for i := range is {
		b := &is[i]
		at := slices.IndexFunc(was, func(s matching.Standing) bool { return s.Key == b.Key })
		if at < 0 || was[at].Outcome == b.Outcome {
			continue
		}
		a := &was[at]
		c := Changed{Name: b.Name, Was: Side{Outcome: a.Outcome}, Is: Side{Outcome: b.Outcome}}
		c.explain(a.Reasons, b.Reasons)
		out = append(out, c)
	}
	return out
}

func sideOf(b *policy.Book, r *matching.Result, f *matching.Finding) Side {
	if f == nil {
		return Side{}
	}
	s := Side{Outcome: f.Outcome, Bundled: slices.Contains(r.Bundle, f.Item)}
	if f.Outcome == matching.Eligible {
		s.Benefit = f.Benefit
		it, known := b.Item(f.Item)
		s.Untold = known && it.Benefit.Formula != nil && !f.Benefit.Told
	}
	return s
}

// differs reports whether anything is another that a household would notice: what of a
// refusal is said otherwise is none.
func (c *Changed) differs() bool {
	fits := matching.Eligible
	if (c.Was.Outcome == fits) != (c.Is.Outcome == fits) {
		return true
	}
	if c.Was.Outcome == fits {
		return c.Was.Benefit.Amount != c.Is.Benefit.Amount || c.Was.Benefit.Told != c.Is.Benefit.Told || c.Was.Bundled != c.Is.Bundled
	}
	return c.Was.Outcome != c.Is.Outcome
}

// Worse reports whether the household loses the item, or is given less, or nobody can tell any
// more how much.
func (c *Changed) Worse() bool {
	if c.Was.Outcome != matching.Eligible {
		return false
	}
	if c.Is.Outcome != matching.Eligible {
		return true
	}
	if gave := c.Was.Benefit; gave.Told && gave.Amount > 0 && !c.Is.Benefit.Told {
		return true
	}
	return c.told() && c.Is.Benefit.Amount < c.Was.Benefit.Amount
}

// Better reports whether the household wins the item, or is given more, or it instead of another.
func (c *Changed) Better() bool {
	if c.Is.Outcome != matching.Eligible {
		return false
	}
	return c.Was.Outcome != matching.Eligible || c.told() && c.Is.Benefit.Amount > c.Was.Benefit.Amount || c.Is.Bundled && !c.Was.Bundled
}

// told reports whether it is told on both sides how much it is, be it 0: what cannot be reckoned
// is neither less nor more.
func (c *Changed) told() bool { return c.Was.Benefit.Told && c.Is.Benefit.Told }

// explain lays out the reasons of both sides: every one stands at its side, or in Same.
func (c *Changed) explain(was, is []*matching.Reason) {
	c.Was.Reasons, c.Was.More = telling(c.Was.Outcome, was, is)
	c.Is.Reasons, c.Is.More = telling(c.Is.Outcome, is, was)
	for _, r := range was {
		if has(is, r) && !has(c.Was.Reasons, r) && !has(c.Is.Reasons, r) && !has(c.Same, r) { // who has none of their own says one that both have
			c.Same = append(c.Same, r)
		}
	}
}

// has reports whether a reason is among others, in the same words.
func has(in []*matching.Reason, r *matching.Reason) bool {
	return slices.ContainsFunc(in, func(x *matching.Reason) bool { return x.Same(r) })
}

// telling are the reasons for an outcome that the other side does not have, those to be read
// first and the rest; where there is none, the first that carries the outcome.
func telling(outcome matching.Outcome, list, other []*matching.Reason) (first, rest []*matching.Reason) {
	var carry, beside []*matching.Reason
	for _, r := range list {
		switch {
		case has(other, r) || has(carry, r) || has(beside, r):
		case r.Outcome == outcome:
			carry = append(carry, r)
		default:
			beside = append(beside, r)
		}
	}
	slices.SortStableFunc(carry, func(a, b *matching.Reason) int { return weight(a, other) - weight(b, other) })
	out := append(carry, beside...)
	if len(out) == 0 {
		out = carrying(outcome, list)
	}
	n := min(len(out), mostReasons)
	return out[:n], out[n:]
}

// weight puts reasons in order by what the other side says of the same condition and member: who
// was told otherwise comes first, in a family of six of whom one is lost among five who never fitted;
// then who was told another limit; then what the other side does not speak of.
func weight(r *matching.Reason, other []*matching.Reason) int {
	out := 2
	for _, x := range other {
		switch {
		case x.Code != r.Code || x.Member != r.Member:
		case x.Outcome != r.Outcome:
			return 0
		case x.Limit != r.Limit:
			out = 1
		}
	}
	return out
}

// carrying is the first reason that speaks for an outcome.
func carrying(outcome matching.Outcome, list []*matching.Reason) []*matching.Reason {
	if i := slices.IndexFunc(list, func(r *matching.Reason) bool { return r.Outcome == outcome }); i >= 0 {
		return list[i : i+1]
	}
	return list[:min(len(list), 1)]
}

// reasonsOf are the item's own reasons and then each member's.
func reasonsOf(f *matching.Finding) (out []*matching.Reason) {
	if f == nil {
		return nil
	}
	out = append(out, f.Reasons...) // shared between findings
	for _, m := range f.Members {
		out = append(out, m.Reasons...)
	}
	return out
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
