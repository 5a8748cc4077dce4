package app

import (
	"context"
	"testing"
	"time"

	"lianou/channels/channeltest"
	"lianou/core/notify"
)

// slowText is a provider of text messages that takes its time.
type slowText struct{ takes time.Duration }

func (s slowText) Send(ctx context.Context, _ notify.Message) (notify.Outcome, error) {
	select {
	case <-time.After(s.takes):
		return notify.Outcome{Result: notify.Accepted}, nil
	case <-ctx.Done():
		return notify.Outcome{Result: notify.Later}, ctx.Err()
	}
}

// A code that is not sent, because others have asked for so many, is answered no sooner
// than one that is: who shares an address with a village reads nothing from the clock.
//
// Control: SendCode without asIfSent, "answered after 3ms".
func TestUnsentCodeTakesAsLong(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	const takes = 300 * time.Millisecond
	d.env.Text = slowText{takes}
	c, err := New(Config{}, d.env)
	must(t, err)
	for _, from := range []string{"away 1", "away 2", "away 3"} {
		_, err := c.sendCode(t.Context(), channeltest.Phone, from)
		must(t, err)
	}
	began := time.Now()
	_, err = c.sendCode(t.Context(), channeltest.Phone, "the village")
	must(t, err)
	if took := time.Since(began); took < takes {
		t.Errorf("answered after %v", took)
	}
}
