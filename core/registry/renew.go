package registry

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
)

// How many people one transaction of a renewal makes the tokens of, and for how long
// one job goes on before the next.
const (
	renewPeople = 2000
	renewFor    = 50 * time.Second
)

// RenewTokens makes the search tokens of people anew, after a release that changed
// what they are. When nothing is to be done it reads one row.
type RenewTokens struct{}

// Kind is the stable name.
func (RenewTokens) Kind() string { return "renew_tokens" }

// InsertOpts lets one wait or run at a time.
func (RenewTokens) InsertOpts() river.InsertOpts {
	return jobs.Single()
}

// Register adds the worker that renews tokens and says how often it looks.
func (r *Registry) Register(db *pg.DB, list *jobs.Workers) jobs.Periodic {
	jobs.Work(list, 2*renewFor, func(ctx context.Context, _ jobs.Job[RenewTokens]) error {
		for end := time.Now().Add(renewFor); time.Now().Before(end); {
			if more, err := r.Renew(ctx, db, renewPeople); err != nil || !more {
				return err
			}
		}
		return nil
	})
	return jobs.Periodic{Every: time.Minute, Args: RenewTokens{}}
}

// Renew makes the tokens of the next people who have none, in one transaction, and
// reports whether there are more. Killed anywhere it goes on where it was. It opens
// numbers and telephones of everybody it passes and shows them to nobody: one audit
// entry says how many.
func (r *Registry) Renew(ctx context.Context, db *pg.DB, people int) (more bool, err error) {
	if more, err = r.renewAll(ctx, db, people); more || err != nil {
		return more, err
	}
	return r.renewBoth(ctx, db, people)
}

func (r *Registry) renewAll(ctx context.Context, db *pg.DB, people int) (more bool, err error) {
	err = db.Tx(ctx, pg.City("make search tokens anew"), func(ctx context.Context, tx *pg.Tx) error {
		var through int64
		var done bool
		if err := tx.QueryRow(ctx, `select through, done from token_renewal for update`).Scan(&through, &done); err != nil {
			return pg.Fail(err, "read how far the tokens are")
		}
		if more = !done; done {
			return nil
		}
		n, last, err := r.renew(ctx, tx, through, people, r.ofAll)
		if err != nil {
			return err
		}
		more = n == people
		if _, err := tx.Exec(ctx, `update token_renewal set through = $1, done = $2`, last, !more); err != nil {
			return pg.Fail(err, "keep how far the tokens are")
		}
		return r.renewed(ctx, tx, n, last)
	})
	return more, err
}

// renewBoth makes the tokens of numbers and days with letters of those who have none of
// them: people of before a release. It begins where the other has ended.
func (r *Registry) renewBoth(ctx context.Context, db *pg.DB, people int) (more bool, err error) {
	err = db.Tx(ctx, pg.City("make search tokens of last four or birth date and name"), func(ctx context.Context, tx *pg.Tx) error {
		var through int64
		var done bool
		if err := tx.QueryRow(ctx, `select through, done from tail_renewal for update`).Scan(&through, &done); err != nil {
			return pg.Fail(err, "read how far the tokens are")
		}
		if more = !done; done {
			return nil
		}
		n, last, err := r.renew(ctx, tx, through, people, r.ofBoth)
		if err != nil {
			return err
		}
		more = n == people
		if _, err := tx.Exec(ctx, `update tail_renewal set through = $1, done = $2`, last, !more); err != nil {
			return pg.Fail(err, "keep how far the tokens are")
		}
		return r.renewed(ctx, tx, n, last)
	})
	return more, err
}

func (r *Registry) renewed(ctx context.Context, tx *pg.Tx, people int, through int64) error {
	return r.trace(ctx, tx, Purpose{Actor: audit.Actor{Kind: "job", ID: "registry"}, Why: "registry.search"}, "tokens.renewed", Person{},
		struct {
			People  int   `json:"people"`
			Through int64 `json:"through"`
		}{people, through})
}

func (r *Registry) ofAll(p Person) []int64 {
	return r.words.of(p.Name, p.Birth, p.IDNumber, p.Phone)
}

func (r *Registry) ofBoth(p Person) []int64 {
	return r.words.ofBoth(p.Name, p.Birth, p.IDNumber, p.Phone)
}

// renew writes tokens of people after an id, and says how many they were and who
// was the last.
func (r *Registry) renew(ctx context.Context, tx *pg.Tx, after int64, people int, of func(Person) []int64) (int, int64, error) {
	const next = `select ` + personColumns + ` from person p where p.id > $1 order by p.id limit $2`
	const write = `insert into person_token (token, region, person) select * from unnest($1::bigint[], $2::text[], $3::bigint[])
		on conflict do nothing` // who is new since has them
	list, err := r.people(ctx, tx, next, after, people)
	if err != nil || len(list) == 0 {
		return 0, after, err
	}
	var b batch
	for _, p := range list {
		for _, token := range of(p) {
			b.tokens = append(b.tokens, []any{token, string(p.Region), int64(p.ID)})
		}
	}
	b.sort()
	tokens, regions, ids := make([]int64, len(b.tokens)), make([]string, len(b.tokens)), make([]int64, len(b.tokens))
	for i, row := range b.tokens {
		tokens[i], regions[i], ids[i] = row[0].(int64), row[1].(string), row[2].(int64)
	}
	_, err = tx.Exec(ctx, write, tokens, regions, ids)
	return len(list), int64(list[len(list)-1].ID), pg.Fail(err, "write search tokens")
}

// Renewing reports whether tokens are still being made, so that a page can say that
// a search does not find everybody yet, or takes longer.
func (r *Registry) Renewing(ctx context.Context, tx *pg.Tx) (bool, error) {
	var busy bool
	err := tx.QueryRow(ctx, `select not (a.done and b.done) from token_renewal a, tail_renewal b`).Scan(&busy)
	return busy, pg.Fail(err, "read how far the tokens are")
}
