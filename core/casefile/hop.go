package casefile

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Hop is one time a case came into an officer's hands. The table of cases writes them.
type Hop struct {
	ID      int64
	Case    core.CaseID
	Staff   core.StaffID
	At      time.Time
	Due     core.Date // of what runs of the case, the nearest
	Expired time.Time // whoever had it did nothing in its days; zero: not so
	Away    bool      // they were on leave
	MovedTo core.StaffID
	Told    core.StaffID
}

// hopClocks are the clocks that wait for an officer and for nobody else.
func hopClocks() []string {
	return []string{string(DeadlineAccept), string(DeadlineSurvey), string(DeadlineVisit), string(DeadlineDecide), string(DeadlineLookup)}
}

const hopRuns = `select h.id, h.case_id, h.staff, h.at, d.due from case_hop h join lateral (select min(d.due) as due from deadline d
	where d.case_id = h.case_id and d.met is null and d.kind = any ($1)) d on d.due < $2
	where h.ended is null and h.answered is null and h.expired is null and `

func scanHop(r pgx.CollectableRow) (h Hop, err error) {
	var due time.Time
	err = r.Scan(&h.ID, &h.Case, &h.Staff, &h.At, &due)
	h.Due = dayOf(&due)
	return h, err
}

// Unanswered lists in whose hands a case lies of which a day has passed and in which they did
// nothing yet, after a row, at most limit.
func (s *Store) Unanswered(ctx context.Context, tx *pg.Tx, after int64, limit int) ([]Hop, error) {
	rows, err := tx.Query(ctx, hopRuns+`h.id > $3 order by h.id limit $4`, hopClocks(), day(tx.Today()), after, limit)
	if err != nil {
		return nil, pg.Fail(err, "look for what nobody took up")
	}
	list, err := pgx.CollectRows(rows, scanHop)
	return list, pg.Fail(err, "look for what nobody took up")
}

// StillUnanswered reads one of those again under the lock of its case. ErrMovedOn where
// somebody was faster.
func (s *Store) StillUnanswered(ctx context.Context, tx *pg.Tx, id int64) (Hop, error) {
	rows, err := tx.Query(ctx, hopRuns+`h.id = $3 for update of h`, hopClocks(), day(tx.Today()), id)
	if err != nil {
		return Hop{}, pg.Fail(err, "hold what nobody took up")
	}
	h, err := pgx.CollectExactlyOneRow(rows, scanHop)
	if errors.Is(err, pgx.ErrNoRows) {
		return h, ErrMovedOn
	}
	return h, pg.Fail(err, "hold what nobody took up")
}

// ExpiredBefore gives who of a case let its days pass before, and how often it went on by
// itself; the days of somebody's leave are counted as neither.
func (s *Store) ExpiredBefore(ctx context.Context, tx *pg.Tx, id core.CaseID) (who []core.StaffID, moves int, err error) {
	rows, err := tx.Query(ctx, `select staff, moved_to is not null from case_hop where case_id = $1 and expired is not null and not away order by id`, id)
	if err != nil {
		return nil, 0, pg.Fail(err, "read who let a case lie")
	}
	var one core.StaffID
	var moved bool
	_, err = pgx.ForEachRow(rows, []any{&one, &moved}, func() error {
		if who = append(who, one); moved {
			moves++
		}
		return nil
	})
	return who, moves, pg.Fail(err, "read who let a case lie")
}

// Expire notes that somebody let a case lie, where it went on to, and who was told, once.
// Errors: ErrMovedOn.
func (s *Store) Expire(ctx context.Context, tx *pg.Tx, h Hop) error {
	tag, err := tx.Exec(ctx, `update case_hop set expired = $2, away = $3, moved_to = $4, told = $5
		where id = $1 and ended is null and answered is null and expired is null`, h.ID, tx.Now(), h.Away, number(h.MovedTo), number(h.Told))
	if err == nil && tag.RowsAffected() == 0 {
		return ErrMovedOn
	}
	return pg.Fail(err, "note that a case lay")
}

// Answer notes that an officer did something in a case that they have in hand: what lay before
// their head because nobody did waits no more.
func (s *Store) Answer(ctx context.Context, tx *pg.Tx, id core.CaseID, by core.StaffID) error {
	_, err := tx.Exec(ctx, `with did as (update case_hop set answered = $3 where case_id = $1 and staff = $2 and ended is null and answered is null returning case_id)
		update case_wait w set ended = $3 from did where w.case_id = did.case_id and w.why = 'late' and w.ended is null`, id, by, tx.Now())
	return pg.Fail(err, "note that a case was taken up")
}

// WentOn is a case that nobody took up in its days and that went on by itself, or stayed.
type WentOn struct {
	Hop
	Applicant string
	Receipt   core.Receipt
	Town      string
}

// WentOnSince lists what went on by itself in the scope since a moment, the newest first, at
// most 50. Those of the looker's kin are left out (F60).
func (s *Store) WentOnSince(ctx context.Context, tx *pg.Tx, since time.Time, looker core.StaffID) ([]WentOn, error) {
	rows, err := tx.Query(ctx, `select h.id, h.case_id, h.staff, h.at, h.expired, h.away, coalesce(h.moved_to, 0), coalesce(h.told, 0), f.applicant, f.receipt, f.town
		from case_hop h join casefile f on f.id = h.case_id where h.expired >= $1
			and not exists (select from case_conflict k where k.case_id = f.id and k.staff = $2) order by h.expired desc, h.id desc limit 50`, since, looker)
	if err != nil {
		return nil, pg.Fail(err, "read what went on by itself")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (w WentOn, err error) {
		return w, r.Scan(&w.ID, &w.Case, &w.Staff, &w.At, &w.Expired, &w.Away, &w.MovedTo, &w.Told, &w.Applicant, &w.Receipt, &w.Town)
	})
	return list, pg.Fail(err, "read what went on by itself")
}
