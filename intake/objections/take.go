package objections

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/seal"
)

func place(sender, key []byte) seal.At {
	return seal.At{Table: "objection_sent", Row: hex.EncodeToString(sender) + " " + hex.EncodeToString(key), Column: "sealed"}
}

// Handed is what came in, opened at the platform.
type Handed struct {
	ID      int64
	Notice  int64
	Door    string
	Sender  []byte
	Account bool // an account stands behind it
	Receipt []byte
	Says    string
	Name    string
	Phone   core.Phone
	Taken   bool // it was filed before
}

// Unread is what stands in place of words that no key of ours opens: they hold the decision
// all the same, until somebody has looked.
const Unread = "(这一条送来时损坏了,看不到原话。)"

// Take opens one and holds its row until the transaction ends. Errors: KindNotFound.
func Take(ctx context.Context, tx *pg.Tx, opener *seal.Opener, id int64) (Handed, error) {
	h := Handed{ID: id}
	var key, wrapped, sealed []byte
	const sql = `select notice_id, door, sender, account, key, receipt, wrapped, sealed, taken is not null from objection_sent where id = $1 for update`
	if err := tx.QueryRow(ctx, sql, id).Scan(&h.Notice, &h.Door, &h.Sender, &h.Account, &key, &h.Receipt, &wrapped, &sealed, &h.Taken); err != nil {
		return h, pg.Fail(err, "take an objection")
	}
	var b body
	if env, err := opener.Envelope(wrapped); err != nil {
		b.Says = Unread
	} else if plain, err := env.Open(sealed, place(h.Sender, key)); err != nil || json.Unmarshal(plain, &b) != nil || b.Says == "" {
		b = body{Says: Unread}
	}
	h.Says, h.Name = b.Says, b.Name
	h.Phone, _ = core.ParsePhone(b.Phone) // it was checked at the door; "" is none
	return h, nil
}

// Taken notes as which objection it was filed, 0 for none.
func Taken(ctx context.Context, tx *pg.Tx, id, objection int64) error {
	_, err := tx.Exec(ctx, `update objection_sent set taken = $2, objection = nullif($3::bigint, 0) where id = $1`, id, tx.Now(), objection)
	return pg.Fail(err, "note that an objection was filed")
}

// Refiled notes that those filed under some receipts stand with another objection now.
func Refiled(ctx context.Context, tx *pg.Tx, receipts [][]byte, objection int64) error {
	_, err := tx.Exec(ctx, `update objection_sent set objection = $2 where receipt = any ($1)`, receipts, objection)
	return pg.Fail(err, "note that an objection was filed anew")
}

// Waiting lists those sent before a moment that nobody has filed, with ids above after, oldest first.
func Waiting(ctx context.Context, tx *pg.Tx, before time.Time, after int64, limit int) ([]int64, error) {
	rows, err := tx.Query(ctx, `select id from objection_sent where taken is null and at < $1 and id > $2 order by id limit $3`, before, after, limit)
	if err != nil {
		return nil, pg.Fail(err, "list objections that are not filed")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return list, pg.Fail(err, "list objections that are not filed")
}
