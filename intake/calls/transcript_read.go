package calls

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/seal"
	"lianou/transcription"
)

// errNoOpener is a defect: only the platform opens transcripts.
var errNoOpener = errors.New("calls: this program holds no key to transcripts")

// Transcript reads the text of a call: of its recording when that was heard, else the
// captions of the running call, and what an agent typed. Errors: KindNotFound.
func (l *Log) Transcript(ctx context.Context, id string) (Transcript, error) {
	if l.opener == nil {
		return Transcript{}, core.E(core.KindInternal, "transcript_sealed", "").Wrap(errNoOpener)
	}
	t := Transcript{Call: id}
	err := l.db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		t.Segments = nil
		if err := readTranscript(ctx, tx, &t); err != nil {
			return err
		}
		if err := l.readTyped(ctx, tx, &t); err != nil {
			return err
		}
		if err := l.readWords(ctx, tx, &t, heardSQL, heardPlace); err != nil || len(t.Segments) > 0 || t.State == TranscriptDone {
			return err
		}
		t.Live = true
		return l.readWords(ctx, tx, &t, captionSQL, captionAt)
	})
	t.Live = t.Live && len(t.Segments) > 0
	t.Foreign = transcription.Foreign(t.Segments)
	return t, err
}

func readTranscript(ctx context.Context, tx *pg.Tx, t *Transcript) error {
	const sql = `select coalesce(t.state, 'none'), coalesce(t.reason, ''), coalesce(t.engine, ''), coalesce(t.model, ''), coalesce(t.version, ''), coalesce(t.partial, false), t.finished
		from call c left join call_transcript t on t.call = c.id where c.id = $1`
	var finished *time.Time
	err := tx.QueryRow(ctx, sql, t.Call).Scan(&t.State, &t.Reason, &t.Engine, &t.Model, &t.Version, &t.Partial, &finished)
	t.Finished = when(finished)
	return pg.Fail(err, "read a transcript")
}

func (l *Log) readTyped(ctx context.Context, tx *pg.Tx, t *Transcript) error {
	const sql = `select agent, at, wrapped, sealed from call_typed where call = $1`
	var w words
	var agent int64
	err := tx.QueryRow(ctx, sql, t.Call).Scan(&agent, &t.TypedAt, &w.wrapped, &w.sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return pg.Fail(err, "read what an agent typed")
	}
	plain, err := l.openWords(w, typedAt(t.Call))
	t.Typed, t.TypedBy = string(plain), core.StaffID(agent)
	return err
}

// The sealed utterances of a call: each statement gives channel and number, and a row's
// place is what its words were sealed for.
const (
	heardSQL   = `select channel, 0, wrapped, sealed from call_heard where call = $1 order by channel`
	captionSQL = `select channel, n, wrapped, sealed from call_caption where call = $1 order by channel, n limit 20000`
)

type placeOf func(call string, channel, n int) seal.At

func heardPlace(call string, channel, _ int) seal.At { return heardAt(call, channel) }

func heardAt(call string, channel int) seal.At {
	return seal.At{Table: "call_heard", Row: call + "/" + strconv.Itoa(channel), Column: "sealed"}
}

func captionAt(call string, channel, n int) seal.At {
	return seal.At{Table: "call_caption", Row: call + "/" + strconv.Itoa(channel) + "/" + strconv.Itoa(n), Column: "sealed"}
}

func (l *Log) readWords(ctx context.Context, tx *pg.Tx, t *Transcript, sql string, place placeOf) error {
	rows, err := tx.Query(ctx, sql, t.Call)
	if err != nil {
		return pg.Fail(err, "read words of a call")
	}
	defer rows.Close()
	keys := map[string]*seal.DataKey{}
	for rows.Next() {
		var channel, n int
		var w words
		if err := rows.Scan(&channel, &n, &w.wrapped, &w.sealed); err != nil {
			return pg.Fail(err, "read words of a call")
		}
		list, err := l.openSegments(keys, w, place(t.Call, channel, n))
		if err != nil {
			return err
		}
		t.Segments = append(t.Segments, list...)
	}
	slices.SortStableFunc(t.Segments, func(a, b transcription.Segment) int {
		return cmp.Or(cmp.Compare(a.StartMS, b.StartMS), cmp.Compare(a.Channel, b.Channel))
	})
	return pg.Fail(rows.Err(), "read words of a call")
}

// openSegments opens one row. Captions of one call share a data key, which costs more
// to unwrap than all its rows to open.
func (l *Log) openSegments(keys map[string]*seal.DataKey, w words, at seal.At) (list []transcription.Segment, err error) {
	key := keys[string(w.wrapped)]
	if key == nil {
		if key, err = l.opener.Envelope(w.wrapped); err != nil {
			return nil, err
		}
		keys[string(w.wrapped)] = key
	}
	plain, err := key.Open(w.sealed, at)
	if err != nil || len(plain) == 0 {
		return nil, err
	}
	if err := json.Unmarshal(plain, &list); err != nil {
		return nil, core.E(core.KindInternal, "transcript_codec", "") // the cause may quote words
	}
	return list, nil
}
