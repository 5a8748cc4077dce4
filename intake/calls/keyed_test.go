package calls

import (
	"context"
	"errors"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// What a caller keyed in is opened by who holds the call, by nobody else and not once it is over;
// no row shows it, whatever order reports come in, and neither does its length. What the release
// before wrote in clear is read, and gone with the end of its call.
//
// Controls: KeyedIn for whoever asks (`who holds no call reads "receipt:7319052645"`, `after the end`); sealed as
// short as it is (`2 lengths`); kept unsealed (`3 lengths`, seal_open); the trigger of 00667 that empties nothing
// (`1 calls that are over show it`).
func TestWhatWasKeyedInIsSealed(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	for id, k := range map[string]Keyed{"a": "receipt:7319052645", "b": "notice:4031", "old": ""} {
		for range 2 {
			_, err := r.gateway.Heard(t.Context(), Report{ID: id, Exchange: "sip", Caller: caller(t), Began: began, Wish: WishObject, Keyed: k})
			must(t, err)
		}
	}
	owner := r.env.DB(pgtest.Owner)
	sql := func(sql string) (n int) {
		must(t, owner.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error { return tx.QueryRow(ctx, sql).Scan(&n) }))
		return n
	}
	sql(`with u as (update call set about = 'notice:4031' where id = 'old' returning 1) select count(*) from u`)
	if n := sql(`select count(*) from call where id <> 'old' and (call::text like '%4031%' or call::text like '%7319052645%' or about <> '' or encode(keyed, 'escape') like '%4031%' or encode(keyed, 'escape') like '%7319052645%')`); n != 0 {
		t.Errorf("%d rows show it", n)
	}
	if n := sql(`select count(distinct length(keyed)) from call where keyed is not null`); n != 1 {
		t.Errorf("%d lengths", n)
	}
	for id, want := range map[string]Keyed{"a": "receipt:7319052645", "b": "notice:4031", "old": "notice:4031"} {
		if c, err := r.platform.Get(t.Context(), id); err != nil || !c.Keyed {
			t.Errorf("%s: something was keyed in: %v", id, err)
		}
		if k, err := r.platform.KeyedIn(t.Context(), id, 7, "替他记下"); !errors.Is(err, ErrNotHeld) || k != "" {
			t.Errorf("%s: who holds no call reads %q: %v", id, k, err)
		}
		must(t, r.platform.Take(t.Context(), id, 7))
		if k, err := r.platform.KeyedIn(t.Context(), id, 8, "替他记下"); !errors.Is(err, ErrNotHeld) || k != "" {
			t.Errorf("%s: another agent reads %q: %v", id, k, err)
		}
		if k, err := r.platform.KeyedIn(t.Context(), id, 7, "替他记下"); err != nil || k != want {
			t.Errorf("%s: %q, want %q: %v", id, k, want, err)
		}
		must(t, r.platform.Done(t.Context(), id, 7, OutcomeAnswered, r.platform.Unwritten(id, 7, WhyWrongKey, "按错了")))
		if k, err := r.platform.KeyedIn(t.Context(), id, 7, "替他记下"); !errors.Is(err, ErrDone) || k != "" {
			t.Errorf("%s: after the end %q: %v", id, k, err)
		}
	}
	if _, err := r.platform.KeyedIn(t.Context(), "nobody's", 7, "替他记下"); core.KindOf(err) != core.KindNotFound {
		t.Errorf("no call: %v", err)
	}
	if n := sql(`select count(*) from call where about <> ''`); n != 0 {
		t.Errorf("%d calls that are over show it", n)
	}
	if n := sql(`select count(*) from audit_entry where act = 'field.revealed' and subject like 'call:%' and actor_id = '7' and purpose = 'reveal'`); n != 3 {
		t.Errorf("%d entries of three openings", n)
	}
}

// What was keyed in is a full number as every other: with a reason, and thirty an hour wherever they
// were of (security.md P22).
//
// Controls: KeyedIn without its look at the reason (`no reason: <nil>`); without MayReveal, or with it in no
// scope, where no entry of a township is seen (`the thirty-first: <nil>`).
func TestWhatWasKeyedInIsAReveal(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	_, err := r.gateway.Heard(t.Context(), Report{ID: "a", Exchange: "sip", Began: began, Wish: WishObject, Keyed: "notice:4031"})
	must(t, err)
	must(t, r.platform.Take(t.Context(), "a", 7))
	if k, err := r.platform.KeyedIn(t.Context(), "a", 7, "  "); core.KindOf(err) != core.KindInvalid || core.Known(err).Field != "reason" || k != "" {
		t.Errorf("no reason: %q %v", k, err)
	}
	must(t, r.env.DB(pgtest.Platform).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `insert into audit_entry (at, actor_kind, actor_id, act, case_id, application, subject, region, purpose, commitment, detail)
			select $1, 'staff', '7', 'field.revealed', n, '', '', '371426103', 'reveal', sha256('x'), 'x' from generate_series(1, 29) n`, tx.Now())
		return err
	}))
	if k, err := r.platform.KeyedIn(t.Context(), "a", 7, "替他记下"); err != nil || k != "notice:4031" {
		t.Errorf("the thirtieth: %q %v", k, err)
	}
	if k, err := r.platform.KeyedIn(t.Context(), "a", 7, "替他记下"); core.KindOf(err) != core.KindTooMany || k != "" {
		t.Errorf("the thirty-first: %v", err)
	}
}

// What was keyed in is of the wish that the call came to: whoever heard of their application and then
// rang about a notice of which they know no number keyed in nothing. The exchange's own reports, that
// know neither, change neither in any order, and a repetition is no news.
//
// Control: keyed and keyed_key as `coalesce(c.keyed, excluded.keyed)`: `no number: "receipt:4071882635", want ""`.
func TestWhatWasKeyedInGoesWithTheWish(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	plain := Report{Exchange: "sip", Began: began, Answered: began.Add(time.Second), Ended: began.Add(time.Minute)}
	appeal := Report{Exchange: "sip", Began: began, Wish: WishAppeal, Keyed: "receipt:4071882635"}
	for what, c := range map[string]struct {
		reports []Report
		want    Keyed
	}{
		"an appeal":      {[]Report{plain, appeal, plain, appeal}, "receipt:4071882635"},
		"another number": {[]Report{appeal, plain, {Exchange: "sip", Began: began, Wish: WishObject, Keyed: "notice:31"}, plain}, "notice:31"},
		"no number":      {[]Report{appeal, {Exchange: "sip", Began: began, Wish: WishObject}, plain}, ""},
	} {
		for i, report := range c.reports {
			report.ID = what
			changed, err := r.gateway.Heard(t.Context(), report)
			must(t, err)
			if i == 3 && changed {
				t.Errorf("%s: a repetition is news", what)
			}
		}
		must(t, r.platform.Take(t.Context(), what, 7))
		if k, err := r.platform.KeyedIn(t.Context(), what, 7, "替他记下"); err != nil || k != c.want {
			t.Errorf("%s: %q, want %q: %v", what, k, c.want, err)
		}
	}
}
