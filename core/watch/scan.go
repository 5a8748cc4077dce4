package watch

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

// Queue is the platform's queue for Town: a scan must not take the places of cases.
const Queue = "scan"

// TownTimeout bounds one township: a hundred times what the largest one takes.
const TownTimeout = 5 * time.Minute

// Town is the job that looks at one township of a scan.
type Town struct {
	Scan   int64           `json:"scan" river:"unique"`
	Region core.RegionCode `json:"region" river:"unique"`
}

// Kind is the stable name.
func (Town) Kind() string { return "scan_town" }

// InsertOpts makes the job unique by scan and township, on its own queue.
func (Town) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: Queue, UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// Request is a scan that is wanted.
type Request struct {
	Towns  []core.RegionCode // at least one
	Reason string            // in the closed words of the caller: "operator", "policy", "night", "first"
	By     audit.Actor
	Over   bool // gives up a scan that has not ended, instead of being refused
}

// Begin writes a scan down, with a job for each township, and gives its number. The
// entry in the log stands for all that the scan will read. Errors: KindConflict while
// another scan has not ended, for there is one at a time.
func (w *Watch) Begin(ctx context.Context, into *jobs.Inserter, r Request) (id int64, err error) {
	if len(r.Towns) == 0 {
		return 0, core.Invalid("towns", "没有要比对的乡镇。")
	}
	err = w.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		if err := w.makeRoom(ctx, tx, r.Over); err != nil {
			return err
		}
		const scan = `insert into scan (reason, actor, begun, towns, remain) values ($1, $2, $3, $4, $4) returning id`
		if err := tx.QueryRow(ctx, scan, r.Reason, r.By.Kind+":"+r.By.ID, tx.Now(), len(r.Towns)).Scan(&id); err != nil {
			return pg.Fail(err, "begin a scan")
		}
		const towns = `insert into scan_town (scan, town) select $1, unnest($2::text[])`
		if _, err := tx.Exec(ctx, towns, id, r.Towns); err != nil {
			return pg.Fail(err, "list the townships of a scan")
		}
		todo := make([]jobs.Args, len(r.Towns))
		for i, t := range r.Towns {
			todo[i] = Town{Scan: id, Region: t}
		}
		if err := into.Insert(ctx, tx, todo...); err != nil {
			return err
		}
		return w.Audit.Write(ctx, tx, audit.Entry{Actor: r.By, Act: "scan.begun", Purpose: r.Reason,
			Detail: map[string]any{"scan": id, "towns": len(r.Towns)}})
	})
	return id, err
}

// packs is how many rows are packed in one transaction.
const packs = 1000

// errTaken says that somebody else has the township, or had it.
var errTaken = errors.New("taken")

// Work looks at one township of a scan: it packs what was written since, judges every
// household, stores what differs and lays the leads, in one transaction but for what is
// packed beyond the first thousand. Done is false when the township is another worker's
// or done before; that is no error, and the job may run again.
func (w *Watch) Work(ctx context.Context, scan int64, town core.RegionCode) (done bool, err error) {
	packed, more := 0, true
	for more {
		before := packed
		err := w.DB.Tx(ctx, pg.Job(town), func(ctx context.Context, tx *pg.Tx) (err error) {
			packed = before // a transaction that lost a race is run again
			more, err = w.town(ctx, tx, scan, town, &packed)
			return err
		})
		if errors.Is(err, errTaken) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

// Next looks at the next township that nobody has, and reports whether there was one:
// how a process takes part in a scan without a queue of jobs.
func (w *Watch) Next(ctx context.Context, scan int64) (bool, error) {
	var town core.RegionCode
	err := w.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		const sql = `select town from scan_town where scan = $1 and done is null and exists (select from scan where id = $1 and given_up is null)
			order by random() limit 1 for update skip locked`
		return tx.QueryRow(ctx, sql, scan).Scan(&town)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, pg.Fail(err, "take a township to scan")
	}
	_, err = w.Work(ctx, scan, town)
	return err == nil, err
}

// Progress is how far a scan is.
type Progress struct {
	Begun                     time.Time
	Ended                     *time.Time
	GivenUp                   *time.Time // a newer scan took its place
	Towns, Done               int
	Households, Packed        int
	Judged                    int // the others keep what was found before
	Changed, Newly, Lost, Due int // Due: townships that nobody has finished
	Raised                    int // households that may be owed the difference of months already entitled
}

// How reads how far a scan is. Errors: KindNotFound.
func (w *Watch) How(ctx context.Context, scan int64) (p Progress, err error) {
	err = w.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		const sql = `select s.begun, s.ended, s.given_up, s.towns, s.remain, coalesce(sum(t.households), 0), coalesce(sum(t.packed), 0),
				coalesce(sum(t.changed), 0), coalesce(sum(t.newly), 0), coalesce(sum(t.lost), 0), coalesce(sum(t.judged), 0), coalesce(sum(t.raised), 0)
			from scan s join scan_town t on t.scan = s.id where s.id = $1 group by s.id`
		err := tx.QueryRow(ctx, sql, scan).Scan(&p.Begun, &p.Ended, &p.GivenUp, &p.Towns, &p.Due, &p.Households, &p.Packed, &p.Changed, &p.Newly, &p.Lost, &p.Judged, &p.Raised)
		p.Done = p.Towns - p.Due
		return pg.Fail(err, "read how far a scan is")
	})
	return p, err
}

// Unfinished gives the scan that has not ended, 0 for none.
func (w *Watch) Unfinished(ctx context.Context) (id int64, err error) {
	err = w.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		err := tx.QueryRow(ctx, `select coalesce(max(id), 0) from scan where ended is null and given_up is null`).Scan(&id)
		return pg.Fail(err, "look for a scan that has not ended")
	})
	return id, err
}

// Any reports whether a scan was ever begun.
func (w *Watch) Any(ctx context.Context) (any bool, err error) {
	err = w.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return pg.Fail(tx.QueryRow(ctx, `select exists (select from scan)`).Scan(&any), "look for a scan")
	})
	return any, err
}
