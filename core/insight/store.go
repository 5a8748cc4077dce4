package insight

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Store keeps findings and the ranking. The zero value is ready; it has no state.
type Store struct{}

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
// is sorted. Alone must have been called before the facts were read.
func (s Store) Replace(ctx context.Context, tx *pg.Tx, town core.RegionCode, list []Finding, by Scanned) ([]Change, error) {
	slices.SortFunc(list, func(a, b Finding) int { return cmp.Compare(a.Household, b.Household) })
	old, err := readPages(ctx, tx, town)
	if err != nil {
		return nil, err
	}
	changes := compare(old.findings, list)
	if err := writePages(ctx, tx, town, old, list); err != nil {
		return nil, err
	}
	if err := rank(ctx, tx, town, changes); err != nil {
		return nil, err
	}
	if err := writeTown(ctx, tx, town, list, by); err != nil {
		return nil, err
	}
	return changes, count(ctx, tx, town, changes)
}

// Alone waits until nobody else looks at the township, and keeps others out until the
// transaction ends. Whoever replaces all findings calls it before reading the facts: what
// was set by another look in between would else be undone by older facts.
func (s Store) Alone(ctx context.Context, tx *pg.Tx, town core.RegionCode) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('finding ' || $1, 0))`, string(town))
	return pg.Fail(err, "wait for whoever looks at the same township")
}

// Beside waits until no whole scan of the township runs, and keeps one from beginning.
func (s Store) Beside(ctx context.Context, tx *pg.Tx, town core.RegionCode) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock_shared(hashtextextended('finding ' || $1, 0))`, string(town))
	return pg.Fail(err, "wait for a scan of the same township")
}

// pages is what a township has, as stored.
type pages struct {
	first    []int64
	raw      [][]byte
	findings []Finding // of all pages, in order
}

func readPages(ctx context.Context, tx *pg.Tx, town core.RegionCode) (p pages, err error) {
	rows, err := tx.Query(ctx, `select first, findings from finding_page where region = $1 order by first`, string(town))
	if err != nil {
		return p, pg.Fail(err, "read findings")
	}
	var first int64
	var raw []byte
	_, err = pgx.ForEachRow(rows, []any{&first, &raw}, func() (err error) {
		p.first, p.raw = append(p.first, first), append(p.raw, bytes.Clone(raw))
		p.findings, err = readPage(p.findings, raw)
		return err
	})
	if errors.Is(err, errPage) {
		return p, core.E(core.KindInternal, "findings_unreadable", "").Wrap(err)
	}
	return p, pg.Fail(err, "read findings")
}

// compare walks two lists in the order of households.
func compare(old, list []Finding) []Change {
	var out []Change
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

// writePages lays a sorted list into the pages there are, so that most stay as they
// are, and writes those whose bytes differ.
func writePages(ctx context.Context, tx *pg.Tx, town core.RegionCode, old pages, list []Finding) error {
	put, gone := lay(old, list)
	if len(gone) > 0 {
		if _, err := tx.Exec(ctx, `delete from finding_page where region = $1 and first = any($2)`, string(town), gone); err != nil {
			return pg.Fail(err, "drop pages of findings")
		}
	}
	if len(put.first) == 0 {
		return nil
	}
	const sql = `insert into finding_page (region, first, findings) select $1, f, b from unnest($2::bigint[], $3::bytea[]) as t (f, b)
		on conflict (region, first) do update set findings = excluded.findings`
	_, err := tx.Exec(ctx, sql, string(town), put.first, put.raw)
	return pg.Fail(err, "write pages of findings")
}

// lay cuts the list at the firsts of the old pages, and what became too long further.
// A page keeps its first even when that household has gone: it names a range.
func lay(old pages, list []Finding) (put pages, gone []int64) {
	for i, first := range old.first {
		n := len(list)
		if i+1 < len(old.first) {
			next := core.HouseholdID(old.first[i+1])
			n, _ = slices.BinarySearchFunc(list, next, func(f Finding, id core.HouseholdID) int { return cmp.Compare(f.Household, id) })
		}
		part := list[:n]
		list = list[n:]
		if len(part) == 0 {
			gone = append(gone, first)
			continue
		}
		if i == 0 {
			if low := int64(part[0].Household); low < first {
				gone, first = append(gone, first), low
			}
		}
		put.cut(first, part, old.raw[i])
	}
	if len(list) > 0 {
		put.cut(int64(list[0].Household), list, nil)
	}
	return put, gone
}

// cut adds the pages of one range to what is to be written, unless the range is one page
// that is there already.
func (p *pages) cut(first int64, part []Finding, was []byte) {
	size := len(part)
	if size > mostInPage {
		size = goodForPage
	}
	for len(part) > 0 {
		n := min(size, len(part))
		if raw := appendPage(nil, part[:n]); !bytes.Equal(raw, was) {
			p.first, p.raw = append(p.first, first), append(p.raw, raw)
		}
		if part = part[n:]; len(part) > 0 {
			first = int64(part[0].Household)
		}
		was = nil
	}
}

// writeTown notes what the scan was made with and what it came to.
func writeTown(ctx context.Context, tx *pg.Tx, town core.RegionCode, list []Finding, by Scanned) error {
	var eligible, open [MaxItem]int32
	for i := range list {
		tally(&eligible, list[i].Eligible, 1)
		tally(&open, list[i].Open, 1)
	}
	const sql = `insert into finding_town (region, book, on_day, scanned, households, eligible, open) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (region) do update set book = excluded.book, on_day = excluded.on_day, scanned = excluded.scanned,
			households = excluded.households, eligible = excluded.eligible, open = excluded.open`
	_, err := tx.Exec(ctx, sql, string(town), by.Book, by.On.Time(), tx.Now(), len(list), eligible[:], open[:])
	return pg.Fail(err, "note the scan of a township")
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
}

// Towns reads the last scans of the townships in the scope of tx.
func (s Store) Towns(ctx context.Context, tx *pg.Tx) ([]Town, error) {
	rows, err := tx.Query(ctx, `select region, scanned, book, on_day, households, eligible, open from finding_town order by region`)
	if err != nil {
		return nil, pg.Fail(err, "read the scans of townships")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t Town, err error) {
		var on time.Time
		err = row.Scan(&t.Region, &t.Scanned, &t.By.Book, &on, &t.Households, &t.Eligible, &t.Open)
		t.By.On = core.DateOf(on)
		return t, err
	})
	return list, pg.Fail(err, "read the scans of townships")
}

// All reads the findings of one township, in the order of households.
func (s Store) All(ctx context.Context, tx *pg.Tx, town core.RegionCode) ([]Finding, error) {
	p, err := readPages(ctx, tx, town)
	return p.findings, err
}
