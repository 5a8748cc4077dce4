package notify

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// Nothing that can wait goes out between nine and eight, and what was queued earlier goes
// earlier, within a quarter of an hour of the morning; at any other hour nothing waits.
//
// Controls: around without last night (`00:30 does not wait`); a Wait until the end for all
// (`two of one second`); the parts taken from the end (`overtakes`).
func TestTheNightWaitsForTheMorning(t *testing.T) {
	t.Parallel()
	n := CityNight()
	evening := time.Date(2026, 11, 30, 21, 0, 0, 0, core.China)
	morning := time.Date(2026, 12, 1, 8, 0, 0, 0, core.China)
	for at, waits := range map[time.Time]bool{evening.Add(-time.Second): false, evening: true, evening.Add(3*time.Hour + 30*time.Minute): true,
		morning.Add(-time.Second): true, morning: false, morning.Add(4 * time.Hour): false} {
		if got := n.Wait(at, at) > 0; got != waits {
			t.Errorf("%s: waits %v", at.Format("15:04:05"), got)
		}
	}
	if got := (Night{}).Wait(evening.Add(time.Hour), evening); got != 0 {
		t.Errorf("without a night: %v", got)
	}
	rapid.Check(t, func(r *rapid.T) {
		at := func(name string) time.Time {
			return evening.Add(time.Duration(rapid.Int64Range(-3600, 11*3600-1).Draw(r, name)) * time.Second)
		}
		a, b := at("one"), at("another")
		now := evening.Add(time.Duration(rapid.Int64Range(0, 11*3600-1).Draw(r, "now")) * time.Second)
		x, y := now.Add(n.Wait(now, a)), now.Add(n.Wait(now, b))
		switch {
		case x.Before(morning) || x.After(morning.Add(spread)):
			r.Fatalf("queued %s goes at %s", a, x)
		case a.Before(b) && y.Before(x):
			r.Fatalf("%s overtakes %s", b, a)
		case a.After(evening) && b.After(evening) && a != b && x.Equal(y):
			r.Fatalf("two of one second: %s and %s", a, b)
		}
	})
}

// At night a notice is queued and sent by no way, and in the morning it is; one of an
// emergency goes at once. What was sent before nine is still told by its report.
//
// Controls: send without its look at the night (`at 22:00 wechat 1`); without the haste
// (`an emergency waits`).
func TestOnlyWhatCannotWaitIsSentAtNight(t *testing.T) {
	t.Parallel()
	d := newDesk(t, []Outcome{{Result: Refused}}, []Outcome{{Result: Accepted, Provider: "sid"}})
	at := d.until(20, 59)
	var err error
	d.worker, err = NewWorker(Config{Night: CityNight(), Routes: []Route{{Channel: "wechat", Sender: d.wechat}, {Channel: "sms", Sender: asked{d.sms}}}},
		Deps{DB: d.env.DB(pgtest.Gateway), Opener: d.opener, Audit: d.audit, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	d.next("before") // queued and sent at 20:59
	if err := d.work(); !snoozed(err) || len(d.sms.got) != 1 {
		t.Fatalf("at 20:59: %v, sms %d", err, len(d.sms.got))
	}
	before := d.notice
	d.env.Advance(at.Add(time.Hour).Sub(d.now())) // 21:59
	d.next("night")
	for range 2 {
		if err := d.work(); !snoozed(err) || len(d.wechat.got) != 1 || len(d.sms.got) != 1 {
			t.Fatalf("at 22:00 wechat %d, sms %d: %v", len(d.wechat.got), len(d.sms.got), err)
		}
	}
	night := d.notice
	d.sms.script = []Outcome{{Result: Accepted, Provider: "sid2"}}
	d.hasty("hasty")
	if err := d.work(); !snoozed(err) || len(d.sms.got) != 2 || d.sms.got[1].Notice != d.notice {
		t.Fatalf("an emergency waits: %v, sms %d", err, len(d.sms.got))
	}
	d.notice = before
	if err := d.worker.Report(t.Context(), "sms", "sid", Outcome{Result: Delivered}); err != nil || d.state() != Confirmed {
		t.Fatalf("a report at night: %v, %s", err, d.state())
	}
	d.notice = night
	d.sms.script = []Outcome{{Result: Accepted, Provider: "sid3"}}
	d.env.Advance(at.Add(11*time.Hour + 17*time.Minute).Sub(d.now())) // 08:16
	if err := d.work(); !snoozed(err) || len(d.sms.got) != 3 || d.sms.got[2].Notice != night {
		t.Fatalf("in the morning: %v, sms %d", err, len(d.sms.got))
	}
}

// A visit is hasty only if somebody stands at the door before the message would be read.
func TestHasteOfVisits(t *testing.T) {
	t.Parallel()
	today := core.NewDate(2026, 12, 31)
	got := []Haste{HasteOfVisit(today, today, false), HasteOfVisit(today+1, today, true), HasteOfVisit(today+1, today, false), HasteOfVisit(today+2, today, true)}
	if !slices.Equal(got, []Haste{HasteVisit, HasteVisit, "", ""}) {
		t.Error(got)
	}
}

// until moves the clock to the next such time of day and gives it.
func (d *desk) until(hour, minute int) time.Time {
	d.t.Helper()
	now := d.now().In(core.China)
	at := time.Date(now.Year(), now.Month(), now.Day()+1, hour, minute, 0, 0, core.China)
	d.env.Advance(at.Sub(now))
	return at
}

func (d *desk) now() (now time.Time) {
	d.t.Helper()
	_ = d.env.DB(pgtest.Platform).Read(d.t.Context(), pg.Job(town), func(_ context.Context, tx *pg.Tx) error {
		now = tx.Now()
		return nil
	})
	return now
}

// hasty makes a notice that does not wait the one that the desk works on.
func (d *desk) hasty(key string) {
	d.t.Helper()
	n := paidNotice(d.t)
	n.Key, n.Haste = key, HasteEmergency
	err := d.env.DB(pgtest.Platform).Tx(d.t.Context(), pg.Job(town), func(ctx context.Context, tx *pg.Tx) (err error) {
		d.notice, err = d.box.Enqueue(ctx, tx, n)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
}
