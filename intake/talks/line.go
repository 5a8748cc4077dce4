package talks

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Side is who said a line.
type Side string

// The sides.
const (
	SideCitizen Side = "citizen"
	SideWe      Side = "we" // the machine
	SideAgent   Side = "agent"
)

// LineKind is what a line is.
type LineKind string

// The kinds.
const (
	LineText  LineKind = "text"
	LineImage LineKind = "image" // Blob is the picture
	LineVoice LineKind = "voice" // Blob is the sound, Heard what a machine made of it
	LineFacts LineKind = "facts" // Body is the form as far as the interview came, as JSON
	LineOther LineKind = "other" // what nobody can show; Body says what it was
)

// LineState is what became of an agent's line.
type LineState string

// The states. Full waits for the person's next word: WeChat takes five answers to one.
const (
	LineQueued  LineState = "queued"
	LineFull    LineState = "full"
	LineSent    LineState = "sent"
	LineLate    LineState = "late" // 48 hours after the person's last word nothing is delivered
	LineRefused LineState = "refused"
)

// Line is one line of a conversation as an agent reads it.
type Line struct {
	ID    int64
	Key   string // once in a conversation
	Side  Side
	Kind  LineKind
	Body  string
	Blob  core.BlobDigest
	MIME  string // of LineVoice
	Heard string // of LineVoice; "" while or where nothing was understood
	At    time.Time
	Staff core.StaffID // of SideAgent
	State LineState    // of SideAgent
}

// history is a conversation so far, in order, with the form at its end: the last four
// hundred messages of each side.
func (s *Store) history(ctx context.Context, tx *pg.Tx, said Said) ([]Line, error) {
	lines, since, err := s.messagesSince(ctx, tx, said.Citizen, said.Hand.First)
	if err != nil {
		return nil, err
	}
	const replies = `select id, body, made from talk_reply where citizen = $1 and made >= $2 order by id desc limit 400`
	rows, err := tx.Query(ctx, replies, said.Citizen, since)
	if err != nil {
		return nil, pg.Fail(err, "read what was said")
	}
	ours, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l Line, err error) {
		var id int64
		var sealed []byte
		if err := row.Scan(&id, &sealed, &l.At); err != nil {
			return l, err
		}
		body, err := s.d.Ring.Open(sealed, replyAt(said.Citizen))
		l.Key, l.Side, l.Kind, l.Body = "r"+strconv.FormatInt(id, 10), SideWe, LineText, string(body)
		return l, err
	})
	if err != nil {
		return nil, pg.Fail(err, "read what was said")
	}
	slices.Reverse(ours)
	lines = append(lines, ours...)
	slices.SortStableFunc(lines, func(a, b Line) int { return a.At.Compare(b.At) })
	for _, card := range said.Hand.Cards {
		lines = append(lines, Line{Key: "card" + string(card), Side: SideCitizen, Kind: LineImage, Blob: card, At: tx.Now()})
	}
	return append(lines, Line{Key: "facts", Side: SideWe, Kind: LineFacts, Body: string(said.Hand.Facts), At: tx.Now()}), nil
}

// messagesSince reads what somebody said from a message on, as far as turns have taken it.
func (s *Store) messagesSince(ctx context.Context, tx *pg.Tx, citizen string, first int64) (lines []Line, since time.Time, err error) {
	const messages = `select id, channel, key, kind, body, came from talk_message where citizen = $1 and taken is not null
		and case when $2 > 0 then id >= $2 else taken >= (select began from talk where citizen = $1 and state = 'open') end order by id desc limit 400`
	rows, err := tx.Query(ctx, messages, citizen, first)
	if err != nil {
		return nil, since, pg.Fail(err, "read what was said")
	}
	list, err := pgx.CollectRows(rows, s.scanMessage)
	if err != nil {
		return nil, since, pg.Fail(err, "read what was said")
	}
	slices.Reverse(list)
	for _, m := range list {
		if m.Kind == Entered {
			continue
		}
		line := m.Line()
		if m.Kind == Spoken {
			err := tx.QueryRow(ctx, `select blob from talk_voice where message = $1`, m.ID).Scan(&line.Blob)
			if err != nil && !errors.Is(err, pgx.ErrNoRows) {
				return nil, since, pg.Fail(err, "read where a voice message is")
			}
		}
		lines = append(lines, line)
	}
	if len(list) > 0 {
		since = list[0].Came
	}
	return lines, since, nil
}

func (s *Store) scanMessage(row pgx.CollectableRow) (m Message, err error) {
	var sealed []byte
	if err := row.Scan(&m.ID, &m.Channel, &m.Key, &m.Kind, &sealed, &m.Came); err != nil {
		return m, err
	}
	body, err := s.d.Ring.Open(sealed, messageAt(m.Channel, m.Key))
	m.Body = string(body)
	return m, err
}

// Line is a message as an agent reads it. What WeChat calls a file is nothing to read.
func (m Message) Line() Line {
	l := Line{Key: m.lineKey(), Side: SideCitizen, Kind: LineText, Body: m.Body, At: m.Came}
	switch m.Kind {
	case Image:
		l.Kind, l.Body = LineOther, "发来一张照片"
	case Spoken:
		l.Kind, l.Body = LineVoice, ""
	case Other:
		l.Kind, l.Body = LineOther, "发来的不是字,也不是照片"
	}
	return l
}

// lineKey names the line that a message becomes.
func (m Message) lineKey() string { return "m" + strconv.FormatInt(m.ID, 10) }

// put seals lines to the platform and keeps them; one that is there already stays.
func (s *Store) put(ctx context.Context, tx *pg.Tx, call string, lines []Line) error {
	if len(lines) == 0 {
		return nil
	}
	env, err := s.d.Platform.NewEnvelope()
	if err != nil {
		return err
	}
	const sql = `insert into talk_line (call, key, side, kind, at, wrapped, sealed, blob) values ($1, $2, $3, $4, $5, $6, $7, nullif($8, ''))
		on conflict (call, key) do nothing`
	batch := &pgx.Batch{}
	for _, l := range lines {
		sealed, err := env.Seal([]byte(l.Body), lineAt(call, l.Key))
		if err != nil {
			return err
		}
		batch.Queue(sql, call, l.Key, string(l.Side), string(l.Kind), l.At, env.Wrapped, sealed, string(l.Blob))
	}
	return pg.Fail(tx.SendBatch(ctx, batch).Close(), "hand lines over")
}

func lineAt(call, key string) seal.At {
	return seal.At{Table: "talk_line", Row: strconv.Quote(call) + "/" + strconv.Quote(key), Column: "sealed"}
}

func outAt(call, key string) seal.At {
	return seal.At{Table: "talk_line", Row: strconv.Quote(call) + "/" + strconv.Quote(key), Column: "out_sealed"}
}

// forward makes replies of what agents wrote to somebody, in order, each once, and gives
// whether there was any.
func (s *Store) forward(ctx context.Context, citizen string) error {
	const queued = `select l.id, l.call, l.key, l.out_wrapped, l.out_sealed from talk_line l join talk_hand h on h.call = l.call
		where h.citizen = $1 and l.state = 'queued' and not exists (select from talk_reply r where r.line = l.id) order by l.id limit 50`
	const say = `insert into talk_reply (citizen, body, made, line) values ($1, $2, $3, $4) on conflict do nothing`
	return s.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, queued, citizen)
		if err != nil {
			return pg.Fail(err, "read what agents wrote")
		}
		type word struct {
			id        int64
			call, key string
			words     []byte
		}
		list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (w word, err error) {
			var wrapped, sealed []byte
			if err := row.Scan(&w.id, &w.call, &w.key, &wrapped, &sealed); err != nil {
				return w, err
			}
			key, err := s.d.Opener.Envelope(wrapped)
			if err != nil {
				return w, err
			}
			w.words, err = key.Open(sealed, outAt(w.call, w.key))
			return w, err
		})
		if err != nil {
			return pg.Fail(err, "read what agents wrote")
		}
		slices.SortFunc(list, func(a, b word) int { return cmp.Compare(a.id, b.id) })
		for _, w := range list {
			sealed, err := s.d.Ring.Seal(w.words, replyAt(citizen))
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, say, citizen, sealed, tx.Now(), w.id); err != nil {
				return pg.Fail(err, "keep an agent's words")
			}
		}
		return nil
	})
}
