package menu_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"lianou/channels/hotline/menu"
	"lianou/channels/hotline/notice"
	"lianou/core/wording"
)

// play feeds events and gives the clips said, in order, and the last step.
func play(m *menu.Menu, events ...menu.Event) (said []menu.Clip, last menu.Step) {
	for _, e := range events {
		last = m.Next(e)
		said = append(said, last.Say...)
	}
	return said, last
}

func keys(s string) []menu.Event {
	var out []menu.Event
	for _, k := range s {
		out = append(out, menu.Event{Kind: menu.Key, Key: k})
	}
	return out
}

var (
	answered = menu.Event{Kind: menu.Answered}
	quiet    = menu.Event{Kind: menu.Quiet}
	spoke    = menu.Event{Kind: menu.Quiet, Spoke: true}
)

// What may be said of an application that was found: everything; that it is not solved alone.
var (
	refused   = menu.Event{Kind: menu.Found, Status: wording.StatusRefused, Decided: true, Reopens: true}
	running   = menu.Event{Kind: menu.Found, Status: wording.StatusRunning, Reopens: true}
	toRefused = []menu.Clip{"hello", "welcome", "receipt", "last4", "status-refused", "status-refused", "key-appeal", "key-unsolved", "appeal-way", "hang-up"}
)

// The ways callers go. Controls: Wish that says WishStatus though the caller spoke; listen that
// forgets what is offered; tell without the last clip (`"hears how it ended, and hangs up"`); a saying that hears keys; quiet that ends though nothing was said of
// an appeal.
func TestWays(t *testing.T) {
	t.Parallel()
	pair := "1" + "1234567890" + "123*"
	found := menu.Event{Kind: menu.Found, Status: wording.StatusPaid}
	for name, c := range map[string]struct {
		events []menu.Event
		said   []menu.Clip
		end    bool
		wish   menu.Wish
	}{
		"says it and hangs up": {[]menu.Event{answered, {Kind: menu.Ended, Spoke: true}}, []menu.Clip{"hello", "welcome"}, true, menu.WishRequest},
		"says it and waits":    {[]menu.Event{answered, spoke, quiet}, []menu.Clip{"hello", "welcome", "go-on", "noted", "bye"}, true, menu.WishRequest},
		"hangs up at once":     {[]menu.Event{answered, {Kind: menu.Ended}}, []menu.Clip{"hello", "welcome"}, true, menu.WishRequest},
		"nothing is heard":     {[]menu.Event{answered, quiet, quiet, quiet}, []menu.Clip{"hello", "welcome", "speak", "speak", "noted", "bye"}, true, menu.WishCallBack},
		"wants a person":       {slices.Concat([]menu.Event{answered}, keys("0"), []menu.Event{{Kind: menu.Ended}}), []menu.Clip{"hello", "welcome", "callback"}, true, menu.WishCallBack},
		"number hidden":        {slices.Concat([]menu.Event{{Kind: menu.Answered, Hidden: true}}, keys("0")), []menu.Clip{"hello", "welcome", "callback", "nonumber"}, false, menu.WishCallBack},
		"wrong keys": {slices.Concat([]menu.Event{answered}, keys("5678")),
			[]menu.Clip{"hello", "welcome", "wrongkey", "wrongkey", "wrongkey"}, false, menu.WishRequest},
		"asks how far it is": {slices.Concat([]menu.Event{answered}, keys(pair), []menu.Event{found, quiet}),
			[]menu.Clip{"hello", "welcome", "receipt", "last4", "status-money_paid", "status-money_paid", "anything", "bye"}, true, menu.WishStatus},
		"asks, then tells something new": {slices.Concat([]menu.Event{answered}, keys(pair), []menu.Event{found, {Kind: menu.Ended, Spoke: true}}),
			[]menu.Clip{"hello", "welcome", "receipt", "last4", "status-money_paid", "status-money_paid", "anything"}, true, menu.WishRequest},
		"slips and mends": {slices.Concat([]menu.Event{answered}, keys("1"+"12#"+"99*"+"1234567890"+"1#"+"1234")),
			[]menu.Clip{"hello", "welcome", "receipt", "slip", "receipt", "last4", "slip", "last4"}, false, menu.WishRequest},
		"three wrong pairs": {slices.Concat([]menu.Event{answered}, keys(pair), []menu.Event{{Kind: menu.NotFound}}, keys(pair[1:]),
			[]menu.Event{{Kind: menu.NotFound}}, keys(pair[1:]), []menu.Event{{Kind: menu.NotFound}}),
			[]menu.Clip{"hello", "welcome", "receipt", "last4", "nomatch", "receipt", "last4", "nomatch", "receipt", "last4", "enough"}, false, menu.WishCallBack},
		"cannot be looked up": {slices.Concat([]menu.Event{answered}, keys(pair), []menu.Event{{Kind: menu.Away}}),
			[]menu.Clip{"hello", "welcome", "receipt", "last4", "away"}, false, menu.WishCallBack},
		"goes for the paper and does not come back": {slices.Concat([]menu.Event{answered}, keys("1"), []menu.Event{quiet, quiet, quiet}),
			[]menu.Clip{"hello", "welcome", "receipt", "receipt", "receipt", "enough"}, false, menu.WishCallBack},
		"may say nothing of it, and presses on": {slices.Concat([]menu.Event{answered}, keys(pair), []menu.Event{found}, keys("3")),
			[]menu.Clip{"hello", "welcome", "receipt", "last4", "status-money_paid", "status-money_paid", "anything", "wrongkey"}, false, menu.WishStatus},
		"hears how it ended, and hangs up": {slices.Concat([]menu.Event{answered}, keys(pair), []menu.Event{refused, quiet}),
			slices.Concat(toRefused, []menu.Clip{"bye"}), true, menu.WishStatus},
		"wants the letter read out": {slices.Concat([]menu.Event{answered}, keys(pair), []menu.Event{refused}, keys("0"), []menu.Event{quiet, quiet, quiet}),
			slices.Concat(toRefused, []menu.Clip{"callback", "speak", "speak", "noted", "bye"}), true, menu.WishCallBack},
		"it is wrong": {slices.Concat([]menu.Event{answered}, keys(pair), []menu.Event{refused}, keys("2"), []menu.Event{spoke, quiet}),
			slices.Concat(toRefused, []menu.Clip{"appeal", "go-on", "noted", "bye"}), true, menu.WishAppeal},
		"it is wrong, and hangs up without a word": {slices.Concat([]menu.Event{answered}, keys(pair), []menu.Event{refused}, keys("2"), []menu.Event{{Kind: menu.Ended}}),
			slices.Concat(toRefused, []menu.Clip{"appeal"}), true, menu.WishAppeal},
		"it is wrong, presses on, and wants a person": {slices.Concat([]menu.Event{answered}, keys(pair), []menu.Event{refused}, keys("2321*0")),
			slices.Concat(toRefused, []menu.Clip{"appeal", "callback"}), false, menu.WishAppeal},
		"it is not solved": {slices.Concat([]menu.Event{answered}, keys(pair), []menu.Event{running}, keys("3"), []menu.Event{quiet, quiet, quiet}),
			[]menu.Clip{"hello", "welcome", "receipt", "last4", "status-running", "status-running", "key-letter", "key-unsolved", "hang-up", "unsolved", "speak", "speak", "noted", "bye"}, true, menu.WishUnsolved},
		"it is looked at already: no second time": {slices.Concat([]menu.Event{answered}, keys(pair), []menu.Event{running}, keys("2")),
			[]menu.Clip{"hello", "welcome", "receipt", "last4", "status-running", "status-running", "key-letter", "key-unsolved", "hang-up", "wrongkey"}, false, menu.WishStatus},
		"it is wrong, number hidden": {slices.Concat([]menu.Event{{Kind: menu.Answered, Hidden: true}}, keys(pair), []menu.Event{refused}, keys("2")),
			slices.Concat(toRefused, []menu.Clip{"appeal", "nonumber"}), false, menu.WishAppeal},
		"a wrong key keeps what is offered": {slices.Concat([]menu.Event{answered}, keys(pair), []menu.Event{refused}, keys("92")),
			slices.Concat(toRefused, []menu.Clip{"wrongkey", "appeal"}), false, menu.WishAppeal},
		"a notice is wrong": {slices.Concat([]menu.Event{answered}, keys("2"+"99*"+"31#"), []menu.Event{spoke, quiet}),
			[]menu.Clip{"hello", "welcome", "notice", "keyed", "digit-3", "digit-1", "object", "go-on", "bye"}, true, menu.WishObject},
		"a notice is wrong, the number keyed in anew, and wants a person": {slices.Concat([]menu.Event{answered}, keys("2"+"31#"+"*"+"32#"+"0")),
			[]menu.Clip{"hello", "welcome", "notice", "keyed", "digit-3", "digit-1", "object", "notice", "keyed", "digit-3", "digit-2", "object", "callback"}, false, menu.WishCallBack},
		"a notice is wrong, number hidden: need not be known": {slices.Concat([]menu.Event{{Kind: menu.Answered, Hidden: true}}, keys("2"+"#"), []menu.Event{spoke, quiet}),
			[]menu.Clip{"hello", "welcome", "notice", "object-where", "go-on", "bye"}, true, menu.WishObject},
		"a notice is wrong, without the key at the end": {slices.Concat([]menu.Event{answered}, keys("2"+"31"), []menu.Event{quiet}),
			[]menu.Clip{"hello", "welcome", "notice", "keyed", "digit-3", "digit-1", "object"}, false, menu.WishObject},
		"a notice is wrong, and no number comes": {slices.Concat([]menu.Event{answered}, keys("2"), []menu.Event{quiet, quiet, quiet, spoke, quiet}),
			[]menu.Clip{"hello", "welcome", "notice", "notice", "notice", "object-where", "go-on", "bye"}, true, menu.WishObject},
		"recording is full": {[]menu.Event{answered, {Kind: menu.Full, Spoke: true}}, []menu.Clip{"hello", "welcome", "noted", "bye"}, true, menu.WishRequest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var m menu.Menu
			said, last := play(&m, c.events...)
			if diff := cmp.Diff(c.said, said); diff != "" {
				t.Error(diff)
			}
			if last.End != c.end || m.Wish() != c.wish {
				t.Errorf("ends %v, wish %s; want %v, %s", last.End, m.Wish(), c.end, c.wish)
			}
		})
	}
}

// The last step of a pair looks up exactly what was keyed in.
func TestPair(t *testing.T) {
	t.Parallel()
	var m menu.Menu
	_, last := play(&m, slices.Concat([]menu.Event{answered}, keys("1"+"55*1234567890"+"012*"))...)
	if diff := cmp.Diff(&menu.Pair{Receipt: "1234567890", Last4: "012X"}, last.Look); diff != "" {
		t.Error(diff)
	}
}

// What a call is about is what was keyed in: an application only once the pair opened it, a
// notice by the number that was said back.
//
// Controls: about set when the pair is looked up (`"receipt:1234567890" of a pair that opened
// nothing`); noted that keeps the number before.
func TestKeyed(t *testing.T) {
	t.Parallel()
	pair := "1" + "1234567890" + "123*"
	for _, c := range []struct {
		events []menu.Event
		about  string
	}{
		{slices.Concat(keys(pair), []menu.Event{{Kind: menu.NotFound}}), ""},
		{slices.Concat(keys(pair), []menu.Event{refused}), "receipt:1234567890"},
		{slices.Concat(keys(pair), []menu.Event{refused}, keys("2")), "receipt:1234567890"},
		{keys("2" + "31#"), "notice:31"},
		{keys("2" + "31#" + "*" + "#"), ""},
		{keys("2" + "12345678901"), "notice:1234567890"},
	} {
		var m menu.Menu
		play(&m, slices.Concat([]menu.Event{answered}, c.events)...)
		if m.About() != c.about {
			t.Errorf("%q of %v, want %q", m.About(), c.events, c.about)
		}
	}
}

// Wherever a caller keys in no number, 0 is a person who rings back: nothing that a machine
// asks stands before them. Where they do, # leads out of it.
//
// Control: chosen that takes every key of who says something.
func TestZeroIsAPersonEverywhere(t *testing.T) {
	t.Parallel()
	pair := "1" + "1234567890" + "123*"
	for name, way := range map[string][]menu.Event{
		"at once": nil, "after a wrong key": keys("9"), "after silence": {quiet}, "in a receipt": keys("1" + "12" + "*#"), "after wrong pairs": slices.Concat(keys(pair), []menu.Event{{Kind: menu.NotFound}}, keys("#")),
		"after a state": slices.Concat(keys(pair), []menu.Event{{Kind: menu.Found, Status: wording.StatusReviewing}}), "after a refusal": slices.Concat(keys(pair), []menu.Event{refused}),
		"in an appeal": slices.Concat(keys(pair), []menu.Event{refused}, keys("2")), "not solved": slices.Concat(keys(pair), []menu.Event{running}, keys("3")),
		"of a notice": keys("2" + "31#"), "of a notice without a number": keys("2" + "#"),
	} {
		var m menu.Menu
		play(&m, slices.Concat([]menu.Event{answered}, way)...)
		if _, last := play(&m, keys("0")...); len(last.Say) == 0 || last.Say[0] != menu.ClipCallBack || last.End {
			t.Errorf("%s: 0 gives %+v", name, last)
		}
		if w := m.Wish(); w != menu.WishCallBack && w != menu.WishAppeal && w != menu.WishUnsolved {
			t.Errorf("%s: nobody rings back, the call is about %s", name, w)
		}
	}
}

// Whatever a caller does, no step is a dead end: it says, waits, looks up or ends; and
// who does nothing any more is led to an end in a few steps. Control: answer a wrong
// key with Step{}.
func TestNeverADeadEnd(t *testing.T) {
	t.Parallel()
	event := rapid.Custom(func(t *rapid.T) menu.Event {
		return menu.Event{
			Kind:   rapid.SampledFrom([]menu.Kind{menu.Key, menu.Key, menu.Key, menu.Quiet, menu.Found, menu.NotFound, menu.Away, menu.TooMany}).Draw(t, "kind"),
			Key:    rapid.SampledFrom([]rune("01234567890*#A")).Draw(t, "key"),
			Spoke:  rapid.Bool().Draw(t, "spoke"),
			Status: rapid.SampledFrom(wording.Statuses()).Draw(t, "status"),

			Decided: rapid.Bool().Draw(t, "decided"),
			Reopens: rapid.Bool().Draw(t, "reopens"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		var m menu.Menu
		step := m.Next(answered)
		for _, e := range rapid.SliceOfN(event, 0, 60).Draw(t, "events") {
			if step = m.Next(e); !step.End && step.Quiet == 0 && step.Look == nil {
				t.Fatalf("a dead end after %+v", e)
			}
		}
		for range 12 {
			if step.End {
				return
			}
			answer := menu.Event{Kind: menu.Quiet}
			if step.Look != nil {
				answer.Kind = menu.Away
			}
			step = m.Next(answer)
		}
		t.Fatalf("goes on for ever: %+v", step)
	})
}

// Every clip the menu and a call about a notice can say has its words and its sound, and no word is without use.
// None promises that what is given goes on: the voice does not know whether anything is, and who is
// refused hears it too.
//
// Controls: a status without a line in prompts.txt; the words as they were (`appeal promises what is given`).
func TestEveryClipIsThere(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../prompts/prompts.txt")
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, says, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			words[name] = says
		}
	}
	for name, says := range words {
		if faults := wording.Lint(says); len(faults) > 0 {
			t.Errorf("%s: %v", name, faults)
		}
		if strings.Contains(says, "给的照给") {
			t.Errorf("%s promises what is given", name)
		}
	}
	said := map[string]bool{}
	for _, c := range menu.Clips() {
		said[string(c)] = true
	}
	for _, c := range notice.Clips() {
		said[string(c)] = true
	}
	for c := range said {
		if words[c] == "" {
			t.Errorf("no words for %s", c)
		}
		if _, err := os.Stat(filepath.Join("../prompts", c+".wav")); err != nil {
			t.Error(err)
		}
		delete(words, c)
	}
	if len(words) > 0 {
		t.Errorf("words that nobody says: %s", fmt.Sprint(words))
	}
}
