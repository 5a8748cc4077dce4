package calls

import (
	"context"
	"encoding/json"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/transcription"
)

// textWork is what the job of one call's text begins with.
type textWork struct {
	recording core.BlobDigest
	state     TranscriptState
	tries     int
	age       time.Duration // since the first attempt, by the real clock
	tried     time.Time     // zero before the first failure
	heard     map[int]bool  // channels that are done
}

// textWork reads how far a call's text is, and notes that it is being worked on.
// Errors: KindNotFound.
func (l *Log) textWork(ctx context.Context, id string) (textWork, error) {
	const sql = `select c.recording, t.state, t.tries, t.tried, extract(epoch from transaction_timestamp() - coalesce(t.began, transaction_timestamp()))::float8,
			array(select channel::int from call_heard h where h.call = c.id)
		from call c join call_transcript t on t.call = c.id where c.id = $1`
	const work = `update call_transcript set state = 'working', began = coalesce(began, transaction_timestamp()) where call = $1 and state = 'waiting'`
	h := textWork{heard: map[int]bool{}}
	err := l.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		var tried *time.Time
		var age float64
		var channels []int
		if err := tx.QueryRow(ctx, sql, id).Scan(&h.recording, &h.state, &h.tries, &tried, &age, &channels); err != nil {
			return pg.Fail(err, "read how far a transcript is")
		}
		h.tried, h.age = when(tried), time.Duration(age*float64(time.Second))
		for _, c := range channels {
			h.heard[c] = true
		}
		_, err := tx.Exec(ctx, work, id)
		return pg.Fail(err, "note that a transcript is worked on")
	})
	return h, err
}

// over reports that nothing is left to do.
func (h textWork) over() bool {
	return h.state != TranscriptWaiting && h.state != TranscriptWorking
}

// keepHeard keeps what the engine made of one channel. The first answer counts.
func (l *Log) keepHeard(ctx context.Context, id string, channel int, res transcription.Result) error {
	plain, err := json.Marshal(res.Segments)
	if err != nil {
		return core.E(core.KindInternal, "transcript_codec", "")
	}
	w, err := l.sealWords(plain, heardAt(id, channel))
	if err != nil {
		return err
	}
	const put = `insert into call_heard (call, channel, wrapped, sealed) values ($1, $2, $3, $4) on conflict (call, channel) do nothing`
	const by = `update call_transcript set engine = $2, model = $3, version = $4, partial = partial or $5 where call = $1`
	return l.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, put, id, channel, w.wrapped, w.sealed); err != nil {
			return pg.Fail(err, "keep what was heard")
		}
		_, err := tx.Exec(ctx, by, id, short(res.Engine), short(res.Model), short(res.EngineVersion), res.Partial)
		return pg.Fail(err, "keep who heard it")
	})
}

// short bounds names that an engine gives itself.
func short(name string) string {
	const most = 80
	if r := []rune(name); len(r) > most {
		return string(r[:most])
	}
	return name
}

// endText says how the work on a call's text ended.
func (l *Log) endText(ctx context.Context, id string, state TranscriptState, reason TranscriptReason) error {
	const sql = `update call_transcript set state = $2, reason = $3, finished = $4 where call = $1 and state in ('waiting', 'working')`
	act := "transcript." + map[TranscriptState]string{TranscriptDone: "made", TranscriptFailed: "failed", TranscriptNone: "left"}[state]
	changed := false
	err := l.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, sql, id, string(state), string(reason), tx.Now())
		if changed = err == nil && tag.RowsAffected() == 1; !changed {
			return pg.Fail(err, "end a transcript")
		}
		return l.audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "job", ID: Transcribe{}.Kind()}, Act: act, Subject: "call:" + id})
	})
	if err == nil && changed {
		l.bell.Ring(ctx, Topic, act, id)
	}
	return err
}

// putOff notes that the engine failed in a way that may pass. mine says that it served
// others since this recording's last failure, so the recording is at fault.
func (l *Log) putOff(ctx context.Context, id string, mine bool) error {
	const sql = `update call_transcript set state = 'waiting', reason = $2, tried = transaction_timestamp(), tries = tries + $3 where call = $1 and state in ('waiting', 'working')`
	add := 0
	if mine {
		add = 1
	}
	err := l.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, sql, id, string(ReasonAway), add)
		return pg.Fail(err, "put a transcript off")
	})
	if err == nil {
		l.bell.Ring(ctx, Topic, "transcript.away", id)
	}
	return err
}
