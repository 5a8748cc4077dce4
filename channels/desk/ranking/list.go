package ranking

import (
	"context"
	"fmt"
	"math/bits"
	"net/http"
	"slices"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/insight"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/staff"
)

// listPage is one page of the order.
type listPage struct {
	view
	Up, Down   []choice
	Households int // in the place
	Most       int // of the hardest 3 in 100; 0 where all are shown
	Short      int // of these, who have under 15 points and stand in no list; counted where the list ends
	Rows       []row
	Next       string // the address of the next page; "" for none
	Unlooked   bool   // nobody has looked at the place yet
	City       bool   // may see what other weights would do
	Formula    string // the index by the weights of the looks that are shown
	Newer      string // by the weights in force, where a look by these is still to come
	Behind     bool   // the rules in force are newer than a look that is shown
	Whole      []desk.IndexPart

	village []core.HouseholdID // where the place is one
	by      []string           // digests of the Books of the looks, each once
}

// row is one household of the list.
type row struct {
	insight.Ranked
	N         int
	Head      registry.Head
	Where     []string
	Low, High int
	Band      string
	Formula   string
	Parts     []int // of the least possible index, in tenths
	Shares    []share
	Aid       hardship.Aid // what comes in already
	Net       [2]int       // the index after it, lowest and highest
	Fits      int          // items that fit
}

func (k *Room) list(w http.ResponseWriter, r *http.Request, at desk.At) error {
	v, err := k.viewOf(r, at)
	if err != nil {
		return err
	}
	page := listPage{view: v, City: at.Has(staff.City)}
	page.Up, page.Down = k.around(v, at)
	err = k.in(r, at, forOrder, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) error {
		if err := k.count(ctx, tx, &page); err != nil {
			return err
		}
		list, err := k.order(ctx, tx, &page)
		if err != nil {
			return err
		}
		if err := k.formula(tx, &page); err != nil {
			return err
		}
		page.Rows, err = k.rows(ctx, tx, why, list, v.From)
		return err
	})
	if err != nil {
		return err
	}
	title := "困难排序"
	return at.Page.Show(w, at, desk.View{Room: "ranking", Name: "list", Title: title, Wide: true}, page)
}

// formula says by which weights the order that is shown goes, and what each part comes to at
// most by them. A Book that was published since changes nothing before the next look.
func (k *Room) formula(tx *pg.Tx, page *listPage) error {
	today, err := k.d.Books.On(tx.Today())
	if err != nil {
		return err
	}
	books := []*policy.Book{today}
	if len(page.by) > 0 {
		books = nil
	}
	page.Behind = false
	for _, digest := range page.by {
		page.Behind = page.Behind || digest != today.Digest
		book, err := k.d.Watch.FoundBy(digest, tx.Today())
		if err != nil {
			return err
		}
		books = append(books, book)
	}
	var names []string
	for _, book := range books {
		if name := hardship.VersionOf(book); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	tops := hardship.Tops(books[0])
	page.Formula, page.Whole = strings.Join(names, "、"), desk.IndexParts(tops[:])
	if now := hardship.VersionOf(today); len(names) > 1 || names[0] != now {
		page.Newer = now
	}
	return nil
}

// count says how many households the place has, as far as it is the officer's, and how many
// the hardest 3 in 100 are.
func (k *Room) count(ctx context.Context, tx *pg.Tx, page *listPage) error {
	towns, err := k.d.Watch.Found().Towns(ctx, tx)
	if err != nil {
		return err
	}
	page.Households, page.Unlooked, page.by = 0, true, nil
	for _, t := range towns {
		if !slices.Contains(page.Towns, t.Region) {
			continue
		}
		page.Households, page.Unlooked = page.Households+t.Households, false
		if !slices.Contains(page.by, t.By.Book) {
			page.by = append(page.by, t.By.Book)
		}
	}
	if len(page.Place) == 12 && !page.Unlooked {
		if page.village, err = k.d.Registry.InVillage(ctx, tx, page.Place); err != nil {
			return err
		}
		page.Households = len(page.village)
	}
	if page.Poor {
		page.Most = (page.Households*3 + 99) / 100
	}
	return nil
}

// order reads one page of the order.
func (k *Room) order(ctx context.Context, tx *pg.Tx, page *listPage) ([]insight.Ranked, error) {
	n := perPage
	if page.Poor {
		n = min(n, max(page.Most-page.From, 0))
	}
	if n == 0 {
		return nil, nil
	}
	p := insight.Page{N: n + 1, After: page.After}
	list, err := []insight.Ranked(nil), error(nil)
	if len(page.Place) == 12 {
		list, err = k.d.Watch.Found().Among(ctx, tx, page.Towns[0], page.village, p)
	} else {
		list, err = k.d.Watch.Found().Top(ctx, tx, page.Towns, p)
	}
	if err != nil {
		return nil, err
	}
	if len(list) <= n {
		page.Short = max(0, page.Most-page.From-len(list))
		return list, nil
	}
	list = list[:n]
	if last := list[n-1]; !page.Poor || page.From+n < page.Most {
		page.Next = fmt.Sprintf("/desk/ranking?place=%s&after=%d.%d&n=%d", page.Place, last.Place, last.Household, page.From+n)
		if page.Poor {
			page.Next += "&poor=1"
		}
	}
	return list, nil
}

// rows says who stands where, and why.
func (k *Room) rows(ctx context.Context, tx *pg.Tx, why registry.Purpose, list []insight.Ranked, from int) ([]row, error) {
	ids := make([]core.HouseholdID, len(list))
	for i, r := range list {
		ids[i] = r.Household
	}
	heads, err := k.heads(ctx, tx, why, ids)
	if err != nil {
		return nil, err
	}
	aid, err := k.aid(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	looks, err := k.d.Watch.Looks(ctx, tx, list, aid)
	if err != nil {
		return nil, err
	}
	out := make([]row, 0, len(list))
	for i, r := range list {
		one := row{Ranked: r, N: from + i + 1, Head: heads[r.Household], Low: r.Place.Low(), High: r.Place.High(), Band: string(hardship.BandOf(r.Place.Low()))}
		one.Where = k.levels(lowest(one.Head, r))
		if look, known := looks[r.Household]; known {
			one.parts(&look, aid[r.Household])
			one.Fits = bits.OnesCount64(uint64(look.Finding.Eligible))
		}
		out = append(out, one)
	}
	return out, nil
}

// lowest is the smallest place known of a household.
func lowest(h registry.Head, r insight.Ranked) core.RegionCode {
	if h.Village != "" {
		return h.Village
	}
	return r.Region
}

// levels names a place in pieces between which a line may break: a village's name in the middle
// of which it breaks is read as two.
func (k *Room) levels(code core.RegionCode) []string {
	full := k.d.Registry.Regions().FullName(code)
	if len(code) != 12 {
		return []string{full}
	}
	town := k.d.Registry.Regions().FullName(code[:9])
	if rest, inside := strings.CutPrefix(full, town); inside && rest != "" {
		return []string{town, rest}
	}
	return []string{full}
}
