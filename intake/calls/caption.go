package calls

import (
	"context"
	"encoding/json"
	"sync"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/seal"
	"lianou/transcription"
)

// CaptionTopic is the bell that rings at each caption. It has its own, because it rings
// several times a second and is for the one agent who reads that call.
const CaptionTopic = "captions"

// mostCaptions bounds the final captions of one side of a call.
const mostCaptions = 10_000

// Captions keeps what is being said in one running call. The gateway writes and cannot
// read it back. It is for one goroutine at a time per channel.
type Captions struct {
	log *Log
	id  string
	env *seal.Envelope

	mu   sync.Mutex
	next map[int]int // number of the next final, by channel
}

// Captions begins the captions of a call that is in the record.
func (l *Log) Captions(id string) (*Captions, error) {
	env, err := l.platform.NewEnvelope()
	if err != nil {
		return nil, err
	}
	return &Captions{log: l, id: id, env: env, next: map[int]int{}}, nil
}

// Put keeps one utterance: a draft takes the place of the draft before it on its
// channel, a final stays and clears the draft. Its bell says which call, no more.
// Errors: KindTooMany after as many finals as nobody says.
func (c *Captions) Put(ctx context.Context, s transcription.Segment) error {
	list := []transcription.Segment{s}
	n := 0
	if s.Final {
		if n = c.number(s.Channel); n > mostCaptions {
			return core.E(core.KindTooMany, "captions_too_many", "")
		}
	}
	rows := map[int][]transcription.Segment{n: list}
	if s.Final {
		rows[0] = nil
	}
	err := c.log.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		for n, list := range rows {
			if err := c.write(ctx, tx, s.Channel, n, list); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		c.log.bell.Ring(ctx, CaptionTopic, "call.caption", c.id)
	}
	return err
}

func (c *Captions) number(channel int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next[channel]++
	return c.next[channel]
}

// write seals one row. An empty list is kept as such: the gateway deletes nothing.
func (c *Captions) write(ctx context.Context, tx *pg.Tx, channel, n int, list []transcription.Segment) error {
	plain, err := json.Marshal(list)
	if err != nil {
		return core.E(core.KindInternal, "transcript_codec", "")
	}
	sealed, err := c.env.Seal(plain, captionAt(c.id, channel, n))
	if err != nil {
		return err
	}
	const sql = `insert into call_caption (call, channel, n, wrapped, sealed) values ($1, $2, $3, $4, $5)
		on conflict (call, channel, n) do update set wrapped = $4, sealed = $5` // excluded would ask for the right to read
	_, err = tx.Exec(ctx, sql, c.id, channel, n, c.env.Wrapped, sealed)
	return pg.Fail(err, "keep a caption")
}
