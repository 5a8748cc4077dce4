package wechat

import (
	"context"
	"errors"
	"time"

	"lianou/core"
	"lianou/core/notify"
)

// sentEvent is WeChat's word on what became of subscribe messages that it accepted: an
// accepted one may still be dropped, such as after somebody turned the template off.
const sentEvent = "subscribe_msg_sent_event"

// SentWithin is how long that word is waited for before the next way of telling: it comes
// within seconds, or not at all where the message push is not set.
const SentWithin = 10 * time.Minute

// overtaken is how often a word is tried that came before the answer to its send was kept.
const overtaken = 200 * time.Millisecond

// reported passes on what became of our messages. A word that overtakes the answer to its
// send waits for that while WeChat waits for us; what is not answered WeChat says again.
func (c *Channel) reported(ctx context.Context, m message) error {
	if c.env.Reported == nil {
		return nil
	}
	var failed error
	for _, s := range append(m.List, m.Sent...) {
		if s.Message == "" {
			continue
		}
		out := notify.Outcome{Result: notify.Delivered}
		if s.Code != "0" {
			out = refused("sent_" + string(s.Code))
		}
		err := c.env.Reported(ctx, c.env.Name, string(s.Message), out)
		for core.KindOf(err) == core.KindNotFound && m.took.IsZero() && paused(ctx) {
			err = c.env.Reported(ctx, c.env.Name, string(s.Message), out)
		}
		if core.KindOf(err) == core.KindNotFound && !m.took.IsZero() { // it waited on disk: the answer is long there, or never
			c.env.Log.WarnContext(ctx, "a report of no message of ours", "message", string(s.Message))
			err = nil
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

func paused(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(overtaken):
		return true
	}
}
