package talks

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Topic is the bell that rings at each line of a conversation in an agent's hands; with
// the calls' own as its beginning, so that whoever hears of calls hears of it.
const Topic = "calls"

// DeskDeps are what a Desk needs. All are required.
type DeskDeps struct {
	DB      *pg.DB         // as the platform
	Opener  *seal.Opener   // opens what the gateway handed over
	Self    seal.Recipient // the platform itself
	Gateway seal.Recipient // who says what an agent wrote
	Jobs    *jobs.Inserter // of the gateway's queue
	Audit   *audit.Log
	Bell    *bell.Bell
}

// Desk is the platform's half: the conversations that were handed to agents. It reads no
// other and sends nothing itself. Safe for concurrent use.
type Desk struct{ d DeskDeps }

// NewDesk makes a Desk. Errors: KindInvalid.
func NewDesk(d DeskDeps) (*Desk, error) {
	if d.DB == nil || d.Opener == nil || d.Jobs == nil || d.Audit == nil || d.Bell == nil || d.Self == (seal.Recipient{}) || d.Gateway == (seal.Recipient{}) {
		return nil, core.E(core.KindInvalid, "talks_desk_deps", "").Wrap(errors.New("talks.NewDesk needs a database, an opener, itself and the gateway to seal to, jobs, a log and a bell"))
	}
	return &Desk{d}, nil
}

// Chat is a conversation as an agent reads it. Call is "" where none was handed over.
type Chat struct {
	Call   string
	Asked  time.Time
	How    How // "" while it is in the agents' hands
	Lines  []Line
	Facts  []byte // the form as far as the interview came; nil for none
	Last   time.Time
	Since  int   // replies since the person's last word, sent or on their way
	Newest int64 // the newest line of the person
}

// Window is how long after somebody's last word an answer reaches them, and Most how many
// answers do (protocols.md 2.6).
const (
	Window = 48 * time.Hour
	Most   = 5
)

// Late reports that nothing reaches the person any more until they write again.
func (c Chat) Late(now time.Time) bool { return now.Sub(c.Last) >= Window }

// Open reads a conversation for the agent who holds its call, and writes that down.
func (d *Desk) Open(ctx context.Context, call string, staff core.StaffID) (c Chat, err error) {
	const mark = `update talk_hand set opened = coalesce(opened, $2) where call = $1 and closed is null`
	err = d.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		if c, err = d.read(ctx, tx, call); err != nil || c.Call == "" {
			return err
		}
		if _, err := tx.Exec(ctx, mark, call, tx.Now()); err != nil {
			return pg.Fail(err, "note that a conversation was opened")
		}
		return d.note(ctx, tx, staff, "talk.read", call, "接微信对话")
	})
	return c, err
}

// Read is Open for a page that was opened before and looks whether something came.
func (d *Desk) Read(ctx context.Context, call string) (c Chat, err error) {
	err = d.d.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		c, err = d.read(ctx, tx, call)
		return err
	})
	return c, err
}

// Waits reports, of calls, those whose conversation is in the agents' hands.
func (d *Desk) Waits(ctx context.Context, calls []string) (map[string]bool, error) {
	out := map[string]bool{}
	err := d.d.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select call from talk_hand where call = any($1) and closed is null`, calls)
		if err != nil {
			return pg.Fail(err, "find conversations that wait")
		}
		list, err := pgx.CollectRows(rows, pgx.RowTo[string])
		for _, id := range list {
			out[id] = true
		}
		return pg.Fail(err, "find conversations that wait")
	})
	return out, err
}

func (d *Desk) read(ctx context.Context, tx *pg.Tx, call string) (c Chat, err error) {
	err = tx.QueryRow(ctx, `select call, asked, how from talk_hand where call = $1`, call).Scan(&c.Call, &c.Asked, &c.How)
	if errors.Is(err, pgx.ErrNoRows) {
		return Chat{}, nil
	}
	if err != nil {
		return c, pg.Fail(err, "read a conversation")
	}
	const sql = `select id, key, side, kind, at, wrapped, sealed, coalesce(blob, ''), coalesce(staff, 0), state from talk_line where call = $1 order by id desc limit 2000`
	rows, err := tx.Query(ctx, sql, call)
	if err != nil {
		return c, pg.Fail(err, "read a conversation")
	}
	open := opening{opener: d.d.Opener}
	lines, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l Line, err error) {
		var wrapped, sealed []byte
		if err := row.Scan(&l.ID, &l.Key, &l.Side, &l.Kind, &l.At, &wrapped, &sealed, &l.Blob, &l.Staff, &l.State); err != nil {
			return l, err
		}
		l.Body, err = open.line(wrapped, sealed, lineAt(call, l.Key))
		return l, err
	})
	if err != nil {
		return c, pg.Fail(err, "read a conversation")
	}
	slices.Reverse(lines)
	for _, l := range lines {
		if l.Kind == LineVoice && l.Blob != "" {
			if err := d.listen(ctx, tx, &l); err != nil {
				return c, err
			}
		}
		c.take(l)
	}
	return c, nil
}

// listen adds what a machine heard in a voice message, whenever it was ready.
func (d *Desk) listen(ctx context.Context, tx *pg.Tx, l *Line) error {
	const sql = `select message, mime, wrapped, sealed from talk_voice where blob = $1 order by sealed is null, message limit 1`
	var message int64
	var wrapped, sealed []byte
	err := tx.QueryRow(ctx, sql, string(l.Blob)).Scan(&message, &l.MIME, &wrapped, &sealed)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && sealed == nil {
		return nil
	}
	if err != nil {
		return pg.Fail(err, "read what was heard")
	}
	key, err := d.d.Opener.Envelope(wrapped)
	if err != nil {
		return err
	}
	plain, err := key.Open(sealed, voiceAt(message, "sealed"))
	l.Heard = string(plain)
	return err
}

// take adds a line in its order.
func (c *Chat) take(l Line) {
	if l.Kind == LineFacts {
		c.Facts = []byte(l.Body)
		return
	}
	c.Lines = append(c.Lines, l)
	switch {
	case l.Side == SideCitizen:
		c.Last, c.Since, c.Newest = l.At, 0, l.ID
	case l.Side == SideWe, l.State == LineSent, l.State == LineQueued:
		c.Since++
	}
}

// opening keeps the key of the last envelope: one serves many lines.
type opening struct {
	opener *seal.Opener
	last   string
	key    *seal.DataKey
}

func (o *opening) line(wrapped, sealed []byte, at seal.At) (string, error) {
	if o.key == nil || o.last != string(wrapped) {
		key, err := o.opener.Envelope(wrapped)
		if err != nil {
			return "", err
		}
		o.key, o.last = key, string(wrapped)
	}
	plain, err := o.key.Open(sealed, at)
	return string(plain), err
}

// Word is what an agent writes to the person.
type Word struct {
	Call  string
	Staff core.StaffID
	Key   string // of the form it was written in: sent twice it is said once
	Text  string
}

// mostWord bounds an agent's words in runes: WeChat takes 2,048 bytes.
const mostWord = 600

// Errors of an agent's words.
var (
	ErrClosed = core.E(core.KindConflict, "talk_closed", "这段对话已经不在您手里了,请刷新看看。")
	ErrUnread = core.E(core.KindConflict, "talk_unread", "他刚又说了话,先看一眼再办完。")
)

// Say keeps what an agent wrote and asks the gateway to say it, in one transaction. What
// nothing can deliver any more is kept as late. Errors: KindInvalid, ErrClosed.
func (d *Desk) Say(ctx context.Context, w Word) (state LineState, err error) {
	w.Text = strings.TrimSpace(w.Text)
	switch n := utf8.RuneCountInString(w.Text); {
	case n == 0 || !utf8.ValidString(w.Text) || strings.ContainsRune(w.Text, 0):
		return "", core.Invalid("text", "请写一句要回的话。")
	case n > mostWord:
		return "", core.Invalid("text", "一条最多 600 个字,请分两条回。")
	case w.Key == "" || len(w.Key) > 80:
		return "", core.Invalid("key", "页面太旧了,请刷新再写。")
	}
	key := "a" + w.Key
	own, err := sealLine(d.d.Self, w.Text, lineAt(w.Call, key))
	if err != nil {
		return "", err
	}
	out, err := sealLine(d.d.Gateway, w.Text, outAt(w.Call, key))
	if err != nil {
		return "", err
	}
	err = d.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		state, err = d.keep(ctx, tx, w, key, own, out)
		return err
	})
	if err == nil {
		d.d.Bell.Ring(ctx, Topic, "talk.said", w.Call)
	}
	return state, err
}

type sealedLine struct{ wrapped, sealed []byte }

func sealLine(to seal.Recipient, text string, at seal.At) (sealedLine, error) {
	env, err := to.NewEnvelope()
	if err != nil {
		return sealedLine{}, err
	}
	sealed, err := env.Seal([]byte(text), at)
	return sealedLine{env.Wrapped, sealed}, err
}

func (d *Desk) keep(ctx context.Context, tx *pg.Tx, w Word, key string, own, out sealedLine) (LineState, error) {
	const hold = `select citizen, coalesce((select max(at) from talk_line where call = $1 and side = 'citizen'), asked)
		from talk_hand where call = $1 and closed is null for share`
	const put = `insert into talk_line (call, key, side, kind, at, wrapped, sealed, staff, out_wrapped, out_sealed, state)
		values ($1, $2, 'agent', 'text', $3, $4, $5, $6, $7, $8, $9) on conflict (call, key) do nothing`
	var citizen string
	var last time.Time
	err := tx.QueryRow(ctx, hold, w.Call).Scan(&citizen, &last)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", ErrClosed
	}
	if err != nil {
		return "", pg.Fail(err, "hold a conversation")
	}
	state := LineQueued
	if tx.Now().Sub(last) >= Window {
		state = LineLate
	}
	tag, err := tx.Exec(ctx, put, w.Call, key, tx.Now(), own.wrapped, own.sealed, int64(w.Staff), out.wrapped, out.sealed, string(state))
	if err != nil || tag.RowsAffected() == 0 {
		return state, pg.Fail(err, "keep an agent's words")
	}
	if state == LineQueued {
		if err := d.d.Jobs.Insert(ctx, tx, Turn{citizen}); err != nil {
			return state, err
		}
	}
	return state, d.note(ctx, tx, w.Staff, "talk.said", w.Call, "回微信对话")
}

// Ending is how an agent finishes with a conversation.
type Ending struct {
	Call   string
	Staff  core.StaffID
	How    How
	Seen   int64 // the newest line of the person that the agent's page showed
	Forced bool  // whatever was seen: nobody was reached three times
}

// Close ends a hand-over in the caller's transaction, which finishes its call. A call
// without one, or whose person went on alone, has nothing to end. Errors: ErrUnread.
func (d *Desk) Close(ctx context.Context, tx *pg.Tx, e Ending) error {
	const end = `update talk_hand set closed = $2, how = $3 where call = $1 and closed is null returning citizen`
	const newer = `select exists (select from talk_line where call = $1 and side = 'citizen' and id > $2)`
	var citizen string
	err := tx.QueryRow(ctx, end, e.Call, tx.Now(), string(e.How)).Scan(&citizen)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return pg.Fail(err, "end a hand-over")
	}
	// After the update, which waited for whoever was passing a line on.
	var unread bool
	if err := tx.QueryRow(ctx, newer, e.Call, e.Seen).Scan(&unread); err != nil {
		return pg.Fail(err, "look for unread lines")
	}
	if unread && !e.Forced {
		return ErrUnread
	}
	if err := d.d.Jobs.Insert(ctx, tx, Turn{citizen}); err != nil {
		return err
	}
	return d.note(ctx, tx, e.Staff, "talk."+string(e.How), e.Call, "接微信对话")
}

func (d *Desk) note(ctx context.Context, tx *pg.Tx, staff core.StaffID, act, call, purpose string) error {
	return d.d.Audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "staff", ID: strconv.FormatInt(int64(staff), 10)}, Act: act, Subject: "call:" + call, Purpose: purpose})
}
