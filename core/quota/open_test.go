package quota_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/quota"
	"lianou/core/staff"
)

// TestTheSameRoundIsOpenedOnce: what stands already, of one item, area, cut-off and document,
// however that is written and how many places it has, is opened no second time, of many at once
// either; which one it is can be read. Another cut-off, another document, or which batch of the
// document it is, make another round, and one that was withdrawn stands for none.
//
// Controls: Open as it was, without quota_same_round ("opened again: <nil>", "8 of 8 at once");
// quota_document that gives its text back ("written 鲁建房[2026]5号: <nil>"); the index of what was withdrawn
// too ("once the first is withdrawn: quota_double"); room without its lock ("quota_beside, want quota_double", once in some runs).
func TestTheSameRoundIsOpenedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	first := quota.Asked{Item: "ZJ-01", Area: "371426", Places: 4, Cutoff: quota.Earliest(w.now(t)), Why: "鲁建房〔2026〕5 号", Beside: 1 << 62}
	open := func(change func(*quota.Asked)) (int64, error) {
		a := first
		change(&a)
		return w.quota.Open(ctx, w.lin, a)
	}
	stood, err := w.quota.Open(ctx, w.han, first)
	must(t, err)
	if _, err := open(func(*quota.Asked) {}); !errors.Is(err, quota.ErrDouble) {
		t.Errorf("opened again: %v", err)
	}
	if _, err := open(func(a *quota.Asked) { a.Places = 5 }); !errors.Is(err, quota.ErrDouble) {
		t.Errorf("with another number of places: %v", err)
	}
	for _, why := range []string{"鲁建房[2026]5号", " 鲁建房〔2026〕5 号。", "鲁建房(2026)5号", "鲁建房 【２０２６】 ５　号"} {
		if _, err := open(func(a *quota.Asked) { a.Why = why }); !errors.Is(err, quota.ErrDouble) {
			t.Errorf("written %s: %v", why, err)
		}
	}
	w.see(t, func(ctx context.Context, tx *pg.Tx) error {
		if r, err := w.quota.Same(ctx, tx, w.lin, first); err != nil || r.ID != stood || r.Opener != w.han.ID {
			t.Errorf("which one stands: %+v, %v", r, err)
		}
		return nil
	})
	if !w.forbids(t, `insert into quota_round (item, area, places, cutoff, why, opener, opened, doubled) select item, area, places, cutoff, why, $2, opened, true from quota_round where id = $1`, stood, int64(w.lin.ID)) {
		t.Error("as if it were of before: the table takes it")
	}
	for what, change := range map[string]func(*quota.Asked){
		"another hour":     func(a *quota.Asked) { a.Cutoff = a.Cutoff.Add(time.Hour) },
		"another document": func(a *quota.Asked) { a.Why = "鲁建房〔2026〕6 号" },
		"the second of it": func(a *quota.Asked) { a.Why += ",第二批" },
		"another area":     func(a *quota.Asked) { a.Area = "371425" },
		"another thing":    func(a *quota.Asked) { a.Item = "ZJ-03" },
	} {
		if _, err := open(change); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err = w.quota.Withdraw(ctx, w.han, stood, "名额写错了")
	must(t, err)
	if _, err := open(func(*quota.Asked) {}); err != nil {
		t.Errorf("once the first is withdrawn: %v", err)
	}
	for _, town := range []core.RegionCode{wangmiao, "371426101", "371426102", "371426103"} {
		if n := w.atOnce(func(i int) error {
			_, err := w.quota.Open(ctx, []staff.Person{w.han, w.lin}[i%2], quota.Asked{Item: "RS-01", Area: town, Places: 2, Cutoff: first.Cutoff, Why: "德人社〔2026〕1 号"})
			return err
		}, quota.ErrDouble, t); n != 1 {
			t.Errorf("%d of 8 at once", n)
		}
	}
}

// atOnce does an act eight times at once, of which those that fail do so by one error, and says
// how many came about.
func (w *world) atOnce(do func(i int) error, want error, t *testing.T) (done int) {
	t.Helper()
	var all sync.WaitGroup
	errs := make(chan error, 8)
	for i := range 8 {
		all.Go(func() { errs <- do(i) })
	}
	all.Wait()
	for range 8 {
		if err := <-errs; err == nil {
			done++
		} else if !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	return done
}

// TestARoundBesideAnotherIsAskedAbout: beside one of the same thing that is not over, of the same
// place, one within it or one around it, a round is opened by who has seen that one.
//
// Controls: Open as it was ("beside one that waits: <nil>, want quota_beside"); quota_running by the area
// alone ("around it: <nil>"), and of what is over too ("beside one whose places are taken: quota_beside, want <nil>"); room without its lock
// ("7 of 8 at once, each beside none it saw").
func TestARoundBesideAnotherIsAskedAbout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, nth := t.Context(), 0
	open := func(item core.ItemCode, area core.RegionCode, beside int64) (int64, error) {
		nth++
		return w.quota.Open(ctx, w.lin, quota.Asked{Item: item, Area: area, Places: 1, Cutoff: quota.Earliest(w.now(t)).Add(time.Duration(nth) * time.Hour), Why: "鲁建房〔2026〕5 号", Beside: beside})
	}
	asks := func(what string, item core.ItemCode, area core.RegionCode, beside int64, want error) {
		t.Helper()
		if _, err := open(item, area, beside); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
	}
	first, err := open("ZJ-03", wangmiao, 0)
	must(t, err)
	asks("beside one that waits", "ZJ-03", wangmiao, 0, quota.ErrBeside)
	asks("around it", "ZJ-03", "371426", 0, quota.ErrBeside)
	asks("around it all", "ZJ-03", core.DezhouCity, 0, quota.ErrBeside)
	asks("of another township", "ZJ-03", "371426103", 0, nil)
	asks("by who saw it", "ZJ-03", wangmiao, first, nil)
	asks("beside one that came meanwhile", "ZJ-03", wangmiao, first, quota.ErrBeside)

	id := w.frozen(t, 1, 2)
	asks("beside one that is being shared out", "ZJ-01", wangmiao, 0, quota.ErrBeside)
	must(t, w.quota.Offer(ctx, w.han, id, quota.Offering{N: 1, By: w.today(t) + 5}))
	asks("beside one that waits for an answer", "ZJ-01", wangmiao, 0, quota.ErrBeside)
	must(t, w.quota.Answer(ctx, w.han, id, quota.Answer{N: 1, Offer: w.offered(t, id, 1), State: quota.Accepted, Words: "要"}))
	asks("beside one whose places are taken", "ZJ-01", "371426", 0, nil)

	for _, town := range []core.RegionCode{wangmiao, "371426101", "371426102", "371426103"} {
		if n := w.atOnce(func(i int) error {
			_, err := w.quota.Open(ctx, w.lin, quota.Asked{Item: "RS-01", Area: town, Places: 2, Cutoff: quota.Earliest(w.now(t)), Why: fmt.Sprintf("德人社〔2026〕%d 号", i+1)})
			return err
		}, quota.ErrBeside, t); n != 1 {
			t.Errorf("%d of 8 at once, each beside none it saw", n)
		}
	}
}
