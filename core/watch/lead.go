package watch

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/insight"
	"lianou/core/pg"
)

// news says what made the difference between two looks, and from when.
type news struct {
	cause string // "facts", or "book" when the rules are others
	book  string
	since core.Date
}

// newsOf compares the look before with the judge of this one. What a new Book brings may
// hold from its first day on; what facts bring, from the day they were looked at.
func newsOf(before []insight.Town, judge *insight.Judge, today core.Date) news {
	book := judge.Book()
	if len(before) > 0 && before[0].By.Book == book.Digest {
		return news{cause: "facts", book: book.Digest, since: today}
	}
	return news{cause: "book", book: book.Digest, since: min(book.From, today)}
}

// layLeads writes what is newly due and newly lost, one open lead of each kind for a
// household: what comes joins it, what is undone leaves it, and a lead of which nothing is
// left is gone. It gives how many households have something new, and have lost something.
func layLeads(tx *pg.Tx, town core.RegionCode, changes []insight.Change, n news) (newly, lost int) {
	var who, due, gone []int64
	var places []int32
	for i := range changes {
		c := &changes[i]
		d, l := c.Due(), c.Lost()
		if c.Came || c.Went || d|l == 0 { // who came or went is found by the list: the first look brings no news
			continue
		}
		if d != 0 {
			newly++
		}
		if l != 0 {
			lost++
		}
		who, due, gone = append(who, int64(c.Household())), append(due, int64(d)), append(gone, int64(l))
		places = append(places, int32(c.New.Place))
	}
	if len(who) == 0 {
		return 0, 0
	}
	const undo = `update lead l set items = case when l.items & ~t.off = 0 then l.items else l.items & ~t.off end,
			state = case when l.items & ~t.off = 0 then 'gone' else 'open' end,
			settled = case when l.items & ~t.off = 0 then $5::timestamptz end
		from (select unnest($2::bigint[]) as household, unnest($3::bigint[]) as off, $4::text as kind) t
		where l.region = $1 and l.household = t.household and l.kind = t.kind and l.state = 'open' and l.items & t.off <> 0`
	const lay = `insert into lead (region, household, kind, items, cause, book, since, found, place)
		select $1, h, $4, i, $5, $6, $7, $8, p from unnest($2::bigint[], $3::bigint[], $9::int[]) as t (h, i, p) where i <> 0
		on conflict (region, household, kind) where state = 'open'
		do update set items = lead.items | excluded.items, place = excluded.place`
	for _, step := range []struct {
		kind    string
		on, off []int64
	}{{"due", due, gone}, {"lost", gone, due}} {
		tx.Later("take back leads", undo, string(town), who, step.off, step.kind, tx.Now())
		tx.Later("lay leads", lay, string(town), who, step.on, step.kind, n.cause, n.book, n.since.Time(), tx.Now(), places)
	}
	return newly, lost
}

// closeLeft closes what lies open of households that are not in the township any more: all
// of them died, or left the city. What lay open of one that moved went with it. It gives the
// leads, for the log.
func closeLeft(ctx context.Context, tx *pg.Tx, town core.RegionCode, changes []insight.Change) ([]int64, error) {
	var left []int64
	for i := range changes {
		if changes[i].Went {
			left = append(left, int64(changes[i].Household()))
		}
	}
	if len(left) == 0 {
		return nil, nil
	}
	const sql = `with shut as (update lead set state = 'gone', settled = $3 where region = $1 and household = any ($2) and state = 'open' returning id)
		select id from shut order by id`
	rows, err := tx.Query(ctx, sql, string(town), left, tx.Now())
	if err != nil {
		return nil, pg.Fail(err, "close leads of who has left")
	}
	shut, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return shut, pg.Fail(err, "close leads of who has left")
}

// endOpposed lets the later of two open leads stand where one says that an item fits and the
// other that it does not any more: households that moved before that was seen to can have
// both. It gives those of which nothing is left, for the log.
func endOpposed(ctx context.Context, tx *pg.Tx, town core.RegionCode) ([]int64, error) {
	const sql = `with less as (update lead l set items = case when l.items & ~o.items = 0 then l.items else l.items & ~o.items end,
				state = case when l.items & ~o.items = 0 then 'gone' else 'open' end, settled = case when l.items & ~o.items = 0 then $2::timestamptz end
			from lead o where l.region = $1 and o.region = $1 and o.household = l.household and l.state = 'open' and o.state = 'open'
				and (l.kind, o.kind) in (('due', 'lost'), ('lost', 'due')) and l.items & o.items <> 0 and (o.found, o.id) > (l.found, l.id)
			returning l.id, l.state)
		select id from less where state = 'gone' order by id`
	rows, err := tx.Query(ctx, sql, string(town), tx.Now())
	if err != nil {
		return nil, pg.Fail(err, "end leads that another one opposes")
	}
	ended, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return ended, pg.Fail(err, "end leads that another one opposes")
}

// noted adds to an entry of the log which leads were closed, where any was.
func noted(detail map[string]any, closed []int64) map[string]any {
	if len(closed) > 0 {
		detail["closed"] = closed
	}
	return detail
}
