package quota_test

import (
	"errors"
	"testing"
	"time"

	"lianou/core/quota"
)

// TestNobodyShutsAHouseholdsAnswer: how often the household is told the same is bounded for one
// person and one day, and so no one, alone or with another, keeps its true answer or the way
// back from being written; what who asked took back is no word at all.
//
// Controls: a bound of two for the whole offer, as it was, in code and table ("the household's
// own word: quota_often, want <nil>"); without any ("told a third time in a day: <nil>").
func TestNobodyShutsAHouseholdsAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, id, by := t.Context(), w.frozen(t, 2, 3), w.today(t)+7
	fails := func(what string, got, want error) {
		t.Helper()
		if !errors.Is(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	for n := 1; n <= 2; n++ {
		must(t, w.quota.Offer(ctx, w.han, id, quota.Offering{N: n, By: by}))
	}
	no := quota.Answer{N: 1, Offer: w.offered(t, id, 1), State: quota.Declined, Words: "不要了"}
	for range 2 {
		must(t, w.quota.Answer(ctx, w.lin, id, no))
		must(t, w.quota.Undo(ctx, w.lin, id, 1, w.stands(t, id, 1), "听错了"))
	}
	fails("told a third time in a day", w.quota.Answer(ctx, w.lin, id, no), quota.ErrOften)
	fails("the household's own word", w.quota.Answer(ctx, w.han, id, no), nil)
	must(t, w.quota.Second(ctx, w.lin, id, 1, w.stands(t, id, 1), false))
	fails("the same twice in a day", w.quota.Answer(ctx, w.han, id, no), quota.ErrOften)
	again := `insert into quota_skip (round, n, region, reason, words, asker, asked, offer, notice, until) select round, n, region, reason, words, asker, asked, offer, notice, until from quota_skip where round = $1 and state = `
	w.refuses(t, id, []string{again + `'refused'`, again + `'undone' limit 1`})
	w.env.Advance(24 * time.Hour)
	fails("the next day", w.quota.Answer(ctx, w.lin, id, no), nil)
	w.heard(t)
	must(t, w.quota.Second(ctx, w.han, id, 1, w.stands(t, id, 1), true))

	must(t, w.quota.Answer(ctx, w.lin, id, quota.Answer{N: 2, Offer: w.offered(t, id, 2), State: quota.Accepted, Words: "要"}))
	for range 2 {
		must(t, w.quota.Undo(ctx, w.han, id, 2, w.stands(t, id, 2), "记错户了"))
		must(t, w.quota.Undo(ctx, w.han, id, 2, w.stands(t, id, 2), "没记错"))
	}
	fails("asked back a third time in a day", w.quota.Undo(ctx, w.han, id, 2, w.stands(t, id, 2), "记错户了"), quota.ErrOften)
	w.undone(t, id, 2, "记错户了")
	w.undone(t, id, 1, "又要了") // which is not shut by what was asked of a later one
	if c := w.course(t, id); c.Of(1) != quota.Waiting || c.Of(2) != quota.Waiting {
		t.Errorf("%s and %s, want both waiting", c.Of(1), c.Of(2))
	}
}

// TestAHouseholdHasItsDays: that it gives its place up, and that the place be taken back, holds
// only after the days in which it may say that this is not so, which run from when it is known
// what became of telling it; that it is not so can be said at once.
//
// Controls: heardOut and the trigger without the day ("declined on the day it was told: <nil>");
// by Until alone, in code and table ("declined on the last day, as of lianou_now(): nothing refused it"); the table
// without quota_word_time ("declined …, as of lianou_now() + interval '30 days': nothing refused it"); Second that asks heardOut whatever
// is said ("quota_unheard").
func TestAHouseholdHasItsDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, id, by := t.Context(), w.frozen(t, 1, 3), w.today(t)+20
	days := func(n time.Duration) { w.env.Advance(n * 24 * time.Hour) }
	holds := func(what string, want error) {
		t.Helper()
		if err := w.quota.Second(ctx, w.lin, id, 1, w.stands(t, id, 1), true); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
		if want != nil {
			const now = `update quota_skip set state = 'held', second = $2, turn = (select count(*) from quota_offer where round = $1), seconded = `
			for _, when := range []string{`lianou_now()`, `lianou_now() + interval '30 days'`} { // also as of another day
				if !w.forbids(t, now+when+` where round = $1 and state = 'asked'`, id, int64(w.lin.ID)) {
					t.Errorf("%s, as of %s: nothing refused it", what, when)
				}
			}
		}
	}
	must(t, w.quota.Offer(ctx, w.han, id, quota.Offering{N: 1, By: by}))
	no := quota.Answer{N: 1, Offer: w.offered(t, id, 1), State: quota.Declined, Words: "不要了"}
	must(t, w.quota.Answer(ctx, w.han, id, no))
	w.admin(t, `delete from notice where kind = 'declined'`)
	holds("declined of which no notice is there", quota.ErrUnheard)
	must(t, w.quota.Second(ctx, w.lin, id, 1, w.stands(t, id, 1), false)) // on the same day, whatever became of telling
	days(1)
	must(t, w.quota.Answer(ctx, w.han, id, no))
	days(2)
	holds("declined before it is known what came of telling", quota.ErrUnheard)
	w.told(t)
	holds("declined on the day it was told", quota.ErrUntil)
	days(2)
	holds("declined when its printed day is over", quota.ErrUntil)
	days(1)
	holds("declined on the last day", quota.ErrUntil)
	days(1)
	holds("declined after its days", nil)

	must(t, w.quota.Undo(ctx, w.han, id, 1, w.stands(t, id, 1), "记错户了"))
	holds("of who has no place nobody waits", nil)
	must(t, w.quota.Offer(ctx, w.han, id, quota.Offering{N: 1, By: w.today(t) + 20}))
	must(t, w.quota.Undo(ctx, w.han, id, 1, w.stands(t, id, 1), "日子写错了"))
	w.told(t)
	holds("taken back on the day it was told", quota.ErrUntil)
	days(3)
	holds("taken back on the last day", quota.ErrUntil)
	days(1)
	holds("taken back after its days", nil)
}

// TestNobodyAcceptsPastAWordThatWaits: while a word about the place of an earlier household
// waits, no later one accepts, by which that could not be taken back any more; and who accepts
// hears it.
//
// Controls: Answer without before and the trigger without quota_before ("accepted past it: <nil>"); accept
// that tells nobody ("told offered offered declined stands, want
// offered offered declined stands takes").
func TestNobodyAcceptsPastAWordThatWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, id, by := t.Context(), w.frozen(t, 2, 3), w.today(t)+7
	for n := 1; n <= 2; n++ {
		must(t, w.quota.Offer(ctx, w.han, id, quota.Offering{N: n, By: by}))
	}
	must(t, w.quota.Answer(ctx, w.han, id, quota.Answer{N: 1, Offer: w.offered(t, id, 1), State: quota.Declined, Words: "不要了"}))
	yes := quota.Answer{N: 2, Offer: w.offered(t, id, 2), State: quota.Accepted, Words: "要"}
	if err := w.quota.Answer(ctx, w.lin, id, yes); !errors.Is(err, quota.ErrBefore) {
		t.Errorf("accepted past it: %v", err)
	}
	w.refuses(t, id, []string{`update quota_offer set state = 'accepted', words = '\x00', ended = now(), ender = maker where round = $1 and n = 2`})
	must(t, w.quota.Second(ctx, w.lin, id, 1, w.stands(t, id, 1), false))
	must(t, w.quota.Answer(ctx, w.lin, id, yes))
	w.hears(t, "offered offered declined stands takes")
}
