package quota

import (
	"context"
	"math"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/insight"
	"lianou/core/pg"
	"lianou/core/staff"
)

// Freeze is the second signature: from now on places are offered by the list that was drawn
// at the cut-off, and that was seen, as its digest says. Errors: ErrNone, ErrState, ErrSame,
// ErrLeaving where they asked that the list be withdrawn, ErrEarly, ErrUndrawn, ErrEmpty, ErrSeen where another order was seen, before the cut-off.
func (q *Quota) Freeze(ctx context.Context, who staff.Person, id int64, seen string) error {
	return q.on(ctx, who, id, func(ctx context.Context, tx *pg.Tx, r Round) error {
		switch {
		case r.State != Open:
			return ErrState
		case r.Opener == who.ID:
			return ErrSame
		case r.Leaver == who.ID:
			return ErrLeaving
		case tx.Now().Before(r.Cutoff):
			return ErrEarly
		case r.Drawn.IsZero():
			return ErrUndrawn
		case r.Listed == 0:
			return ErrEmpty
		case r.Digest != seen:
			return ErrSeen
		}
		if _, err := tx.Exec(ctx, `update quota_round set state = 'frozen', ended = $2, ender = $3 where id = $1`, id, tx.Now(), int64(who.ID)); err != nil {
			return refused(pg.Fail(err, "freeze a round"))
		}
		return q.trace(ctx, tx, who, act{"quota.frozen", r, "", map[string]any{"digest": r.Digest, "listed": r.Listed}})
	})
}

// keep writes the entries of a list.
func keep(ctx context.Context, tx *pg.Tx, r Round, list []Entry) error {
	batch := &pgx.Batch{}
	const sql = `insert into quota_entry (round, n, region, household, place, low, high, fits, claim) values ($1, $2, $3, $4, $5, $6, $7, $8, nullif($9::bigint, 0))`
	for i := range list {
		e := &list[i]
		batch.Queue(sql, r.ID, e.N, string(e.Region), int64(e.Household), int32(e.Place), small(e.Low), small(e.High), e.Fits, int64(e.Claim))
	}
	return refused(pg.Fail(tx.SendBatch(ctx, batch).Close(), "write a list"))
}

func small(p [parts]int) []int16 {
	out := make([]int16, parts)
	for i, v := range p {
		out[i] = int16(v)
	}
	return out
}

const entryColumns = `n, region, household, place, low, high, fits, coalesce(claim, 0)`

func scanEntry(row pgx.CollectableRow) (e Entry, err error) {
	var low, high []int16
	var place int32
	err = row.Scan(&e.N, &e.Region, &e.Household, &place, &low, &high, &e.Fits, &e.Claim)
	e.Place = insight.Place(place)
	for i := range min(parts, len(low), len(high)) {
		e.Low[i], e.High[i] = int(low[i]), int(high[i])
	}
	return e, err
}

// Entries reads the frozen list of a round in the scope of tx, from place from on, at most n.
func (q *Quota) Entries(ctx context.Context, tx *pg.Tx, id int64, from, n int) ([]Entry, error) {
	return entries(ctx, tx, id, from, n)
}

func entries(ctx context.Context, tx *pg.Tx, id int64, from, n int) ([]Entry, error) {
	rows, err := tx.Query(ctx, `select `+entryColumns+` from quota_entry where round = $1 and n >= $2 order by n limit $3`, id, from, n)
	if err != nil {
		return nil, pg.Fail(err, "read a list")
	}
	list, err := pgx.CollectRows(rows, scanEntry)
	return list, pg.Fail(err, "read a list")
}

// Every walks all rounds there are, the newest first, and stops at the first error of see. It is
// for checking, and not for a page: it knows no areas.
func Every(ctx context.Context, tx *pg.Tx, see func(Round) error) error {
	for last := int64(math.MaxInt64); ; {
		rows, err := tx.Query(ctx, `select `+roundColumns+` from quota_round where id < $1 order by id desc limit $2`, last, perEvery)
		if err != nil {
			return pg.Fail(err, "list rounds")
		}
		list, err := pgx.CollectRows(rows, scanRound)
		if err != nil {
			return pg.Fail(err, "list rounds")
		}
		for _, r := range list {
			if err := see(r); err != nil {
				return err
			}
			last = r.ID
		}
		if len(list) < perEvery {
			return nil
		}
	}
}

// perEvery is how many rounds Every holds at a time.
const perEvery = 500

// Verify reckons the digest of a drawn list again, and whether it stands in order, in a
// scope that holds its whole area. False: the rows are not those that were drawn.
func Verify(ctx context.Context, tx *pg.Tx, r Round) (bool, error) {
	list, err := entries(ctx, tx, r.ID, 1, maxListed+1)
	if err != nil {
		return false, err
	}
	for i := range list {
		if list[i].N != i+1 || i > 0 && before(list[i-1], list[i]) >= 0 {
			return false, nil
		}
	}
	return len(list) == r.Listed && digest(r, list) == r.Digest, nil
}

// entry reads one entry. Errors: ErrTurn for a number that the list does not have.
func entry(ctx context.Context, tx *pg.Tx, r Round, n int) (Entry, error) {
	rows, err := tx.Query(ctx, `select `+entryColumns+` from quota_entry where round = $1 and n = $2`, r.ID, n)
	if err != nil {
		return Entry{}, pg.Fail(err, "read an entry")
	}
	e, err := pgx.CollectExactlyOneRow(rows, scanEntry)
	if core.KindOf(pg.Fail(err, "read an entry")) == core.KindNotFound {
		return e, ErrTurn
	}
	return e, pg.Fail(err, "read an entry")
}
