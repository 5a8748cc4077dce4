package wechat

import (
	"context"
	"strings"
	"testing"

	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/intake"
)

// "同意" whose turn died before the hand-in has jobs of its own: the message's, and one that
// was kept with the application. Either files it once and tells the receipt, also where no
// message waits any more.
//
// Control: turn that ends where the list is empty ("0 applications, told """); keepNow
// without Later ("0 jobs").
func TestAgreedAndKilled(t *testing.T) {
	t.Parallel()
	for name, taken := range map[string]bool{"the message waits": false, "no message waits": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := summed(t)
			down := &down{Submitter: c.d.env.Intake, away: true}
			c.d.env.Intake = down
			c.ch, c.h = c.d.open(t)
			before := jobstest.States(t, c.d.pg.DB(pgtest.Owner), jobs.Gateway, "talk_turn")["scheduled"]
			if code := c.push(c.body("text", "Content", "同意")); code != 200 {
				t.Fatalf("pushed: %d", code)
			}
			who, err := c.d.env.Citizens.Known(t.Context(), openid)
			must(t, err)
			if err := c.ch.goOn(t.Context(), who, 1); err == nil {
				t.Fatal("the turn lived")
			}
			if n := jobstest.States(t, c.d.pg.DB(pgtest.Owner), jobs.Gateway, "talk_turn")["scheduled"] - before; n != 1 {
				t.Errorf("%d jobs", n)
			}
			down.away = false
			if taken {
				must(t, c.d.gateway.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
					_, err := tx.Exec(ctx, `update talk_message set taken = $2 where citizen = $1 and taken is null`, who, tx.Now())
					return err
				}))
			}
			said := c.answers()
			if apps := c.d.apps(); len(apps) != 1 || strings.Count(said, intake.Spoken(apps[0].Receipt)) != 1 {
				t.Errorf("%d applications, told %q", len(apps), said)
			}
			if got := c.answers(); got != "" || len(c.d.apps()) != 1 {
				t.Errorf("once more: %q", got)
			}
		})
	}
}
