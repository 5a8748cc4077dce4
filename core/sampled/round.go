package sampled

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/seal"
)

// AskDays is within how many working days after the money was paid somebody is asked (F105). A day that is
// drawn late has them from the day before it was drawn: nobody is late with what they were not given.
const AskDays = 3

func scope() pg.Scope { return pg.City("what was paid is drawn county by county, by no person") }

func robot() audit.Actor { return audit.Actor{Kind: "job", ID: "sampled"} }

func seedAt(h Hash) seal.At {
	return seal.At{Table: "sampled_round", Row: hex.EncodeToString(h[:]), Column: "sealed"}
}

// committedAs is how the log names a commitment, in clear: `lianou draw paid` reads it.
func committedAs(f Frame, after int, seed Hash) string {
	return fmt.Sprintf("sampled:%d/%s/%s/%d/%d/%d/%x", f.ID, f.County, f.Day, f.Percent, f.More, after, seed)
}

// commit begins the round of a county and day, once: a seed is drawn, sealed, and its hash goes into
// the log.
func (s *Sampled) commit(ctx context.Context, county core.RegionCode, day core.Date) error {
	var seed Hash
	if _, err := rand.Read(seed[:]); err != nil {
		return core.E(core.KindUnavailable, "sampled_random", "").Wrap(err)
	}
	hash := Hash(sha256.Sum256(seed[:]))
	sealed, err := s.d.Ring.Seal(seed[:], seedAt(hash))
	if err != nil {
		return err
	}
	return s.d.DB.Tx(ctx, scope(), func(ctx context.Context, tx *pg.Tx) error {
		f := Frame{County: county, Day: day}
		const sql = `insert into sampled_round (county, day, percent, more, opened, seed_hash, sealed, after)
			values ($1, $2, coalesce((select percent from sampled_share where county = $1), $3), coalesce((select more from sampled_share where county = $1), $4), $5, $6, $7, $8)
			on conflict (county, day) do nothing returning id, percent, more`
		err := tx.QueryRow(ctx, sql, string(county), day.Time(), Percent, More, tx.Now(), hash[:], sealed, After).Scan(&f.ID, &f.Percent, &f.More)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil // another platform was faster
		}
		if err != nil {
			return pg.Fail(err, "begin a round of sampled calls")
		}
		subject := committedAs(f, After, hash)
		if _, err := tx.Exec(ctx, `update sampled_round set subject = $2 where id = $1`, f.ID, subject); err != nil {
			return pg.Fail(err, "name a commitment")
		}
		return s.d.Audit.Write(ctx, tx, audit.Entry{Actor: robot(), Act: "sampled.committed", Subject: subject, Purpose: purpose})
	})
}

// on runs one step of a round that is held until the commit, if it still waits for it.
func (s *Sampled) on(ctx context.Context, id int64, state string, do func(context.Context, *pg.Tx, Frame) error) error {
	return s.d.DB.Tx(ctx, scope(), func(ctx context.Context, tx *pg.Tx) error {
		const sql = `select county, day, percent, more from sampled_round where id = $1 and state = $2 for update skip locked`
		f := Frame{ID: id}
		var day time.Time
		err := tx.QueryRow(ctx, sql, id, state).Scan(&f.County, &day, &f.Percent, &f.More)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return pg.Fail(err, "hold a round of sampled calls")
		}
		f.Day = core.NewDate(day.Date())
		return do(ctx, tx, f)
	})
}

// list freezes what was paid, under the head of the log. It does nothing while the log has not grown
// past the commitment.
func (s *Sampled) list(ctx context.Context, id int64) error {
	return s.on(ctx, id, "committed", func(ctx context.Context, tx *pg.Tx, f Frame) error {
		// 1. The head, fixed by now and by nobody here.
		var size int64
		var root []byte
		err := tx.QueryRow(ctx, `select size, root from sampled_head($1)`, id).Scan(&size, &root)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return pg.Fail(err, "read the head of the log")
		}
		// 2. The list.
		list, err := lines(ctx, tx, `select line, case_id, region, weight from sampled_paid($1, $2, $3)`, string(f.County), f.Day.Time(), f.More)
		if err != nil {
			return err
		}
		if err := write(ctx, tx, id, list); err != nil {
			return err
		}
		// 3. Frozen, and in the log.
		digest := ListDigest(f, list)
		const freeze = `update sampled_round set state = 'listed', listed = $2, lines = $3, head_size = $4, head_root = $5, digest = $6 where id = $1`
		if _, err := tx.Exec(ctx, freeze, id, tx.Now(), len(list), size, root, digest[:]); err != nil {
			return pg.Fail(err, "freeze a list of payments")
		}
		subject := fmt.Sprintf("sampled:%d/listed/%d/%x/%d/%x", id, size, root, len(list), digest)
		return s.d.Audit.Write(ctx, tx, audit.Entry{Actor: robot(), Act: "sampled.listed", Subject: subject, Purpose: purpose})
	})
}

// write puts a list into its table, in its order.
func write(ctx context.Context, tx *pg.Tx, round int64, list []Line) error {
	var ids, cases []int64
	var regions []string
	var weights []int32
	for _, l := range list {
		ids, cases, regions, weights = append(ids, l.ID), append(cases, int64(l.Case)), append(regions, string(l.Region)), append(weights, int32(l.Weight))
	}
	const sql = `insert into sampled_line (round, n, line, case_id, region, weight)
		select $1, u.n, u.line, u.case_id, u.region, u.weight from unnest($2::bigint[], $3::bigint[], $4::text[], $5::integer[]) with ordinality u (line, case_id, region, weight, n)`
	_, err := tx.Exec(ctx, sql, round, ids, cases, regions, weights)
	return pg.Fail(err, "write a list of payments")
}

// draw lays the seed open and makes the calls that follow from it, each with its clock.
func (s *Sampled) draw(ctx context.Context, id int64) error {
	return s.on(ctx, id, "listed", func(ctx context.Context, tx *pg.Tx, f Frame) error {
		var sealed, hash, root []byte
		if err := tx.QueryRow(ctx, `select sealed, seed_hash, head_root from sampled_round where id = $1`, id).Scan(&sealed, &hash, &root); err != nil {
			return pg.Fail(err, "read a seed")
		}
		seed, err := s.d.Ring.Open(sealed, seedAt(Hash(hash)))
		if err != nil {
			return err
		}
		list, err := lines(ctx, tx, `select line, case_id, region, weight from sampled_line where round = $1 order by n`, id)
		if err != nil {
			return err
		}
		drawn := Draw(Mix(Hash(seed), Hash(root), id), list, f.Percent)
		due := s.d.Calendar().Add(max(f.Day, tx.Today().AddDate(0, 0, -1)), AskDays)
		const calls = `insert into sampled_call (round, line, case_id, region, claim, amount, paid, how, due, made)
			select s.round, s.line, s.case_id, s.region, e.claim, l.amount, $3, case when c.contact_phone is null then 'visit' else 'phone' end, $4, $5
			from sampled_line s join payout_line l on l.id = s.line join payout_entitlement e on e.id = l.entitlement join casefile c on c.id = s.case_id
			where s.round = $1 and s.line = any ($2) order by s.n`
		if _, err := tx.Exec(ctx, calls, id, drawn, f.Day.Time(), due.Time(), tx.Now()); err != nil {
			return pg.Fail(err, "write the calls of a draw")
		}
		const draw = `update sampled_round set state = 'drawn', drawn = $2, seed = $3, calls = $4 where id = $1`
		if _, err := tx.Exec(ctx, draw, id, tx.Now(), seed, len(drawn)); err != nil {
			return pg.Fail(err, "draw what is asked about")
		}
		if err := s.clocks(ctx, tx, id, due); err != nil {
			return err
		}
		subject := fmt.Sprintf("sampled:%d/drawn/%x/%d/%x", id, seed, len(drawn), drawnDigest(id, drawn))
		return s.d.Audit.Write(ctx, tx, audit.Entry{Actor: robot(), Act: "sampled.drawn", Subject: subject, Purpose: purpose})
	})
}

// clocks starts the clock of each claim that a round asks about; whoever is late is told of at the
// township first, as the assistant may be the one whose word is looked at.
func (s *Sampled) clocks(ctx context.Context, tx *pg.Tx, round int64, due core.Date) error {
	rows, err := tx.Query(ctx, `select case_id, claim from sampled_call where round = $1`, round)
	if err != nil {
		return pg.Fail(err, "read the calls of a draw")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[casefile.ClaimOf])
	if err != nil {
		return pg.Fail(err, "read the calls of a draw")
	}
	return s.d.Cases.StartAnew(ctx, tx, askClock(due), list...)
}

func askClock(due core.Date) casefile.Deadline {
	return casefile.Deadline{Kind: casefile.DeadlineAsk, Due: due, Level: casefile.RungAssistant}
}

func lines(ctx context.Context, tx *pg.Tx, sql string, args ...any) ([]Line, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, pg.Fail(err, "read what was paid")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (l Line, err error) {
		err = r.Scan(&l.ID, &l.Case, &l.Region, &l.Weight)
		return l, err
	})
	return list, pg.Fail(err, "read what was paid")
}
