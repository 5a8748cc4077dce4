package notify

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/wording"
)

// ways are three providers in their configured order, whose answers a test sets.
type ways struct {
	*desk
	by    map[core.ChannelName]*provider
	tries []core.ChannelName // of the notice at work, in order

	invited map[core.ChannelName]bool // where this kind of notice was asked for
}

// noted keeps the order in which ways send.
type noted struct {
	w    *ways
	name core.ChannelName
}

func (n noted) Send(ctx context.Context, m Message) (Outcome, error) {
	n.w.tries = append(n.w.tries, n.name)
	return n.w.by[n.name].Send(ctx, m)
}

func (n noted) Invited(context.Context, string, wording.Kind) (bool, error) {
	return n.w.invited[n.name], nil
}

func newWays(t testing.TB) *ways {
	t.Helper()
	w := &ways{desk: newDesk(t, []Outcome{{Result: Refused}}, []Outcome{{Result: Refused}}), by: map[core.ChannelName]*provider{}}
	var routes []Route
	for _, name := range core.ToldWays() {
		w.by[name] = &provider{script: []Outcome{{Result: Refused}}}
		routes = append(routes, Route{Channel: name, Sender: noted{w, name}, Sends: 3})
	}
	var err error
	w.worker, err = NewWorker(Config{Routes: routes}, Deps{DB: w.env.DB(pgtest.Gateway), Opener: w.opener, Audit: w.audit, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// tell enqueues a notice to a number and works it to its end.
func (w *ways) tell(key, number string, answers map[core.ChannelName]Outcome) State {
	w.t.Helper()
	w.tries = nil
	n := paidNotice(w.t)
	n.Key, n.Phone = key, phoneOf(w.t, number)
	err := w.env.DB(pgtest.Platform).Tx(w.t.Context(), pg.Job(town), func(ctx context.Context, tx *pg.Tx) (err error) {
		w.notice, err = w.box.Enqueue(ctx, tx, n)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	for name, out := range answers {
		w.by[name].script = []Outcome{out}
	}
	for range 12 {
		err := w.work()
		if s := w.state(); s == Confirmed || s == Untold {
			return s
		}
		if err != nil && !jobs.Snoozed(err) {
			w.t.Fatal(err)
		}
		w.env.Advance(7 * time.Hour) // longer than any report is waited for
	}
	w.t.Fatalf("%s never ends: %s after %v", key, w.state(), w.tries)
	return ""
}

func (w *ways) wish(number string, c core.ChannelName) {
	w.t.Helper()
	err := w.env.DB(pgtest.Gateway).Tx(w.t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return SetWish(ctx, tx, w.keys.Person("", phoneOf(w.t, number)), Wish{Channel: c})
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// What a person wishes, what told them last and what is dead order the ways of the next
// notice; a wish after a failure counts, another number knows nothing of it, and the fixed
// list is for whom nothing is known of.
//
// Controls: rank without invited ("asked for in WeChat: [voice], want [wechat voice]"); and see TestNobodyIsLeftOutWhateverHappened.
func TestTheNextBeginsWhereTheLastArrived(t *testing.T) {
	t.Parallel()
	w := newWays(t)
	const number = "13905340101"
	no, gone, yes := Outcome{Result: Refused}, Outcome{Result: Refused, Gone: true, Code: "MK:0001"}, Outcome{Result: Delivered}
	step := func(name, to string, answers map[core.ChannelName]Outcome, want ...core.ChannelName) {
		t.Helper()
		w.tell("order/"+name, to, answers)
		if !slices.Equal(w.tries, want) {
			t.Errorf("%s: %v, want %v", name, w.tries, want)
		}
	}
	step("nothing known", number, map[core.ChannelName]Outcome{"wechat": no, "sms": yes, "voice": yes}, "wechat", "sms")
	step("sms told", number, map[core.ChannelName]Outcome{"sms": gone, "wechat": no, "voice": yes}, "sms", "wechat", "voice")
	step("voice told, sms dead", number, map[core.ChannelName]Outcome{"voice": no, "wechat": no, "sms": no}, "voice", "wechat", "sms")
	w.wish(number, "sms")
	step("wished after it died", number, map[core.ChannelName]Outcome{"sms": gone, "voice": yes}, "sms", "voice")
	step("dead since the wish", number, map[core.ChannelName]Outcome{"voice": no, "wechat": no, "sms": no}, "voice", "wechat", "sms")
	w.wish(number, "wechat")
	step("another wish; accepted, and no word of it", number, map[core.ChannelName]Outcome{"wechat": {Result: Accepted}, "voice": yes}, "wechat", "voice")
	w.wish(number, "")
	step("taken back; accepted proves nothing", number, map[core.ChannelName]Outcome{"voice": yes}, "voice")
	w.invited = map[core.ChannelName]bool{"wechat": true}
	step("asked for in WeChat", number, map[core.ChannelName]Outcome{"wechat": no, "voice": yes}, "wechat", "voice")
	w.wish(number, "voice")
	step("a wish before a tap", number, map[core.ChannelName]Outcome{"voice": yes}, "voice")
	w.invited = nil
	step("another number", "13905340102", map[core.ChannelName]Outcome{"wechat": no, "sms": no, "voice": no}, "wechat", "sms", "voice")
}

// Whatever happened before and whatever is wished: a notice ends told, or with a person's
// task; the first way that tells is the last that is tried; no way is passed over before the
// task; and which way comes first is what a model of a dozen lines says.
//
// Controls: order without what told them last (`wechat goes first, want voice`); a way that was
// begun ranked last (it panics, or a second one overtakes it); ways left out once something is
// known (`untold after`); a wish that a failure outlives (`goes first, want`).
func TestNobodyIsLeftOutWhateverHappened(t *testing.T) {
	t.Parallel()
	w := newWays(t)
	seed := rand.Uint64()
	dice := rand.New(rand.NewPCG(seed, 0))
	for n := range 25 {
		number := fmt.Sprintf("139%08d", n)
		var m model
		for i := range 4 {
			if dice.IntN(3) == 0 {
				c := append(core.ToldWays(), "")[dice.IntN(4)]
				w.wish(number, c)
				m.wished(c)
			}
			answers := map[core.ChannelName]Outcome{}
			for _, c := range core.ToldWays() {
				answers[c] = []Outcome{{Result: Refused}, {Result: Refused, Gone: true}, {Result: Delivered}, {Result: Accepted},
					{Result: Missed, Wait: time.Hour}, {Result: Later}}[dice.IntN(6)]
			}
			state := w.tell(fmt.Sprintf("any/%d/%d", n, i), number, answers)
			tried := slices.Compact(slices.Clone(w.tries))
			if want := m.first(); tried[0] != want {
				t.Fatalf("seed %d: %s goes first, want %s", seed, tried[0], want)
			}
			last := tried[len(tried)-1]
			tells := func(c core.ChannelName) bool { return answers[c].Result == Delivered }
			for at, c := range tried {
				if tells(c) && at < len(tried)-1 {
					t.Fatalf("seed %d: %s tells and %s is tried after it", seed, c, tried[at+1])
				}
				m.learns(c, answers[c])
			}
			if tells(last) != (state == Confirmed) {
				t.Fatalf("seed %d: %s after %v", seed, state, tried)
			}
			slices.Sort(tried)
			if state == Untold && len(slices.Compact(tried)) != len(core.ToldWays()) {
				t.Fatalf("seed %d: untold after %v", seed, tried)
			}
		}
	}
}

// model is which way comes first, told in the order of events and without times.
type model struct {
	at         int
	told, dead map[core.ChannelName]int
	wish       core.ChannelName
	since      int
}

func (m *model) wished(c core.ChannelName) { m.at++; m.wish, m.since = c, m.at }

func (m *model) learns(c core.ChannelName, out Outcome) {
	if m.told == nil {
		m.told, m.dead = map[core.ChannelName]int{}, map[core.ChannelName]int{}
	}
	m.at++
	switch {
	case out.Result == Delivered:
		m.told[c] = m.at
	case out.Gone:
		m.dead[c] = m.at
	}
}

func (m *model) first() core.ChannelName {
	if m.wish != "" && (m.since > m.dead[m.wish] || m.told[m.wish] >= m.dead[m.wish]) {
		return m.wish
	}
	best := core.ToldWays()[0]
	dead := func(c core.ChannelName) bool { return m.dead[c] > m.told[c] }
	for _, c := range core.ToldWays() {
		if dead(best) && !dead(c) || dead(best) == dead(c) && m.told[c] > m.told[best] {
			best = c
		}
	}
	return best
}
