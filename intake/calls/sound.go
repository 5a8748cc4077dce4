package calls

import (
	"context"
	"strconv"
	"strings"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// soundGrace is how long after a call's end its audio may be on the way.
const soundGrace = 10 * time.Minute

// CheckSound asks the gateway to compare calls with their audio; inserted every minute.
type CheckSound struct{}

// Kind is the stable name.
func (CheckSound) Kind() string { return "check_sound" }

// InsertOpts keeps a slow check from being followed by a heap of them.
func (CheckSound) InsertOpts() riverOpts { return uniqueWhileWaiting() }

// AlertKind is what is wrong with the audio of an answered call.
type AlertKind string

// The kinds.
const (
	AlertMissing AlertKind = "missing" // there is none
	AlertLength  AlertKind = "length"  // it is not as long as the call
)

// Alert is an answered call whose audio is missing or not of the right length (F14).
type Alert struct {
	Call   string
	Kind   AlertKind
	Opened time.Time
	Span   time.Duration // from the answer to the end
	Sound  time.Duration // of the recording; 0 without one
}

// Checked is what a check changed.
type Checked struct{ Opened, Closed int }

// The steps of a check. About the right length is within five seconds and two parts in
// a hundred: exchanges count whole seconds, begin to record a little after the answer,
// and an hour's recording drifts. An end that was guessed measures nothing, and a
// recording from before lengths were kept is taken as it is.
const (
	settleSQL = `update call set sound_settled = true
		where answered is not null and ended is not null and not sound_settled and recording_state = 'stored'
			and (sound_ms is null or end_guessed or abs(sound_ms - ` + spanMS + `) <= 5000 + ` + spanMS + ` / 50)
		returning id`
	spanMS   = `greatest(0, (extract(epoch from ended - answered) * 1000)::bigint)`
	closeSQL = `update call_alert set closed = transaction_timestamp() where call = any($1) and closed is null returning call`
	wordSQL  = `update call set sound_settled = true
		where answered is not null and ended is not null and not sound_settled
			and id in (select call from call_alert where closed_by is not null)
		returning id`
	openSQL = `insert into call_alert as a (call, kind, span_ms, sound_ms)
		select id, case when recording_state = 'stored' then 'length' else 'missing' end, ` + spanMS + `,
			case when recording_state = 'stored' then sound_ms end
		from call
		where answered is not null and ended is not null and not sound_settled
			and (recording_state in ('stored', 'lost') or ended < transaction_timestamp() - $1::bigint * interval '1 second')
		on conflict (call) do update set kind = excluded.kind, span_ms = excluded.span_ms, sound_ms = excluded.sound_ms, closed = null
			where a.closed_by is null and (a.closed is not null
				or (a.kind, a.span_ms, a.sound_ms) is distinct from (excluded.kind, excluded.span_ms, excluded.sound_ms))
		returning call`
)

// CheckSound compares every answered call that is over with its audio: what fits is
// settled and closes its alert, what does not opens one. A lost recording is told at
// once, one that may still come after the grace. Run again it changes nothing.
func (l *Log) CheckSound(ctx context.Context) (Checked, error) {
	var news []string
	var done Checked
	err := l.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		settled, err := ids(ctx, tx, settleSQL)
		if err != nil {
			return err
		}
		closed, err := ids(ctx, tx, closeSQL, settled)
		if err != nil {
			return err
		}
		if _, err := ids(ctx, tx, wordSQL); err != nil {
			return err
		}
		opened, err := ids(ctx, tx, openSQL, int64(soundGrace.Seconds()))
		done, news = Checked{len(opened), len(closed)}, append(opened, closed...)
		return err
	})
	if err != nil {
		return Checked{}, err
	}
	for _, id := range news {
		l.bell.Ring(ctx, Topic, "call.sound", id)
	}
	return done, nil
}

// MostAlerts is how many Alerts lists.
const MostAlerts = 500

// Alerts lists the open alerts, oldest first.
func (l *Log) Alerts(ctx context.Context) ([]Alert, error) {
	const sql = `select call, kind, opened, span_ms, coalesce(sound_ms, 0) from call_alert where closed is null order by opened, call limit 500`
	var out []Alert
	err := l.db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, sql)
		if err != nil {
			return pg.Fail(err, "list alerts of calls")
		}
		defer rows.Close()
		out = nil
		for rows.Next() {
			var a Alert
			var span, sound int64
			if err := rows.Scan(&a.Call, &a.Kind, &a.Opened, &span, &sound); err != nil {
				return pg.Fail(err, "list alerts of calls")
			}
			a.Span, a.Sound = time.Duration(span)*time.Millisecond, time.Duration(sound)*time.Millisecond
			out = append(out, a)
		}
		return pg.Fail(rows.Err(), "list alerts of calls")
	})
	return out, err
}

// OpenAlerts counts the open alerts by kind; a kind without any counts 0.
func (l *Log) OpenAlerts(ctx context.Context) (map[AlertKind]int, error) {
	const sql = `select count(*) filter (where kind = 'missing'), count(*) filter (where kind = 'length') from call_alert where closed is null`
	var missing, length int
	err := l.db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return pg.Fail(tx.QueryRow(ctx, sql).Scan(&missing, &length), "count alerts of calls")
	})
	return map[AlertKind]int{AlertMissing: missing, AlertLength: length}, err
}

// Explain closes an alert by an agent's word why there is no right audio. Saying the
// same again is a success. Errors: KindInvalid without a word, KindNotFound, KindConflict
// when it is closed already.
func (l *Log) Explain(ctx context.Context, id string, agent core.StaffID, word string) error {
	if word = strings.TrimSpace(word); word == "" || len([]rune(word)) > 500 {
		return core.Invalid("word", "请写明这通电话为什么没有录音,500 字以内。")
	}
	const sql = `update call_alert set closed = transaction_timestamp(), closed_by = $2, word = $3 where call = $1 and closed is null`
	err := l.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, sql, id, int64(agent), word)
		if err != nil {
			return pg.Fail(err, "explain a call's audio")
		}
		if tag.RowsAffected() == 0 {
			return explained(ctx, tx, id, word)
		}
		return l.audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "staff", ID: strconv.FormatInt(int64(agent), 10)}, Act: "sound.explained", Subject: "call:" + id})
	})
	if err == nil {
		l.bell.Ring(ctx, Topic, "call.sound", id)
	}
	return err
}

// explained tells why an alert could not be closed; nil when it was with this word.
func explained(ctx context.Context, tx *pg.Tx, id, word string) error {
	var same bool
	err := tx.QueryRow(ctx, `select word = $2 from call_alert where call = $1`, id, word).Scan(&same)
	if err != nil || same {
		return pg.Fail(err, "read an alert")
	}
	return core.E(core.KindConflict, "alert_closed", "这条提醒已经了结了。")
}
