package quota

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/insight"
	"lianou/core/pg"
)

// maxListed bounds a list. A longer one is no order that anybody could follow.
const maxListed = 20000

// A List is an order with what it was made by.
type List struct {
	Entries []Entry
	Book    string
	Formula string // the index by the weights of the Book
	Digest  string
}

// Draw makes the order of a round as it would be frozen now, in the scope of tx, which must
// hold the whole area. Errors: ErrUnlooked, ErrTooLong.
func (q *Quota) Draw(ctx context.Context, tx *pg.Tx, r Round) (List, error) {
	book, err := q.d.Books.On(core.DateOf(r.Cutoff))
	if err != nil {
		return List{}, err
	}
	item, found := book.Item(r.Item)
	if !found {
		return List{}, core.E(core.KindConflict, "quota_item", "这个事项在截止那天已经停办了。")
	}
	towns := q.d.Registry.Regions().Expand(r.Area)
	if err := looked(ctx, tx, towns, book.Digest); err != nil {
		return List{}, err
	}
	judge, err := insight.NewJudge(book, core.DateOf(r.Cutoff))
	if err != nil {
		return List{}, err
	}
	granted, err := q.d.Cases.GrantedHouseholds(ctx, tx, r.Item, towns)
	if err != nil {
		return List{}, err
	}
	out := List{Book: book.Digest, Formula: hardship.VersionOf(book)}
	for _, town := range towns {
		more, err := q.ofTown(ctx, tx, drawing{town, item.No, judge, granted})
		if err != nil {
			return List{}, err
		}
		if out.Entries = append(out.Entries, more...); len(out.Entries) > maxListed {
			return List{}, ErrTooLong
		}
	}
	arrange(out.Entries)
	r.Book, r.Formula, r.Tie = out.Book, out.Formula, Tie
	out.Digest = digest(r, out.Entries)
	return out, nil
}

// looked refuses an area of which a township was not looked at under the Book.
func looked(ctx context.Context, tx *pg.Tx, towns []core.RegionCode, book string) error {
	scans, err := insight.Store{}.Towns(ctx, tx)
	if err != nil {
		return err
	}
	by := map[core.RegionCode]string{}
	for _, s := range scans {
		by[s.Region] = s.By.Book
	}
	for _, t := range towns {
		if by[t] != book {
			return ErrUnlooked
		}
	}
	return nil
}

// drawing is one township's part of a list that is being made.
type drawing struct {
	town    core.RegionCode
	no      int
	judge   *insight.Judge
	granted map[core.HouseholdID]core.ClaimID
}

func (q *Quota) ofTown(ctx context.Context, tx *pg.Tx, d drawing) ([]Entry, error) {
	all, err := insight.Store{}.All(ctx, tx, d.town)
	if err != nil {
		return nil, err
	}
	fits, ids := map[core.HouseholdID]bool{}, []core.HouseholdID(nil)
	for _, f := range all {
		if f.Eligible.Has(d.no) || f.Open.Has(d.no) || d.granted[f.Household] != 0 {
			ids = append(ids, f.Household)
			fits[f.Household] = f.Eligible.Has(d.no)
		}
	}
	if len(ids) > maxListed {
		return nil, ErrTooLong
	}
	towns := slices.Repeat([]core.RegionCode{d.town}, len(ids))
	rows, err := q.d.Registry.Rows(ctx, tx, towns, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Entry, 0, len(ids))
	for _, id := range ids {
		row, packed := rows[id]
		if !packed {
			continue // gone since the look: nobody lives there any more
		}
		f, points, err := d.judge.Look(id, row)
		if err != nil {
			return nil, core.E(core.KindInternal, "row_unreadable", "").Wrap(err)
		}
		e := Entry{Region: d.town, Household: id, Place: f.Place, Fits: fits[id], Claim: d.granted[id]}
		for i := range parts {
			e.Low[i], e.High[i] = int(points.Low[i]), int(points.High[i])
		}
		out = append(out, e)
	}
	return out, nil
}

// arrange puts entries in order and numbers them: the harder first, of equals the lower
// number, as the ranking of insight.
func arrange(list []Entry) {
	slices.SortFunc(list, before)
	for i := range list {
		list[i].N = i + 1
	}
}

func before(a, b Entry) int {
	return cmp.Or(cmp.Compare(b.Place, a.Place), cmp.Compare(a.Household, b.Household))
}

// digest is over all that the order rests on, in lines that anybody can write again.
func digest(r Round, list []Entry) string {
	h := sha256.New()
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %d %s %s %s %s\n", r.Item, r.Area, r.Places, r.Cutoff.UTC().Format(time.RFC3339), r.Book, r.Formula, r.Tie)
	for i := range list {
		e := &list[i]
		fmt.Fprintf(&b, "%d %s %d %d %v %v %t %d\n", e.N, e.Region, e.Household, e.Place, e.Low, e.High, e.Fits, e.Claim)
		if b.Len() > 1<<16 {
			h.Write([]byte(b.String()))
			b.Reset()
		}
	}
	h.Write([]byte(b.String()))
	return hex.EncodeToString(h.Sum(nil))
}
