package book

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/matching"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/rulebook"
	"lianou/core/simulate"
	"lianou/core/wording"
)

// mostHomes is how many households a preview shows: more are not read before signing.
const mostHomes = 12

// forPreview is the purpose, as the log keeps it (PIPL art. 6): the page is for one thing.
const forPreview = "核对政策草案"

// previews bounds how often one member of staff may ask: each reads tens of thousands of
// rows, and a look is two, the asking and the page that shows it.
var previews = bell.Rate{Count: 60, Per: time.Hour}

var (
	errPreviews  = core.E(core.KindTooMany, "preview_exceeded", "这一小时看得太多了,已经记下。请过一会儿再看。")
	errNothingIn = core.E(core.KindConflict, "preview_nothing", "草案还没有改动,没有可看的。请先改一样。")
)

// previewPage is what a draft says to a few real households. It names nobody.
type previewPage struct {
	rulebook.Draft
	simulate.Few
	On      core.Date
	Numbers simulate.ShownFew // of Few, as they may be shown
	Homes   []family
	Whole   bool // every township was looked through
}

// family is one household without anything by which it is found again: township, how many
// people, and what the changed conditions read.
type family struct {
	N       int
	Where   string
	People  int
	Worse   bool
	Mixed   bool // loses something and is given more of something else
	Changes []change
	More    []change // folded away
	Short   string   // the items by name, for who has the household folded

	Standings []change // the statuses that the changes go by
}

// mostOpen is how many items of a household are read at once.
const mostOpen = 3

type change struct {
	Name    string
	Worse   bool
	Better  bool
	Was, Is side
	Sum     bool             // the same conditions on both sides: only the sum is another
	Same    []desk.Condition // said alike before and after
	Of      string           // whom they are about
}

// place puts what gets worse first.
func (c change) place() int {
	if c.Worse {
		return 0
	}
	return 1
}

// side is one item under one Book, in words.
type side struct {
	When, Word, Tone string
	Money            string
	Nothing, Whom    string // why the money is none, and whom alone of the household it is for
	Sample           bool
	Reasons          []desk.Condition
	More             []desk.Condition // folded away
}

// look is somebody's asking to see a few real households for which a draft says something
// else. It judges them and keeps that they were asked for, and which; the page that it leads
// to shows the same ones. A page that is only fetched keeps nothing.
func (b *Room) look(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	if _, said, err := b.chosen(r.Context(), id, at, true); err != nil || said != "" {
		return leadBack(w, r, id, said, err)
	}
	return desk.Back(w, r, home(id)+"/preview", "")
}

// preview shows the households that its reader asked to see. Who asked for none, or for what
// the draft said before, is led to where they are asked for.
func (b *Room) preview(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	page, said, err := b.chosen(r.Context(), id, at, false)
	if err != nil || said != "" {
		return leadBack(w, r, id, said, err)
	}
	return at.Page.Show(w, at, desk.View{Room: "book", Name: "preview", Title: "在真实的家庭上看"}, page)
}

func leadBack(w http.ResponseWriter, r *http.Request, id int64, said string, err error) error {
	if err != nil {
		return err
	}
	return desk.Back(w, r, home(id), said)
}

// asked reports whether somebody asked to see this draft as it stands.
func (b *Room) asked(ctx context.Context, d *rulebook.Draft, who core.StaffID) (bool, error) {
	looks, err := b.d.Rules.Looks(ctx, d)
	return slices.ContainsFunc(looks, func(l rulebook.Look) bool { return l.By == who }), err
}

// unseen says why there is nothing to see of a draft on its own page, "" where there is.
func (b *Room) unseen(ctx context.Context, f *rulebook.Folder, at desk.At) (string, error) {
	switch {
	case f.State == rulebook.Published:
		return "这份草案已经发布了,不再在真实的家庭上看。", nil
	case f.State == rulebook.Withdrawn:
		return "这份草案已经撤回了,不再在真实的家庭上看。", nil
	}
	read, err := b.read(ctx, f, at)
	if err == nil && read.Alone {
		return "这份草案只改困难指数的权重,不改谁够什么条件,在家庭上看不出变化。要看的是权重试算。", nil
	}
	return "", err
}

// chosen reads the households; with keep, that they were asked for is kept. Where there is
// nothing to show it gives the sentence that the draft's page says.
func (b *Room) chosen(reqCtx context.Context, id int64, at desk.At, keep bool) (page previewPage, said string, err error) {
	f, err := b.d.Rules.Draft(reqCtx, id)
	if err != nil {
		return page, "", err
	}
	if said, err = b.unseen(reqCtx, &f, at); err != nil || said != "" {
		return page, said, err
	}
	if !keep && len(f.Standing()) > 0 {
		if ok, err := b.asked(reqCtx, &f.Draft, at.Staff.ID); err != nil || !ok {
			return page, "您还没有看过草案现在的样子。请点「在真实的家庭上看」。", err
		}
	}
	if ok, _ := b.d.Bell.Allow(reqCtx, "preview:"+desk.ActorOf(at).ID, previews); !ok { // without Redis nobody is kept from work
		return page, "", errPreviews
	}
	v, err := b.view(reqCtx, id)
	if err != nil {
		return page, "", err
	}
	var few *simulate.Few // what the look chose that this page shows
	if !keep {
		if few, err = b.shownBefore(reqCtx, &v.draft, at.Staff.ID); err != nil {
			return page, "", err
		}
	}
	towns := slices.DeleteFunc(b.d.Regions.Expand(core.DezhouCity), func(t core.RegionCode) bool { return !at.Staff.Covers(t) })
	err = b.d.DB.Tx(reqCtx, at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		page = previewPage{Draft: v.draft, On: v.books.On} // anew: what lost a race is run again
		if few != nil {
			page.Few = *few
		} else {
			c := simulate.Choosing{Books: v.books, Draw: v.draft.Digest, Towns: towns, N: mostHomes, Now: time.Now}
			if page.Few, err = b.d.Simulate.Choose(ctx, tx, c, v.found); err != nil {
				return err
			}
		}
		why := registry.Purpose{Actor: desk.ActorOf(at), Why: forPreview}
		if err := b.homes(ctx, tx, why, v.rules, &page); err != nil {
			return err
		}
		if !keep {
			return nil
		}
		look := rulebook.Look{Draft: id, Digest: v.draft.Digest, Base: v.draft.Base, By: at.Staff.ID, Read: page.Households, Shown: len(page.Homes)}
		if look.Chosen, err = json.Marshal(page.Few); err != nil {
			return core.E(core.KindInternal, "rulebook_look", "").Wrap(err)
		}
		return b.d.Rules.KeepLook(ctx, tx, look)
	})
	page.Whole, page.Numbers = page.Towns == page.Of, page.Few.Shown()
	return page, "", err
}

// shownBefore gives what somebody's look chose, nil for looks that did not keep it.
func (b *Room) shownBefore(ctx context.Context, d *rulebook.Draft, who core.StaffID) (*simulate.Few, error) {
	raw, err := b.d.Rules.ChosenBy(ctx, d, who)
	if err != nil || raw == nil {
		return nil, err
	}
	var few simulate.Few
	if err := json.Unmarshal(raw, &few); err != nil {
		return nil, core.E(core.KindInternal, "rulebook_look", "").Wrap(err)
	}
	return &few, nil
}

// viewed is a draft ready to be tried on households.
type viewed struct {
	draft rulebook.Draft
	books simulate.Books
	rules *rulebook.Preview
	found *simulate.Result // a simulation of just this; nil for none
}

func (b *Room) view(ctx context.Context, id int64) (v viewed, err error) {
	f, err := b.d.Rules.Draft(ctx, id)
	if err != nil {
		return v, err
	}
	switch {
	case !f.Living():
		return v, rulebook.ErrState
	case len(f.Standing()) == 0:
		return v, errNothingIn
	}
	today, err := b.today(ctx)
	if err != nil {
		return v, err
	}
	v.draft = f.Draft
	if v.books, err = b.d.Simulate.BooksOf(ctx, id, today); err != nil {
		return v, refusal(err, nil)
	}
	if v.books.Said != simulate.SaidBy(&v.draft) {
		return v, rulebook.ErrSeen // changed between the two readings
	}
	if v.rules, err = rulebook.NewPreview(v.books.Before, v.books.After); err != nil {
		return v, err
	}
	switch r, err := b.d.Simulate.OfDraft(ctx, id); {
	case errors.Is(err, simulate.ErrNone):
	case err != nil:
		return v, err
	case r.Ended != nil && !r.Stale && r.Said == v.books.Said:
		v.found = &r
	}
	return v, nil
}

// homes reads the whole sheets of those that were chosen, as many as their reader may still
// be shown, and judges them both ways. A packed row may be older than its sheets: whoever
// turns out untouched is not shown. Errors: KindTooMany.
func (b *Room) homes(ctx context.Context, tx *pg.Tx, why registry.Purpose, rules *rulebook.Preview, page *previewPage) error {
	chosen := page.Chosen
	if err := b.d.Audit.MayShow(ctx, tx, audit.Shown(why.Actor, "household", len(chosen), func(i int) int64 { return int64(chosen[i].Household) })); err != nil {
		return err
	}
	for _, c := range chosen {
		h, _, err := b.d.Registry.Facts(ctx, tx, why, c.Household, page.On)
		if errors.Is(err, registry.ErrNoHousehold) { // gone since it was packed
			continue
		}
		if err != nil {
			return err
		}
		one := family{N: len(page.Homes) + 1, Where: b.d.Regions.FullName(c.Town), People: len(h.Members), Worse: c.Worse}
		if one.judge(rules, &h); len(one.Changes) > 0 {
			page.Homes = append(page.Homes, one)
		}
	}
	return nil
}

// judge lays out what becomes of the household, what gets worse first.
func (f *family) judge(rules *rulebook.Preview, h *core.Household) {
	j := rules.Judge(h)
	for i := range j.Standings {
		f.Standings = append(f.Standings, changeOf(h, &j.Standings[i]))
	}
	for i := range j.Items {
		f.Changes = append(f.Changes, changeOf(h, &j.Items[i]))
	}
	f.Mixed = f.Worse && slices.ContainsFunc(f.Changes, func(c change) bool { return c.Better })
	slices.SortStableFunc(f.Changes, func(x, y change) int { return x.place() - y.place() })
	n := min(len(f.Changes), mostOpen)
	f.Changes, f.More = f.Changes[:n], f.Changes[n:]
	f.Short = f.short()
}

// short names the items that change, what gets worse first.
func (f *family) short() string {
	names := make([]string, 0, len(f.Changes))
	for _, c := range f.Changes {
		names = append(names, c.Name)
	}
	words := strings.Join(names, "、")
	if len(f.More) > 0 {
		words += fmt.Sprintf(" 等 %d 项", len(f.Changes)+len(f.More))
	}
	return words
}

func changeOf(h *core.Household, c *rulebook.Changed) change {
	out := change{Name: c.Name, Worse: c.Worse(), Better: c.Better(), Was: sideOf(h, "现在", &c.Was), Is: sideOf(h, "改后", &c.Is)}
	if c.Item != "" {
		out.Was.give(&c.Was)
		out.Is.give(&c.Is)
	}
	var whom []string
	for _, r := range c.Same {
		one := conditionOf(h, r)
		if out.Same = append(out.Same, one); one.Source != "" && !slices.Contains(whom, one.Source) {
			whom = append(whom, one.Source)
		}
	}
	out.Of = strings.Join(whom, "、")
	if out.Is.Money != "" && out.Was.Money != "" && slices.Equal(out.Was.Reasons, out.Is.Reasons) {
		out.Sum, out.Was.Reasons, out.Is.Reasons = true, nil, nil
	}
	return out
}

func sideOf(h *core.Household, when string, s *rulebook.Side) side {
	out := side{When: when}
	out.Word, out.Tone = desk.Stands(s.Outcome.String())
	for _, r := range s.Reasons {
		out.Reasons = append(out.Reasons, conditionOf(h, r))
	}
	for _, r := range s.More {
		out.More = append(out.More, conditionOf(h, r))
	}
	return out
}

// give says what the household would be given of an item that fits.
func (out *side) give(s *rulebook.Side) {
	if s.Outcome == matching.Eligible {
		out.Nothing, out.Whom = s.Benefit.Nothing, s.Benefit.AloneSaid
	}
	switch {
	case s.Outcome != matching.Eligible:
	case !s.Bundled:
		out.Word, out.Tone = desk.Stands("dropped")
	case s.Untold:
		out.Money = "算不出来,还缺情况或者标准"
	case s.Benefit.Told:
		out.Money, out.Sample = strings.TrimSpace(policy.PerWord(s.Benefit.Per)+" "+s.Benefit.Amount.Short()+" 元"), s.Benefit.Sample
	}
}

// conditionOf is a reason as the page of a case says it, with the member by relation and no
// name.
func conditionOf(h *core.Household, r *matching.Reason) desk.Condition {
	out := desk.Condition{Source: whoIs(h, r.Member)}
	out.Text, out.Law = desk.GradesIn(r.Text), r.Law
	if !policy.YesNo(r.Value) && !policy.YesNo(r.Limit) { // a yes beside a no says nothing that the sentence does not
		out.Value, out.Limit = r.Value, r.Limit
		if strings.HasSuffix(r.Fact, "/disability") {
			out.Value, out.Limit = desk.Grades(r.Value), desk.Grades(r.Limit)
		}
		if r.Value != "" {
			out.Fact = wording.FactLabel(r.Fact)
		}
	}
	out.Word, out.Tone = desk.Stands(r.Outcome.String())
	return out
}

// whoIs says which member a reason is about; "" for the household.
func whoIs(h *core.Household, ref core.MemberRef) string {
	for i := range h.Members {
		m := &h.Members[i]
		if m.Ref != ref {
			continue
		}
		f, _ := wording.MemberFact("relation")
		return cmp.Or(f.Word(string(m.Relation)), "家里一个人")
	}
	return ""
}
