package wechat

import (
	"context"
	"strings"
	"testing"
	"time"

	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/intake/calls"
)

// owner changes something in the database that no program may.
func (c *chatter) owner(sql string) {
	c.t.Helper()
	must(c.t, c.d.pg.DB(pgtest.Owner).Tx(c.t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, sql)
		return err
	}))
}

// Who asks for an agent, or to be rung, is in the agents' list exactly if the turn that took
// their word is kept: one that fails at its last step leaves nothing there, the next lists
// them once, and the agents hear of it after the commit.
//
// Control: list that calls Heard ("1 wait of a turn that failed").
func TestListedWithItsTurn(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"人工", "打给我"} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			c := newChatter(t)
			c.says("俺日子难,想问问低保,我电话" + channeltest.Phone)
			c.says("我自己")
			c.owner(`create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$`)
			c.owner(`create trigger refuse before insert on talk_reply for each statement execute function refuse()`)
			if code := c.push(c.body("text", "Content", word)); code != 200 {
				t.Fatalf("pushed: %d", code)
			}
			who, err := c.d.env.Citizens.Known(t.Context(), openid)
			must(t, err)
			for attempt := range 2 {
				if err := c.ch.goOn(t.Context(), who, attempt+1); err == nil {
					t.Fatal("the turn was kept")
				}
			}
			if n := c.waiting(); n != 0 {
				t.Errorf("%d wait of a turn that failed", n)
			}
			c.owner(`drop trigger refuse on talk_reply`)
			rung, err := c.d.env.Shared.Listen(t.Context(), calls.Topic)
			must(t, err)
			if got := c.answers(); !strings.Contains(got, "坐席") || c.waiting() != 1 {
				t.Errorf("%q, %d wait", got, c.waiting())
			}
			for heard, patience := false, time.After(10*time.Second); !heard; {
				select {
				case m := <-rung:
					heard = m.Kind == "call.heard"
				case <-patience:
					t.Fatal("nobody heard of it")
				}
			}
		})
	}
}

// The same call noted again, in whatever transaction, is one call.
//
// Control: merge without its conflict clause.
func TestListedAgainIsOne(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	phone, err := core.ParsePhone(channeltest.Phone)
	must(t, err)
	r := calls.Report{ID: "chat-77", Exchange: calls.FromChat, Began: time.Now(), Ended: time.Now(), Wish: calls.WishCallBack}
	note := func(r calls.Report) (changed bool) {
		must(t, c.d.gateway.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
			changed, err = c.d.env.Calls.HeardIn(ctx, tx, r)
			return err
		}))
		return changed
	}
	if !note(r) || note(r) || c.waiting() != 1 {
		t.Errorf("%d wait", c.waiting())
	}
	if r.Caller = phone; !note(r) || note(r) || c.waiting() != 1 {
		t.Errorf("with a number: %d wait", c.waiting())
	}
}
