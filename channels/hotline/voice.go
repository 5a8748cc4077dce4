package hotline

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"lianou/channels/hotline/media"
	"lianou/channels/hotline/notice"
	"lianou/channels/hotline/phone"
	"lianou/core"
	"lianou/core/bell"
	"lianou/core/notify"
)

// Voice is the settings of notices told by telephone.
type Voice struct {
	// Trunk is the address and port that calls are placed through, one of Line.Trunks.
	// Empty: nobody is rung.
	Trunk string `json:"trunk"`
	// TCP places calls over TCP instead of UDP.
	TCP bool `json:"tcp"`
	// User and Password answer the trunk's challenge.
	User     string `json:"user"`
	Password string `json:"password"`
	// Number is shown to whom we ring. Defaults to 12345.
	Number string `json:"number"`
	// MostCalls bounds the calls at one time. Defaults to the endpoint's.
	MostCalls int `json:"most_calls"`
	// PerMinute bounds the calls begun in a minute, of all gateways together, whatever
	// there is to tell. Defaults to 10.
	PerMinute int `json:"per_minute"`
	// RingSeconds is how long it may ring. Defaults to the endpoint's.
	RingSeconds int `json:"ring_seconds"`
}

// How long the line is left alone after a call that never left this machine; how often
// one number may be rung in a day, whatever there is to tell, and how long it is then
// left alone.
const (
	waitForLine   = 45 * time.Second
	mostADay      = 6
	waitForNumber = 4 * time.Hour
	perMinute     = 10
)

// outgoing are the endpoint's settings for calls of ours.
func (l *ownLine) outgoing(cfg Voice) (out phone.Outgoing, err error) {
	if cfg.Trunk == "" {
		return out, nil
	}
	if l.c.env.Callee == nil {
		return out, errors.New("notices by telephone need Callee")
	}
	out = phone.Outgoing{TCP: cfg.TCP, Login: phone.Credentials{User: cfg.User, Password: cfg.Password}, Number: cfg.Number, MostCalls: cfg.MostCalls,
		Ring: time.Duration(cfg.RingSeconds) * time.Second, Longest: mostNotice, Callee: l.callee}
	if out.Trunk, err = netip.ParseAddrPort(cfg.Trunk); err != nil {
		return out, fmt.Errorf("the trunk for notices %q is not an IP address and a port", cfg.Trunk)
	}
	return out, nil
}

// mostNotice is how long one talk may take: with the ringing it is within notice.Longest.
const mostNotice = 2 * time.Minute

// errRungOften keeps a number from being rung all day.
var errRungOften = core.E(core.KindTooMany, "rung_often", "")

// errRungMuch keeps a fault of ours, or of whoever writes notices, from ringing the city
// all at once.
var errRungMuch = core.E(core.KindTooMany, "rung_much", "")

// callee opens the number of a notice for the endpoint, as often as may be.
func (l *ownLine) callee(ctx context.Context, t phone.Ticket) (core.Phone, error) {
	number, err := l.c.env.Callee(ctx, t.Notice, t.Reference)
	if err != nil {
		return core.Phone{}, err
	}
	// The city first: what it refuses must not use up one of the person's own six.
	rate := bell.Rate{Count: cmp.Or(l.c.cfg.Line.Voice.PerMinute, perMinute), Per: time.Minute}
	if ok, _ := l.c.env.Shared.Allow(ctx, "voice:city", rate); !ok {
		return core.Phone{}, errRungMuch
	}
	key := "voice:" + hex.EncodeToString(l.c.env.Ring.Blind("hotline.caller", number.Reveal()))
	if ok, _ := l.c.env.Shared.Allow(ctx, key, bell.Rate{Count: mostADay, Per: 24 * time.Hour}); !ok {
		return core.Phone{}, errRungOften
	}
	return number, nil
}

// Notices is the way of telling by telephone; nil without one.
func (c *Channel) Notices() notify.Sender {
	if c.line == nil || c.cfg.Line.Voice.Trunk == "" {
		return nil
	}
	return ringer{c.line}
}

// ringer tells notices by telephone.
type ringer struct{ l *ownLine }

// Send rings the person once. It is told by a key that is pressed, and by nothing else.
// See notify.Sender.
func (r ringer) Send(ctx context.Context, m notify.Message) (notify.Outcome, error) {
	now := r.l.c.env.Now()
	if when, open := notice.Hours(now); !open {
		return notify.Outcome{Result: notify.Later, Code: "hours", Wait: when.Sub(now)}, nil
	}
	if m.Phone.IsZero() {
		return notify.Outcome{Result: notify.Refused, Code: "no_number"}, nil
	}
	talk := notice.About(m.Kind)
	reply, err := r.l.endpoint.Place(ctx, phone.Ticket{Notice: m.Notice, Reference: m.Reference}, func(ctx context.Context, s *media.Session) {
		(&speaker{l: r.l, sound: s}).lead(ctx, talk)
	})
	r.l.c.env.Log.InfoContext(ctx, "called about a notice", "notice", m.Notice, "reply", reply, "reach", talk.Reach(), "call", m.Sends)
	if errors.Is(err, errRungOften) {
		return notify.Outcome{Result: notify.Later, Code: errRungOften.Code, Wait: waitForNumber}, nil
	}
	if errors.Is(err, errRungMuch) {
		return notify.Outcome{Result: notify.Later, Code: errRungMuch.Code, Wait: time.Minute}, nil
	}
	return r.outcome(reply, talk, m.Sends), err
}

// outcome says what a call means for its notice.
func (r ringer) outcome(reply phone.Reply, talk *notice.Talk, calls int) notify.Outcome {
	reach := map[phone.Reply]notice.Reach{phone.Taken: talk.Reach(), phone.Busy: notice.Busy, phone.NoAnswer: notice.NoAnswer, phone.Failed: notice.Failed}[reply]
	switch {
	case talk.Told():
		return notify.Outcome{Result: notify.Delivered, Code: string(notice.Told)}
	case reply == phone.NotPlaced:
		return notify.Outcome{Result: notify.Later, Code: string(reply), Wait: waitForLine}
	case reply == phone.NoNumber:
		return notify.Outcome{Result: notify.Refused, Code: string(reply)}
	}
	now := r.l.c.env.Now()
	when, again := notice.Again(reach, calls, now)
	if !again {
		return notify.Outcome{Result: notify.Refused, Code: string(reach)}
	}
	return notify.Outcome{Result: notify.Missed, Code: string(reach), Wait: when.Sub(now)}
}

// VoiceRoute is the way as the worker of notices takes it, behind every way that writes.
func VoiceRoute(s notify.Sender) notify.Route {
	const days = 4 * 24 * time.Hour // of nights, engaged lines and numbers that were rung enough
	return notify.Route{Channel: "voice", Sender: s, Sends: notice.MostCalls, Takes: notice.Longest, Patience: days}
}
