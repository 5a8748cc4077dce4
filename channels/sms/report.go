package sms

import (
	"context"
	"strings"
	"time"

	"lianou/core"
	"lianou/core/notify"
)

// pullMost is how many reports the service gives at once.
const pullMost = 100

type pullRequest struct {
	Limit       int
	SmsSdkAppId string
}

type pullAnswer struct {
	Response struct {
		Error                *failure
		PullSmsSendStatusSet []report
	}
}

type report struct {
	SerialNo, ReportStatus, Description string

	tries int
}

// patience is how many polls a report of a message nobody knows is kept: it may be
// quicker than the note of its own sending. Log-in codes are never known.
const patience = 3

// Run fetches delivery reports until ctx ends. The service gives each report once,
// so one that could not be noted is kept and noted again; what a crash loses is
// healed by the notice's own patience, which goes on to the next way of telling.
func (c *Channel) Run(ctx context.Context) error {
	tick := time.NewTicker(time.Duration(c.cfg.PollEvery))
	defer tick.Stop()
	var kept []report
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		kept = c.poll(ctx, kept)
	}
}

// poll notes what is kept and then what is new, and gives what could not be noted.
func (c *Channel) poll(ctx context.Context, kept []report) []report {
	if c.told == nil {
		return nil
	}
	if len(kept) < pullMost {
		var out pullAnswer
		err := c.call(ctx, "PullSmsSendStatus", pullRequest{pullMost, c.cfg.AppID}, &out)
		if err == nil && out.Response.Error == nil { // else asked again at the next tick
			kept = append(kept, out.Response.PullSmsSendStatusSet...)
		}
	}
	var left []report
	for _, r := range kept {
		err := c.told(ctx, c.name, r.SerialNo, r.outcome())
		r.tries++
		switch {
		case err == nil:
		case core.KindOf(err).Retryable(), core.KindOf(err) == core.KindNotFound && r.tries < patience:
			left = append(left, r)
		case core.KindOf(err) != core.KindNotFound:
			c.log.WarnContext(ctx, "delivery report not noted", "provider", r.SerialNo, "error", err)
		}
	}
	return left
}

func (r report) outcome() notify.Outcome {
	if r.ReportStatus == "SUCCESS" {
		return notify.Outcome{Result: notify.Delivered, Provider: r.SerialNo}
	}
	return notify.Outcome{Result: notify.Refused, Provider: r.SerialNo, Code: short(r.Description), Gone: gone(r.Description)}
}

// gone reports whether a report says that nobody has the number any more (空号): the
// operators' code for an unknown subscriber, or the words of the centre. A telephone that is
// switched off, out of money or out of reach is not gone.
func gone(description string) bool {
	for _, w := range []string{"MK:0001", "MI:0001", "UNKNOWN SUBSCRIBER", "空号"} {
		if strings.Contains(strings.ToUpper(description), w) {
			return true
		}
	}
	return false
}
