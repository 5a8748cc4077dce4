package calls

import (
	"strconv"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/pg/pgtest"
)

const soundDigest = core.BlobDigest("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")

func (r room) heard(t *testing.T, p Report) {
	t.Helper()
	if p.Exchange == "" {
		p.Exchange = "test"
	}
	_, err := r.gateway.Heard(t.Context(), p)
	must(t, err)
}

func (r room) stored(t *testing.T, id string, length time.Duration) {
	t.Helper()
	must(t, r.gateway.Measured(t.Context(), id, length))
	must(t, r.gateway.Stored(t.Context(), id, soundDigest))
}

func (r room) check(t *testing.T) Checked {
	t.Helper()
	done, err := r.gateway.CheckSound(t.Context())
	must(t, err)
	return done
}

func (r room) alerts(t *testing.T) map[string]AlertKind {
	t.Helper()
	list, err := r.platform.Alerts(t.Context())
	must(t, err)
	out := map[string]AlertKind{}
	for _, a := range list {
		out[a.Call] = a.Kind
	}
	return out
}

// F14. Every answered call has audio of about the right length or an open alert; also
// one whose exchange never names a recording. Control: only ask after calls that name
// a recording (recording_state <> 'none'), and "never named" has no alert.
func TestAnsweredCallHasSoundOrAnAlert(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	now := time.Now()
	long := Report{Began: now.Add(-30 * time.Minute), Answered: now.Add(-29 * time.Minute), Ended: now.Add(-19 * time.Minute)}
	fresh := Report{Began: now.Add(-3 * time.Minute), Answered: now.Add(-2 * time.Minute), Ended: now.Add(-time.Minute)}
	for id, c := range map[string]struct {
		report Report
		url    string
		sound  time.Duration // 0: none came
		lost   bool
		want   AlertKind
	}{
		"right":           {long, "http://x/1", 10 * time.Minute, false, ""},
		"begins late":     {long, "http://x/1", 10*time.Minute - 16*time.Second, false, ""},
		"too short":       {long, "http://x/1", 9*time.Minute + 40*time.Second, false, AlertLength},
		"too long":        {long, "http://x/1", 11 * time.Minute, false, AlertLength},
		"empty":           {long, "http://x/1", time.Millisecond, false, AlertLength},
		"not fetched":     {long, "http://x/1", 0, false, AlertMissing},
		"never named":     {long, "", 0, false, AlertMissing},
		"may still come":  {fresh, "http://x/1", 0, false, ""},
		"never named yet": {fresh, "", 0, false, ""},
		"lost":            {fresh, "http://x/1", 0, true, AlertMissing},
		"nobody answered": {Report{Began: long.Began, Ended: long.Ended}, "", 0, false, ""},
		"still running":   {Report{Began: fresh.Began, Answered: fresh.Answered}, "", 0, false, ""},
	} {
		c.report.ID, c.report.RecordingURL = id, c.url
		r.heard(t, c.report)
		if c.sound > 0 {
			r.stored(t, id, c.sound)
		}
		if c.lost {
			must(t, r.gateway.Lost(t.Context(), id))
		}
		r.check(t)
		if got := r.alerts(t)[id]; got != c.want {
			t.Errorf("%s: alert %q, want %q", id, got, c.want)
		}
	}
	if done := r.check(t); done != (Checked{}) {
		t.Errorf("a second check changed %+v", done)
	}
	counts, err := r.platform.OpenAlerts(t.Context())
	if err != nil || counts[AlertMissing] != 3 || counts[AlertLength] != 3 {
		t.Errorf("%v %v", counts, err)
	}
}

// An alert is closed by the recording's arrival or by an agent's word, and opens again
// when what closed it is no longer true.
func TestAlertCloses(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	end := time.Now().Add(-20 * time.Minute)
	for _, id := range []string{"comes", "explained"} {
		r.heard(t, Report{ID: id, Began: end.Add(-70 * time.Second), Answered: end.Add(-60 * time.Second), Ended: end})
	}
	if done := r.check(t); done.Opened != 2 {
		t.Fatalf("%+v", done)
	}
	r.heard(t, Report{ID: "comes", RecordingURL: "http://x/comes"})
	r.stored(t, "comes", time.Minute)
	if done := r.check(t); done != (Checked{Closed: 1}) || len(r.alerts(t)) != 1 {
		t.Errorf("the recording came: %+v, %v", done, r.alerts(t))
	}
	if err := r.platform.Explain(t.Context(), "explained", 7, "  "); core.KindOf(err) != core.KindInvalid {
		t.Errorf("no word: %v", err)
	}
	must(t, r.platform.Explain(t.Context(), "explained", 7, "交换机没开录音"))
	must(t, r.platform.Explain(t.Context(), "explained", 7, "交换机没开录音"))
	if err := r.platform.Explain(t.Context(), "explained", 8, "别的话"); core.KindOf(err) != core.KindConflict {
		t.Errorf("another word: %v", err)
	}
	if err := r.platform.Explain(t.Context(), "nobody", 8, "别的话"); core.KindOf(err) != core.KindNotFound {
		t.Errorf("no such alert: %v", err)
	}
	if done := r.check(t); done != (Checked{}) || len(r.alerts(t)) != 0 {
		t.Errorf("an agent's word: %+v, %v", done, r.alerts(t))
	}
	r.heard(t, Report{ID: "comes", Ended: end.Add(10 * time.Minute)})
	if done := r.check(t); done.Opened != 1 || r.alerts(t)["comes"] != AlertLength {
		t.Errorf("the call was longer: %+v, %v", done, r.alerts(t))
	}
}

// F13. The sweeper may come between any two of the reports and changes nothing of what
// they say in the end. Control: let the guessed end stand against a later report
// (greatest alone), and the orders in which the recording comes first keep the guess.
func TestSweepIsOnlyAGuess(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	old := time.Now().Add(-6 * time.Hour).Truncate(time.Second)
	parts := []Report{
		{Caller: caller(t), Called: "12345", Began: old},
		{Answered: old.Add(9 * time.Second)},
		{Ended: old.Add(70 * time.Second)},
		{RecordingURL: "http://127.0.0.1:9/rec/1.wav"},
	}
	for i, order := range permutations(len(parts)) {
		id := "call-" + strconv.Itoa(i)
		for _, n := range order {
			p := parts[n]
			p.ID = id
			r.heard(t, p)
			if n == 3 {
				r.stored(t, id, 2*time.Minute) // longer than the call: a guess past its end
			}
			_, err := r.gateway.Sweep(t.Context())
			must(t, err)
		}
		c, err := r.platform.Get(t.Context(), id)
		must(t, err)
		if !c.Began.Equal(old) || !c.Answered.Equal(parts[1].Answered) || !c.Ended.Equal(parts[2].Ended) {
			t.Errorf("order %v: began %v, answered %v, ended %v", order, c.Began.Sub(old), c.Answered.Sub(old), c.Ended.Sub(old))
		}
	}
}

// F13. An orphan whose recording is here, or that has rung for half an hour, is closed by
// the next round of the sweeper.
func TestSweepSigns(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	now := time.Now()
	r.heard(t, Report{ID: "rings on", Began: now.Add(-29 * time.Minute)})
	r.heard(t, Report{ID: "rang", Began: now.Add(-31 * time.Minute)})
	r.heard(t, Report{ID: "talks", Began: now.Add(-time.Hour), Answered: now.Add(-time.Hour)})
	r.heard(t, Report{ID: "recorded", Began: now.Add(-time.Hour), Answered: now.Add(-time.Hour), RecordingURL: "http://x/1"})
	r.stored(t, "recorded", 90*time.Second)
	_, err := r.gateway.Sweep(t.Context())
	must(t, err)
	for id, want := range map[string]State{"rings on": StateRinging, "rang": StateEnded, "talks": StateTalking, "recorded": StateEnded} {
		c, err := r.platform.Get(t.Context(), id)
		must(t, err)
		if c.State() != want {
			t.Errorf("%s: %s, want %s", id, c.State(), want)
		}
		if id == "recorded" && c.Ended.Sub(c.Answered) != 90*time.Second {
			t.Errorf("recorded: %s", c.Ended.Sub(c.Answered))
		}
	}
}

// The same message again is no news, even where its times are those of its arrival.
// Control: merge what was delivered before, and the call ends later each time.
func TestRepetitionDoesNotMoveTheEnd(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	for late := range 3 {
		r.heard(t, Report{ID: "call-1", Delivery: "call-1/hangup", Body: []byte("hangup"), Began: began, Ended: began.Add(time.Duration(1+late) * time.Minute)})
	}
	if c, err := r.platform.Get(t.Context(), "call-1"); err != nil || !c.Ended.Equal(began.Add(time.Minute)) {
		t.Errorf("ended %v after, %v", c.Ended.Sub(began), err)
	}
}

// The night's count finds a call that slipped through. Control: count what is neither
// settled nor alerted as recorded.
func TestReconcile(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	now := time.Date(2026, 11, 25, 21, 30, 0, 0, time.UTC) // 05:30 in China, the 26th
	day := time.Date(2026, 11, 25, 10, 0, 0, 0, core.China)
	call := func(id string, at time.Time) Report {
		return Report{ID: id, Began: at, Answered: at, Ended: at.Add(time.Minute)}
	}
	r.heard(t, call("recorded", day))
	r.stored(t, "recorded", time.Minute)
	r.heard(t, call("alerted", day))
	r.heard(t, call("explained", day))
	r.heard(t, Report{ID: "rang", Began: day, Ended: day.Add(time.Minute)})
	r.heard(t, call("next day", day.AddDate(0, 0, 1)))
	r.check(t)
	must(t, r.platform.Explain(t.Context(), "explained", 7, "没开录音"))
	r.check(t)
	must(t, r.platform.Done(t.Context(), "recorded", 7, OutcomeApplied))
	r.heard(t, call("slipped", day)) // no check has seen it
	days, err := r.gateway.Reconcile(t.Context(), now)
	must(t, err)
	if len(days) != countedBack {
		t.Fatalf("%d days", len(days))
	}
	want := Day{Day: core.NewDate(2026, 11, 25), Calls: 5, Answered: 4, Recorded: 1, Explained: 1, Alerted: 1, Unaccounted: 1, Attended: 1, Applied: 1, Unfiled: 1}
	if got := days[countedBack-1]; got != want || got.Whole() {
		t.Errorf("%+v, want %+v", got, want)
	}
	if days, err = r.gateway.Reconcile(t.Context(), now.Add(time.Hour)); err != nil || len(days) != 0 {
		t.Errorf("counted again: %+v %v", days, err)
	}
	if last, err := r.platform.LastDay(t.Context()); err != nil || last != want {
		t.Errorf("%+v %v", last, err)
	}
	var n int
	must(t, r.env.DB(pgtest.Gateway).Pool().QueryRow(t.Context(), `select count(*) from call_day`).Scan(&n))
	if n != countedBack {
		t.Errorf("%d days kept", n)
	}
}
