package ranking

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/watch"
	"lianou/core/wording"
)

// mostChanged is how many things that changed a lead tells; the household's page has the others.
const mostChanged = 6

// whyPart is what changed before a lead, in sentences.
type whyPart struct {
	Lines []told
	More  int
	None  string // why there is nothing to tell

	Unasked string // what was told for other people than live there now, "" for nothing
}

// told is one thing that changed.
type told struct {
	What, From, To, When string

	key string // of the fact, whoever's it is
}

// why says of a lead what changed since the look before it: facts of the household, or the rules
// of its items. It is read by who opens the lead, an entry in the log for each.
func (k *Room) why(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := leadID(r)
	if err != nil {
		return err
	}
	var part whyPart
	err = k.in(r, at, forLeads, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) error {
		part = whyPart{}
		since, err := k.d.Watch.Since(ctx, tx, id)
		if err == nil {
			err = k.notKin(ctx, tx, at, since.Household)
		}
		if err != nil {
			return err
		}
		if part.Unasked, err = k.unasked(ctx, tx, why, since.Household); unlessGone(err) != nil {
			return err
		}
		if since.Cause == "book" {
			return k.byRules(ctx, tx, why, since, &part)
		}
		return k.byFacts(ctx, tx, why, since, &part)
	})
	if err != nil {
		return err
	}
	part.More = max(0, len(part.Lines)-mostChanged)
	part.Lines = part.Lines[:len(part.Lines)-part.More]
	return at.Page.Part(w, "ranking", "why", part)
}

// byFacts compares what was known of the household when the lead was found with what was known at
// the look before; what came to light since is no reason of it. What its items look at comes first.
func (k *Room) byFacts(ctx context.Context, tx *pg.Tx, why registry.Purpose, since watch.Since, part *whyPart) error {
	part.None = "变了哪一样,这里比不出来。看这一家的页面。"
	if since.Last.IsZero() {
		return nil
	}
	as := func(at time.Time) registry.AsOf { return registry.AsOf{On: core.DateOf(at.In(core.China)), Known: at} }
	now, from, err := k.d.Registry.FactsAsOf(ctx, tx, why, since.Household, as(since.Found))
	if err != nil {
		return unlessGone(err)
	}
	was, _, err := k.d.Registry.FactsAsOf(ctx, tx, why, since.Household, as(since.Last))
	if err != nil {
		return unlessGone(err)
	}
	members, err := k.d.Registry.Members(ctx, tx, why, since.Household)
	if err != nil {
		return err
	}
	names := map[core.MemberRef]string{}
	for _, m := range members {
		names[m.Ref] = m.Person.Name
	}
	lines := facts(was, now, names, from)
	look, err := k.lookedAt(since)
	if err != nil {
		return err
	}
	slices.SortStableFunc(lines, func(a, b told) int { return cmp.Compare(look[a.key], look[b.key]) })
	part.Lines = append(came(was, now, names), lines...)
	return nil
}

// lookedAt gives the keys of facts that a lead's items hang on, each before those that have none.
func (k *Room) lookedAt(since watch.Since) (map[string]int, error) {
	book, err := k.d.Books.On(core.DateOf(since.Found.In(core.China)))
	if err != nil {
		return nil, err
	}
	look := map[string]int{}
	for i := range book.Items {
		if it := &book.Items[i]; since.Items.Has(it.No) {
			for key := range book.Keys(it.Code) {
				look[key] = -1
			}
		}
	}
	return look, nil
}

// unlessGone: of a household that was not there, or of whom somebody is another township's now,
// nothing is compared.
func unlessGone(err error) error {
	if errors.Is(err, registry.ErrNoHousehold) || errors.Is(err, registry.ErrBeyond) {
		return nil
	}
	return err
}

// came says who is there now and was not, and how many are gone.
func came(was, now core.Household, names map[core.MemberRef]string) (out []told) {
	there := func(h core.Household) map[core.MemberRef]bool {
		refs := map[core.MemberRef]bool{}
		for i := range h.Members {
			refs[h.Members[i].Ref] = true
		}
		return refs
	}
	before, after := there(was), there(now)
	gone := 0
	for i := range now.Members {
		if ref := now.Members[i].Ref; !before[ref] {
			out = append(out, told{What: "多了一口人", To: names[ref]})
		}
	}
	for ref := range before {
		if !after[ref] {
			gone++
		}
	}
	if gone > 0 {
		out = append(out, told{What: "少了人", To: strconv.Itoa(gone) + " 口"})
	}
	return out
}

// facts says each fact that reads otherwise, by the order of its path.
func facts(was, now core.Household, names map[core.MemberRef]string, from map[string]core.Provenance) (out []told) {
	before, after := wording.Facts(was), wording.Facts(now)
	paths := slices.Sorted(func(yield func(string) bool) {
		for path := range after {
			if !yield(path) {
				return
			}
		}
		for path := range before {
			if _, both := after[path]; !both && !yield(path) {
				return
			}
		}
	})
	for _, path := range paths {
		name, both := ofMember(path, was, now, names)
		if before[path] == after[path] || !both {
			continue
		}
		one := told{What: name + wording.FactLabel(path), From: orUnknown(before[path]), To: orUnknown(after[path]), key: path[strings.LastIndexByte(path, '/')+1:]}
		if p, known := from[path]; known && after[path] != "" && !p.At.IsZero() {
			source, _ := desk.SourceOf(p)
			one.When = core.DateOf(p.At.In(core.China)).Say() + "记的," + source
		}
		out = append(out, one)
	}
	return out
}

func orUnknown(words string) string {
	if words == "" {
		return "不知道"
	}
	return words
}

// ofMember names whom a path is about, "" for the household; both is false for who is in one of
// the two only.
func ofMember(path string, was, now core.Household, names map[core.MemberRef]string) (name string, both bool) {
	rest, inside := strings.CutPrefix(path, "members/")
	if !inside {
		return "", true
	}
	ref, _, _ := strings.Cut(rest, "/")
	in := func(h core.Household) bool {
		return slices.ContainsFunc(h.Members, func(m core.Member) bool { return string(m.Ref) == ref })
	}
	if name = names[core.MemberRef(ref)]; name != "" {
		name += ":"
	}
	return name, in(was) && in(now)
}

// byRules says what of the rules of a lead's items changed, where the household lives.
func (k *Room) byRules(ctx context.Context, tx *pg.Tx, why registry.Purpose, since watch.Since, part *whyPart) error {
	part.None = "改了哪一条,这里比不出来。看政策的那一版。"
	if since.Was == nil || since.Is == nil {
		return nil
	}
	place := policy.Place{County: since.Region.County()}
	h, _, err := k.d.Registry.Facts(ctx, tx, why, since.Household, tx.Today())
	if err = unlessGone(err); err != nil {
		return err
	}
	if h.County != "" {
		place.County = h.County
	}
	if h.Area != nil {
		place.Area = *h.Area
	}
	d := policy.Compare(since.Was, since.Is)
	var lines []told
	for i := range d.Items {
		if c := &d.Items[i]; since.Items.Has(numberOf(c)) {
			lines = append(lines, rules(d, c, place)...)
		}
	}
	part.Lines = lines
	return nil
}

func numberOf(c *policy.ItemChange) int {
	if c.New != nil {
		return c.New.No
	}
	return c.Old.No
}

// rules says what of one item changed at a place.
func rules(d *policy.Diff, c *policy.ItemChange, at policy.Place) (out []told) {
	switch {
	case c.Old == nil:
		return []told{{What: c.New.Name, To: "新设的一项"}}
	case c.New == nil:
		return []told{{What: c.Old.Name, To: "停办了"}}
	}
	name := c.New.Name + ":"
	for i := range d.Params {
		p := &d.Params[i]
		if !slices.Contains(c.Params, p.Name) {
			continue
		}
		if from, to := d.Old.AmountSaid(p.Name, at), d.New.AmountSaid(p.Name, at); from != to {
			out = append(out, told{What: name + p.New.Label, From: from, To: to})
		}
	}
	if c.Criteria {
		out = append(out, told{What: name + "条件", To: "改了" + conditions(d, c)})
	}
	for _, key := range c.Statuses {
		if i := slices.IndexFunc(d.Statuses, func(s policy.StatusChange) bool { return s.Key == key }); i >= 0 && d.Statuses[i].New != nil {
			out = append(out, told{What: name + "算不算" + d.Statuses[i].New.Name, To: "算法改了"})
		}
	}
	if c.Benefit {
		out = append(out, told{What: name + "给多少", To: "算法改了"})
	}
	if c.Rules {
		out = append(out, told{What: name + "和别的能不能一起拿", To: "规定改了"})
	}
	return out
}

// conditions names the facts of the conditions that an item has another of.
func conditions(d *policy.Diff, c *policy.ItemChange) string {
	var names []string
	for i := range d.Tests {
		t := &d.Tests[i]
		if !t.Condition && t.Old != nil && t.New != nil {
			continue
		}
		for _, one := range []*policy.Test{t.New, t.Old} {
			if one != nil && (c.New.Looks(one.Name) || c.Old.Looks(one.Name)) {
				names = append(names, one.Fact.Of().Label)
				break
			}
		}
	}
	if slices.Sort(names); len(names) == 0 {
		return ""
	}
	return ",看" + strings.Join(slices.Compact(names), "、") + "的"
}
