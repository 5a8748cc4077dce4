package notify

import (
	"log/slog"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/pg/pgtest"
)

// A call that reached nobody is made again at its time and not before, as often as the
// way allows, and then it is a person's.
//
// Control: take the case of a.again out of route, and the second run dials at once.
func TestMissedWaitsForItsTime(t *testing.T) {
	t.Parallel()
	d := newDesk(t, []Outcome{{Result: Refused}}, []Outcome{{Result: Missed, Code: "busy", Wait: 10 * time.Minute}})
	d.worker = d.voice(t)
	for call := 1; call <= 3; call++ {
		err := d.work()
		if call < 3 && !snoozed(err) || call == 3 && err != nil {
			t.Fatalf("call %d: %v", call, err)
		}
		if err := d.work(); len(d.sms.got) != call {
			t.Fatalf("dialled %d times after %d: %v", len(d.sms.got), call, err)
		}
		if d.sms.got[call-1].Sends != call {
			t.Errorf("call %d says it is the %d.", call, d.sms.got[call-1].Sends)
		}
		d.env.Advance(11 * time.Minute)
	}
	if d.state() != Untold || d.jobsOf("untold") != 1 {
		t.Errorf("state %s, %d jobs for a person", d.state(), d.jobsOf("untold"))
	}
}

// A way that has to wait for the morning has sent nothing: the wait costs no call.
func TestLaterWaitsForItsTime(t *testing.T) {
	t.Parallel()
	d := newDesk(t, []Outcome{{Result: Refused}}, []Outcome{{Result: Later, Code: "night", Wait: 9 * time.Hour}, {Result: Delivered}})
	d.worker = d.voice(t)
	for range 2 {
		if err := d.work(); !snoozed(err) || len(d.sms.got) != 1 {
			t.Fatalf("%v, %d sends", err, len(d.sms.got))
		}
	}
	d.env.Advance(9*time.Hour + time.Minute)
	if err := d.work(); err != nil || d.state() != Confirmed || d.sms.got[1].Sends != 1 {
		t.Errorf("%v, %s, %+v", err, d.state(), d.sms.got)
	}
}

// A number is opened for a call that is about to be made, and for nothing else.
//
// Control: take a.id != reference out of Number.
func TestNumberOfAnOpenNoticeOnly(t *testing.T) {
	t.Parallel()
	d := newDesk(t, []Outcome{{Result: Refused}}, []Outcome{{Result: Delivered}})
	d.worker = d.voice(t)
	open := func(channel core.ChannelName, notice int64, reference string) bool {
		p, err := d.worker.Number(t.Context(), channel, notice, reference)
		if err != nil && core.KindOf(err) != core.KindNotFound {
			t.Errorf("%v", err)
		}
		return err == nil && !p.IsZero()
	}
	if open("sms", d.notice, "") {
		t.Error("a notice that nobody is calling about opens its number")
	}
	d.sms.crash = true
	if err := d.work(); err == nil || snoozed(err) {
		t.Fatalf("not killed: %v", err)
	}
	reference := d.sms.got[0].Reference
	if !open("sms", d.notice, reference) {
		t.Error("the call under way does not get its number")
	}
	for name, no := range map[string]bool{"another way": open("wechat", d.notice, reference), "another notice": open("sms", d.notice+1, reference),
		"another reference": open("sms", d.notice, "0"+reference[1:]+"0")} {
		if no {
			t.Errorf("%s opens the number", name)
		}
	}
	d.sms.crash = false
	d.env.Advance(3 * time.Minute)
	if err := d.work(); err != nil || d.state() != Confirmed {
		t.Fatalf("%v, %s", err, d.state())
	}
	if open("sms", d.notice, reference) {
		t.Error("a notice that was told opens its number")
	}
}

// voice is a worker that may try the second way three times and cannot ask.
func (d *desk) voice(t testing.TB) *Worker {
	t.Helper()
	w, err := NewWorker(Config{Routes: []Route{{Channel: "wechat", Sender: d.wechat},
		{Channel: "sms", Sender: d.sms, Sends: 3, Patience: 100 * time.Hour}}},
		Deps{DB: d.env.DB(pgtest.Gateway), Opener: d.worker.deps.Opener, Audit: d.worker.deps.Audit, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return w
}
