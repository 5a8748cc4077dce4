package recheck

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/staff"
)

const roundColumns = `id, county, since, until, percent, state, opener, opened, seed_hash, after, subject, coalesce(lister, 0), listed, coalesce(cases, 0),
	coalesce(head_size, 0), head_root, digest, coalesce(drawer, 0), drawn, seed, coalesce(visits, 0)`

func scanRound(row pgx.CollectableRow) (r Round, err error) {
	var since, until time.Time
	var listed, drawn *time.Time
	var hash, root, digest, seed []byte
	err = row.Scan(&r.ID, &r.County, &since, &until, &r.Percent, &r.State, &r.Opener, &r.Opened, &hash, &r.After, &r.Subject, &r.Lister, &listed, &r.Cases,
		&r.HeadSize, &root, &digest, &r.Drawer, &drawn, &seed, &r.Visits)
	r.Since, r.Until = core.NewDate(since.Date()), core.NewDate(until.Date())
	copy(r.SeedHash[:], hash)
	copy(r.HeadRoot[:], root)
	copy(r.Digest[:], digest)
	copy(r.Seed[:], seed)
	if listed != nil {
		r.Listed = *listed
	}
	if drawn != nil {
		r.DrawnAt = *drawn
	}
	return r, err
}

func one(ctx context.Context, tx *pg.Tx, sql string, id int64) (Round, error) {
	rows, err := tx.Query(ctx, sql, id)
	if err != nil {
		return Round{}, pg.Fail(err, "read a re-check")
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanRound)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, ErrNone
	}
	return r, pg.Fail(err, "read a re-check")
}

// Round reads one round. Errors: ErrNone, also for who does not cover its county.
func (k *Recheck) Round(ctx context.Context, tx *pg.Tx, who staff.Person, id int64) (Round, error) {
	r, err := one(ctx, tx, `select `+roundColumns+` from recheck_round where id = $1`, id)
	if err == nil && k.mine(who, r.County) != nil {
		err = ErrNone
	}
	return r, err
}

// Rounds lists the rounds of counties that somebody covers, the newest first, at most 200.
func (k *Recheck) Rounds(ctx context.Context, tx *pg.Tx, who staff.Person) ([]Round, error) {
	var counties []string
	for _, t := range who.Regions {
		counties = append(counties, string(t.County()))
	}
	rows, err := tx.Query(ctx, `select `+roundColumns+` from recheck_round where county = any ($1) order by id desc limit 200`, counties)
	if err != nil {
		return nil, pg.Fail(err, "list re-checks")
	}
	all, err := pgx.CollectRows(rows, scanRound)
	out := all[:0]
	for _, r := range all {
		if k.mine(who, r.County) == nil {
			out = append(out, r)
		}
	}
	return out, pg.Fail(err, "list re-checks")
}

// Outcome is what two people found.
type Outcome string

// The outcomes.
const (
	Same      Outcome = "same"
	Different Outcome = "different" // for people to act on: workflow's change of the money
)

// Visit is one drawn case: who goes, and what they found.
type Visit struct {
	Round    int64
	Case     core.CaseID
	Region   core.RegionCode
	First    core.StaffID // 0: nobody is sent yet
	Second   core.StaffID
	Planned  core.Date
	Word     int64 // 0: nothing is written yet
	Writer   core.StaffID
	At       time.Time
	Outcome  Outcome
	Words    string
	Held     bool // the second says the same
	Seconder core.StaffID
	Seconded time.Time
}

// Goes reports whether somebody is one of the two.
func (v Visit) Goes(id core.StaffID) bool { return id != 0 && (v.First == id || v.Second == id) }

const visitQuery = `select v.round, v.case_id, v.region, coalesce(v.first, 0), coalesce(v.second, 0), v.planned, coalesce(w.id, 0), coalesce(w.staff, 0), w.at,
		coalesce(w.outcome, ''), w.words, coalesce(w.row::text, ''), coalesce(w.state, ''), coalesce(w.second, 0), w.seconded
	from recheck_visit v left join recheck_word w on (w.round, w.case_id) = (v.round, v.case_id) and w.state <> 'refused' `

func (k *Recheck) visits(ctx context.Context, tx *pg.Tx, sql string, args ...any) ([]Visit, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, pg.Fail(err, "read drawn cases")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (v Visit, err error) {
		var planned, at, seconded *time.Time
		var words []byte
		var under, state string
		if err := row.Scan(&v.Round, &v.Case, &v.Region, &v.First, &v.Second, &planned, &v.Word, &v.Writer, &at, &v.Outcome, &words, &under, &state, &v.Seconder, &seconded); err != nil {
			return v, err
		}
		if planned != nil {
			v.Planned = core.NewDate(planned.Date())
		}
		if at != nil {
			v.At = *at
		}
		if seconded != nil {
			v.Seconded = *seconded
		}
		v.Held = state == "held"
		if words != nil {
			plain, err := k.d.Ring.Open(words, wordsAt(under))
			if err != nil {
				return v, err
			}
			v.Words = string(plain)
		}
		return v, nil
	})
	return list, pg.Fail(err, "read drawn cases")
}

// Visits lists what a round drew, by the number of the case, in the scope of tx, at most 500 after
// one. Whoever shows it writes that down.
func (k *Recheck) Visits(ctx context.Context, tx *pg.Tx, round int64, after core.CaseID, n int) ([]Visit, error) {
	return k.visits(ctx, tx, visitQuery+`where v.round = $1 and v.case_id > $2 order by v.case_id limit $3`, round, int64(after), min(n, 500))
}

// Mine lists the drawn cases where somebody goes, or has to say whether a colleague wrote it as
// it was: the earliest first, at most 100.
func (k *Recheck) Mine(ctx context.Context, tx *pg.Tx, who core.StaffID) ([]Visit, error) {
	return k.visits(ctx, tx, visitQuery+`where $1 in (v.first, v.second) and w.state is distinct from 'held' order by v.planned, v.case_id limit 100`, int64(who))
}

// Waiting counts them.
func (k *Recheck) Waiting(ctx context.Context, tx *pg.Tx, who core.StaffID) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*) from recheck_visit v where $1 in (v.first, v.second)
		and not exists (select from recheck_word w where (w.round, w.case_id) = (v.round, v.case_id) and w.state = 'held')`, int64(who)).Scan(&n)
	return n, pg.Fail(err, "count drawn cases")
}

// Tally is how far a round's visits are.
type Tally struct{ Drawn, Sent, Found, Different int }

// Tally counts them in the scope of tx.
func (k *Recheck) Tally(ctx context.Context, tx *pg.Tx, round int64) (t Tally, err error) {
	err = tx.QueryRow(ctx, `select count(*), count(v.first), count(w.id), count(*) filter (where w.outcome = 'different') from recheck_visit v
		left join recheck_word w on (w.round, w.case_id) = (v.round, v.case_id) and w.state = 'held' where v.round = $1`, round).Scan(&t.Drawn, &t.Sent, &t.Found, &t.Different)
	return t, pg.Fail(err, "count drawn cases")
}

func staffIDs(ctx context.Context, tx *pg.Tx, sql string, args ...any) ([]core.StaffID, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, pg.Fail(err, "read who does not go")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[core.StaffID])
	return list, pg.Fail(err, "read who does not go")
}
