package rulebook

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/pg"
	"lianou/core/policy"
)

// A Printed is a published edition as people read it, on the last day that it was or is in
// force: everything that is judged and paid by it, in words.
type Printed struct {
	Signed
	Next      *Signed   // that took its place; nil for the newest
	On        core.Date // the day that is shown
	Changes   *Told     // from the edition before, as of its first day; nil for the first
	Items     []PrintedItem
	Statuses  []PrintedStatus
	Rules     []PrintedRule
	Params    []ParamLine       // with the rows that have not ended by On
	Relations []PrintedRelation // declared between standards
	Apart     []string          // where they do not hold on that day
	Packs     []policy.Pack
	Weights   hardship.Weights
	Paper     string // that set the weights; "" for the built-in ones
}

// A PrintedItem is one item: what is given, to whom, by whom and how soon.
type PrintedItem struct {
	Code                    core.ItemCode
	Name, Everyday          string
	Department, Decides     string
	Gives, Formula, Per, By string // Formula and By are "" where no facts tell the amount
	Ceiling                 string // the standard up to which the township decides
	Days, County, Special   int    // working days; 0 for none
	DaysText                string
	DaysSample              bool
	Notice                  int      // days of public notice
	Law                     []string // the item's own, and those of its days and its notice
	House, Person           []Clause // of the household, and of who is given it
}

// A PrintedStatus is a standing that items hang on.
type PrintedStatus struct {
	Name, Law string
	When      []Clause // nil: only an authority can say
}

// A PrintedRule is what two items do to one another.
type PrintedRule struct{ Say, Why, Law string }

// Printed reads an edition whole. Before it loads sets of rules it asks may, whose error it
// gives back. Errors: ErrNoEdition.
func (s *Store) Printed(ctx context.Context, number int, names Names, may func() error) (*Printed, error) {
	list, err := s.Editions(ctx)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(list, func(e Signed) bool { return e.Number == number })
	if at < 0 {
		return nil, ErrNoEdition
	}
	if err := may(); err != nil {
		return nil, err
	}
	out := &Printed{Signed: list[at]}
	if at > 0 {
		out.Next = &list[at-1]
	}
	if err := s.DB.Read(ctx, pg.NoScope(), func(_ context.Context, tx *pg.Tx) error { out.On = out.lastDay(tx.Today()); return nil }); err != nil {
		return nil, err
	}
	set, err := s.Sources(ctx, number)
	if err != nil {
		return nil, err
	}
	load := s.loader()
	lib, err := load(set)
	if err != nil {
		return nil, faulty(err)
	}
	if at+1 < len(list) {
		if out.Changes, err = s.changes(ctx, list[at+1].Number, lib, out.From, names, load); err != nil {
			return nil, err
		}
	}
	return out, out.fill(set, lib, names)
}

// lastDay is the last day on which the edition was or is in force, its first where that has
// not come.
func (p *Printed) lastDay(today core.Date) core.Date {
	if p.Next != nil {
		today = min(today, p.Next.From-1)
	}
	return max(today, p.From)
}

// changes tells what an edition changed of the one before, from its first day on.
func (s *Store) changes(ctx context.Context, before int, lib *policy.Library, from core.Date, names Names, load loads) (*Told, error) {
	set, err := s.Sources(ctx, before)
	if err != nil {
		return nil, err
	}
	was, err := load(set)
	if err != nil {
		return nil, faulty(err)
	}
	told := tellOf(was, lib, from, names)
	return &told, nil
}

// fill writes down what the Book of the day says.
func (p *Printed) fill(set Sources, lib *policy.Library, names Names) error {
	book, err := lib.On(p.On)
	if err != nil {
		return err
	}
	for i := range book.Items {
		p.Items = append(p.Items, printedItem(book, &book.Items[i]))
	}
	for i := range book.Statuses {
		st := &book.Statuses[i]
		p.Statuses = append(p.Statuses, PrintedStatus{st.Name, st.Law, clauses(book, st.When)})
	}
	for i := range book.Rules {
		p.Rules = append(p.Rules, printedRule(book, &book.Rules[i]))
	}
	p.Relations, p.Apart = RelationWords(book), RemindersOf(nil, book, names)
	p.Packs, p.Weights = book.Packs, hardship.WeightsOf(book)
	if book.Index != nil {
		p.Paper = book.Index.Source
	}
	out, err := set.Outline()
	if err != nil {
		return err
	}
	for _, line := range out.Params {
		line.Rows = slices.DeleteFunc(line.Rows, func(r RowLine) bool { return !r.Until.IsZero() && r.Until <= p.On })
		if len(line.Rows) > 0 {
			p.Params = append(p.Params, line)
		}
	}
	return nil
}

func printedItem(b *policy.Book, it *policy.Item) PrintedItem {
	out := PrintedItem{Code: it.Code, Name: it.Name, Everyday: it.Everyday, Department: it.Department.Name, Decides: deciders(it),
		Gives: it.Benefit.Text, Formula: timesSign(formulaWords(b, it.Benefit.Formula)), Per: policy.PerWord(it.Benefit.Per), Ceiling: labelIn(b, it.Ceiling),
		Days: it.LimitDays, County: it.CountyDays, Special: it.SpecialDays, DaysText: it.LimitText, DaysSample: it.LimitMark == "X", Notice: it.NoticeDays,
		House: clauses(b, it.When), Person: clauses(b, it.Person)}
	if out.Formula != "" {
		out.By = eachOf(&it.Benefit)
	}
	for _, law := range append(slices.Clone(it.Law), it.LimitLaw, it.NoticeLaw, it.Survey.Law, it.AppraiseLaw) {
		if law != "" && !slices.Contains(out.Law, law) {
			out.Law = append(out.Law, law)
		}
	}
	return out
}

func timesSign(s string) string { return strings.ReplaceAll(s, "*", "×") }

func printedRule(b *policy.Book, r *policy.Rule) PrintedRule {
	say := b.Title(r.A) + "和" + b.Title(r.B) + "不能同时享受"
	if r.Kind == policy.Overlap {
		say = "有" + b.Title(r.A) + "的,从" + b.Title(r.B) + "里抵扣"
		if r.Part != nil {
			say += ",只抵扣这一部分:" + timesSign(formulaWords(b, r.Part))
		}
		if r.AtMost >= 0 {
			say += ",最多抵扣" + labelIn(b, r.AtMost)
		}
	}
	return PrintedRule{say + "(" + by(r.Person) + "算)。", r.Why, r.Law}
}

// Title is what the edition is called.
func (p *Printed) Title() string { return "第 " + strconv.Itoa(p.Number) + " 版政策" }
