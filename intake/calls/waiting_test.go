package calls

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

func (r *room) rang(t *testing.T, id string, caller core.Phone, at time.Time) {
	t.Helper()
	_, err := r.gateway.Heard(t.Context(), Report{ID: id, Exchange: "test", Caller: caller, Began: at, Ended: at.Add(time.Second)})
	must(t, err)
}

// more copies the call of one number n times, a second apart; each of its own number where
// apart.
func (r *room) more(t *testing.T, id string, n int, apart bool) {
	t.Helper()
	must(t, r.env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `insert into call (id, exchange, caller_blind, began, ended, noted, recording_state)
			select id || '-' || n, exchange, case when $3 then sha256(n::text::bytea) else caller_blind end, began + make_interval(secs => n), ended + make_interval(secs => n), noted, recording_state
			from call, generate_series(1, $2) n where id = $1`, id, n, apart)
		return err
	}))
}

func (r *room) list(t *testing.T, page int) []Call {
	t.Helper()
	list, err := r.platform.Waiting(t.Context(), page)
	must(t, err)
	return list
}

// Two hundred calls of one number are one line that says how many, in the place of the
// oldest; who hung up last is the next line. Rung in vain the line is there once, at its
// time, and whoever calls again meanwhile stands at once beside it; reached, it is gone
// whole, and nobody else's with it. Calls without a number are a line as well.
//
// Controls: lines by id alone ("200 lines": a page); settleSame that does nothing ("still 199");
// that looks at no number ("rung in vain, still 1": the other is gone).
func TestOneNumberIsOneLine(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	junk, err := core.ParsePhone("13800000001")
	must(t, err)
	other, err := core.ParsePhone("13800000002")
	must(t, err)
	r.rang(t, "junk", junk, began)
	r.more(t, "junk", 199, false)
	r.rang(t, "other", other, began.Add(time.Hour))
	list := r.list(t, 0)
	if len(list) != 2 || list[0].ID != "junk" || list[0].Same != 200 || list[0].Caller != junk || list[1].ID != "other" || list[1].Same != 1 {
		t.Fatalf("%d lines: %+v", len(list), list[:min(len(list), 2)])
	}
	must(t, r.platform.Take(t.Context(), "junk", 7))
	_, err = r.platform.Missed(t.Context(), "junk", 7, Whereabouts{})
	must(t, err)
	if list = r.list(t, 0); len(list) != 2 || list[0].ID != "other" && list[1].ID != "other" || list[0].Same != 1 || list[1].Same != 1 {
		t.Fatalf("rung in vain, still %d: %+v", list[0].Same, list)
	}
	r.rang(t, "again", junk, began.Add(2*time.Hour))
	if list = r.list(t, 0); len(list) != 3 {
		t.Fatalf("called again: %d lines", len(list))
	}
	must(t, r.platform.Take(t.Context(), "again", 8))
	must(t, r.platform.Done(t.Context(), "again", 8, OutcomeCalled))
	if list = r.list(t, 0); len(list) != 1 || list[0].ID != "other" {
		t.Fatalf("reached: %+v", list)
	}
	r.rang(t, "hidden", core.Phone{}, began)
	r.more(t, "hidden", 3, false)
	if list = r.list(t, 0); len(list) != 2 || list[0].Same != 4 {
		t.Fatalf("without a number: %+v", list)
	}
	must(t, r.platform.Done(t.Context(), "hidden", 8, OutcomeAnswered))
	if list = r.list(t, 0); len(list) != 1 || list[0].ID != "other" {
		t.Errorf("somebody else's was ended: %+v", list)
	}
}

// Who rings again while an agent rings them back is rung for that too, whether the agent
// reached somebody or not; and each call that was settled beside another has its entry.
//
// Controls: settleSame without c.began (both lack it); the call given back before it settles
// ("in vain": no entry of the two).
func TestWhoRingsAgainIsRungAgain(t *testing.T) {
	t.Parallel()
	for name, reached := range map[string]bool{"reached": true, "in vain": false} {
		r := newRoom(t)
		caller, err := core.ParsePhone("13800000001")
		must(t, err)
		r.rang(t, "first", caller, began)
		r.more(t, "first", 2, false)
		must(t, r.platform.Take(t.Context(), "first", 7))
		r.rang(t, "after", caller, time.Now())
		if reached {
			must(t, r.platform.Done(t.Context(), "first", 7, OutcomeCalled))
		} else {
			_, err = r.platform.Missed(t.Context(), "first", 7, Whereabouts{})
			must(t, err)
		}
		list := r.list(t, 0)
		if !slices.ContainsFunc(list, func(c Call) bool { return c.ID == "after" && c.Same == 1 }) {
			t.Errorf("%s: %d lines: %+v", name, len(list), list)
		}
		var settled int
		must(t, r.env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			return tx.QueryRow(ctx, `select count(*) from audit_entry e join call c on e.subject = 'call:' || c.id
				where e.act = 'call.settled' and c.outcome = 'same_number' and c.id <> 'after'`).Scan(&settled)
		}))
		if settled != 2 {
			t.Errorf("%s: %d entries of two calls", name, settled)
		}
	}
}

// However many wait, each is on some page, once, and a call that is running on the first.
//
// Control: Waiting without its offset ("200 of 451").
func TestEverybodyIsOnAPage(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	other, err := core.ParsePhone("13800000002")
	must(t, err)
	r.rang(t, "other", other, began)
	r.more(t, "other", 449, true)
	_, err = r.gateway.Heard(t.Context(), Report{ID: "running", Exchange: "test", Caller: other, Began: began.Add(time.Hour)})
	must(t, err)
	seen := map[string]bool{}
	for page := range 4 {
		for i, c := range r.list(t, page) {
			if seen[c.ID] || (c.ID == "running") != (page == 0 && i == 0) {
				t.Errorf("%s on page %d at %d", c.ID, page, i)
			}
			seen[c.ID] = true
		}
	}
	if len(seen) != 451 {
		t.Errorf("%s of 451", strconv.Itoa(len(seen)))
	}
}

// Who rings again after the talk is somebody to be rung, and what may hold words is heard:
// neither goes with the line of the number that was reached.
//
// Controls: settleSame without the time ("after the talk" is gone); without the recording
// ("with words" is gone).
func TestWhoRingsAfterTheTalkStays(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	caller, err := core.ParsePhone("13800000003")
	must(t, err)
	_, err = r.gateway.Heard(t.Context(), Report{ID: "talked", Exchange: "test", Caller: caller, Began: began, Answered: began.Add(time.Second), Ended: began.Add(time.Minute)})
	must(t, err)
	r.rang(t, "before", caller, began.Add(-time.Minute))
	r.rang(t, "after the talk", caller, began.Add(2*time.Minute))
	r.rang(t, "with words", caller, began.Add(-2*time.Minute))
	must(t, r.env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update call set recording_state = 'pending' where id = 'with words'`)
		return err
	}))
	must(t, r.platform.Done(t.Context(), "talked", 7, OutcomeAnswered))
	left := map[string]bool{}
	for _, c := range r.list(t, 0) {
		left[c.ID] = true
	}
	if len(left) != 2 || !left["after the talk"] || !left["with words"] {
		t.Errorf("left: %v", left)
	}
}
