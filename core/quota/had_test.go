package quota_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
	"lianou/core/quota"
	"lianou/core/staff"
)

// both lays two frozen lists of the same households.
func (w *world) both(t testing.TB, places, listed int) (a, b int64) {
	t.Helper()
	w.first += 1000
	a, b = w.listed(t, places, listed, w.first), w.listed(t, places, listed, w.first)
	w.freezes(t, a)
	w.freezes(t, b)
	return a, b
}

// root writes what nobody may, as it may stand from before or by another package.
func (w *world) root(t testing.TB, sql string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), w.env.Superuser())
	must(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), `set session_replication_role = replica`)
	must(t, err)
	_, err = conn.Exec(t.Context(), sql, args...)
	must(t, err)
}

func (w *world) has(t testing.TB, id int64, n int) (has []quota.Having) {
	t.Helper()
	w.see(t, func(ctx context.Context, tx *pg.Tx) error {
		r, err := w.quota.Round(ctx, tx, w.han, id)
		must(t, err)
		list, err := w.quota.Entries(ctx, tx, id, n, 1)
		must(t, err)
		c, err := w.quota.Course(ctx, tx, id)
		must(t, err)
		has, err = w.quota.Has(ctx, tx, r, list[0], &c)
		return err
	})
	return has
}

// TestNobodyIsGivenTwo: a household that stands in two lists of one thing is offered no second
// place while the first waits for its answer, when it keeps its place, nor when it took it; who it
// is passed over by, and that this is not so, is for two people, and by no one alone it has two.
//
// Controls: Offer without barred and quota_offer_moves as it was ("offered by the other list:
// <nil>, want quota_elsewhere"); the table alone as it was ("the table offers a second while the first waits"); quota_next without
// elsewhere (its place in the table is not that of the code: "quota_turn"); nothing Cleared ("not so, as two say:
// quota_had, want <nil>").
func TestNobodyIsGivenTwo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	a, b := w.both(t, 3, 2)
	by := w.today(t) + 60
	fails := func(what string, got, want error) {
		t.Helper()
		if !errors.Is(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	give := func(id int64, n int) error {
		return w.quota.Offer(ctx, w.han, id, quota.Offering{N: n, By: min(by, w.today(t)+60)})
	}
	bare := `insert into quota_offer (round, n, region, place_no, answer_by, maker, made, notice) select $1, 1, '371426104', 3, current_date + 30, $2, lianou_now(), 1`
	passes := func(why quota.Reason, holds bool) {
		t.Helper()
		must(t, w.quota.Skip(ctx, w.han, b, quota.Skip{N: 1, Reason: why, Words: "页上写着"}))
		w.heard(t)
		must(t, w.quota.Second(ctx, w.lin, b, 1, w.stands(t, b, 1), holds))
	}
	must(t, give(a, 1))
	if has := w.has(t, b, 1); len(has) != 1 || has[0].Round != a || has[0].N != 1 || !has[0].Open {
		t.Errorf("offered by the other list, the page says %+v", has)
	}
	fails("offered by the other list", give(b, 1), quota.ErrElsewhere)
	if !w.forbids(t, bare, b, int64(w.han.ID)) {
		t.Error("the table offers a second while the first waits")
	}
	passes(quota.Elsewhere, true)
	must(t, give(b, 2))
	if c := w.course(t, b); c.Next(2) != 1 {
		t.Errorf("its place is lost: next %d, want 1", c.Next(2))
	}
	must(t, w.quota.Answer(ctx, w.han, a, quota.Answer{N: 1, Offer: w.offered(t, a, 1), State: quota.Accepted, Words: "要"}))
	if has := w.has(t, b, 1); len(has) != 1 || has[0].Open || has[0].Cleared {
		t.Errorf("took one, the page says %+v", has)
	}
	fails("who took one is offered another", give(b, 1), quota.ErrHad)
	if !w.forbids(t, bare, b, int64(w.han.ID)) {
		t.Error("the table offers a second to who took one")
	}
	passes(quota.Had, false) // they gave that one back years ago
	if has := w.has(t, b, 1); len(has) != 1 || !has[0].Cleared {
		t.Errorf("not so, as two say, and the page says %+v", has)
	}
	fails("not so, as two say", give(b, 1), nil)
	fails("and takes it", w.quota.Answer(ctx, w.lin, b, quota.Answer{N: 1, Offer: w.offered(t, b, 1), State: quota.Accepted, Words: "要"}), nil)
	w.outForGood(t)
}

// outForGood: who has one, as two people say, is not asked again by that list, and the next is.
func (w *world) outForGood(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	a, b := w.both(t, 1, 2)
	must(t, w.quota.Offer(ctx, w.han, a, quota.Offering{N: 1, By: w.today(t) + 5}))
	must(t, w.quota.Answer(ctx, w.han, a, quota.Answer{N: 1, Offer: w.offered(t, a, 1), State: quota.Accepted, Words: "要"}))
	must(t, w.quota.Skip(ctx, w.han, b, quota.Skip{N: 1, Reason: quota.Had, Words: "在上一批要了"}))
	w.heard(t)
	must(t, w.quota.Second(ctx, w.lin, b, 1, w.stands(t, b, 1), true))
	if c := w.course(t, b); c.Of(1) != quota.Out || c.Next(2) != 2 {
		t.Errorf("%s, next %d", c.Of(1), c.Next(2))
	}
	must(t, w.quota.Offer(ctx, w.han, b, quota.Offering{N: 2, By: w.today(t) + 5}))
}

// TestOfTwoOpenOffersOneIsTaken: that two lists offered a household a place before this was
// asked makes it take one. Controls: accept without once ("takes both: <nil>"); the table as it was
// ("the table takes both").
func TestOfTwoOpenOffersOneIsTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	a, b := w.both(t, 1, 2)
	must(t, w.quota.Offer(ctx, w.han, a, quota.Offering{N: 1, By: w.today(t) + 5}))
	w.root(t, `insert into quota_offer (round, n, region, place_no, answer_by, maker, made, notice) select $1, n, region, place_no, answer_by, maker, made, notice from quota_offer where round = $2`, b, a)
	take := func(id int64) error {
		return w.quota.Answer(ctx, w.lin, id, quota.Answer{N: 1, Offer: w.offered(t, id, 1), State: quota.Accepted, Words: "要"})
	}
	must(t, take(a))
	if err := take(b); !errors.Is(err, quota.ErrTwice) {
		t.Errorf("takes both: %v", err)
	}
	if !w.forbids(t, `update quota_offer set state = 'accepted', words = 'x', ended = lianou_now(), ender = $2 where round = $1`, b, int64(w.lin.ID)) {
		t.Error("the table takes both")
	}
}

// TestOneHouseholdAtTheTopOfTwoLists: of eight who offer it a place at once, by either list, one
// does. Control: quota_alone that waits for nobody ("was offered 2 times", four times of four).
func TestOneHouseholdAtTheTopOfTwoLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 4 {
		a, b := w.both(t, 1, 2)
		by := w.today(t) + 5
		done := w.atOnce(func(i int) error {
			err := w.quota.Offer(t.Context(), []staff.Person{w.han, w.lin}[i/2%2], []int64{a, b}[i%2], quota.Offering{N: 1, By: by})
			if errors.Is(err, quota.ErrTurn) || errors.Is(err, quota.ErrNoPlace) {
				err = quota.ErrElsewhere // a colleague on the same list was faster
			}
			return err
		}, quota.ErrElsewhere, t)
		if done != 1 {
			t.Errorf("was offered %d times", done)
		}
	}
}

// TestWhoWasGivenTheThingHasOne: by a case whose thing was handed over, whatever list it came by,
// and not by one that was approved and waits for its place, nor by one of another thing.
//
// Controls: Offer without barred ("handed over: <nil>, want quota_had"); GivenTo of every state
// ("approved, and waits for its place: quota_had, want <nil>").
func TestWhoWasGivenTheThingHasOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, c := range []struct {
		what, item, state string
		want              error
	}{
		{"handed over", "ZJ-01", "closed", quota.ErrHad},
		{"approved, and waits for its place", "ZJ-01", "approved", nil},
		{"another thing", "ZJ-02", "closed", nil},
	} {
		id := w.frozen(t, 1, 1)
		w.grant(t, int64(i+1), w.first, c.item, c.state)
		if err := w.quota.Offer(t.Context(), w.han, id, quota.Offering{N: 1, By: w.today(t) + 5}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.what, err, c.want)
		}
	}
}

// grant writes one case that was granted to a household: how one comes to be is another
// package's to test.
func (w *world) grant(t testing.TB, id, home int64, item, state string) {
	t.Helper()
	w.root(t, `insert into casefile (id, region, application, receipt, channel, household, applicant, people, state, facts_version, first_contact, opened, settled, updated)
		overriding system value values ($1::bigint, '371402001', gen_random_uuid(), ($1::bigint)::text, 'counter', $2, '样某', 1, 'settled', 1, now(), now(), now(), now())`, id, home)
	w.root(t, `insert into claim (id, case_id, region, item, name, everyday, department, state, decides, notice_days, cash, period, agreed_by, proposer, proposal, reasons, told, created, updated)
		overriding system value values ($1, $1, '371402001', $2, $2, $2, 'ZJ', $3, 'county', 7, false, '', 1, 1, 'approve', '["x"]', now(), now(), now())`, id, item, state)
	w.root(t, `insert into decision (claim_id, case_id, region, outcome, sample, proposer, approver, reasons, appeal, evidence, facts_version, facts_digest, book, at, digest)
		values ($1, $1, '371402001', 'approved', false, 1, 2, '["x"]', 'xxxxxxxxxxxx', '{"a":1}', 1, 'x', 'x', now() - interval '30 days', repeat('a', 64))`, id)
}
