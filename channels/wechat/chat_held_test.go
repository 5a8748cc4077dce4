package wechat

import (
	"strings"
	"testing"
	"time"

	"lianou/core/jobs"
)

// A turn that fails while it says things lets go of them, so that its second try, a second
// later, says them; where it cannot even let go, the second try comes back when the hold
// has ended, and does not end as if there were nothing to say.
//
// Controls: sayAll without letGo ("the second try: snoozed"); goOn without later ("ended
// with nothing said").
func TestFailedTurnLetsGo(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault string // when a change of a reply fails
		holds bool
	}{
		"it can let go":    {"new.done is not null", false},
		"it cannot let go": {"new.done is not null or new.claimed is null", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newChatter(t)
			c.owner(`create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$`)
			c.owner(`create trigger refuse before update on talk_reply for each row when (` + tt.fault + `) execute function refuse()`)
			if code := c.push(c.body("text", "Content", "俺日子难,想问问低保")); code != 200 {
				t.Fatalf("pushed: %d", code)
			}
			who, err := c.d.env.Citizens.Known(t.Context(), openid)
			must(t, err)
			if err := c.ch.goOn(t.Context(), who, 1); err == nil {
				t.Fatal("the turn did not fail")
			}
			c.new()
			c.owner(`drop trigger refuse on talk_reply`)
			err = c.ch.goOn(t.Context(), who, 2)
			if tt.holds {
				if !jobs.Snoozed(err) {
					t.Errorf("ended with nothing said: %v, %q", err, c.new())
				}
				c.owner(`update talk_reply set claimed = claimed - interval '61 seconds' where done is null`)
				err = c.ch.goOn(t.Context(), who, 2)
			}
			if got := c.new(); err != nil || !strings.Contains(got, "您是替谁报的") {
				t.Errorf("the second try: snoozed %v, %v, %q", jobs.Snoozed(err), err, got)
			}
		})
	}
}

// Who sits before their telephone is tried again five times in the first minute, and all tries
// together end before the 48 hours do.
//
// Control: pause that is a minute from the first ("0 tries in the first minute").
func TestTriesComeSoon(t *testing.T) {
	t.Parallel()
	var at time.Duration
	soon := 0
	for tries := range 49 {
		if at += pause(tries); at <= time.Minute {
			soon++
		}
	}
	if soon < 5 || at > within {
		t.Errorf("%d tries in the first minute, the last after %v", soon, at)
	}
}
