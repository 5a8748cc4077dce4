package ranking

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/hardship"
	"lianou/core/insight"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/watch"
)

// mostLeads is how many leads a page shows; the hardest households come first, so the
// rest waits for these.
const mostLeads = 50

// leadPage is what scans found that somebody should see to.
type leadPage struct {
	Said   string
	Rows   []leadRow
	Due    bool // something new fits somebody
	Raised bool // something may be owed to somebody
}

type leadRow struct {
	watch.Lead
	Head  registry.Head
	Where string
	Items []string
	Cause string
	Band  string
	Low   int
	Kin   bool // of who reads it: somebody else settles it

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

func outcomeWords(kind string) (list []outcomeWord) {
	words := map[watch.Outcome]string{watch.Applied: "符合,帮他申请", watch.Served: "已经有了", watch.NotInNeed: "不需要", watch.NotReached: "没找到人",
		watch.WrongData: "资料不对", watch.MadeGood: "该补,已经补了", watch.NotOwed: "不该补"}
	for _, o := range watch.Outcomes(kind) {
		list = append(list, outcomeWord{o, words[o]})
	}
	return list
}

func (k *Room) leads(w http.ResponseWriter, r *http.Request, at desk.At) error {
	page := leadPage{Said: desk.Said(w, r)}
	err := k.in(r, at, forLeads, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) error {
		list, err := k.d.Watch.Leads(ctx, tx, at.Staff.Regions, mostLeads)
		if err != nil {
			return err
		}
		page.Due, page.Raised = false, false
		for _, l := range list {
			page.Due, page.Raised = page.Due || l.Kind == watch.LeadDue, page.Raised || l.Kind == watch.LeadRaised
		}
		page.Rows, err = k.leadRows(ctx, tx, why, at, list)
		return err
	})
	if err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "ranking", Name: "leads", Title: "线索"}, page)
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
		one := leadRow{Lead: l, Head: heads[l.Household], Low: l.Place.Low(), Kin: kin[l.Household], Band: string(hardship.BandOf(l.Place.Low())), Outcomes: outcomeWords(l.Kind)}
		one.Where = k.d.Registry.Regions().FullName(l.Region)
		if one.Head.Village != "" {
			one.Where = k.d.Registry.Regions().FullName(one.Head.Village)
		}
		for no := 1; no <= insight.MaxItem; no++ {
			if l.Items.Has(no) {
				one.Items = append(one.Items, k.called(book, no, l.Since))
			}
		}
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

// kin says which of some households are kin of who is at the desk: what they may be due is
// seen to by somebody else.
func (k *Room) kin(ctx context.Context, tx *pg.Tx, at desk.At, ids []core.HouseholdID) (map[core.HouseholdID]bool, error) {
	living, err := k.d.Registry.Living(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	kin, err := k.d.Staff.KinOf(ctx, tx, at.Staff.ID, slices.Collect(maps.Keys(living)))
	out := map[core.HouseholdID]bool{}
	for _, person := range kin {
		out[living[person]] = true
	}
	return out, err
}

func (k *Room) settle(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := strconv.ParseInt(r.PathValue("lead"), 10, 64)
	if err != nil || id <= 0 {
		return core.E(core.KindNotFound, "not_found", "没有这一条。")
	}
	err = k.in(r, at, forLeads, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) error {
		home, err := k.d.Watch.Whose(ctx, tx, id)
		if err != nil {
			return err
		}
		kin, err := k.kin(ctx, tx, at, []core.HouseholdID{home})
		if err == nil && kin[home] {
			err = casefile.ErrConflictOfInterest
		}
		if err != nil {
			return err
		}
		return k.d.Watch.Settle(ctx, tx, id, why.Actor, watch.Outcome(r.FormValue("outcome")))
	})
	if err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/ranking/leads", "记下了。")
}
