package twins

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/registry"
)

// Scan looks through the register for pairs nobody has flagged yet.
type Scan struct{}

// Kind is the stable name.
func (Scan) Kind() string { return "pair_scan" }

// InsertOpts lets one wait or run at a time.
func (Scan) InsertOpts() river.InsertOpts {
	return jobs.Single()
}

// How often the register is scanned and for how long one may take, and how many pairs
// are compared in one transaction.
const (
	scanEvery  = 20 * time.Hour
	scanFor    = 30 * time.Minute
	scanAtOnce = 2000
)

// Register adds the workers and gives the sweep that looks, every so long by the machine's
// clock, whether by the city's a scan is due: the city's may go a day on in an instant.
func (t *Twins) Register(list *jobs.Workers, every time.Duration) jobs.Periodic {
	jobs.Work(list, scanFor, func(ctx context.Context, _ jobs.Job[Scan]) error {
		_, err := t.ScanIfDue(ctx)
		return err
	})
	jobs.Work(list, 0, func(ctx context.Context, j jobs.Job[Settle]) error { return t.Settle(ctx, j.Args) })
	return jobs.Periodic{Every: every, Args: Scan{}}
}

// Scanned is what a scan did.
type Scanned struct {
	Compared int // pairs
	Flagged  int // of them new
	Skipped  int // groups too large to compare whole: only who shares one thing more is
}

func citywide() pg.Scope { return pg.City("pairs of rows that may be one person, over every township") }

// ScanIfDue scans unless one was done within the last twenty hours of the city's clock, or had
// nobody to compare then and nobody came since. It waits while search tokens are being made,
// by which pairs are found: a scan beside them would miss who has none yet, and not come
// again before the next day.
func (t *Twins) ScanIfDue(ctx context.Context) (Scanned, error) {
	due := false
	err := t.DB.Tx(ctx, citywide(), func(ctx context.Context, tx *pg.Tx) error {
		if busy, err := t.Registry.Renewing(ctx, tx); err != nil || busy {
			return err
		}
		if err := tx.QueryRow(ctx, `select not exists (select from pair_scan where at > $1)`, tx.Now().Add(-scanEvery)).Scan(&due); err != nil || !due {
			return err
		}
		has, err := t.newest(ctx, tx)
		if err != nil {
			return err
		}
		same, err := has.stays(ctx, tx)
		due = !same
		return err
	})
	if err != nil || !due {
		return Scanned{}, err
	}
	return t.Scan(ctx)
}

// Scan compares everybody worth comparing and flags the pairs that are new. It decides
// nothing and changes no row of a person: a pair waits until people have looked. Broken
// off anywhere and run again it goes on with the step it was in (pass.go), and gives the
// counts of the whole. One that had nobody to compare is not kept as one: a city whose people
// are still coming in would wait for the next day. It waits for somebody to come.
func (t *Twins) Scan(ctx context.Context) (Scanned, error) {
	p, err := t.begin(ctx)
	if err != nil {
		return Scanned{}, err
	}
	for p.step < p.steps {
		if err := t.stretch(ctx, &p); err != nil {
			return p.Scanned, err
		}
	}
	return p.Scanned, t.DB.Tx(ctx, citywide(), func(ctx context.Context, tx *pg.Tx) error { return t.keep(ctx, tx, p) })
}

// stretch takes as many steps as give enough pairs, and compares those.
func (t *Twins) stretch(ctx context.Context, p *pass) error {
	var pairs [][2]core.PersonID
	var skipped, next int
	err := t.DB.Read(ctx, citywide(), func(ctx context.Context, tx *pg.Tx) (err error) {
		pairs, skipped, next, err = t.Registry.Alike(ctx, tx, p.step, t.atOnce)
		return err
	})
	if err != nil {
		return err
	}
	for done := false; !done; {
		n := min(len(pairs), t.atOnce)
		done = n == len(pairs)
		after := *p
		err := t.DB.Tx(ctx, citywide(), func(ctx context.Context, tx *pg.Tx) error {
			flagged, err := t.compare(ctx, tx, pairs[:n])
			if err != nil {
				return err
			}
			after = *p
			after.Compared, after.Flagged = after.Compared+n, after.Flagged+flagged
			if done {
				after.step, after.Skipped = next, after.Skipped+skipped
			}
			return after.save(ctx, tx)
		})
		if err != nil {
			return err
		}
		*p, pairs = after, pairs[n:]
	}
	return nil
}

// keep writes down that a scan was made, with its counts, and that none is on its way.
func (t *Twins) keep(ctx context.Context, tx *pg.Tx, p pass) error {
	done := p.Scanned
	if _, err := tx.Exec(ctx, `delete from pair_pass`); err != nil {
		return pg.Fail(err, "end a scan")
	}
	if done.Compared == 0 && done.Skipped == 0 {
		return p.idle(ctx, tx)
	}
	const sql = `insert into pair_scan (at, compared, flagged, skipped) values ($1, $2, $3, $4)
		on conflict (one) do update set at = $1, compared = $2, flagged = $3, skipped = $4`
	if _, err := tx.Exec(ctx, sql, tx.Now(), done.Compared, done.Flagged, done.Skipped); err != nil {
		return pg.Fail(err, "keep the counts of a scan")
	}
	return t.Audit.Write(ctx, tx, audit.Entry{Actor: machine(), Act: "pairs.scanned", Purpose: "registry.twins", Detail: done})
}

func machine() audit.Actor { return audit.Actor{Kind: "job", ID: "twins"} }

// compare scores some pairs and flags those for which enough speaks.
func (t *Twins) compare(ctx context.Context, tx *pg.Tx, pairs [][2]core.PersonID) (int, error) {
	ids := make([]core.PersonID, 0, 2*len(pairs))
	for _, p := range pairs {
		ids = append(ids, p[0], p[1])
	}
	people, err := t.Registry.Open(ctx, tx, ids)
	if err != nil {
		return 0, err
	}
	flagged := 0
	for _, p := range pairs {
		a, b := people[p[0]], people[p[1]]
		if a.ID == 0 || b.ID == 0 {
			continue // gone since the list was made
		}
		score := Compare(t.table, recordOf(a), recordOf(b), tx.Today())
		if !score.Flagged() {
			continue
		}
		fresh, err := flag(ctx, tx, a, b, score.Total)
		if err != nil {
			return 0, err
		}
		if fresh {
			flagged++
		}
	}
	return flagged, nil
}

// recordOf is a row of the register as it is compared.
func recordOf(p registry.Person) Record {
	r := Record{Name: p.Name, Birth: p.Birth, Sex: p.Sex, Phone: p.Phone, Village: p.Village, Home: p.Household}
	if !p.IDNumber.IsZero() {
		r.Number = NumberOf(p.IDNumber)
	}
	if r.Village == "" {
		r.Village = p.Region
	}
	return r
}

// flag writes a pair down, a line for each township's row, unless it is there: what
// people have decided stays decided.
func flag(ctx context.Context, tx *pg.Tx, a, b registry.Person, total int) (bool, error) {
	const sql = `with n as (select nextval('person_pair_seq') as pair where not exists (select from person_pair where person = $1 and other = $3))
		insert into person_pair (pair, region, person, other, other_region, total, found)
		select n.pair, s.region, s.person, s.other, s.other_region, $5::int, $6::timestamptz from n cross join
			(values ($2::text, $1::bigint, $3::bigint, $4::text), ($4::text, $3::bigint, $1::bigint, $2::text)) s(region, person, other, other_region)
		on conflict do nothing`
	tag, err := tx.Exec(ctx, sql, int64(a.ID), a.Region, int64(b.ID), b.Region, total, tx.Now())
	return tag.RowsAffected() > 0, pg.Fail(err, "flag a pair")
}
