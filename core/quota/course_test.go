package quota_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/quota"
	"lianou/core/staff"
)

// plain is a round as somebody would keep it on paper.
type plain struct {
	places int
	was    []string // before the offer
	state  []string // by entry: "", offered, accepted, declined, out, or passed
	passed []int    // how many offers had been made when it was passed over
	made   int
	asked  int // the entry that a skip is asked of
	reason quota.Reason
	asker  core.StaffID
	gives  map[int]core.StaffID // who wrote that an entry gives up its offer
	undoes map[int]core.StaffID // who asked that what stands of an entry be taken back
	said   map[told]often       // what somebody wrote today of this offer, that the household is told
	under  [][]pass             // what stood of an entry before each skip that holds
}

// told is a word by somebody about an entry, of which the household is told: that its offer
// is given up or to be taken back, or that it be passed over. often is how many of these still
// stood, and how many there were.
type told struct {
	n    int
	what string
	who  core.StaffID
}

type often struct{ stood, all int }

func (p *plain) says(w told) error {
	o := p.said[w]
	if o.stood > 0 || o.all == 2 {
		return quota.ErrOften
	}
	p.said[w] = often{o.stood + 1, o.all + 1}
	return nil
}

// slips is such a word that its own asker takes back.
func (p *plain) slips(w told) {
	if o, some := p.said[w]; some {
		p.said[w] = often{0, o.all}
	}
}

// pass is how an entry stood, and how many offers had been made when it was passed over.
type pass struct {
	state  string
	passed int
}

func (p *plain) turn() int {
	kept := 0
	for i, s := range p.state {
		if s == "" || s == "passed" && p.passed[i] < p.made {
			return i + 1
		}
		if s == "passed" && kept == 0 {
			kept = i + 1
		}
	}
	return kept
}

func (p *plain) held() (n int) {
	for _, s := range p.state {
		if s == "offered" || s == "accepted" {
			n++
		}
	}
	return n
}

func (p *plain) offer(n int) error {
	switch {
	case p.asked != 0:
		return quota.ErrAsked
	case n != p.turn():
		return quota.ErrTurn
	case p.undoes[n] != 0:
		return quota.ErrAsked
	case p.held() == p.places:
		return quota.ErrNoPlace
	}
	maps.DeleteFunc(p.said, func(w told, _ often) bool { return w.n == n && w.what != "skip" })
	p.was[n-1], p.state[n-1], p.made = p.state[n-1], "offered", p.made+1
	return nil
}

func (p *plain) answer(n int, to quota.Outcome, who core.StaffID) error {
	switch {
	case p.state[n-1] != "offered":
		return quota.ErrState
	case p.gives[n] != 0 || p.undoes[n] != 0:
		return quota.ErrDeclining
	case to == quota.Unreached:
		return quota.ErrTries
	case p.before(n) && to == quota.Accepted:
		return quota.ErrBefore
	case to == quota.Declined:
		err := p.says(told{n, "no", who})
		if err == nil {
			p.gives[n] = who
		}
		return err
	}
	p.state[n-1] = string(to)
	return nil
}

// before reports whether a word about a household before entry n waits.
func (p *plain) before(n int) bool {
	for i := 1; i < n; i++ {
		if p.gives[i] != 0 || p.undoes[i] != 0 {
			return true
		}
	}
	return false
}

func (p *plain) skip(n int, why quota.Reason, who core.StaffID) error {
	switch {
	case p.asked != 0:
		return quota.ErrAsked
	case n != p.turn():
		return quota.ErrTurn
	case p.undoes[n] != 0:
		return quota.ErrAsked
	}
	err := p.says(told{n, "skip", who})
	if err == nil {
		p.asked, p.reason, p.asker = n, why, who
	}
	return err
}

func (p *plain) second(n int, holds bool, who core.StaffID) error {
	if asked := p.undoes[n]; asked == who {
		return quota.ErrSecond
	} else if asked != 0 {
		return p.undone(n, holds)
	}
	if wrote := p.gives[n]; wrote == who {
		return quota.ErrSecond
	} else if wrote != 0 {
		if delete(p.gives, n); holds {
			p.state[n-1] = "declined"
		}
		return nil
	}
	switch {
	case p.asked != n:
		return quota.ErrState
	case p.asker == who:
		return quota.ErrSecond
	}
	if p.asked = 0; !holds {
		return nil
	}
	p.under[n-1] = append(p.under[n-1], pass{p.state[n-1], p.passed[n-1]})
	if p.state[n-1], p.passed[n-1] = "out", p.made; p.reason.Keeps() {
		p.state[n-1] = "passed"
	}
	return nil
}

func (p *plain) undo(n int, who core.StaffID) error {
	for _, waits := range []map[int]core.StaffID{p.gives, p.undoes, {p.asked: p.asker}} {
		if asked := waits[n]; asked != 0 && asked != who {
			return quota.ErrAsker
		} else if asked != 0 {
			for of, is := range map[string]bool{"skip": p.asked == n, "undo": p.asked != n && p.undoes[n] != 0, "no": p.asked != n && p.undoes[n] == 0} {
				if is {
					p.slips(told{n, of, who})
				}
			}
			if delete(waits, n); p.asked == n {
				p.asked = 0
			}
			return nil
		}
	}
	if p.late(n) {
		return quota.ErrLate
	}
	if p.state[n-1] == "" {
		return quota.ErrState
	}
	if s := p.state[n-1]; s == "offered" || s == "accepted" { // who has no place is not told
		if err := p.says(told{n, "undo", who}); err != nil {
			return err
		}
	}
	p.undoes[n] = who
	return nil
}

func (p *plain) late(n int) bool { return slices.Contains(p.state[n:], "accepted") }

// undone is what comes of taking something back by another person's word.
func (p *plain) undone(n int, holds bool) error {
	if holds && p.late(n) {
		return quota.ErrLate
	}
	delete(p.undoes, n)
	was := p.state[n-1]
	switch under := p.under[n-1]; {
	case !holds:
	case was == "out" || was == "passed":
		last := under[len(under)-1]
		p.state[n-1], p.passed[n-1], p.under[n-1] = last.state, last.passed, under[:len(under)-1]
	default:
		p.state[n-1] = p.was[n-1] // an offer to who had been passed over leaves them passed over
	}
	return nil
}

// TestAnyCourseIsTheOneOnPaper: whatever officers do in whatever order, a round goes as the
// plain model does, and never are more places held than there are, nor one by two; and who
// writes an offer into the table past the code is let through where the paper has it.
//
// Controls: next gives 0 where only those passed over are left ("it is the turn of 0, want 1");
// quota_offer_moves without quota_next ("the table takes an offer to 2 of place 1: true (tried), the
// paper: quota_turn").
func TestAnyCourseIsTheOneOnPaper(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	by := core.DateOf(w.now(t)).AddDate(0, 0, 5)
	rapid.Check(t, func(r *rapid.T) {
		listed := rapid.IntRange(1, 4).Draw(r, "listed")
		p := &plain{places: rapid.IntRange(1, 4).Draw(r, "places"), state: make([]string, listed), was: make([]string, listed), passed: make([]int, listed), gives: map[int]core.StaffID{}, undoes: map[int]core.StaffID{}, said: map[told]often{}, under: make([][]pass, listed)}
		id := w.frozen(t, p.places, listed)
		for range rapid.IntRange(1, 16).Draw(r, "steps") {
			w.step(t, r, id, p, by)
			w.same(t, r, id, p)
			w.offers(t, r, id, p)
		}
	})
}

// step does one act in both and compares what they say.
func (w *world) step(t *testing.T, r *rapid.T, id int64, p *plain, by core.Date) {
	ctx, who := t.Context(), rapid.SampledFrom([]staff.Person{w.han, w.lin}).Draw(r, "who")
	n := rapid.IntRange(1, len(p.state)).Draw(r, "n")
	if next := p.turn(); next != 0 && rapid.Bool().Draw(r, "the next") { // else most acts would be refused
		n = next
	}
	if p.asked != 0 && rapid.Bool().Draw(r, "the asked") {
		n = p.asked
	}
	if of := slices.Sorted(maps.Keys(p.gives)); len(of) > 0 && rapid.Bool().Draw(r, "the given up") {
		n = of[0]
	}
	if of := slices.Sorted(maps.Keys(p.undoes)); len(of) > 0 && rapid.Bool().Draw(r, "the taken back") {
		n = of[0]
	}
	var got, want error
	what := rapid.SampledFrom([]string{"offer", "offer", "offer", "answer", "answer", "skip", "skip", "skip", "second", "second", "second", "undo"}).Draw(r, "act")
	switch what {
	case "offer":
		got, want = w.quota.Offer(ctx, who, id, quota.Offering{N: n, By: by}), p.offer(n)
	case "answer":
		n = rapid.IntRange(1, len(p.state)).Draw(r, "of")
		to := rapid.SampledFrom([]quota.Outcome{quota.Accepted, quota.Declined, quota.Unreached}).Draw(r, "answer")
		got, want = w.quota.Answer(ctx, who, id, quota.Answer{N: n, Offer: w.offered(t, id, n), State: to, Words: "他说的"}), p.answer(n, to, who.ID)
	case "skip":
		why := rapid.SampledFrom(append(quota.Reasons(), quota.Away, quota.Away, quota.Unclear)).Draw(r, "why")
		got, want = w.quota.Skip(ctx, who, id, quota.Skip{N: n, Reason: why, Words: "去看过"}), p.skip(n, why, who.ID)
	case "second":
		holds := rapid.Bool().Draw(r, "holds")
		if w.told(t); holds {
			w.later(t)
			clear(p.said)
		}
		got, want = w.quota.Second(ctx, who, id, n, w.stands(t, id, n), holds), p.second(n, holds, who.ID)
	case "undo":
		n = rapid.IntRange(1, len(p.state)).Draw(r, "of")
		got, want = w.quota.Undo(ctx, who, id, n, w.stands(t, id, n), "记错了"), p.undo(n, who.ID)
	}
	if !errors.Is(got, want) {
		r.Fatalf("%s of %d: %v, want %v", what, n, got, want)
	}
}

// later has what was written and told lie four days back, as it does when nobody acts so long.
func (w *world) later(t *testing.T) {
	t.Helper()
	w.admin(t, `update quota_skip set asked = asked - interval '4 days', until = until - 4; update notice set ended = ended - interval '4 days'`)
}

// same compares what stands in the tables with the paper.
func (w *world) same(t *testing.T, r *rapid.T, id int64, p *plain) {
	c := w.course(t, id)
	if got := c.Next(len(p.state)); got != p.turn() {
		r.Fatalf("it is the turn of %d, want %d: %v", got, p.turn(), p.state)
	}
	for i, want := range p.state {
		if want == "" || want == "passed" && p.passed[i] < p.made {
			want = "waiting"
		}
		if got := c.Of(i + 1); string(got) != want {
			r.Fatalf("entry %d is %s, want %s", i+1, got, want)
		}
	}
	if held := len(c.Held()); held != p.held() || held > p.places {
		r.Fatalf("%d of %d places are held, want %d", held, p.places, p.held())
	}
	for no := range c.Held() {
		if no > p.places {
			r.Fatalf("place %d of %d", no, p.places)
		}
	}
}

// offers tries an offer to any entry and of any place as the application's own role, past its
// code, which the table lets through where the paper does.
func (w *world) offers(t *testing.T, r *rapid.T, id int64, p *plain) {
	n, place := rapid.IntRange(1, len(p.state)).Draw(r, "any"), rapid.IntRange(1, p.places+1).Draw(r, "place")
	c := w.course(t, id)
	var want error
	switch {
	case p.asked != 0 || n != p.turn() || p.undoes[n] != 0:
		want = quota.ErrTurn
	case place > p.places || c.Held()[place]:
		want = quota.ErrNoPlace
	}
	tried := errors.New("tried")
	err := w.db.Tx(t.Context(), w.han.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		const sql = `insert into quota_offer (round, n, region, place_no, answer_by, maker, made, notice) values ($1, $2, $3, $4, $5, $6, $7, 1)`
		if _, err := tx.Exec(ctx, sql, id, n, string(wangmiao), place, tx.Today().AddDate(0, 0, 5).Time(), int64(w.han.ID), tx.Now()); err != nil {
			return pg.Fail(err, "try")
		}
		return tried
	})
	if taken := errors.Is(err, tried); taken != (want == nil) {
		r.Fatalf("the table takes an offer to %d of place %d: %v (%v), the paper: %v, turn %d of %v", n, place, taken, err, want, p.turn(), p.state)
	}
}

// TestTwoOfficersAtOnceOfferOnce: of eight who offer the same turn at once, one does.
// Control: the round is not locked, and quota_one_offer and quota_one_place dropped ("turn 1
// was offered 8 times").
func TestTwoOfficersAtOnceOfferOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, by := w.frozen(t, 3, 6), core.DateOf(w.now(t)).AddDate(0, 0, 5)
	for n := 1; n <= 3; n++ {
		var all sync.WaitGroup
		errs := make(chan error, 8)
		for i := range 8 {
			all.Go(func() {
				errs <- w.quota.Offer(t.Context(), []staff.Person{w.han, w.lin}[i%2], id, quota.Offering{N: n, By: by})
			})
		}
		all.Wait()
		done := 0
		for range 8 {
			if err := <-errs; err == nil {
				done++
			} else if !errors.Is(err, quota.ErrTurn) && !errors.Is(err, quota.ErrNoPlace) {
				t.Errorf("turn %d: %v", n, err)
			}
		}
		if done != 1 {
			t.Errorf("turn %d was offered %d times", n, done)
		}
	}
	if c := w.course(t, id); len(c.Offers) != 3 || len(c.Held()) != 3 {
		t.Errorf("%d offers hold %d places, want 3", len(c.Offers), len(c.Held()))
	}
}
