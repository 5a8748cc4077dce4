package calls

import (
	"context"
	"strconv"
	"time"

	"lianou/core"
	"lianou/core/pg"
)

// again is how long after the end of a call its Call-ID means another call. Exchanges
// that number calls from one begin anew after each restart (RFC 3261 section 8.1.1.4
// forbids it, and they do).
const again = 2 * time.Second

// HeardOwn is Heard for a line of our own, which knows when each of its calls began:
// an id that belonged to a call that was over by then gets a mark behind it, so that
// no call is lost in another's record. It gives the id in the record.
func (l *Log) HeardOwn(ctx context.Context, r Report) (id string, err error) {
	if r.Began.IsZero() {
		return "", core.Invalid("began", "")
	}
	if r.ID, err = l.idOf(ctx, r.ID, r.Began); err != nil {
		return "", err
	}
	_, err = l.Heard(ctx, r)
	return r.ID, err
}

// Shift is how far the city's clock was moved from the real one: zero, but in a
// demonstration.
func (l *Log) Shift(ctx context.Context) (time.Duration, error) {
	c, err := l.db.ReadClock(ctx)
	return c.Shift, err
}

func (l *Log) idOf(ctx context.Context, id string, began time.Time) (string, error) {
	var over bool
	const sql = `select coalesce((select ended < $2 from call where id = $1), false)`
	err := l.db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return pg.Fail(tx.QueryRow(ctx, sql, id, began.Add(-again)).Scan(&over), "look for an earlier call")
	})
	if over {
		id = Marked(id, began)
	}
	return id, err
}

// Marked is the id of another call under one Call-ID, by when it began.
func Marked(id string, began time.Time) string {
	return id + "~" + strconv.FormatInt(began.UnixMilli(), 36)
}

// ErrOtherSound says that a call has another recording already.
var ErrOtherSound = core.E(core.KindConflict, "call_has_other_sound", "")

// StoredOwn is Stored for a line of our own, which deletes its file afterwards: it
// fails with ErrOtherSound unless the call bears this recording then.
func (l *Log) StoredOwn(ctx context.Context, id string, digest core.BlobDigest) error {
	if err := l.Stored(ctx, id, digest); err != nil {
		return err
	}
	var bears bool
	err := l.db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return pg.Fail(tx.QueryRow(ctx, `select recording = $2 from call where id = $1`, id, string(digest)).Scan(&bears), "look at a call's recording")
	})
	if err == nil && !bears {
		return ErrOtherSound
	}
	return err
}
