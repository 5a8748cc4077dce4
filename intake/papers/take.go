package papers

import (
	"context"
	"encoding/json"
	"time"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Handed is what came in, opened at the platform.
type Handed struct {
	ID          int64
	Application core.ApplicationID
	Papers      []core.Paper
	Note        string
	Channel     core.ChannelName
	Item        core.ItemCode // the decision that the note says is wrong; "" for papers
	Unsolved    bool          // of an Item: the note says that it is not solved
	At          time.Time
	Taken       bool // it lies in its case already
}

// Take opens one and holds its row until the transaction ends. Errors: KindNotFound,
// seal.ErrOpen.
func Take(ctx context.Context, tx *pg.Tx, opener *seal.Opener, id int64) (Handed, error) {
	h := Handed{ID: id}
	var citizen, key string
	var wrapped, sealed []byte
	const sql = `select citizen, key, application::text, wrapped, sealed, at, taken is not null from supplement where id = $1 for update`
	if err := tx.QueryRow(ctx, sql, id).Scan(&citizen, &key, &h.Application, &wrapped, &sealed, &h.At, &h.Taken); err != nil {
		return h, pg.Fail(err, "take papers")
	}
	env, err := opener.Envelope(wrapped)
	if err != nil {
		return h, err
	}
	plain, err := env.Open(sealed, place(citizen, key))
	if err != nil {
		return h, err
	}
	var b body
	if err := json.Unmarshal(plain, &b); err != nil {
		return h, core.E(core.KindInternal, "papers_unreadable", "") // the cause may quote the note
	}
	h.Papers, h.Note, h.Item, h.Channel, h.Unsolved = b.Papers, b.Note, b.Item, b.Channel, b.Unsolved
	return h, nil
}

// Taken notes that it lies in a case of this region.
func Taken(ctx context.Context, tx *pg.Tx, id int64, region core.RegionCode) error {
	_, err := tx.Exec(ctx, `update supplement set taken = $2, region = $3 where id = $1`, id, tx.Now(), region)
	return pg.Fail(err, "note that papers lie in their case")
}
