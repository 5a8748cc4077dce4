package calls

import (
	"errors"
	"testing"
	"testing/quick"
	"time"

	"lianou/core"
)

// Nobody is rung at night or sooner than the pause, whatever the hour of the call; after
// the last time there is no next. Control: NextTry without its hours, "rings at 23:10".
func TestNextTryIsByDay(t *testing.T) {
	t.Parallel()
	check := func(minute uint32, n uint8) bool {
		now, tries := began.Add(time.Duration(minute%(366*24*60))*time.Minute), int(n%4)
		next := NextTry(tries, now)
		if tries == 0 || tries == MostTries {
			return next.IsZero()
		}
		at := next.In(core.China)
		if at.Hour() < firstHour || at.Hour() >= lastHour {
			t.Logf("after %d times at %s rings at %s", tries, now.In(core.China), at)
			return false
		}
		return next.Sub(now) >= pauses[tries-1] && next.Sub(now) < 24*time.Hour
	}
	if err := quick.Check(check, &quick.Config{MaxCount: 5000}); err != nil {
		t.Error(err)
	}
}

// A hang-up is rung back three times, by whoever is free when the time comes, before
// anybody may say that there was no answer. Control: no look at Tries in Done, "gave up
// after 0 times".
func TestRungBackThreeTimes(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	_, err := r.gateway.Heard(t.Context(), Report{ID: "call-1", Exchange: "test", Began: began, Ended: began.Add(time.Minute)})
	must(t, err)
	_, err = r.gateway.Heard(t.Context(), Report{ID: "call-2", Exchange: "test", Began: began.Add(time.Minute), Ended: began.Add(2 * time.Minute)})
	must(t, err)
	if _, err := r.platform.Missed(t.Context(), "call-1", 7, Whereabouts{}); !errors.Is(err, ErrNotHeld) {
		t.Errorf("missed by who does not hold it: %v", err)
	}
	for n := range MostTries {
		agent := core.StaffID(7 + n)
		must(t, r.platform.Take(t.Context(), "call-1", agent))
		if err := r.platform.Done(t.Context(), "call-1", agent, OutcomeNoContact); !errors.Is(err, ErrRungTooSeldom) {
			t.Errorf("gave up after %d times: %v", n, err)
		}
		c, err := r.platform.Missed(t.Context(), "call-1", agent, Whereabouts{})
		must(t, err)
		if c.Tries != n+1 || c.NextTry.IsZero() != (n+1 == MostTries) {
			t.Errorf("after time %d: %+v", n+1, c)
		}
		list, err := r.platform.Waiting(t.Context(), 0)
		must(t, err)
		if again := list[len(list)-1]; n+1 < MostTries && (again.ID != "call-1" || again.Agent != 0 || !again.NextTry.Equal(c.NextTry)) {
			t.Errorf("after time %d it does not stand behind who waits now: %+v", n+1, list)
		}
	}
	last := core.StaffID(7 + MostTries - 1)
	if _, err := r.platform.Missed(t.Context(), "call-1", last, Whereabouts{}); !errors.Is(err, ErrRungEnough) {
		t.Errorf("a fourth time: %v", err)
	}
	must(t, r.platform.Done(t.Context(), "call-1", last, OutcomeNoContact))
}

// What an agent heard about a number is known at the next call from it, and only to
// that number. Control: no look at the agent in Say, "who does not hold the call".
func TestWhoseNumberItIs(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	other, err := core.ParsePhone("13805340002")
	must(t, err)
	for id, phone := range map[string]core.Phone{"call-1": caller(t), "call-2": caller(t), "call-3": other, "call-4": {}} {
		_, err := r.gateway.Heard(t.Context(), Report{ID: id, Exchange: "test", Caller: phone, Began: began.Add(time.Duration(id[5]) * time.Minute)})
		must(t, err)
		must(t, r.platform.Take(t.Context(), id, 7))
	}
	if err := r.platform.Say(t.Context(), Whose{Call: "call-1", Agent: 8, Person: 42, Theirs: true}); !errors.Is(err, ErrNotHeld) {
		t.Errorf("who does not hold the call: %v", err)
	}
	if err := r.platform.Say(t.Context(), Whose{Call: "call-4", Agent: 7, Person: 42, Theirs: true}); err == nil {
		t.Error("a call without a number has an owner")
	}
	must(t, r.platform.Say(t.Context(), Whose{Call: "call-1", Agent: 7, Person: 42, Theirs: true}))
	must(t, r.platform.Say(t.Context(), Whose{Call: "call-1", Agent: 7, Person: 43, Theirs: true}))
	must(t, r.platform.Say(t.Context(), Whose{Call: "call-2", Agent: 7, Person: 43, Theirs: false})) // the newest word counts
	for id, want := range map[string]int{"call-2": 2, "call-3": 0, "call-4": 0} {
		said, err := r.platform.Said(t.Context(), id)
		must(t, err)
		if len(said) != want || want > 0 && (!said[42].Theirs || said[42].Here || said[43].Theirs || !said[43].Here) {
			t.Errorf("%s: %v", id, said)
		}
	}
	before, err := r.platform.Before(t.Context(), "call-2")
	must(t, err)
	if len(before) != 1 || before[0].Outcome != "" {
		t.Errorf("earlier calls of the number: %+v", before)
	}
}
