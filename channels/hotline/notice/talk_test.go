package notice_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"lianou/channels/hotline/notice"
	"lianou/core/wording"
)

var (
	answered = notice.Event{Kind: notice.Answered}
	quiet    = notice.Event{Kind: notice.Quiet}
	speech   = notice.Event{Kind: notice.Speech}
	full     = notice.Event{Kind: notice.Full}
	ended    = notice.Event{Kind: notice.Ended}
)

func key(k rune) notice.Event { return notice.Event{Kind: notice.Key, Key: k} }

// What is heard in each kind of call, and what it counts as. Control: let a Quiet after
// the words count as told.
func TestWays(t *testing.T) {
	t.Parallel()
	ask := []notice.Clip{"call-hello", "call-news", "call-keys"}
	for name, c := range map[string]struct {
		events []notice.Event
		said   []notice.Clip
		reach  notice.Reach
	}{
		"hears it":                  {[]notice.Event{answered, quiet, key('1')}, append(slices.Clone(ask), "status-money_paid", "status-money_paid", "call-heard"), notice.Told},
		"hears it twice":            {[]notice.Event{answered, quiet, key('2'), key('1')}, slices.Concat(ask, ask, []notice.Clip{"status-money_paid", "status-money_paid", "call-heard"}), notice.Told},
		"presses before the words":  {[]notice.Event{answered, key('1'), quiet, quiet}, slices.Concat(ask, ask, []notice.Clip{"call-another"}), notice.NoKey},
		"says nothing":              {[]notice.Event{answered, quiet, quiet, quiet}, slices.Concat(ask, ask, []notice.Clip{"call-another"}), notice.NoKey},
		"hangs up at the greeting":  {[]notice.Event{answered, quiet, ended}, ask, notice.NoKey},
		"hangs up at once":          {[]notice.Event{answered, ended}, nil, notice.NoKey},
		"a machine":                 {[]notice.Event{answered, speech, quiet}, []notice.Clip{"call-machine"}, notice.Machine},
		"a machine without an end":  {[]notice.Event{answered, speech, full}, []notice.Clip{"call-machine"}, notice.Machine},
		"a machine that hangs up":   {[]notice.Event{answered, speech, ended}, nil, notice.Machine},
		"a machine after a silence": {[]notice.Event{answered, quiet, speech, quiet}, append(slices.Clone(ask), "call-machine"), notice.Machine},
		"somebody who talks much":   {[]notice.Event{answered, speech, key('5'), key('1')}, append(slices.Clone(ask), "status-money_paid", "status-money_paid", "call-heard"), notice.Told},
		"a child with the receiver": {[]notice.Event{answered, quiet, key('5'), key('6'), key('7'), key('8')},
			append(slices.Clone(ask), "call-keys", "call-keys", "call-keys", "call-another"), notice.NoKey},
		"again without end": {[]notice.Event{answered, quiet, key('2'), key('2'), key('2'), key('2')}, slices.Concat(ask, ask, ask, ask, []notice.Clip{"call-another"}), notice.NoKey},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			talk := notice.About(wording.KindPaid)
			var said []notice.Clip
			for _, e := range c.events {
				said = append(said, talk.Next(e).Say...)
			}
			if diff := cmp.Diff(c.said, said); diff != "" {
				t.Error(diff)
			}
			if talk.Reach() != c.reach || talk.Told() != (c.reach == notice.Told) {
				t.Errorf("counts as %s, told %v; want %s", talk.Reach(), talk.Told(), c.reach)
			}
		})
	}
}

// Whatever happens, nothing of a notice is said before a key, told is a 1 that was
// pressed when it was asked for, and every call ends.
//
// Control: say the detail with the greeting.
func TestNothingBeforeAKey(t *testing.T) {
	t.Parallel()
	general := []notice.Clip{"call-hello", "call-news", "call-keys", "call-another", "call-machine"}
	event := rapid.Custom(func(t *rapid.T) notice.Event {
		return notice.Event{Kind: rapid.SampledFrom([]notice.Kind{notice.Key, notice.Quiet, notice.Quiet, notice.Speech, notice.Full}).Draw(t, "kind"),
			Key: rapid.SampledFrom([]rune("0123456789*#A")).Draw(t, "key")}
	})
	kinds := []wording.Kind{wording.KindRefused, wording.KindPaid, wording.KindVisit, wording.KindCode, "new"}
	rapid.Check(t, func(t *rapid.T) {
		talk := notice.About(rapid.SampledFrom(kinds).Draw(t, "about"))
		talk.Next(answered)
		one := false
		for _, e := range rapid.SliceOfN(event, 0, 30).Draw(t, "events") {
			step := talk.Next(e)
			one = one || e.Kind == notice.Key && e.Key == '1'
			for _, c := range step.Say {
				if !slices.Contains(general, c) && !talk.Told() {
					t.Fatalf("%s is said and nobody pressed a key", c)
				}
			}
			if talk.Told() && !one {
				t.Fatal("told, and nobody pressed 1")
			}
			if !step.End && step.Quiet == 0 {
				t.Fatalf("a dead end after %+v", e)
			}
		}
		for range 5 {
			if talk.Next(quiet).End {
				return
			}
		}
		t.Fatal("goes on for ever")
	})
}
