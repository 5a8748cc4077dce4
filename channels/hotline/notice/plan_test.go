package notice_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"lianou/channels/hotline/notice"
	"lianou/core"
)

func at(s string) time.Time {
	t, err := time.ParseInLocation("01-02 15:04", s, core.China)
	if err != nil {
		panic(err)
	}
	return t
}

// Each end of a call has a plan of its own. Control: give Machine the plan of Busy.
func TestAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reach     notice.Reach
		calls     int
		now, want string // want "": no more
	}{
		{notice.Busy, 1, "03-02 10:00", "03-02 10:10"},
		{notice.Busy, 1, "03-02 19:50", "03-03 08:00"},
		{notice.NoAnswer, 1, "03-02 10:00", "03-02 12:00"},
		{notice.NoAnswer, 2, "03-02 12:00", "03-03 09:30"},
		{notice.NoAnswer, 1, "03-02 18:30", "03-03 08:00"},
		{notice.NoKey, 1, "03-02 10:00", "03-02 12:00"},
		{notice.NoKey, 2, "03-02 12:00", "03-03 09:30"},
		{notice.Machine, 1, "03-02 10:00", "03-02 14:00"},
		{notice.Machine, 2, "03-02 17:00", "03-03 08:00"},
		{notice.Failed, 1, "03-02 10:00", "03-02 10:30"},
		{notice.Busy, 3, "03-02 10:00", ""},
		{notice.NoAnswer, 3, "03-02 10:00", ""},
		{notice.Machine, 7, "03-02 10:00", ""},
		{notice.Told, 1, "03-02 10:00", ""},
	} {
		when, ok := notice.Again(c.reach, c.calls, at(c.now))
		if ok != (c.want != "") || ok && !when.Equal(at(c.want)) {
			t.Errorf("%s after %d at %s: %v, %v; want %q", c.reach, c.calls, c.now, when, ok, c.want)
		}
	}
}

// Whenever a plan is made, it falls into the hours, and a call that may begin is over by
// their end, whatever zone the machine's clock is in. Control: time.UTC for core.China in dayTime.
func TestHours(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(rapid.Int64Range(1_700_000_000, 2_000_000_000).Draw(t, "now"), 0).UTC()
		if when, open := notice.Hours(now); !open {
			if _, then := notice.Hours(when); !then || when.Sub(now) > 13*time.Hour || !when.After(now) {
				t.Fatalf("%v is put off to %v", now, when)
			}
		} else if begin, end := now.In(core.China), now.Add(notice.Longest).In(core.China); begin.Hour() < 8 || end.Hour() >= 20 && end.Sub(dayAt20(begin)) > 0 {
			t.Fatalf("a call from %v to %v", begin, end)
		}
		reach := rapid.SampledFrom([]notice.Reach{notice.Busy, notice.NoAnswer, notice.NoKey, notice.Machine, notice.Failed}).Draw(t, "reach")
		if when, ok := notice.Again(reach, rapid.IntRange(1, 5).Draw(t, "calls"), now); ok {
			if _, open := notice.Hours(when); !open || !when.After(now) {
				t.Fatalf("%s at %v is tried again at %v", reach, now, when)
			}
		}
	})
}

func dayAt20(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 20, 0, 0, 0, t.Location())
}
