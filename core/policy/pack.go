package policy

import (
	"cmp"
	"slices"
	"strings"

	"lianou/core"
)

// A Pack is a set of rules that one law brought (规则包, domain.md 3.1), in force from
// a day until another law replaced it.
type Pack struct {
	Code    string // "A", "A+" ...
	Name    string
	From    core.Date
	Until   core.Date // first day on which it no longer holds; zero for open
	Laws    []string
	Changes []string // sentences: what it brought
}

// Appraisal says when neighbours and representatives give their opinion on a case
// (民主评议).
type Appraisal string

// When a case is appraised.
const (
	AppraisalNone     Appraisal = "none"
	AppraisalAlways   Appraisal = "always"
	AppraisalDisputed Appraisal = "disputed" // when somebody objects
)

// A ReviewClass is how often a kind of household is looked at again.
type ReviewClass struct {
	Class  string // A, B, C
	Months int
	Who    string
}

type srcReview struct {
	Class  string `yaml:"class"`
	Months whole  `yaml:"months"`
	Who    string `yaml:"who"`
}

// UnsolvedDays is how many working days there are until a household that says "not solved" (没有解决)
// has its answer: by the township, by the county where it said so again, by the city; all from the first
// time that it said so, so that no unit's days begin anew.
type UnsolvedDays struct {
	Township, County, City int    // 0 in a Book without packs
	Law                    string // what fixes them; "" for a sample
}

type srcUnsolved struct {
	Township whole  `yaml:"township"`
	County   whole  `yaml:"county"`
	City     whole  `yaml:"city"`
	Law      string `yaml:"law"`
}

type srcSurvey struct {
	Days whole  `yaml:"days"`
	Done bool   `yaml:"done"`
	Law  string `yaml:"law"`
}

type srcPack struct {
	Code     string          `yaml:"code"`
	Name     string          `yaml:"name"`
	From     day             `yaml:"from"`
	Until    day             `yaml:"until"`
	Laws     []string        `yaml:"laws"`
	Changes  []string        `yaml:"changes"`
	Process  []srcProcess    `yaml:"process"`
	Statuses []srcStatusText `yaml:"statuses"`
	Unsolved *srcUnsolved    `yaml:"unsolved"`
}

// srcProcess is what a pack says of the handling of some items; what is not written
// stays.
type srcProcess struct {
	Items     []core.ItemCode `yaml:"items"`
	ByLaw     string          `yaml:"by_law"`
	Limit     *srcTime        `yaml:"limit"`
	Survey    *srcSurvey      `yaml:"survey"`
	Notice    *srcNotice      `yaml:"notice"`
	Appraisal Appraisal       `yaml:"appraisal"`
	Review    []srcReview     `yaml:"review"`
}

type srcStatusText struct {
	Key string `yaml:"key"`
	Law string `yaml:"law"`
}

// addPacks checks the packs. They come last: they refer to items and statuses.
func (b *builder) addPacks() {
	var all []placedPack
	for i := range b.files {
		f := &b.files[i]
		for k := range f.doc.Packs {
			p := &f.doc.Packs[k]
			a := f.section("packs", k, "pack "+p.Code)
			if slices.ContainsFunc(b.packs, func(o *srcPack) bool { return o.Code == p.Code }) {
				b.problem(a.in("code"), sayTwice(p.Code), "the name is used twice")
			}
			b.checkPack(a, p)
			b.packs = append(b.packs, p)
			all = append(all, placedPack{p, a})
		}
	}
	b.checkPackGaps(all)
	slices.SortStableFunc(b.packs, func(x, y *srcPack) int { return cmp.Compare(x.From.Date, y.From.Date) })
}

type placedPack struct {
	*srcPack
	at at
}

// checkPackGaps holds that an item whose handling a law once fixed is under some law on every
// later day: in a hole between two packs it would be handled as nobody wrote.
func (b *builder) checkPackGaps(all []placedPack) {
	slices.SortStableFunc(all, func(x, y placedPack) int { return cmp.Compare(x.From.Date, y.From.Date) })
	said := map[at]bool{} // a hole of several items is told once
	for _, item := range fixedItems(all) {
		var last *placedPack // of those that hold longest
		for i := range all {
			p := &all[i]
			if !p.fixes(item) || p.From.IsZero() {
				continue
			}
			if last != nil && !last.Until.IsZero() && last.Until.Date < p.From.Date && b.offered(item, last.Until.Date, p.From.Date) {
				b.packGap(said, p.at.in("from"), item, last.Until.Date, p.From.Date)
			}
			if last == nil || !last.Until.IsZero() && (p.Until.IsZero() || p.Until.Date > last.Until.Date) {
				last = p
			}
		}
		if last != nil && !last.Until.IsZero() && b.offered(item, last.Until.Date, 0) {
			b.packGap(said, last.at.in("until"), item, last.Until.Date, 0)
		}
	}
}

// offered reports whether there is an item on any day of some, for good where until is zero: one
// that was abolished needs no law any more.
func (b *builder) offered(item core.ItemCode, from, until core.Date) bool {
	return slices.ContainsFunc(b.items, func(it datedItem) bool {
		return it.Code == item && (until.IsZero() || it.from < until) && (it.until.IsZero() || it.until > from)
	})
}

// packGap tells of the days from one to another, or for good, on which no pack fixes an item.
func (b *builder) packGap(said map[at]bool, a at, item core.ItemCode, from, until core.Date) {
	if said[a] {
		return
	}
	said[a] = true
	if until.IsZero() {
		b.problem(a, "从"+from.SayWhole()+"起,"+string(item)+" 没有规则包管了。请补上以后的规则包,或者去掉结束的日期。",
			"there is a gap: no pack fixes %s from %s on", item, from)
		return
	}
	b.problem(a, "从"+from.SayWhole()+"到"+until.SayWhole()+"前一天,"+string(item)+" 没有规则包管。请把日期接上,中间不能空。",
		"there is a gap: no pack fixes %s from %s to %s", item, from, until)
}

func (p *srcPack) fixes(item core.ItemCode) bool {
	return slices.ContainsFunc(p.Process, func(s srcProcess) bool { return slices.Contains(s.Items, item) })
}

// fixedItems lists the items that some pack fixes the handling of.
func fixedItems(all []placedPack) []core.ItemCode {
	var out []core.ItemCode
	for _, p := range all {
		for _, s := range p.Process {
			out = append(out, s.Items...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (b *builder) checkPack(a at, p *srcPack) {
	if p.Code == "" || blank(p.Name) || len(p.Laws) == 0 || slices.ContainsFunc(p.Laws, blank) || slices.ContainsFunc(p.Changes, blank) {
		b.problem(a, "规则包要写代号、名称和依据的法规。", "a pack needs its code, its name and its laws")
	}
	if p.From.IsZero() {
		b.problem(a, "规则包没写从哪天起。请写上日期,写成 2024-03-01 这样。", "the day from which it holds is missing")
	}
	if !p.Until.IsZero() && p.Until.Date <= p.From.Date {
		b.problem(a.in("until"), "还没开始就结束了。请把结束那天改到开始那天以后。", "it ends before it begins")
	}
	if u := p.Unsolved; u != nil && (u.Township < 1 || u.County < u.Township || u.City < u.County || u.City > 60) {
		b.problem(a.in("unsolved"), "没有解决的,写镇、县、市各几个工作日内答复(1 到 60),都从头一次说起算,一级不少于一级。", "days until what is not solved is answered, none fewer than of the unit below")
	}
	for i := range p.Process {
		b.checkProcess(a.in(index("process", i)), &p.Process[i])
	}
	for i, s := range p.Statuses {
		place := a.in(index("statuses", i))
		if !b.resolved(s.Key) {
			b.problem(place.in("key"), "没有叫"+quoted(s.Key)+"的身份。请看看是不是写错了字。", "there is no status %q", s.Key)
		}
		if blank(s.Law) {
			b.problem(place.in("law"), "身份要写上依据。", "the legal source is missing")
		}
	}
}

func (b *builder) checkProcess(a at, p *srcProcess) {
	if len(p.Items) == 0 {
		b.problem(a, "没写是哪些事项。", "the items are missing")
	}
	for i, code := range p.Items {
		if !slices.ContainsFunc(b.items, func(it datedItem) bool { return it.Code == code }) {
			b.problem(a.in("items").nth(i), "没有编号是"+quoted(string(code))+"的事项。请看看是不是写错了。", "there is no item %q", code)
		}
	}
	if p.ByLaw != "" && p.ByLaw != ByTownship && p.ByLaw != ByCounty && p.ByLaw != ByOutside {
		b.problem(a.in("by_law"), "依法由谁批,只能写 township(镇街)、county(县里)或 outside(别的单位)。", "who decides by law: township, county or outside")
	}
	if !slices.Contains([]Appraisal{"", AppraisalNone, AppraisalAlways, AppraisalDisputed}, p.Appraisal) {
		b.problem(a.in("appraisal"), "评议只能写 always(都要)、disputed(有争议才要)或 none(不用)。", "unknown appraisal %q", p.Appraisal)
	}
	if p.Limit != nil {
		b.checkTime(a.in("limit"), p.Limit)
	}
	if s := p.Survey; s != nil && (s.Days < 1 || s.Days > 250 || blank(s.Law)) {
		b.problem(a.in("survey"), "调查写几个工作日(1 到 250)和依据。", "a survey needs its working days and its law")
	}
	if p.Notice != nil {
		b.checkNotice(a.in("notice"), p.Notice)
	}
	for i, r := range p.Review {
		if blank(r.Class) || blank(r.Who) || r.Months < 1 || r.Months > 60 {
			b.problem(a.in(index("review", i)), "复核要写类别、是哪些人、几个月一次(1 到 60)。", "a review class needs its name, its people and 1 to 60 months")
		}
	}
}

// applyPacks writes into a Book what the packs in force on its first day say. It
// changes the Book's own copies only.
func (b *builder) applyPacks(book *Book) {
	book.Statuses = slices.Clone(b.statuses)
	for _, p := range b.packs {
		if p.From.Date > book.From || !p.Until.IsZero() && p.Until.Date <= book.From {
			continue
		}
		book.Packs = append(book.Packs, Pack{p.Code, p.Name, p.From.Date, p.Until.Date, p.Laws, p.Changes})
		if u := p.Unsolved; u != nil {
			book.Unsolved = UnsolvedDays{int(u.Township), int(u.County), int(u.City), u.Law}
		}
		for i := range p.Process {
			for _, code := range p.Process[i].Items {
				if k, inForce := book.items[code]; inForce {
					p.Process[i].apply(&book.Items[k], strings.Join(p.Laws, "、"))
				}
			}
		}
		for _, s := range p.Statuses {
			if st := book.status(s.Key); st != nil {
				st.Law = s.Law
			}
		}
	}
}

// apply writes into an item what the pack of these laws says of it, and that they do.
func (p *srcProcess) apply(it *Item, laws string) {
	if p.ByLaw != "" {
		it.ByLaw = p.ByLaw
	}
	if p.Limit != nil {
		p.Limit.apply(it)
		it.LimitLaw = cmp.Or(p.Limit.Law, laws)
	}
	if p.Survey != nil {
		it.Survey = Survey{int(p.Survey.Days), p.Survey.Done, p.Survey.Law}
	}
	if p.Notice != nil {
		p.Notice.apply(it)
		it.NoticeLaw = cmp.Or(p.Notice.Law, laws)
	}
	if p.Appraisal != "" {
		it.Appraisal, it.AppraiseLaw = p.Appraisal, laws
	}
	if p.Review != nil {
		it.Review = nil
		for _, r := range p.Review {
			it.Review = append(it.Review, ReviewClass{r.Class, int(r.Months), r.Who})
		}
	}
}

func (t *srcTime) apply(it *Item) {
	it.LimitDays, it.CountyDays, it.SpecialDays, it.LimitMark, it.LimitText = int(t.Days), int(t.County), int(t.Special), t.Mark, t.Text
}

func (n *srcNotice) apply(it *Item) {
	it.NoticeDays, it.NoticeIn, it.NoticeTwice, it.NoticeFree = int(n.Days), n.Inside, n.Twice, n.Free
}

// checkTime and checkNotice hold for items and packs alike.
func (b *builder) checkTime(a at, t *srcTime) {
	for place, days := range map[string]whole{"days": t.Days, "county": t.County, "special": t.Special} {
		if days < 0 || days > 250 {
			b.problem(a.in(place), "办理时限写工作日,从 0 到 250。", "working days")
		}
	}
	if t.Mark != "S" && t.Mark != "X" {
		b.problem(a.in("mark"), "办理时限要写出处:有依据写 S,样本写 X。", "a time limit is marked S (sourced) or X (sample)")
	}
}

func (b *builder) checkNotice(a at, n *srcNotice) {
	if n.Days < 0 || n.Days > 60 {
		b.problem(a.in("days"), "公示写天数,从 0 到 60。", "days of public notice")
	}
	for i, key := range n.Free {
		if !b.resolved(key) {
			b.problem(a.in("free").nth(i), "没有叫"+quoted(key)+"的身份。请看看是不是写错了字。", "there is no status %s", key)
		}
	}
}
