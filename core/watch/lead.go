package watch

import (
	"cmp"
	"context"
	"slices"

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

// laying is what a look has to say of some households, row by row.
type laying struct {
	who, on, off, gone, back []int64 // by household: items that are new, that leave the open due lead, that are lost, that fit again
	places                   []int32
}

func (l *laying) add(id core.HouseholdID, due, had, lost, concern insight.Items, at insight.Place, old veil) {
	l.who, l.places = append(l.who, int64(id)), append(l.places, int32(at))
	l.on, l.back = append(l.on, int64(due&^had&^old.due)), append(l.back, int64(due))
	l.off, l.gone = append(l.off, int64(lost|had)), append(l.gone, int64(lost&concern&^old.lost))
}

// layLeads writes what is newly due and newly lost, one open lead of each kind for a
// household: what comes joins it, what is undone leaves it, and a lead of which nothing is
// left is gone. What a household has already is not due to it, and leaves what lies open too.
// A loss is laid of what concerns somebody; see concerned. What is as it was before an event
// that is undone is no news; see event. It gives how many households have
// something new, and have lost something that they receive or asked for: whoever signed the
// Book reads that figure, and finds those households in the list.
func layLeads(tx *pg.Tx, town core.RegionCode, changes []insight.Change, had, concern map[core.HouseholdID]insight.Items, veils map[core.HouseholdID]veil, n news) (newly, lost int) {
	var l laying
	told := map[core.HouseholdID]bool{}
	for i := range changes {
		c := &changes[i]
		due, gone := c.Due(), c.Lost()
		if c.Came || c.Went || due|gone == 0 { // who came or went is found by the list: the first look brings no news
			continue
		}
		old := veils[c.Household()]
		if due&^had[c.Household()]&^old.due != 0 {
			newly++
		}
		if gone&concern[c.Household()]&^old.lost != 0 {
			lost++
		}
		told[c.Household()] = true
		l.add(c.Household(), due, had[c.Household()], gone, concern[c.Household()], c.New.Place, old)
	}
	for id, items := range had {
		if !told[id] {
			l.add(id, 0, items, 0, 0, 0, veil{})
		}
	}
	l.lay(tx, town, n)
	return newly, lost
}

func (l *laying) lay(tx *pg.Tx, town core.RegionCode, n news) {
	if len(l.who) == 0 {
		return
	}
	l.take(tx, town)
	const lay = `insert into lead (region, household, kind, items, cause, book, since, found, place, found_place)
		select $1, h, $4, i, $5, $6, $7, $8, p, p from unnest($2::bigint[], $3::bigint[], $9::int[]) as t (h, i, p) where i <> 0
		on conflict (region, household, kind) where state = 'open' do update set items = lead.items | excluded.items,
			joined = case when excluded.items & ~lead.items <> 0 then excluded.found else lead.joined end`
	for _, step := range []struct {
		kind string
		on   []int64
	}{{LeadDue, l.on}, {LeadLost, l.gone}} {
		tx.Later("lay leads", lay, string(town), l.who, step.on, step.kind, n.cause, n.book, n.since.Time(), tx.Now(), l.places)
	}
}

// take has leave what lies open what does not fit any more, or fits again.
func (l *laying) take(tx *pg.Tx, town core.RegionCode) {
	if len(l.who) == 0 {
		return
	}
	const undo = `update lead l set items = case when l.items & ~t.off = 0 then l.items else l.items & ~t.off end,
			state = case when l.items & ~t.off = 0 then 'gone' else 'open' end,
			settled = case when l.items & ~t.off = 0 then $5::timestamptz end
		from (select unnest($2::bigint[]) as household, unnest($3::bigint[]) as off, $4::text as kind) t
		where l.region = $1 and l.household = t.household and l.kind = t.kind and l.state = 'open' and l.items & t.off <> 0`
	for _, step := range []struct {
		kind string
		off  []int64
	}{{LeadDue, l.off}, {LeadLost, l.back}} {
		tx.Later("take back leads", undo, string(town), l.who, step.off, step.kind, tx.Now())
	}
}

// newsOrHad gives what households have already of what is newly due to them, and of what lies
// open as due: of some households, or of all of the township where there are none.
func (w *Watch) newsOrHad(ctx context.Context, tx *pg.Tx, town core.RegionCode, judge *insight.Judge, changes []insight.Change, of []core.HouseholdID) (map[core.HouseholdID]insight.Items, error) {
	want := map[core.HouseholdID]insight.Items{}
	rows, err := tx.Query(ctx, `select household, items from lead where region = $1 and state = 'open' and kind = 'due' and ($2::bigint[] is null or household = any ($2))`, string(town), of)
	if err != nil {
		return nil, pg.Fail(err, "read what lies open as due")
	}
	var id core.HouseholdID
	var items int64
	if _, err := pgx.ForEachRow(rows, []any{&id, &items}, func() error {
		want[id] = insight.Items(items)
		return nil
	}); err != nil {
		return nil, pg.Fail(err, "read what lies open as due")
	}
	for i := range changes {
		if c := &changes[i]; !c.Came && !c.Went && c.Due() != 0 {
			want[c.Household()] |= c.Due()
		}
	}
	return w.had(ctx, tx, town, judge.Book(), want)
}

// place has every open lead of a township stand where its household stands now, so that two
// leads of one household show one index and the list needs no other table. Most stand there.
func (w *Watch) place(ctx context.Context, tx *pg.Tx, town core.RegionCode) error {
	rows, err := tx.Query(ctx, `select household, min(place), max(place) from lead where region = $1 and state = 'open' group by household order by household`, string(town))
	if err != nil {
		return pg.Fail(err, "read where leads stand")
	}
	type standing struct {
		home     core.HouseholdID
		low, top insight.Place
	}
	open, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s standing, err error) {
		err = row.Scan(&s.home, &s.low, &s.top)
		return s, err
	})
	if err != nil || len(open) == 0 {
		return pg.Fail(err, "read where leads stand")
	}
	found, err := w.found.All(ctx, tx, town)
	if err != nil {
		return err
	}
	var now []insight.Finding
	for _, s := range open {
		at, there := slices.BinarySearchFunc(found, s.home, func(f insight.Finding, id core.HouseholdID) int { return cmp.Compare(f.Household, id) })
		if there && (s.low != found[at].Place || s.top != found[at].Place) {
			now = append(now, found[at])
		}
	}
	placeLeads(tx, town, now)
	return nil
}

// placeLeads has the open leads of some households stand where these were found now.
func placeLeads(tx *pg.Tx, town core.RegionCode, now []insight.Finding) {
	if len(now) == 0 {
		return
	}
	var who []int64
	var places []int32
	for _, f := range now {
		who, places = append(who, int64(f.Household)), append(places, int32(f.Place))
	}
	const sql = `update lead l set place = t.p from unnest($2::bigint[], $3::int[]) as t (h, p) where l.region = $1 and l.household = t.h and l.state = 'open' and l.place <> t.p`
	tx.Later("place leads", sql, string(town), who, places)
}

// closeLeft closes what lies open of households that are not in the township any more: all
// of them died, or left the city. What lay open of one that moved went with it. It gives the
// leads, for the log. It may have been told wrongly: see cameBack.
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
	const sql = `with shut as (update lead set state = 'gone', departed = true, settled = $3 where region = $1 and household = any ($2) and state = 'open' returning id)
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

// noted adds to an entry of the log which leads were closed, and which were laid anew of who
// is there again, where any was.
func noted(detail map[string]any, closed, back []int64) map[string]any {
	if len(closed) > 0 {
		detail["closed"] = closed
	}
	if len(back) > 0 {
		detail["back"] = back
	}
	return detail
}
