package phone

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

// slowly keeps calls as a slow disk does: a call rings for as long.
type slowly struct {
	*kept
	asked, goOn chan struct{}
}

func (s slowly) Began(c *Call) (string, error) {
	// The library says 100 after 200 ms; the short timers of these tests send the INVITE
	// again long before.
	if err := c.dialog.Respond(sip.StatusTrying, "Trying", nil); err != nil {
		return "", err
	}
	close(s.asked)
	<-s.goOn
	return s.kept.Began(c)
}

// A caller who gives up while it rings is told so, with 487, is never answered, and is in
// the record as one nobody spoke with: no sound, and no recording left open. Our line
// rings for as long as a call takes to be kept, so the disk is slow here. Control: answer
// that looks for a CANCEL neither at the ringing nor at the 200, "ended by no_ack".
func TestCancelWhileItRings(t *testing.T) {
	t.Parallel()
	for _, proto := range []string{"udp", "tcp"} {
		t.Run(proto, func(t *testing.T) {
			t.Parallel()
			disk := slowly{asked: make(chan struct{}), goOn: make(chan struct{})}
			l := open(t, func(_ *Config, d *Deps) {
				disk.kept = d.Watch.(*kept)
				d.Watch = disk
			})
			c := l.caller(t, proto)
			d := c.invite(c.offer("8"))
			ctx, giveUp := context.WithTimeout(t.Context(), soon)
			defer giveUp()
			told := make(chan error, 1)
			go func() { told <- d.WaitAnswer(ctx, sipgo.AnswerOptions{}) }()
			<-disk.asked
			giveUp()
			select {
			case err := <-told: // the library has sent CANCEL, had its 200 and then the INVITE's answer
				if !errors.Is(err, context.Canceled) || d.InviteResponse.StatusCode != sip.StatusRequestTerminated {
					t.Fatalf("%v, %v", err, d.InviteResponse)
				}
			case <-time.After(soon):
				t.Fatal("who gives up is not told")
			}
			close(disk.goOn)
			e := l.ended(t)
			if e.result.End != EndCanceled || !e.call.Answered.IsZero() || e.result.Stats.Sent != 0 || l.kept.answered != 0 {
				t.Errorf("ended by %s, answered %v, %d packets sent", e.result.End, e.call.Answered, e.result.Stats.Sent)
			}
			if path := e.result.Recorded.Path; path != "" {
				if info, err := os.Stat(path); err != nil || info.Size() != e.result.Recorded.Bytes {
					t.Errorf("the recording: %v, %v", info, err)
				}
			}
		})
	}
}
