package insight

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Store keeps findings and the ranking. The zero value is ready; it has no state.
type Store struct {
	size int // of the steps of the city's order; 0: stepSize
}

// A Change is a household of which a look found something else than the look before.
type Change struct {
	Old, New Finding // a household that was not there before, or is no more, has no items and place 0
	Came     bool    // it was not there before
	Went     bool    // it is not there any more
}

// Due are the items that fit now and did not before.
func (c *Change) Due() Items { return c.New.Eligible &^ c.Old.Eligible }

// Lost are the items that fitted before and do not now, what is open now included.
func (c *Change) Lost() Items { return c.Old.Eligible &^ c.New.Eligible }

// Household is the one that changed.
func (c *Change) Household() core.HouseholdID { return max(c.Old.Household, c.New.Household) }

// Scanned says what a township was scanned with.
type Scanned struct {
	Book string // digest
	On   core.Date
}

// Replace stores what a scan of one township found, and gives what has changed, in the
// order of households. It writes the pages, ranks and counts that differ and no others,
// so a scan that finds the same again writes one row. list may stand in any order and
// is sorted. Alone must have been called before the facts were read. What it writes goes
// out with the caller's next statement or its commit.
func (s Store) Replace(ctx context.Context, tx *pg.Tx, town core.RegionCode, list []Finding, by Scanned) ([]Change, error) {
	slices.SortFunc(list, func(a, b Finding) int { return cmp.Compare(a.Household, b.Household) })
	old, err := readPages(ctx, tx, town)
	if err != nil {
		return nil, err
	}
	put, gone, changes, err := lay(old, list)
	if err != nil {
		return nil, core.E(core.KindInternal, "findings_unreadable", "").Wrap(err)
	}
	writePages(tx, town, put, gone)
	rank(tx, town, changes)
	writeTown(tx, town, list, by)
	count(tx, town, changes)
	step(tx, changes)
	s.cut(tx)
	return changes, nil
}

// Alone waits until nobody else looks at the township, and keeps others out until the
// transaction ends. Whoever replaces all findings calls it before reading the facts: what
// was set by another look in between would else be undone by older facts.
// The wait is before the transaction's next statement.
func (s Store) Alone(tx *pg.Tx, town core.RegionCode) {
	tx.Later("wait for whoever looks at the same township", `select pg_advisory_xact_lock(hashtextextended('finding ' || $1, 0))`, string(town))
}

// Beside waits until no whole scan of the township runs, and keeps one from beginning.
// The wait is before the transaction's next statement.
func (s Store) Beside(tx *pg.Tx, town core.RegionCode) {
	tx.Later("wait for a scan of the same township", `select pg_advisory_xact_lock_shared(hashtextextended('finding ' || $1, 0))`, string(town))
}

// pages is what a township has, as stored: the first household of each page and its bytes.
type pages struct {
	first []int64
	raw   [][]byte
}

func readPages(ctx context.Context, tx *pg.Tx, town core.RegionCode) (p pages, err error) {
	rows, err := tx.Query(ctx, `select first, findings from finding_page where region = $1 order by first`, string(town))
	if err != nil {
		return p, pg.Fail(err, "read findings")
	}
	var first int64
	var raw []byte
	_, err = pgx.ForEachRow(rows, []any{&first, &raw}, func() error {
		p.first, p.raw = append(p.first, first), append(p.raw, bytes.Clone(raw))
		return nil
	})
	return p, pg.Fail(err, "read findings")
}

// compare walks two lists in the order of households and appends where they differ.
func compare(out []Change, old, list []Finding) []Change {
	for len(old) > 0 || len(list) > 0 {
		switch {
		case len(list) == 0 || (len(old) > 0 && old[0].Household < list[0].Household):
			out = append(out, Change{Old: old[0], Went: true})
			old = old[1:]
		case len(old) == 0 || list[0].Household < old[0].Household:
			out = append(out, Change{New: list[0], Came: true})
			list = list[1:]
		default:
			if old[0] != list[0] {
				out = append(out, Change{Old: old[0], New: list[0]})
			}
			old, list = old[1:], list[1:]
		}
	}
	return out
}

// writePages writes the pages that differ and drops those of which nothing is left.
func writePages(tx *pg.Tx, town core.RegionCode, put pages, gone []int64) {
	if len(gone) > 0 {
		tx.Later("drop pages of findings", `delete from finding_page where region = $1 and first = any($2)`, string(town), gone)
	}
	if len(put.first) == 0 {
		return
	}
	const sql = `insert into finding_page (region, first, findings) select $1, f, b from unnest($2::bigint[], $3::bytea[]) as t (f, b)
		on conflict (region, first) do update set findings = excluded.findings`
	tx.Later("write pages of findings", sql, string(town), put.first, put.raw)
}

// lay cuts a sorted list at the firsts of the old pages, so that most stay as they are,
// and what became too long further. It gives the pages whose bytes differ and what is
// another finding in them; a page that is the same is not even read. A page keeps its
// first even when that household has gone: it names a range.
func lay(old pages, list []Finding) (put pages, gone []int64, changes []Change, err error) {
	var was []Finding
	for i, first := range old.first {
		n := len(list)
		if i+1 < len(old.first) {
			next := core.HouseholdID(old.first[i+1])
			n, _ = slices.BinarySearchFunc(list, next, func(f Finding, id core.HouseholdID) int { return cmp.Compare(f.Household, id) })
		}
		part := list[:n]
		list = list[n:]
		key := first
		if i == 0 && len(part) > 0 {
			key = min(key, int64(part[0].Household))
		}
		if len(part) == 0 || key != first {
			gone = append(gone, first)
		}
		if !put.cut(key, part, old.raw[i]) && key == first {
			continue
		}
		if was, err = readPage(was[:0], old.raw[i]); err != nil {
			return put, gone, nil, err
		}
		changes = compare(changes, was, part)
	}
	if len(list) > 0 {
		put.cut(int64(list[0].Household), list, nil)
		changes = compare(changes, nil, list)
	}
	return put, gone, changes, nil
}

// cut adds the pages of one range to what is to be written, unless the range is one page
// that is there already, and says whether anything differs.
func (p *pages) cut(first int64, part []Finding, was []byte) (differs bool) {
	size := len(part)
	if size > mostInPage {
		size = goodForPage
	}
	differs = size == 0
	for len(part) > 0 {
		n := min(size, len(part))
		if raw := appendPage(make([]byte, 0, len(was)+64), part[:n]); !bytes.Equal(raw, was) {
			p.first, p.raw, differs = append(p.first, first), append(p.raw, raw), true
		}
		if part = part[n:]; len(part) > 0 {
			first = int64(part[0].Household)
		}
		was = nil
	}
	return differs
}

// writeTown notes what the scan was made with and what it came to.
func writeTown(tx *pg.Tx, town core.RegionCode, list []Finding, by Scanned) {
	var eligible, open [MaxItem]int32
	for i := range list {
		tally(&eligible, list[i].Eligible, 1)
		tally(&open, list[i].Open, 1)
	}
	const sql = `insert into finding_town (region, book, on_day, scanned, households, eligible, open) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (region) do update set book = excluded.book, on_day = excluded.on_day, scanned = excluded.scanned,
			households = excluded.households, eligible = excluded.eligible, open = excluded.open, beside = '{}'`
	tx.Later("note the scan of a township", sql, string(town), by.Book, by.On.Time(), tx.Now(), len(list), eligible[:], open[:])
}

// tally adds n for every item of a set.
func tally(to *[MaxItem]int32, set Items, n int32) {
	for i := 0; set != 0; i, set = i+1, set>>1 {
		to[i] += n * int32(set&1)
	}
}

// Town is what a township's last whole scan came to.
type Town struct {
	Region     core.RegionCode
	Scanned    time.Time
	By         Scanned
	Households int
	Eligible   []int32 // households by item number, the first at 0
	Open       []int32
	Beside     []string // see Judged and Packed
}

// Towns reads the last scans of the townships in the scope of tx.
func (s Store) Towns(ctx context.Context, tx *pg.Tx) ([]Town, error) {
	rows, err := tx.Query(ctx, `select region, scanned, book, on_day, households, eligible, open, beside from finding_town order by region`)
	if err != nil {
		return nil, pg.Fail(err, "read the scans of townships")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t Town, err error) {
		var on time.Time
		err = row.Scan(&t.Region, &t.Scanned, &t.By.Book, &on, &t.Households, &t.Eligible, &t.Open, &t.Beside)
		t.By.On = core.DateOf(on)
		return t, err
	})
	return list, pg.Fail(err, "read the scans of townships")
}

// All reads the findings of one township, in the order of households.
func (s Store) All(ctx context.Context, tx *pg.Tx, town core.RegionCode) ([]Finding, error) {
	p, err := readPages(ctx, tx, town)
	if err != nil {
		return nil, err
	}
	var list []Finding
	for _, raw := range p.raw {
		if list, err = readPage(list, raw); err != nil {
			return nil, core.E(core.KindInternal, "findings_unreadable", "").Wrap(err)
		}
	}
	return list, nil
}
