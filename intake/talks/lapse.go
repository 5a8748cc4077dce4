package talks

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core/audit"
	"lianou/core/pg"
)

// Lapse ends hand-overs that nobody ends: whose call is over in the agents' list, and in
// which neither the person nor an agent has said a word for so long. The turn that it asks
// for goes on with the conversation. also is what ends with each, by its call, in the same
// transaction. It gives how many there were.
func (s *Store) Lapse(ctx context.Context, silent time.Duration, also func(ctx context.Context, tx *pg.Tx, call string) error) (int, error) {
	const due = `select h.call from talk_hand h join call c on c.id = h.call where h.closed is null
		and (c.done is not null or h.asked < $1 and not exists (select from talk_line l where l.call = h.call and l.side <> 'we' and l.at >= $1))
		order by h.asked limit 100 for update skip locked`
	var ended []string
	err := s.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		ended = nil
		rows, err := tx.Query(ctx, due, tx.Now().Add(-silent))
		if err != nil {
			return pg.Fail(err, "find hand-overs that nobody ends")
		}
		held, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return pg.Fail(err, "find hand-overs that nobody ends")
		}
		for _, call := range held {
			lapsed, err := s.lapse(ctx, tx, call, silent)
			if err != nil {
				return err
			}
			if !lapsed {
				continue
			}
			if err := also(ctx, tx, call); err != nil {
				return err
			}
			ended = append(ended, call)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, call := range ended {
		s.ring(ctx, call)
	}
	return len(ended), nil
}

// lapse ends one hand-over whose row is held: from here on nobody passes a word on, and one
// that came before the row was held is seen.
func (s *Store) lapse(ctx context.Context, tx *pg.Tx, call string, silent time.Duration) (lapsed bool, err error) {
	const end = `update talk_hand h set closed = $2, how = 'lapsed' where h.call = $1 and h.closed is null
		and (exists (select from call c where c.id = h.call and c.done is not null)
			or not exists (select from talk_line l where l.call = h.call and l.side <> 'we' and l.at >= $3)) returning h.citizen`
	var citizen string
	err = tx.QueryRow(ctx, end, call, tx.Now(), tx.Now().Add(-silent)).Scan(&citizen)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, pg.Fail(err, "end a hand-over")
	}
	if err := s.d.Jobs.Insert(ctx, tx, Turn{citizen}); err != nil {
		return false, err
	}
	e := audit.Entry{Actor: audit.Actor{Kind: "job", ID: Waiting{}.Kind()}, Act: "talk.lapsed", Subject: "call:" + call, Purpose: "chat"}
	return true, s.d.Audit.Write(ctx, tx, e)
}
