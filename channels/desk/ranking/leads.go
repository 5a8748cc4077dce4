package ranking

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/insight"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/staff"
	"lianou/core/watch"
)

// mostLeads is how many leads a page shows: of a telephone, some three screens of lines. The
// hardest households come first, so the rest waits for these.
const mostLeads = 20

// leadPage is what scans found that somebody should see to.
type leadPage struct {
	view
	Up, Down []choice
	Said     string
	Rows     []leadRow
	Due      bool       // something new fits somebody
	Lost     bool       // something may fit somebody no more
	Raised   bool       // something may be owed to somebody
	Open     watch.Open // leads of the place in all
	Days     int        // working days that who goes and sees has
	Next     string     // the address of the next page; "" for none
	Apply    bool       // one was just settled as somebody to be helped to apply
	Change   bool       // one was just settled as a change that two people are to decide
	Changes  []changeLink
	Door     bool // who reads it may take an application down themselves
}

type leadRow struct {
	watch.Lead
	Head  registry.Head
	Where []string
	Items []string
	Cause string
	Band  string
	Low   int
	Day   int // Low on the day of the lead
	Brief string
	Goer  string // who goes and sees
	First string // who had said so before them
	Kin   bool   // of who reads it: somebody else settles it
	Apart []string
	Was   string // what had come of it before it was opened again

	Raised   []raisedRow
	Outcomes []outcomeWord
}

// raisedRow is back-pay of one item as the page says it.
type raisedRow struct {
	watch.Raised
	Name string
}

// Since is the first month.
func (r raisedRow) Since() string { return r.First.Start().Time().Format("2006年1月") }

// Even reports whether each month lacks the same.
func (r raisedRow) Even() bool { return r.Each*core.Fen(r.Months) == r.Sum }

// By names the Book: two of one day are told apart.
func (r raisedRow) By() string { return r.Book[:min(8, len(r.Book))] }

// outcomeWord is an outcome as a form offers it.
type outcomeWord struct {
	Outcome watch.Outcome
	Word    string
}

// outcomeWords are what a form offers of a lead: who goes and sees says so once, and who goes in
// place of another says that.
func outcomeWords(l *watch.Lead, me core.StaffID) (list []outcomeWord) {
	for _, o := range watch.Outcomes(l.Kind) {
		word := outcomes[o]
		if o == watch.Checking && l.Checker == me {
			continue
		}
		if o == watch.Checking && l.Checker != 0 {
			word = "我接手去核实"
		}
		list = append(list, outcomeWord{o, word})
	}
	return list
}

var outcomes = map[watch.Outcome]string{watch.Applied: "符合,帮他申请", watch.Served: "已经有了", watch.NotInNeed: "不需要", watch.NotReached: "没找到人",
	watch.WrongData: "资料不对", watch.MadeGood: "该补,已经补了", watch.NotOwed: "不该补",
	watch.Checking: "我去核实", watch.StillFits: "已核实,仍符合", watch.ToChange: "已核实,走变更", watch.NotHad: "本来就没领"}

// brief says in a line what a lead is about.
func (r *leadRow) brief() string {
	if r.Kind == watch.LeadRaised {
		return "应补约 " + r.Owed.Short() + " 元"
	}
	if n := len(r.Items); n > 3 {
		return strings.Join(r.Items[:2], "、") + " 等 " + strconv.Itoa(n) + " 项"
	}
	return strings.Join(r.Items, "、")
}

// apart says which of some items a rule lets nobody have beside one another: all of them may
// fit, and one is chosen.
func apart(book *policy.Book, items insight.Items) (out []string) {
	for i := range book.Rules {
		r := &book.Rules[i]
		a, known := book.Item(r.A)
		b, both := book.Item(r.B)
		if r.Kind != policy.Exclude || !known || !both || !items.Has(a.No) || !items.Has(b.No) {
			continue
		}
		text := a.Name + "、" + b.Name + ":只能选一样,由本人选。"
		if r.Person {
			text = a.Name + "、" + b.Name + ":同一个人只能选一样,由本人选。"
		}
		out = append(out, text+brings(a)+brings(b))
	}
	return out
}

// brings says in words what an item gives, so that whoever is to choose knows between what.
func brings(it *policy.Item) string {
	text := it.Benefit.Text
	if text == "" {
		return ""
	}
	return it.Name + ":" + text
}

func (k *Room) leads(w http.ResponseWriter, r *http.Request, at desk.At) error {
	v, err := k.viewOf(r, at)
	if err != nil {
		return err
	}
	empty := leadPage{view: v, Days: watch.CheckDays, Said: desk.Said(w, r), Apply: r.FormValue("then") == string(watch.Applied), Change: r.FormValue("then") == string(watch.ToChange), Door: at.Has(staff.Clerk, staff.Assistant)}
	empty.Up, empty.Down = k.around(v, at)
	var page leadPage
	err = k.in(r, at, forLeads, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) error {
		page = empty
		list, err := k.pageOfLeads(ctx, tx, &page)
		if err != nil {
			return err
		}
		if page.Rows, err = k.leadRows(ctx, tx, why, at, list); err == nil && page.Change {
			page.Changes, err = k.changes(ctx, tx, at, r.FormValue("of"))
		}
		return err
	})
	if err == nil {
		err = k.nameGoers(r.Context(), page.Rows)
	}
	if err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "ranking", Name: "leads", Title: "线索"}, page)
}

// pageOfLeads reads one page of a place's leads, and how many there are.
func (k *Room) pageOfLeads(ctx context.Context, tx *pg.Tx, page *leadPage) ([]watch.Lead, error) {
	of, err := k.village(ctx, tx, page.Place)
	if err != nil {
		return nil, err
	}
	if page.Open, err = k.d.Watch.OpenLeads(ctx, tx, page.Towns, of); err != nil {
		return nil, err
	}
	p := watch.LeadsPage{N: mostLeads + 1, Of: of}
	if page.After != nil {
		p.After = &watch.LeadMark{Aside: page.Aside, Place: page.After.Place, ID: int64(page.After.Household)}
	}
	list, err := k.d.Watch.Leads(ctx, tx, page.Towns, p)
	if err != nil {
		return nil, err
	}
	if len(list) > mostLeads {
		list = list[:mostLeads]
		last := list[mostLeads-1]
		page.Next = fmt.Sprintf("/desk/ranking/leads?place=%s&after=%d.%d&n=%d", page.Place, last.Place, last.ID, page.From+mostLeads)
		if last.Aside {
			page.Next += "&aside=1"
		}
	}
	kinds := map[string]bool{}
	for _, l := range list {
		kinds[l.Kind] = true
	}
	page.Due, page.Lost, page.Raised = kinds[watch.LeadDue], kinds[watch.LeadLost], kinds[watch.LeadRaised]
	return list, nil
}

// nameGoers names who goes and sees, and who had said so before.
func (k *Room) nameGoers(ctx context.Context, rows []leadRow) error {
	var ids []core.StaffID
	for i := range rows {
		ids = append(ids, rows[i].Checker, rows[i].Relieved)
	}
	slices.Sort(ids)
	ids = slices.DeleteFunc(slices.Compact(ids), func(id core.StaffID) bool { return id == 0 })
	if len(ids) == 0 {
		return nil
	}
	names, err := k.d.Staff.Names(ctx, ids...)
	for i := range rows {
		rows[i].Goer, rows[i].First = names[rows[i].Checker], names[rows[i].Relieved]
	}
	return err
}

// First and Last are the numbers of the first and the last lead of the page.
func (p leadPage) First() int { return p.From + 1 }

// Last is where it ends.
func (p leadPage) Last() int { return p.From + len(p.Rows) }

// village gives the households of a village, nil for a place that is none.
func (k *Room) village(ctx context.Context, tx *pg.Tx, place core.RegionCode) ([]core.HouseholdID, error) {
	if len(place) != 12 {
		return nil, nil
	}
	ids, err := k.d.Registry.InVillage(ctx, tx, place)
	if ids == nil {
		ids = []core.HouseholdID{}
	}
	return ids, err
}

func (k *Room) leadRows(ctx context.Context, tx *pg.Tx, why registry.Purpose, at desk.At, list []watch.Lead) ([]leadRow, error) {
	ids := make([]core.HouseholdID, len(list))
	for i, l := range list {
		ids[i] = l.Household
	}
	heads, err := k.heads(ctx, tx, why, ids)
	if err != nil {
		return nil, err
	}
	kin, err := k.kin(ctx, tx, at, ids)
	if err != nil {
		return nil, err
	}
	book, err := k.d.Books.On(tx.Today())
	if err != nil {
		return nil, err
	}
	out := make([]leadRow, 0, len(list))
	for _, l := range list {
		one := leadRow{Lead: l, Head: heads[l.Household], Low: l.Place.Low(), Day: l.Then.Low(), Kin: kin[l.Household], Band: string(hardship.BandOf(l.Place.Low())), Outcomes: outcomeWords(&l, at.Staff.ID)}
		one.Where = k.levels(l.Region)
		if one.Head.Village != "" {
			one.Where = k.levels(one.Head.Village)
		}
		for no := 1; no <= insight.MaxItem; no++ {
			if l.Items.Has(no) {
				one.Items = append(one.Items, k.called(book, no, l.Since))
			}
		}
		if l.Kind == watch.LeadDue {
			one.Apart = apart(book, l.Items)
		}
		one.Was = outcomes[l.Before]
		for _, r := range l.Raised {
			one.Raised = append(one.Raised, raisedRow{r, k.called(book, r.No, r.From)})
		}
		one.Cause = "家里的情况变了"
		switch {
		case l.Kind == watch.LeadRaised:
			one.Cause = "标准提高了,从 " + l.Since.SayWhole() + " 起执行,前面几个月是按原来的标准发的"
		case l.Cause == "book":
			one.Cause = "政策变了,可能从 " + l.Since.SayWhole() + " 起"
		}
		one.Brief = one.brief()
		out = append(out, one)
	}
	return out, nil
}

// called names an item by its number in the Book of today; one that was stopped, in those
// around the day since when a lead may hold.
func (k *Room) called(today *policy.Book, no int, since core.Date) string {
	books := []*policy.Book{today}
	for _, day := range []core.Date{since.AddDate(0, 0, -1), since} {
		if book, err := k.d.Books.On(day); err == nil {
			books = append(books, book)
		}
	}
	for _, book := range books {
		for i := range book.Items {
			if book.Items[i].No == no {
				return book.Items[i].Name
			}
		}
	}
	return "停办的一项"
}
