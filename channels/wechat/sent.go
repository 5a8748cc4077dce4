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

// A word that overtakes the answer to its send is tried again so often, for so long: WeChat
// waits five seconds for us. One that was taken in on disk has waited longer than that where it
// is older.
const (
	overtaken = 200 * time.Millisecond
	overtakes = 2 * time.Second
	onDisk    = 15 * time.Second
)

// mostOvertaken bounds how many words wait for the answer to their send at one time in a process:
// a number that nobody knows would else hold a handler for all that time, and as many as come.
const mostOvertaken = 32

// errOvertaken is answered beyond that bound. It is no outage, so nothing of it goes to the disk,
// where everybody's messages would stand behind it: WeChat says it again within seconds.
var errOvertaken = core.E(core.KindTooMany, "wechat_sent_waits", "")

// reported passes on what became of our messages. What is no message of ours when that time
// is over is let go: its own notice goes the next way.
func (c *Channel) reported(ctx context.Context, m message) error {
	if c.env.Reported == nil {
		return nil
	}
	if m.From == "" || len(m.From) > 64 {
		return errPushBody
	}
	who, err := c.env.Citizens.Known(ctx, m.From)
	if err != nil {
		return err
	}
	words := append(m.List, m.Sent...)
	left, err := c.pass(ctx, who, words[:min(len(words), mostEvents)])
	if err == nil && len(left) > 0 && m.took.IsZero() {
		left, err = c.await(ctx, who, left)
	}
	if err == nil && len(left) > 0 && !m.took.IsZero() && c.env.Now().Sub(m.took) < onDisk {
		return core.E(core.KindUnavailable, "wechat_sent", "")
	}
	if err == nil && len(left) > 0 {
		c.env.Log.WarnContext(ctx, "a word on no message of ours", "messages", len(left))
	}
	return err
}

// await tries words that overtook the answers to their sends again, for as long as WeChat waits.
func (c *Channel) await(ctx context.Context, who string, left events) (unknown events, err error) {
	select {
	case c.overtaken <- struct{}{}:
		defer func() { <-c.overtaken }()
	default:
		return nil, errOvertaken
	}
	for until := time.Now().Add(overtakes); err == nil && len(left) > 0 && time.Now().Before(until); {
		select {
		case <-ctx.Done():
			return nil, core.E(core.KindUnavailable, "wechat_sent", "").Wrap(ctx.Err())
		case <-time.After(overtaken):
		}
		left, err = c.pass(ctx, who, left)
	}
	return left, err
}

// pass passes each word on as one about a message to somebody, and gives those about messages that nobody knows.
func (c *Channel) pass(ctx context.Context, who string, words events) (unknown events, failed error) {
	for _, s := range words {
		if s.Message == "" {
			continue
		}
		out := notify.Outcome{Result: notify.Delivered}
		if s.Code != "0" {
			out = refused("sent_" + string(s.Code))
		}
		out.Citizen = who
		err := c.env.Reported(ctx, c.env.Name, string(s.Message), out)
		if core.KindOf(err) == core.KindNotFound {
			unknown = append(unknown, s)
			continue
		}
		failed = errors.Join(failed, err)
	}
	return unknown, failed
}
