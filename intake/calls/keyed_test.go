package calls

import (
	"context"
	"errors"
	"testing"

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
		if k, err := r.platform.KeyedIn(t.Context(), id, 7); !errors.Is(err, ErrTaken) || k != "" {
			t.Errorf("%s: who holds no call reads %q: %v", id, k, err)
		}
		must(t, r.platform.Take(t.Context(), id, 7))
		if k, err := r.platform.KeyedIn(t.Context(), id, 8); !errors.Is(err, ErrTaken) || k != "" {
			t.Errorf("%s: another agent reads %q: %v", id, k, err)
		}
		if k, err := r.platform.KeyedIn(t.Context(), id, 7); err != nil || k != want {
			t.Errorf("%s: %q, want %q: %v", id, k, want, err)
		}
		must(t, r.platform.Done(t.Context(), id, 7, OutcomeAnswered, r.platform.Unwritten(id, 7, WhyWrongKey, "按错了")))
		if k, err := r.platform.KeyedIn(t.Context(), id, 7); !errors.Is(err, ErrTaken) || k != "" {
			t.Errorf("%s: after the end %q: %v", id, k, err)
		}
	}
	if _, err := r.platform.KeyedIn(t.Context(), "nobody's", 7); core.KindOf(err) != core.KindNotFound {
		t.Errorf("no call: %v", err)
	}
	if n := sql(`select count(*) from call where about <> ''`); n != 0 {
		t.Errorf("%d calls that are over show it", n)
	}
	if n := sql(`select count(*) from audit_entry where act = 'call.keyed' and actor_id = '7' and purpose <> ''`); n != 3 {
		t.Errorf("%d entries of three openings", n)
	}
}
