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

// Draw makes the order of a round as it would stand if now were the cut-off, in the scope of tx, which must
// hold the whole area: every household of it is judged by the Book and the day of the
// cut-off, whatever scans found since by other Books. Errors: ErrUnlooked, ErrTooLong.
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
	if err := looked(ctx, tx, towns); err != nil {
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

// looked refuses an area of which a township was never looked at: its rows of facts need
// not be there.
func looked(ctx context.Context, tx *pg.Tx, towns []core.RegionCode) error {
	scans, err := insight.Store{}.Towns(ctx, tx)
	if err != nil {
		return err
	}
	seen := make(map[core.RegionCode]bool, len(scans))
	for _, s := range scans {
		seen[s.Region] = true
	}
	if slices.ContainsFunc(towns, func(t core.RegionCode) bool { return !seen[t] }) {
		return ErrUnlooked
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
	var out []Entry
	err := q.d.Registry.Scan(ctx, tx, d.town, func(id core.HouseholdID, row []byte) error {
		f, points, err := d.judge.Look(id, row)
		if err != nil {
			return core.E(core.KindInternal, "row_unreadable", "").Wrap(err)
		}
		fits, claim := f.Eligible.Has(d.no), d.granted[id]
		if !fits && !f.Open.Has(d.no) && claim == 0 {
			return nil
		}
		if len(out) == maxListed {
			return ErrTooLong
		}
		e := Entry{Region: d.town, Household: id, Place: f.Place, Fits: fits, Claim: claim}
		for i := range parts {
			e.Low[i], e.High[i] = int(points.Low[i]), int(points.High[i])
		}
		out = append(out, e)
		return nil
	})
	return out, err
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
