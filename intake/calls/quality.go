package calls

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/seal"
)

// lots is how many lots there are: shares are in hundredths of a hundredth.
const lots = 10000

// Lot is the number that a finished call draws, 0 to 9999. It hangs on the call's id and
// the microsecond in which it was finished, which both stand in the audit log: anybody
// can reckon it again (the first four bytes of SHA-256 over the id, a line feed and the
// time in UTC), and no agent knows it before they press the button.
func Lot(id string, done time.Time) int {
	sum := sha256.Sum256([]byte(id + "\n" + done.UTC().Format("2006-01-02T15:04:05.000000Z")))
	return int(binary.BigEndian.Uint32(sum[:4]) % lots)
}

// draw puts a call that its agent finishes among those to be listened to, if its lot
// says so. What has no recording cannot be heard again.
func (l *Log) draw(ctx context.Context, tx *pg.Tx, c Call, agent core.StaffID) error {
	lot, below := Lot(c.ID, tx.Now()), l.share*lots/100
	if lot >= below || c.RecordingState != "stored" && c.RecordingState != "pending" {
		return nil
	}
	const sql = `insert into call_quality (call, agent, lot, below, drawn) values ($1, $2, $3, $4, $5)`
	if _, err := tx.Exec(ctx, sql, c.ID, int64(agent), lot, below, tx.Now()); err != nil {
		return pg.Fail(err, "draw a call")
	}
	return l.audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "job", ID: "quality_draw"}, Act: "quality.drawn", Subject: "call:" + c.ID,
		Detail: map[string]int{"lot": lot, "below": below}})
}

// Drawn is a call that was drawn, with what its listener found.
type Drawn struct {
	Call  string
	Began time.Time
	Drawn time.Time
	Agent core.StaffID
	Verdict
}

// Verdict is what a listener found.
type Verdict struct {
	Listener core.StaffID
	Heard    time.Time // zero while nobody listened
	Written  string    // "all", "missing", "invented" (said by nobody), "both"
	Manner   string    // "good", "fair", "poor"
	Note     string
}

// Errors of listening.
var (
	ErrOwnCall = core.E(core.KindForbidden, "own_call", "自己接的电话,要别人来听。")
	ErrJudged  = core.E(core.KindConflict, "call_judged", "这通已经有人听过、写过了。")
)

const drawnColumns = `q.call, c.began, q.drawn, q.agent, coalesce(q.listener, 0), q.heard, q.written, q.manner, q.wrapped, q.sealed`

// ToHear lists the drawn calls that nobody has listened to and that are not the
// listener's own, oldest first.
func (l *Log) ToHear(ctx context.Context, listener core.StaffID) ([]Drawn, error) {
	const sql = `select ` + drawnColumns + ` from call_quality q join call c on c.id = q.call
		where q.heard is null and q.agent <> $1 and c.recording_state in ('stored', 'pending') order by q.drawn, q.call limit 50`
	return l.drawnCalls(ctx, sql, int64(listener))
}

// FoundOf lists what listeners found of an agent's calls, newest first.
func (l *Log) FoundOf(ctx context.Context, agent core.StaffID) ([]Drawn, error) {
	const sql = `select ` + drawnColumns + ` from call_quality q join call c on c.id = q.call
		where q.agent = $1 and q.heard is not null order by q.heard desc, q.call limit 20`
	return l.drawnCalls(ctx, sql, int64(agent))
}

// DrawnCall reads a drawn call for a listener. Errors: KindNotFound, ErrOwnCall.
func (l *Log) DrawnCall(ctx context.Context, id string, listener core.StaffID) (Drawn, error) {
	const sql = `select ` + drawnColumns + ` from call_quality q join call c on c.id = q.call where q.call = $1`
	list, err := l.drawnCalls(ctx, sql, id)
	switch {
	case err != nil:
		return Drawn{}, err
	case len(list) == 0:
		return Drawn{}, core.E(core.KindNotFound, "not_drawn", "这通没有抽到。")
	case list[0].Agent == listener:
		return Drawn{}, ErrOwnCall
	case !list[0].Heard.IsZero() && list[0].Listener != listener:
		return Drawn{}, ErrJudged // one listener hears it, not a room
	}
	return list[0], nil
}

func (l *Log) drawnCalls(ctx context.Context, sql string, arg any) (out []Drawn, err error) {
	err = l.db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, sql, arg)
		if err != nil {
			return pg.Fail(err, "list drawn calls")
		}
		out, err = pgx.CollectRows(rows, l.scanDrawn)
		return pg.Fail(err, "list drawn calls")
	})
	return out, err
}

func (l *Log) scanDrawn(row pgx.CollectableRow) (d Drawn, err error) {
	var heard *time.Time
	var w words
	err = row.Scan(&d.Call, &d.Began, &d.Drawn, &d.Agent, &d.Listener, &heard, &d.Written, &d.Manner, &w.wrapped, &w.sealed)
	if d.Heard = when(heard); err != nil || w.sealed == nil {
		return d, err
	}
	note, err := l.openWords(w, noteAt(d.Call))
	d.Note = string(note)
	return d, err
}

func noteAt(call string) seal.At { return seal.At{Table: "call_quality", Row: call, Column: "sealed"} }

// Judge keeps what a listener found, once. Errors: KindInvalid, KindNotFound, ErrOwnCall,
// ErrJudged.
func (l *Log) Judge(ctx context.Context, id string, v Verdict) error {
	v.Note = strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(v.Note, "\x00", ""), ""))
	if utf8.RuneCountInString(v.Note) > mostWord {
		return core.Invalid("note", "写得太长了,五百字以内。")
	}
	if !slices.Contains([]string{"all", "missing", "invented", "both"}, v.Written) || !slices.Contains([]string{"good", "fair", "poor"}, v.Manner) {
		return core.Invalid("written", "请选:记全了没有、客气不客气。")
	}
	if v.Written != "all" && v.Note == "" {
		return core.Invalid("note", "请写一句:漏了什么,或者多写了什么,在第几分几秒。")
	}
	if _, err := l.DrawnCall(ctx, id, v.Listener); err != nil {
		return err
	}
	note, err := l.sealWords([]byte(v.Note), noteAt(id))
	if err != nil {
		return err
	}
	const sql = `update call_quality set listener = $2, heard = $3, written = $4, manner = $5, wrapped = $6, sealed = $7 where call = $1 and heard is null`
	return l.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, sql, id, int64(v.Listener), tx.Now(), v.Written, v.Manner, note.wrapped, note.sealed)
		if err == nil && tag.RowsAffected() == 0 {
			return ErrJudged
		}
		if err != nil {
			return pg.Fail(err, "keep what a listener found")
		}
		return l.audit.Write(ctx, tx, audit.Entry{Actor: agentActor(v.Listener), Act: "quality.judged", Subject: "call:" + id,
			Detail: map[string]string{"written": v.Written, "manner": v.Manner}})
	})
}
