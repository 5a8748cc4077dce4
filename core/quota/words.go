package quota

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
	"lianou/core/seal"
)

// What a household said of an offer, how it was tried to reach, why one was passed over or an
// act taken back: the words stand sealed in their rows (P24). Those of before lie in *_clear
// until Reseal has passed.

func offerAt(id int64, column string) seal.At {
	return seal.At{Table: "quota_offer", Row: strconv.FormatInt(id, 10), Column: column}
}

func tryAt(offer int64, k int) seal.At {
	return seal.At{Table: "quota_try", Row: fmt.Sprintf("%d/%d", offer, k), Column: "words"}
}

func skipAt(round int64, n int, column string) seal.At {
	return seal.At{Table: "quota_skip", Row: fmt.Sprintf("%d/%d", round, n), Column: column}
}

// sealed seals words; there is nothing to seal in none.
func (q *Quota) sealed(words string, at seal.At) ([]byte, error) {
	if words == "" {
		return nil, nil
	}
	return q.d.Ring.Seal([]byte(words), at)
}

// opened puts what is sealed into words; where nothing is, they stay as they lay.
func (q *Quota) opened(words *string, sealed []byte, at seal.At) error {
	if sealed == nil {
		return nil
	}
	plain, err := q.d.Ring.Open(sealed, at)
	*words = string(plain)
	return err
}

// perReseal bounds the rows of each table that one pass of Reseal seals.
const perReseal = 500

// Reseal seals words that lie in the clear from before they were sealed, so many rows of each
// table, and says how many it sealed: zero where nothing is left to do. It changes nothing
// else of a row, which the database holds it to. Killed anywhere it goes on where it was.
func (q *Quota) Reseal(ctx context.Context) (n int, err error) {
	err = q.d.DB.Tx(ctx, pg.City("seal words of before"), func(ctx context.Context, tx *pg.Tx) error {
		n = 0
		for _, table := range []func(context.Context, *pg.Tx) (int, error){q.resealOffers, q.resealTries, q.resealSkips} {
			done, err := table(ctx, tx)
			if err != nil {
				return err
			}
			n += done
		}
		return nil
	})
	return n, err
}

// bare is one row of before: where it stands, and its one or two words.
type bare struct {
	a, b       int64 // the key of the row
	of         int64 // of a skip: its id
	words, why string
}

func bares(ctx context.Context, tx *pg.Tx, sql string) ([]bare, error) {
	rows, err := tx.Query(ctx, sql, perReseal)
	if err != nil {
		return nil, pg.Fail(err, "find words in the clear")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c bare, err error) {
		return c, row.Scan(&c.a, &c.b, &c.of, &c.words, &c.why)
	})
	return list, pg.Fail(err, "find words in the clear")
}

func (q *Quota) resealOffers(ctx context.Context, tx *pg.Tx) (int, error) {
	list, err := bares(ctx, tx, `select id, 0::bigint, 0::bigint, words_clear, undo_clear from quota_offer where words_clear <> '' or undo_clear <> '' order by id limit $1 for update`)
	for _, c := range list {
		const sql = `update quota_offer set words = coalesce($2, words), undo_why = coalesce($3, undo_why), words_clear = '', undo_clear = '' where id = $1`
		err = q.reseal(ctx, tx, sql, c.a, c, [2]seal.At{offerAt(c.a, "words"), offerAt(c.a, "undo_why")})
		if err != nil {
			return 0, err
		}
	}
	return len(list), err
}

func (q *Quota) resealSkips(ctx context.Context, tx *pg.Tx) (int, error) {
	list, err := bares(ctx, tx, `select round, n::bigint, id, words_clear, undo_clear from quota_skip where words_clear <> '' or undo_clear <> '' order by id limit $1 for update`)
	for _, c := range list {
		const sql = `update quota_skip set words = coalesce($2, words), undo_why = coalesce($3, undo_why), words_clear = '', undo_clear = '' where id = $1`
		err = q.reseal(ctx, tx, sql, c.of, c, [2]seal.At{skipAt(c.a, int(c.b), "words"), skipAt(c.a, int(c.b), "undo_why")})
		if err != nil {
			return 0, err
		}
	}
	return len(list), err
}

// reseal seals the words of one row of two words.
func (q *Quota) reseal(ctx context.Context, tx *pg.Tx, sql string, id int64, c bare, at [2]seal.At) error {
	words, err := q.sealed(c.words, at[0])
	if err != nil {
		return err
	}
	why, err := q.sealed(c.why, at[1])
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sql, id, words, why)
	return pg.Fail(err, "seal words of before")
}

func (q *Quota) resealTries(ctx context.Context, tx *pg.Tx) (int, error) {
	list, err := bares(ctx, tx, `select offer, k::bigint, 0::bigint, words_clear, '' from quota_try where words_clear <> '' order by offer, k limit $1 for update`)
	for _, c := range list {
		words, err := q.sealed(c.words, tryAt(c.a, int(c.b)))
		if err != nil {
			return 0, err
		}
		if _, err := tx.Exec(ctx, `update quota_try set words = $3, words_clear = '' where offer = $1 and k = $2`, c.a, c.b, words); err != nil {
			return 0, pg.Fail(err, "seal words of before")
		}
	}
	return len(list), err
}
