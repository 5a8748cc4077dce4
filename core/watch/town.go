package watch

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/insight"
	"lianou/core/pg"
)

// town is a transaction of one township. It packs what was written since, up to packs
// entries; when more are waiting that is all it does, and more is true. Else it judges
// everybody, stores what differs and lays the leads.
func (w *Watch) town(ctx context.Context, tx *pg.Tx, scan int64, town core.RegionCode, packed *int) (more bool, err error) {
	tx.Remade()
	if err := hold(ctx, tx, scan, town); err != nil {
		return false, err
	}
	told, err := w.events(ctx, tx, town)
	if err != nil {
		return false, err
	}
	fresh, err := w.Registry.Repack(ctx, tx, town, packs)
	if err != nil {
		return false, err
	}
	*packed += len(fresh.Households)
	if fresh.More {
		w.found.Packed(tx, town)
		return true, nil
	}
	w.found.Alone(tx, town)
	before, err := w.found.Towns(ctx, tx)
	if err != nil {
		return false, err
	}
	judge, err := w.judges.take(w.Books, tx.Today())
	if err != nil {
		return false, err
	}
	defer w.judges.give(judge)
	by := insight.Scanned{Book: judge.Book().Digest, On: tx.Today()}
	c := numbers{book: by.Book, packed: *packed}
	changes, err := w.look(ctx, tx, look{town, judge, before, fresh.Households}, by, &c)
	if err != nil {
		return false, err
	}
	planAnew(tx)
	closed, err := closeLeft(ctx, tx, town, changes)
	if err != nil {
		return false, err
	}
	opposed, err := endOpposed(ctx, tx, town)
	if err != nil {
		return false, err
	}
	closed = append(closed, opposed...)
	veils, back, err := w.eventsBack(ctx, tx, town, changes, told)
	if err != nil {
		return false, err
	}
	if len(before) > 0 { // the first look at a township knows nobody
		came, err := cameBack(ctx, tx, town, changes)
		if err != nil {
			return false, err
		}
		back = append(back, came...)
	}
	had, err := w.newsOrHad(ctx, tx, town, judge, changes, nil)
	if err != nil {
		return false, err
	}
	concern, err := w.concerned(ctx, tx, town, judge.Book(), changes)
	if err != nil {
		return false, err
	}
	c.newly, c.lost = layLeads(tx, town, changes, had, concern, veils, newsOf(before, judge, tx.Today()))
	if err := w.lookedAt(ctx, tx, town, judge.Book(), changes, told, slices.Collect(maps.Keys(told))); err != nil {
		return false, err
	}
	if c.raised, err = w.raise(ctx, tx, town, before, judge); err != nil {
		return false, err
	}
	if err := w.place(ctx, tx, town); err != nil {
		return false, err
	}
	if err := w.Audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "job", ID: "scan_town"}, Act: "registry.scanned", Region: town, Purpose: "scan",
		Detail: noted(map[string]any{"scan": scan, "book": by.Book, "households": c.households, "changed": c.changed, "newly": c.newly, "lost": c.lost, "raised": c.raised}, closed, back)}); err != nil {
		return false, err
	}
	finish(tx, scan, town, c)
	return false, nil
}

// planAnew has what follows planned for what lies there now. A plan that is kept is the one
// that was made while nobody had a lead, and reads all of them to find one: after a change of
// the rules, when a city's first 350,000 come, 50 seconds instead of 12.
func planAnew(tx *pg.Tx) {
	tx.Later("plan for what lies there now", `select set_config('plan_cache_mode', 'force_custom_plan', true)`)
}

// hold takes the township's place in the scan, or gives errTaken.
func hold(ctx context.Context, tx *pg.Tx, scan int64, town core.RegionCode) error {
	const sql = `select true from scan_town where scan = $1 and town = $2 and done is null
		and exists (select from scan where id = $1 and given_up is null) for update skip locked`
	var mine bool
	err := tx.QueryRow(ctx, sql, scan, string(town)).Scan(&mine)
	if errors.Is(err, pgx.ErrNoRows) {
		return errTaken
	}
	return pg.Fail(err, "take a township of a scan")
}

// numbers is what a township's look came to.
type numbers struct {
	book                                                     string
	households, judged, packed, changed, newly, lost, raised int
}

// finish notes the township as done, and the scan when it was the last. The row of the
// scan is held from here to the commit, so this is the last statement.
func finish(tx *pg.Tx, scan int64, town core.RegionCode, n numbers) {
	const done = `update scan_town set done = $3, book = $4, households = $5, packed = $6, changed = $7, newly = $8, lost = $9, judged = $10, raised = $11
		where scan = $1 and town = $2`
	tx.Later("note a township as scanned", done, scan, string(town), tx.Now(), n.book, n.households, n.packed, n.changed, n.newly, n.lost, n.judged, n.raised)
	const last = `update scan set remain = remain - 1, ended = case when remain = 1 then $2::timestamptz end where id = $1`
	tx.Later("count a township of a scan", last, scan, tx.Now())
}
