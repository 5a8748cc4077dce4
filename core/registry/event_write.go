package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/pg"
)

// writing is one event on its way into the store.
type writing struct {
	l       *Life
	tx      *pg.Tx
	why     Purpose
	event   Event
	people  []core.PersonID
	touched []core.HouseholdID
	left    map[core.HouseholdID]core.RegionCode // townships that households moved out of
	vacant  []core.HouseholdID                   // that the one they are called after left
}

// begin numbers an event. Its day is today or before, it has a source, and words where it demands them.
func (l *Life) begin(ctx context.Context, tx *pg.Tx, why Purpose, kind EventKind, told Told) (*writing, error) {
	if told.Source == "" || len(told.Source) > 64 || told.Day.IsZero() || told.Day > tx.Today() {
		return nil, core.Invalid("day", "请填写这件事发生的日期和依据,日期不能晚于今天。")
	}
	w := &writing{l: l, tx: tx, why: why, event: Event{Kind: kind, Told: told}, left: map[core.HouseholdID]core.RegionCode{}}
	if err := w.check(); err != nil {
		return nil, err
	}
	err := tx.QueryRow(ctx, `select nextval('life_event_id_seq')`).Scan(&w.event.ID)
	return w, pg.Fail(err, "number an event")
}

// touch notes a household that is to be judged again. The first one is the one that the
// event is told of.
func (w *writing) touch(ids ...core.HouseholdID) {
	for _, id := range ids {
		if !slices.Contains(w.touched, id) {
			w.touched = append(w.touched, id)
		}
	}
}

// end keeps the event, the trace and the jobs that follow from it.
func (w *writing) end(ctx context.Context) (EventID, error) {
	e := &w.event
	if len(w.touched) == 0 {
		return 0, core.E(core.KindInternal, "event_empty", "")
	}
	for _, home := range w.vacant {
		if err := w.succeed(ctx, home); err != nil {
			return 0, err
		}
	}
	e.Household = w.touched[0]
	const sql = `insert into life_event (id, region, kind, day, known_at, source, household, person, undoes, made_by, words)
		select $1, region, $3, $4, $5, $6, id, nullif($7::bigint, 0), nullif($8::bigint, 0), $9, $10 from household where id = $2`
	words, err := w.sealed()
	if err != nil {
		return 0, err
	}
	tag, err := w.tx.Exec(ctx, sql, e.ID, int64(e.Household), e.Kind, pgDate(e.Told.Day), w.tx.Now(), e.Told.Source, int64(e.Person), int64(e.Undoes), w.why.actor(), words)
	if told := eventRefused(err); told != nil {
		return 0, told
	}
	if err != nil {
		return 0, beyond(err, "keep an event")
	}
	if tag.RowsAffected() == 0 {
		return 0, ErrBeyond
	}
	if err := w.leads(ctx); err != nil {
		return 0, err
	}
	var follow []jobs.Args
	for _, id := range w.touched {
		home, err := w.l.reg.Home(ctx, w.tx, id)
		if err != nil {
			return 0, err
		}
		follow = append(follow, jobs.HouseholdTouched{Household: id, Event: int64(e.ID), Region: home.Region},
			jobs.FamilyChanged{Household: id, Event: int64(e.ID), What: string(e.Kind), Day: e.Told.Day})
		if old, moved := w.left[id]; moved { // its place in the order, and what fits it, are that township's no more
			follow = append(follow, jobs.HouseholdTouched{Household: id, Event: int64(e.ID), Region: old})
		}
		detail := looked{Home: id, Persons: w.people, By: string(e.Kind)}
		if err := w.l.reg.trace(ctx, w.tx, w.why, "event.entered", Person{ID: e.Person, Region: home.Region}, detail); err != nil {
			return 0, err
		}
	}
	return e.ID, w.l.queue.Insert(ctx, w.tx, follow...)
}

// lock takes hold of people and households, in the order in which everybody does.
func (w *writing) lock(ctx context.Context, people []core.PersonID, homes ...core.HouseholdID) error {
	n, err := w.hold(ctx, `select 1 from person where id = any($1) order by id for update`, idsOf(people))
	if err != nil {
		return err
	}
	if n < distinct(people) {
		return ErrUnknown
	}
	if n, err = w.hold(ctx, `select 1 from household where id = any($1) order by id for update`, idsOf(homes)); err != nil {
		return err
	}
	if n < distinct(homes) {
		return ErrNoHousehold
	}
	return nil
}

func (w *writing) hold(ctx context.Context, sql string, ids []int64) (int, error) {
	tag, err := w.tx.Exec(ctx, sql, ids)
	return int(tag.RowsAffected()), pg.Fail(err, "lock a family")
}

func idsOf[T ~int64](ids []T) []int64 {
	out := make([]int64, len(ids))
	for i, id := range ids {
		out[i] = int64(id)
	}
	return out
}

func distinct[T ~int64](ids []T) int {
	sorted := slices.Sorted(slices.Values(ids))
	return len(slices.Compact(sorted))
}

// member makes a stay stand as an image says; nil takes it back.
func (w *writing) member(ctx context.Context, k memberKey, to *memberImage) error {
	before, row, err := w.stay(ctx, k)
	if err != nil {
		return err
	}
	live := memberImage{Until: k.since} // no day in it
	if to != nil {
		live = *to
	} else if before != nil {
		live.Ref, live.Relation = before.Ref, before.Relation
	}
	const change = `update membership set ref = $4, relation = $5, until = $6 where household = $1 and person = $2 and since = $3`
	const add = `insert into membership (household, person, region, ref, relation, since, until) select id, $2, region, $4, $5, $3, $6 from household where id = $1`
	sql := add
	if row {
		sql = change
	}
	if _, err := w.tx.Exec(ctx, sql, int64(k.household), int64(k.person), pgDate(k.since), live.Ref, live.Relation, nullDate(live.Until)); err != nil {
		return beyond(err, "write a membership")
	}
	w.touch(k.household)
	return w.record(ctx, lifeChange{what: ofMembership, key: k}, before, to)
}

// stay reads one stay, and whether there is a row of it at all.
func (w *writing) stay(ctx context.Context, k memberKey) (*memberImage, bool, error) {
	var m memberImage
	const sql = `select ref, relation, coalesce(until - date '1970-01-01', 0) from membership where household = $1 and person = $2 and since = $3`
	err := w.tx.QueryRow(ctx, sql, int64(k.household), int64(k.person), pgDate(k.since)).Scan(&m.Ref, &m.Relation, &m.Until)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, pg.Fail(err, "read a membership")
	}
	if m.Until == k.since {
		return nil, true, nil
	}
	return &m, true, nil
}

// person makes a person live and be dead as an image says.
func (w *writing) person(ctx context.Context, id core.PersonID, to personImage) error {
	before, err := w.personNow(ctx, id)
	if err != nil || before == to {
		return err
	}
	if before.Region != to.Region {
		if _, err := w.tx.Exec(ctx, `select registry_settle_person($1, $2)`, int64(id), to.Region); err != nil {
			return beyond(err, "move a person")
		}
	}
	if _, err := w.tx.Exec(ctx, `update person set village = $2 where id = $1`, int64(id), to.Village); err != nil {
		return pg.Fail(err, "move a person")
	}
	if before.Died != to.Died {
		if err := w.death(ctx, id, to); err != nil {
			return err
		}
	}
	return w.record(ctx, lifeChange{what: ofPerson, key: memberKey{person: id}}, &before, &to)
}

func (w *writing) personNow(ctx context.Context, id core.PersonID) (personImage, error) {
	var p personImage
	const sql = `select p.region, p.village, coalesce(d.day - date '1970-01-01', 0) from person p left join person_death d on d.person = p.id where p.id = $1`
	err := w.tx.QueryRow(ctx, sql, int64(id)).Scan(&p.Region, &p.Village, &p.Died)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, ErrUnknown
	}
	return p, pg.Fail(err, "read a person's place")
}

func (w *writing) death(ctx context.Context, id core.PersonID, to personImage) error {
	if to.Died == 0 {
		_, err := w.tx.Exec(ctx, `delete from person_death where person = $1`, int64(id))
		return pg.Fail(err, "take a death back")
	}
	const sql = `insert into person_death (person, region, day, event) values ($1, $2, $3, $4)`
	_, err := w.tx.Exec(ctx, sql, int64(id), to.Region, pgDate(to.Died), w.event.ID)
	return pg.Fail(err, "keep a death")
}

// home makes a household live where an image says; nil for one that is not.
func (w *writing) home(ctx context.Context, id core.HouseholdID, before, to *homeImage) error {
	if before != nil && to != nil {
		if before.Region != to.Region {
			if err := w.settle(ctx, id, to.Region); err != nil {
				return err
			}
			w.left[id] = before.Region
		}
		const sql = `update household set village = $2, hukou = $3, address = $4 where id = $1`
		if _, err := w.tx.Exec(ctx, sql, int64(id), to.Village, to.Hukou, to.Address); err != nil {
			return pg.Fail(err, "move a household")
		}
	}
	w.touch(id)
	return w.record(ctx, lifeChange{what: ofHousehold, key: memberKey{household: id}}, before, to)
}

func (w *writing) homeNow(ctx context.Context, id core.HouseholdID) (homeImage, error) {
	var h homeImage
	err := w.tx.QueryRow(ctx, `select region, village, hukou, address from household where id = $1`, int64(id)).Scan(&h.Region, &h.Village, &h.Hukou, &h.Address)
	if errors.Is(err, pgx.ErrNoRows) {
		return h, ErrNoHousehold
	}
	return h, pg.Fail(err, "read a household's place")
}

// record keeps one change with how it was before.
func (w *writing) record(ctx context.Context, c lifeChange, before, after any) error {
	var err error
	if c.before, err = json.Marshal(before); err != nil {
		return core.E(core.KindInternal, "change_unreadable", "")
	}
	if c.after, err = json.Marshal(after); err != nil {
		return core.E(core.KindInternal, "change_unreadable", "")
	}
	if bytes.Equal(c.before, c.after) {
		return nil
	}
	const sql = `insert into life_change (region, event, day, known_at, what, household, person, since, before, after)
		values (coalesce((select region from household where id = $5), (select region from person where id = $6)),
			$1, $2, $3, $4, nullif($5::bigint, 0), nullif($6::bigint, 0), $7, nullif($8::jsonb, 'null'), nullif($9::jsonb, 'null'))`
	_, err = w.tx.Exec(ctx, sql, w.event.ID, pgDate(w.event.Told.Day), w.tx.Now(), c.what, int64(c.key.household), int64(c.key.person), nullDate(c.key.since), c.before, c.after)
	return beyond(err, "keep a change")
}

// beyond tells apart what row-level security refuses: a township outside the scope.
func beyond(err error, doing string) error {
	if pg.SQLState(err) == "42501" || pg.SQLState(err) == "23503" {
		return ErrBeyond
	}
	return pg.Fail(err, doing)
}
