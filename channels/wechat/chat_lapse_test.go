package wechat

import (
	"context"
	"strings"
	"testing"

	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/intake/talks"
)

// ages lets a hand-over and what was said in it lie for so long.
func (c *chatter) ages(by string) {
	c.t.Helper()
	must(c.t, c.d.pg.DB(pgtest.Owner).Tx(c.t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `with line as (update talk_line set at = at - $1::interval) update talk_hand set asked = asked - $1::interval`, by)
		return err
	}))
}

// sweeps runs the work of each minute, twice, and gives what was said.
func (c *chatter) sweeps() string {
	c.t.Helper()
	must(c.t, c.ch.tellWaiting(c.t.Context()))
	must(c.t, c.ch.tellWaiting(c.t.Context()))
	return c.answers()
}

// held reports whether a conversation is in the agents' hands, as their list shows it.
func (c *chatter) held(call string) bool {
	c.t.Helper()
	list, err := c.desk.Waits(c.t.Context(), []string{call})
	must(c.t, err)
	return list[call]
}

// A hand-over that nobody comes for, or nobody ends, lapses a day after the last word of
// either: the machine says so once and goes on where the interview was, the list shows no
// conversation any more, and whoever can be rung stays to be rung. A word of either holds
// it; a call that is over ends it at once.
//
// Controls: tellWaiting without Lapse ("lapsed: """); Lapse without its lines ("a word of
// today's: ..."); Lapsed that ends every call ("0 wait to be rung"); resume without
// HowLapsed.
func TestHandOverLapses(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*chatter, *agent, string){
		"nobody came": func(c *chatter, _ *agent, call string) {
			c.ages("25 hours")
			got := c.sweeps()
			if strings.Count(got, "坐席一直没腾出手") != 1 || !strings.Contains(got, "您是替谁报的") || c.held(call) || c.waiting() != 0 {
				c.t.Errorf("lapsed: %q, held %v, %d wait", got, c.held(call), c.waiting())
			}
			if got := c.says("我自己"); !strings.Contains(got, "您叫什么名字") {
				c.t.Errorf("goes on: %s", got)
			}
			if got := c.says("人工"); !strings.Contains(got, "转给坐席了") {
				c.t.Errorf("asks again: %s", got)
			}
		},
		"not yet": func(c *chatter, _ *agent, call string) {
			c.ages("23 hours")
			if got := c.sweeps(); strings.Contains(got, nobodyAtAll) || !c.held(call) || c.waiting() != 1 {
				c.t.Errorf("after 23 hours: %q, %d wait", got, c.waiting())
			}
		},
		"a word of today's": func(c *chatter, a *agent, call string) {
			c.ages("25 hours")
			c.says("有人吗")
			if got := c.sweeps(); strings.Contains(got, nobodyAtAll) || !c.held(call) {
				c.t.Errorf("the person's: %q", got)
			}
			a.takes()
			c.ages("20 hours")
			a.writes(call, "k1", "在,您说。")
			c.ages("20 hours")
			if got := c.sweeps(); got != "" || !c.held(call) {
				c.t.Errorf("the agent's: %q", got)
			}
		},
		"a number to ring": func(c *chatter, _ *agent, call string) {
			c.says("自己填")
			c.says("我电话" + channeltest.Phone)
			c.says("转人工")
			c.ages("25 hours")
			if got := c.sweeps(); !strings.Contains(got, "我接着问") || c.waiting() != 1 {
				c.t.Errorf("lapsed: %q, %d wait to be rung", got, c.waiting())
			}
		},
		"an agent has it and is silent": func(c *chatter, a *agent, call string) {
			a.takes()
			a.writes(call, "k1", "您等一下,我问问。")
			c.ages("25 hours")
			if got := c.sweeps(); strings.Count(got, "坐席那边隔了一天没说话") != 1 || c.held(call) {
				c.t.Errorf("lapsed: %q", got)
			}
			if _, err := a.desk.Say(c.t.Context(), talks.Word{Call: call, Staff: a.id, Key: "late", Text: "问到了"}); core.KindOf(err) != core.KindConflict {
				c.t.Errorf("a word afterwards: %v", err)
			}
			if c.waiting() != 1 {
				c.t.Error("the agent's call was ended from under them")
			}
			must(c.t, a.ends(call, talks.HowDone, 0))
			if got := c.answers(); got != "" {
				c.t.Errorf("ended afterwards: %q", got)
			}
		},
		"the call is over": func(c *chatter, _ *agent, call string) {
			must(c.t, c.d.pg.DB(pgtest.Owner).Tx(c.t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
				_, err := tx.Exec(ctx, `update call set done = now(), outcome = 'applied' where id = $1`, call)
				return err
			}))
			if got := c.sweeps(); strings.Count(got, "我接着问") != 1 || c.held(call) {
				c.t.Errorf("lapsed: %q", got)
			}
		},
		"forgotten since": func(c *chatter, _ *agent, call string) {
			if status, out := c.mini().call("DELETE", "/interview", nil); status != 204 {
				c.t.Fatalf("forgotten: %d %s", status, out)
			}
			c.ages("25 hours")
			if got := c.sweeps(); got != "" || c.held(call) {
				c.t.Errorf("lapsed: %q", got)
			}
			if got := c.says("你好"); !strings.Contains(got, "我是莲藕") {
				c.t.Errorf("the next conversation: %s", got)
			}
		},
	}
	for name, run := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newChatter(t)
			c.says("俺日子难,想问问低保")
			c.says("转人工")
			list, err := c.d.env.Calls.Waiting(t.Context())
			must(t, err)
			if len(list) != 1 {
				t.Fatalf("%d calls", len(list))
			}
			run(c, c.agent(7), list[0].ID)
		})
	}
}
