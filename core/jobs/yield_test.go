package jobs

import (
	"context"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// A lane rests after work, no longer than half a second, and a quarter of it where its next job has
// waited a minute; what it waited meanwhile counts. Control: patience not asked (red: "waited a
// minute: 40ms, want 10ms").
func TestALaneRestsWhileOthersWork(t *testing.T) {
	t.Parallel()
	end := time.Unix(1000, 0)
	for name, tc := range map[string]struct{ took, since, waited, want time.Duration }{
		"just worked":       {10 * time.Millisecond, 0, 0, 40 * time.Millisecond},
		"rested a while":    {10 * time.Millisecond, 15 * time.Millisecond, 0, 25 * time.Millisecond},
		"rested enough":     {10 * time.Millisecond, time.Second, 0, 0},
		"after a long job":  {time.Minute, 0, 0, mostRest},
		"before it did any": {0, 0, 0, 0},
		"waited a minute":   {10 * time.Millisecond, 0, patience, 10 * time.Millisecond},
	} {
		if got := rest(worked{end, tc.took}, end.Add(tc.since), tc.waited); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}

// A lane that rests gives up when its client stops, and the job is tried again. Control: ctx
// not looked at in wait (red: it works, and no error).
func TestARestEndsWithItsClient(t *testing.T) {
	t.Parallel()
	y := newYield()
	y.busy.Add(1)
	y.lane["lane3"] = worked{time.Now().Add(time.Hour), time.Minute}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ran := false
	err := y.Work(ctx, &rivertype.JobRow{Queue: "lane3", ScheduledAt: time.Now()}, func(context.Context) error { ran = true; return nil })
	if err == nil || ran {
		t.Errorf("worked %v: %v", ran, err)
	}
}

// Only the common queue is work that a lane makes room for, and on a quiet machine nobody rests.
// Controls: every queue but a lane's counted (red: "apart: 1 at work, want 0"); the others not asked
// for (red: "quiet: context canceled").
func TestWhomALaneMakesRoomFor(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		queue string
		want  int64
	}{"common": {river.QueueDefault, 1}, "apart": {"bank", 0}, "another lane": {"lane1", 0}} {
		y := newYield()
		var busy int64
		job := &rivertype.JobRow{Queue: tc.queue, ScheduledAt: time.Now()}
		if err := y.Work(t.Context(), job, func(context.Context) error { busy = y.busy.Load(); return nil }); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if busy != tc.want {
			t.Errorf("%s: %d at work, want %d", name, busy, tc.want)
		}
	}
	y := newYield()
	y.lane["lane3"] = worked{time.Now().Add(time.Hour), time.Minute}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // whoever would rest gives up at once
	job := &rivertype.JobRow{Queue: "lane3", ScheduledAt: time.Now()}
	if err := y.Work(ctx, job, func(context.Context) error { return nil }); err != nil {
		t.Errorf("quiet: %v", err)
	}
}
