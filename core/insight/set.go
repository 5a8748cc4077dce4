package insight

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Set stores what a look at one household found, or that it is no more (f has only its
// number, went is true), and gives what changed: nil when nothing did. The ranking and
// the counts move with it. Beside must have been called before the facts were read.
func (s Store) Set(ctx context.Context, tx *pg.Tx, town core.RegionCode, f Finding, went bool) (*Change, error) {
	first, list, err := pageOf(ctx, tx, town, f.Household)
	if err != nil {
		return nil, err
	}
	c, list := place(list, f, went)
	if c == nil {
		return nil, nil
	}
	putPage(tx, town, first, list)
	changes := []Change{*c}
	rank(tx, town, changes)
	moveTown(tx, town, c)
	count(tx, town, changes)
	step(tx, changes)
	return c, nil
}

// pageOf reads the page in which a household belongs, and keeps others from setting a
// finding of the township until the commit: they may move where a page begins, and a lock of
// its row does not find the one that comes in its place. A household before all pages
// belongs to the first one; without a page, the household begins one.
func pageOf(ctx context.Context, tx *pg.Tx, town core.RegionCode, id core.HouseholdID) (first int64, list []Finding, err error) {
	tx.Later("wait for whoever sets a finding of the same township", `select pg_advisory_xact_lock(hashtextextended('finding page ' || $1, 0))`, string(town))
	const sql = `select first, findings from finding_page where region = $1 and first = coalesce(
		(select max(first) from finding_page where region = $1 and first <= $2), (select min(first) from finding_page where region = $1))`
	var raw []byte
	err = tx.QueryRow(ctx, sql, string(town), int64(id)).Scan(&first, &raw)
	if errors.Is(err, pgx.ErrNoRows) {
		return int64(id), nil, nil
	}
	if err != nil {
		return 0, nil, pg.Fail(err, "read a page of findings")
	}
	list, err = readPage(nil, raw)
	if err != nil {
		return 0, nil, core.E(core.KindInternal, "findings_unreadable", "").Wrap(err)
	}
	return first, list, nil
}

// place puts a finding into a page's list, or takes it out.
func place(list []Finding, f Finding, went bool) (*Change, []Finding) {
	at, found := slices.BinarySearchFunc(list, f.Household, func(f Finding, id core.HouseholdID) int { return cmp.Compare(f.Household, id) })
	switch {
	case went && !found, found && !went && list[at] == f:
		return nil, list
	case went:
		c := &Change{Old: list[at], Went: true}
		return c, slices.Delete(list, at, at+1)
	case found:
		c := &Change{Old: list[at], New: f}
		list[at] = f
		return c, list
	default:
		return &Change{New: f, Came: true}, slices.Insert(list, at, f)
	}
}

// putPage writes one page, cut in two when it has become too long, or drops it when it is
// empty.
func putPage(tx *pg.Tx, town core.RegionCode, first int64, list []Finding) {
	var put pages
	var gone []int64
	if len(list) == 0 || int64(list[0].Household) < first {
		gone = append(gone, first)
	}
	if len(list) > 0 {
		put.cut(min(first, int64(list[0].Household)), list, nil)
	}
	writePages(tx, town, put, gone)
}

// moveTown carries one change over to the totals of a township that was scanned.
func moveTown(tx *pg.Tx, town core.RegionCode, c *Change) {
	var eligible, open [MaxItem]int32
	tally(&eligible, c.Old.Eligible, -1)
	tally(&eligible, c.New.Eligible, 1)
	tally(&open, c.Old.Open, -1)
	tally(&open, c.New.Open, 1)
	n := 0
	if c.Came {
		n = 1
	} else if c.Went {
		n = -1
	}
	const sql = `update finding_town set households = households + $2, eligible = ranking_add(eligible, $3), open = ranking_add(open, $4) where region = $1`
	tx.Later("carry a finding over to its township", sql, string(town), n, eligible[:], open[:])
}

// Of reads the finding of one household. Errors: KindNotFound for one that no look has
// seen.
func (s Store) Of(ctx context.Context, tx *pg.Tx, town core.RegionCode, id core.HouseholdID) (Finding, error) {
	const sql = `select findings from finding_page where region = $1 and first <= $2 order by first desc limit 1`
	var raw []byte
	err := tx.QueryRow(ctx, sql, string(town), int64(id)).Scan(&raw)
	if err != nil {
		return Finding{}, pg.Fail(err, "read the finding of a household")
	}
	list, err := readPage(nil, raw)
	if err != nil {
		return Finding{}, core.E(core.KindInternal, "findings_unreadable", "").Wrap(err)
	}
	at, found := slices.BinarySearchFunc(list, id, func(f Finding, id core.HouseholdID) int { return cmp.Compare(f.Household, id) })
	if !found {
		return Finding{}, core.E(core.KindNotFound, "finding_unknown", "这一户还没有比对过。")
	}
	return list[at], nil
}
