package registry

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
)

// How long one job names successors before it leaves the rest to the next.
const headlessFor = 50 * time.Second

// NameSuccessors asks the platform to look for households that lost the one they are called
// after before those who stay succeeded. When there are none it goes once over what events
// changed.
type NameSuccessors struct{}

// Kind is the stable name.
func (NameSuccessors) Kind() string { return "name_successors" }

// InsertOpts lets one wait or run at a time.
func (NameSuccessors) InsertOpts() river.InsertOpts { return jobs.Single() }

// Register adds the worker that names successors and says how often it looks: at the start,
// and daily, for an event that is undone can leave such a household again.
func (l *Life) Register(db *pg.DB, list *jobs.Workers) jobs.Periodic {
	jobs.Work(list, 2*headlessFor, func(ctx context.Context, _ jobs.Job[NameSuccessors]) error {
		var after core.HouseholdID
		for end := time.Now().Add(headlessFor); time.Now().Before(end); {
			next, err := l.NameNext(ctx, db, after)
			if err != nil || next == 0 {
				return err
			}
			after = next
		}
		return nil
	})
	return jobs.Periodic{Every: 24 * time.Hour, Args: NameSuccessors{}}
}

// headless is a household in which people live and nobody is the applicant, though somebody
// was: since which day, and the newest event of it that stands. Undoing that one takes back
// with it what is added here: the events before it can then be undone as ever.
type headless struct {
	home  core.HouseholdID
	town  core.RegionCode
	event EventID
	day   core.Date
}

// headlessOf goes along whom somebody left whom it was called after, by an index of those alone
// (life_change_vacated): the city has two million others.
const headlessOf = `select h.id, h.region, e.id, g.day - date '1970-01-01' from life_change v join household h on h.id = v.household
	cross join lateral (select c.day from life_change c where c.household = h.id and c.what = 'membership' and c.before ->> 'relation' = 'applicant'
		and exists (select from life_event s where s.id = c.event and s.kind <> 'undo') and not exists (select from life_event u where u.undoes = c.event) order by c.id desc limit 1) g
	cross join lateral (select s.id from life_change c join life_event s on s.id = c.event where c.household = h.id and s.kind <> 'undo'
		and not exists (select from life_event u where u.undoes = s.id) order by s.id desc limit 1) e
	where v.what = 'membership' and v.before ->> 'relation' = 'applicant'
		and exists (select from membership m where m.household = v.household and m.until is null)
		and not exists (select from membership m where m.household = v.household and m.until is null and m.relation = 'applicant')
		and v.household `

const (
	headlessNext = headlessOf + `> $1 order by v.household limit 1`
	headlessOne  = headlessOf + `= $1 limit 1`
)

// NameNext lets the next of age be the one a household is called after (heirs), in the first
// household after an id that has nobody, in one transaction, and gives the household; 0 when
// there is none. Who it was until then stays as it was known until now. Where nobody can be
// named nothing happens, and nothing is written down.
func (l *Life) NameNext(ctx context.Context, db *pg.DB, after core.HouseholdID) (home core.HouseholdID, err error) {
	err = db.Tx(ctx, pg.City("name whom households without anybody are called after"), func(ctx context.Context, tx *pg.Tx) error {
		found, err := headlessBy(ctx, tx, headlessNext, after)
		if err != nil || found.home == 0 {
			return err
		}
		home = found.home
		w := &writing{l: l, tx: tx, left: map[core.HouseholdID]core.RegionCode{}}
		if err := w.lock(ctx, nil, home); err != nil {
			return err
		}
		// Whoever held it may have undone the event, or told of another one.
		again, err := headlessBy(ctx, tx, headlessOne, home)
		if err != nil || again.home == 0 {
			return err
		}
		w.event = Event{ID: again.event, Told: Told{Day: again.day}}
		if err := w.succeed(ctx, home); err != nil || len(w.touched) == 0 {
			return err
		}
		why := Purpose{Actor: audit.Actor{Kind: "job", ID: "registry"}, Why: "registry.successor"}
		if err := l.reg.trace(ctx, tx, why, "household.successor", Person{Region: again.town}, looked{Home: home}); err != nil {
			return err
		}
		return l.queue.Insert(ctx, tx, jobs.HouseholdTouched{Household: home, Event: int64(again.event), Region: again.town})
	})
	return home, err
}

func headlessBy(ctx context.Context, tx *pg.Tx, sql string, home core.HouseholdID) (headless, error) {
	var h headless
	err := tx.QueryRow(ctx, sql, int64(home)).Scan(&h.home, &h.town, &h.event, &h.day)
	if errors.Is(err, pgx.ErrNoRows) {
		return headless{}, nil
	}
	return h, pg.Fail(err, "look for a household that is called after nobody")
}
