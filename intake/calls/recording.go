package calls

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// RecordingURL gives where a call's audio can be fetched, to the gateway that
// sealed it. Errors: KindNotFound when there is no such call or it has none.
func (l *Log) RecordingURL(ctx context.Context, id string) (url string, stored bool, err error) {
	const sql = `select recording_url, recording_state = 'stored' from call where id = $1 and recording_url is not null`
	err = l.db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		var sealed []byte
		if err := tx.QueryRow(ctx, sql, id).Scan(&sealed, &stored); err != nil {
			return pg.Fail(err, "read a recording's address")
		}
		plain, err := l.ring.Open(sealed, urlAt(id))
		url = string(plain)
		return err
	})
	return url, stored, err
}

// Stored notes that a call's audio lies in the blob store, and asks for its text. The
// first one counts.
func (l *Log) Stored(ctx context.Context, id string, digest core.BlobDigest) error {
	const sql = `update call set recording = $2, recording_state = 'stored' where id = $1 and recording = ''`
	return l.recording(ctx, note{id, "recording.stored", l.askForText}, sql, string(digest))
}

// Measured notes how long the audio plays that is about to be Stored. The first one
// counts, as it does there: what is stored is sealed, and can be measured no more.
func (l *Log) Measured(ctx context.Context, id string, length time.Duration) error {
	const sql = `update call set sound_ms = $2, sound_settled = false where id = $1 and recording = ''`
	return l.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, sql, id, length.Milliseconds())
		return pg.Fail(err, "note a recording's length")
	})
}

// Lost notes that a call's audio could not be had, so that a person sees it (F14).
func (l *Log) Lost(ctx context.Context, id string) error {
	const sql = `update call set recording_state = 'lost' where id = $1 and recording_state = 'pending'`
	return l.recording(ctx, note{id, "recording.lost", nil}, sql)
}

// Refused notes that a call's audio lies where we never fetch from (security.md
// P26): the call stays, a person sees that it has no recording, and the log says why.
func (l *Log) Refused(ctx context.Context, id string) error {
	const sql = `update call set recording_state = 'lost' where id = $1 and recording_state = 'pending'`
	return l.recording(ctx, note{id, "refusal.recording_source", nil}, sql)
}

// note is one change of a recording's state; then belongs to it.
type note struct {
	id, act string
	then    func(context.Context, *pg.Tx, string) error
}

func (l *Log) recording(ctx context.Context, n note, sql string, args ...any) error {
	changed := false
	err := l.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, sql, append([]any{n.id}, args...)...)
		if err != nil {
			return pg.Fail(err, "note a recording")
		}
		changed = tag.RowsAffected() == 1
		if !changed {
			return nil
		}
		if n.then != nil {
			if err := n.then(ctx, tx, n.id); err != nil {
				return err
			}
		}
		return l.audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "job", ID: "fetch_recording"}, Act: n.act, Subject: "call:" + n.id})
	})
	if err == nil && changed {
		l.bell.Ring(ctx, Topic, n.act, n.id)
	}
	return err
}

// SweepCalls asks the gateway to end orphaned calls; inserted every minute.
type SweepCalls struct{}

// Kind is the stable name.
func (SweepCalls) Kind() string { return "sweep_calls" }

// InsertOpts keeps a slow sweep from being followed by a heap of them.
func (SweepCalls) InsertOpts() riverOpts { return uniqueWhileWaiting() }

// Sweep ends calls whose last report never came, which can be told by one of three
// signs: their recording is here, and recordings are named when a call is over; nobody
// lets it ring for half an hour; nobody talks for longer than four hours. They stay in
// the waiting list, as calls that are over, and a report of the end still counts. An
// exchange's times are real ones, so the real clock decides.
func (l *Log) Sweep(ctx context.Context) (int, error) {
	const sql = `update call set end_guessed = true, sound_settled = false,
			ended = coalesce(answered, began) + coalesce(case when recording_state = 'stored' then sound_ms end, 0) * interval '1 ms'
		where ended is null and (recording_state = 'stored' and sound_ms is not null
			or answered is null and began < transaction_timestamp() - interval '30 minutes'
			or began < transaction_timestamp() - interval '4 hours')
		returning id`
	var swept []string
	err := l.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		swept, err = ids(ctx, tx, sql)
		return err
	})
	for _, id := range swept {
		l.bell.Ring(ctx, Topic, "call.heard", id)
	}
	return len(swept), err
}

// ids runs what returns ids of calls.
func ids(ctx context.Context, tx *pg.Tx, sql string, args ...any) ([]string, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, pg.Fail(err, "look through the calls")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return list, pg.Fail(err, "look through the calls")
}
