package quota_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"lianou/core/pg"
	"lianou/core/quota"
	"lianou/core/staff"
	"lianou/core/wording"
)

// TestASkipIsHeard: who is to be passed over is told so, of each reason, and has its days
// before that holds, as of any word about a place; where it is not so they hear that too.
//
// Controls: Skip and the table as they were ("held before they heard: <nil>, want quota_unheard");
// follows without passes ("told skipping stands, want skipping turn_stays"); the table without
// the turn or the notice of a skip ("a skip of who is not the next: the table takes it", "a skip that nobody is
// told: …"); quota_next without who was passed over ("quota_turn" of comesAgain).
func TestASkipIsHeard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, id := t.Context(), w.frozen(t, 1, 3)
	fails := func(what string, got, want error) {
		t.Helper()
		if !errors.Is(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	held := func() error { return w.quota.Second(ctx, w.lin, id, 1, w.stands(t, id, 1), true) }
	gone := quota.Skip{N: 1, Reason: quota.Housed, Words: "村里说儿子给盖了新房"}
	must(t, w.quota.Skip(ctx, w.han, id, gone))
	fails("held before they heard", held(), quota.ErrUnheard)
	must(t, w.quota.Second(ctx, w.lin, id, 1, w.stands(t, id, 1), false)) // at once
	w.hears(t, "skipping turn_stays")
	gone.Reason = quota.Away
	fails("another reason by the same on the same day", w.quota.Skip(ctx, w.han, id, gone), quota.ErrOften)
	must(t, w.quota.Skip(ctx, w.lin, id, gone))
	must(t, w.quota.Undo(ctx, w.lin, id, 1, w.stands(t, id, 1), "写错户了"))
	w.hears(t, "skipping turn_stays skipping turn_stays")
	w.env.Advance(24 * time.Hour)
	must(t, w.quota.Skip(ctx, w.han, id, gone))
	w.told(t)
	fails("held on the day it was told", held(), quota.ErrUntil)
	if !w.forbids(t, `update quota_skip set state = 'held', second = $2, seconded = lianou_now(), turn = 0 where round = $1 and state = 'asked'`, id, int64(w.lin.ID)) {
		t.Error("the table has it held on the day it was told")
	}
	w.env.Advance(3 * 24 * time.Hour)
	fails("held on the last day", held(), quota.ErrUntil)
	w.env.Advance(24 * time.Hour)
	fails("held after its days", held(), nil)
	if c := w.course(t, id); c.Of(1) != quota.Passed || c.Next(3) != 2 {
		t.Errorf("%s, next %d", c.Of(1), c.Next(3))
	}
	const fresh = `with fresh as (insert into notice (key, region, kind, words, created, updated) values ('quota/1/x', '371426104', 'skipping', 'x', lianou_now(), lianou_now()) returning id) `
	for what, sql := range map[string]string{
		"a skip that nobody is told":     `insert into quota_skip (round, n, region, reason, words, asker, asked) select round, 2, region, 'housed', words, asker, lianou_now() from quota_skip where round = $1 limit 1`,
		"a skip told by another notice":  `insert into quota_skip (round, n, region, reason, words, asker, asked, notice, until) select round, 2, region, 'housed', words, asker, lianou_now(), notice, until + 30 from quota_skip where round = $1 limit 1`,
		"a skip of who is not the next":  fresh + `insert into quota_skip (round, n, region, reason, words, asker, asked, notice, until) select round, 3, region, 'housed', words, asker, lianou_now(), (select id from fresh), until + 30 from quota_skip where round = $1 limit 1`,
		"a place to who is not the next": `insert into quota_offer (round, n, region, place_no, answer_by, maker, made, notice) select $1, 3, region, 1, current_date + 30, opener, lianou_now(), 1 from quota_round, quota_entry where quota_round.id = $1 and quota_entry.round = $1 and n = 3`,
	} {
		if !w.forbids(t, sql, id) {
			t.Errorf("%s: the table takes it", what)
		}
	}
	w.comesAgain(t)
}

// comesAgain: who was passed over and keeps its place is asked again where nobody else is left.
func (w *world) comesAgain(t *testing.T) {
	t.Helper()
	ctx, id := t.Context(), w.frozen(t, 1, 1)
	must(t, w.quota.Skip(ctx, w.han, id, quota.Skip{N: 1, Reason: quota.Away, Words: "在济南住院"}))
	w.heard(t)
	must(t, w.quota.Second(ctx, w.lin, id, 1, w.stands(t, id, 1), true))
	must(t, w.quota.Offer(ctx, w.han, id, quota.Offering{N: 1, By: w.today(t) + 7}))
}

// TestEachReasonIsSaidPlainly: a household reads of each reason what a person would say, and how
// many days they have, as who would hold it reads.
//
// Controls: a reason without told ("有人记下:。…, said before: true"); HeardDays of four beside words of
// their own ("… does not say 四天").
func TestEachReasonIsSaidPlainly(t *testing.T) {
	t.Parallel()
	seen, days := map[string]bool{}, wording.SayNumber(quota.HeardDays)+"天"
	for _, why := range quota.Reasons() {
		for _, thing := range quota.Things() {
			says := why.Telling(thing.Item).Words
			if found := wording.Lint(says); len(found) > 0 || seen[says] {
				t.Errorf("%s: %q, said before: %v", says, found, seen[says])
			}
			seen[says] = true
			if !strings.Contains(says, days) {
				t.Errorf("%q does not say %s", says, days)
			}
		}
	}
	if says := quota.ErrUnvisited.Say; !strings.Contains(says, days) {
		t.Errorf("%q does not say %s", says, days)
	}
}

// TestWhomNoNoticeReachedIsVisited: a word about a household that no way reached holds only
// once somebody else than who wrote it went there, and their days run from then; who was met
// at the door is not "not reached".
//
// Controls: heardOut and the table as they were ("untold and not visited: <nil>"); Visit and
// quota_visit_fits without the asker ("visited by who wrote it: <nil>"; "the table takes it"); without Tried ("not reached, and
// met: <nil>"); Second and the table without who went ("held by who went there: <nil>"); Tried and quota_tried
// without Met ("met, and written again the next day: <nil>").
func TestWhomNoNoticeReachedIsVisited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, id := t.Context(), w.frozen(t, 1, 3)
	fails := func(what string, got, want error) {
		t.Helper()
		if !errors.Is(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	held := func() error { return w.quota.Second(ctx, w.lin, id, 1, w.stands(t, id, 1), true) }
	raw := func(what string) {
		t.Helper()
		if !w.forbids(t, `update quota_skip set state = 'held', second = $2, seconded = lianou_now(), turn = (select count(*) from quota_offer where round = $1) where round = $1 and state = 'asked'`, id, int64(w.lin.ID)) {
			t.Errorf("%s: the table takes it", what)
		}
	}
	must(t, w.quota.Skip(ctx, w.han, id, quota.Skip{N: 1, Reason: quota.Moved, Words: "门锁着,邻居说搬走了"}))
	w.untold(t)
	w.env.Advance(9 * 24 * time.Hour)
	fails("untold and not visited", held(), quota.ErrUnvisited)
	raw("untold and not visited")
	left := quota.Visit{Words: "没人,条子塞门缝里了"}
	fails("visited by who wrote it", w.quota.Visit(ctx, w.han, id, 1, w.stands(t, id, 1), left), quota.ErrVisitor)
	const by = `insert into quota_visit (word, k, region, met, words, staff, at) select id, 1, region, true, '\x00', $2, lianou_now() from quota_skip where round = $1 and state = 'asked'`
	if !w.forbids(t, by, id, int64(w.han.ID)) {
		t.Error("visited by who wrote it: the table takes it")
	}
	must(t, w.quota.Visit(ctx, w.lin, id, 1, w.stands(t, id, 1), left))
	w.env.Advance(4 * 24 * time.Hour)
	fails("held by who went there", held(), quota.ErrVisited)
	raw("held by who went there")
	must(t, w.quota.Second(ctx, w.lin, id, 1, w.stands(t, id, 1), false)) // that it is not so they may say
	must(t, w.quota.Skip(ctx, w.han, id, quota.Skip{N: 1, Reason: quota.Moved, Words: "真搬走了"}))
	w.untold(t)
	must(t, w.quota.Visit(ctx, w.small, id, 1, w.stands(t, id, 1), left))
	fails("on the day of the visit", held(), quota.ErrUntil)
	raw("on the day of the visit")
	w.env.Advance(4 * 24 * time.Hour)
	must(t, held())
	if v := w.course(t, id).Skips[1].Visits; len(v) != 1 || v[0].Met || v[0].Words != left.Words || v[0].Staff != w.small.ID || w.lies(t, left.Words) {
		t.Errorf("%+v", v)
	}
	w.metAfter(t, id)
}

// metAfter has household 2 written down as not reached and met at a visit: it is so again only
// where they were looked for anew, and then it is.
func (w *world) metAfter(t *testing.T, id int64) {
	t.Helper()
	ctx := t.Context()
	must(t, w.quota.Offer(ctx, w.han, id, quota.Offering{N: 2, By: w.today(t) + 7}))
	of := w.offered(t, id, 2)
	tried := func() {
		for _, who := range []staff.Person{w.han, w.lin, w.han} {
			w.workday(t)
			must(t, w.quota.Try(ctx, who, id, 2, of, quota.Try{How: quota.ByCall, Words: "没人接"}))
		}
	}
	gone := func() error {
		return w.quota.Answer(ctx, w.han, id, quota.Answer{N: 2, Offer: of, State: quota.Unreached, Words: "三次都没找到人"})
	}
	held := func() error { return w.quota.Second(ctx, w.lin, id, 2, w.stands(t, id, 2), true) }
	tried()
	must(t, gone())
	w.untold(t)
	must(t, w.quota.Visit(ctx, w.small, id, 2, w.stands(t, id, 2), quota.Visit{Met: true, Words: "他在家,说要想想"}))
	w.env.Advance(9 * 24 * time.Hour)
	if err := held(); !errors.Is(err, quota.ErrMet) {
		t.Errorf("not reached, and met: %v", err)
	}
	must(t, w.quota.Second(ctx, w.lin, id, 2, w.stands(t, id, 2), false))
	w.env.Advance(24 * time.Hour)
	if err := gone(); !errors.Is(err, quota.ErrMet) {
		t.Errorf("met, and written again the next day: %v", err)
	}
	if !w.forbids(t, `insert into quota_skip (round, n, region, reason, words, asker, asked, offer, notice, until) select round, n, region, reason, words, asker, lianou_now(), offer, notice, until + 30 from quota_skip where offer = $1 and reason = 'unreached'`, of) {
		t.Error("met, and written again: the table takes it")
	}
	tried()
	must(t, gone())
	w.untold(t)
	must(t, w.quota.Visit(ctx, w.small, id, 2, w.stands(t, id, 2), quota.Visit{Words: "锁着门,条子塞进去了"}))
	w.env.Advance(9 * 24 * time.Hour)
	must(t, held())
	if c := w.course(t, id); c.Of(2) != quota.Unreached {
		t.Errorf("looked for anew: %s", c.Of(2))
	}
}

// untold has every way to tell anybody anything fail.
func (w *world) untold(t testing.TB) {
	t.Helper()
	must(t, w.db.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update notice set state = 'untold', updated = $1, ended = $1 where state = 'queued'`, tx.Now())
		return err
	}))
}
