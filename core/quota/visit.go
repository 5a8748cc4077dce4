package quota

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/seal"
	"lianou/core/staff"
)

// A Visit is one walk to a household about a word of which it is told: whom no notice
// reached hears it at the door.
type Visit struct {
	Met   bool   // somebody of theirs was spoken to; false: a paper was left
	Words string // what was said, or where the paper lies
	Staff core.StaffID
	At    time.Time
}

// mostVisits bounds the walks about one word, as the table does.
const mostVisits = 20

// Visit writes down that somebody went to the household n about what waits of it, as they
// saw it. Who wrote the word goes not: by their walk it would hold on their word alone.
// Errors: ErrNone, ErrState, ErrVisitor, KindInvalid.
func (q *Quota) Visit(ctx context.Context, who staff.Person, id int64, n int, seen Seen, v Visit) error {
	words, err := sentence("words", v.Words)
	if err != nil {
		return err
	}
	return q.near(ctx, who, id, func(ctx context.Context, tx *pg.Tx, t turn) error {
		s := t.course.waits(n)
		switch {
		case s == nil || s.Notice == 0 || t.course.Stands(n) != seen || len(s.Visits) >= mostVisits:
			return ErrState
		case s.Asker == who.ID:
			return ErrVisitor
		}
		e, err := entry(ctx, tx, t.round, n)
		if err != nil {
			return err
		}
		k := len(s.Visits) + 1
		sealed, err := q.sealed(words, visitAt(s.ID, k))
		if err != nil {
			return err
		}
		const sql = `insert into quota_visit (word, k, region, met, words, staff, at) values ($1, $2, $3, $4, $5, $6, $7)`
		if _, err := tx.Exec(ctx, sql, s.ID, k, string(e.Region), v.Met, sealed, int64(who.ID), tx.Now()); err != nil {
			return refused(pg.Fail(err, "write down a visit"))
		}
		return q.trace(ctx, tx, who, act{"quota.visited", t.round, e.Region, map[string]any{"n": n, "household": e.Household, "word": s.ID, "met": v.Met, "words": words}})
	})
}

func visitAt(word int64, k int) seal.At {
	return seal.At{Table: "quota_visit", Row: strconv.FormatInt(word, 10) + "/" + strconv.Itoa(k), Column: "words"}
}

// visits reads the walks about the words of a round.
func (q *Quota) visits(ctx context.Context, tx *pg.Tx, round int64, skips []Skip) error {
	at := map[int64]int{}
	for i := range skips {
		at[skips[i].ID] = i
	}
	rows, err := tx.Query(ctx, `select v.word, v.k, v.met, v.words, v.staff, v.at from quota_visit v join quota_skip s on s.id = v.word where s.round = $1 order by v.word, v.k`, round)
	if err != nil {
		return pg.Fail(err, "read visits")
	}
	var word int64
	var k int
	var sealed []byte
	var v Visit
	_, err = pgx.ForEachRow(rows, []any{&word, &k, &v.Met, &sealed, &v.Staff, &v.At}, func() error {
		if err := q.opened(&v.Words, sealed, visitAt(word, k)); err != nil {
			return err
		}
		if i, ours := at[word]; ours {
			skips[i].Visits = append(skips[i].Visits, v)
		}
		return nil
	})
	return pg.Fail(err, "read visits")
}
