package watch_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"regexp"
	"testing"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/seal"
	"lianou/core/watch"
)

// TestLeadsFollowAMove: what is open, what was settled, and why one was opened again are read
// where the household lives, and nowhere else; of two open ones of a kind one stays, with what
// both had found and why it was opened again. By no other way does a settled one change its place.
//
// Controls: 00510 alone (`moved: there due 1 "" ; lost 4 "" ;`, `moved: here settled "昨天他回来了"`,
// `back: here lost 4 "" ; due 2 ""`, `back: there due 1 ""`); lead_follow without the join
// (`due 2 "昨天他回来了"`); without `set fresh` (`due 3 "" ;`); lead_settles_once without the household ("the
// database took it").
func TestLeadsFollowAMove(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 300)
	life, err := registry.NewLife(h.reg, h.into)
	if err != nil {
		t.Fatal(err)
	}
	home := h.nth(t, 1)
	from := h.townOf(t, home)
	var here, there core.RegionCode
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select (select village from household where id = $1), (select village from household where region <> $2 order by id limit 1)`, int64(home), string(from)).Scan(&here, &there)
	})
	to := there[:9]
	lay := func(town core.RegionCode, kind string, items int, state string) (id int64) {
		t.Helper()
		h.city(t, func(ctx context.Context, tx *pg.Tx) error {
			const sql = `insert into lead (region, household, kind, items, cause, book, since, found, place, state, outcome, staff, settled)
				select $1, $2::bigint, $3, $4::bigint, 'facts', 'x', date '2026-01-01', $5::timestamptz, 0, s, case s when 'settled' then 'applied' end, case s when 'settled' then 3 end, case s when 'settled' then $5::timestamptz end
				from (select $6::text as s) t returning id`
			return tx.QueryRow(ctx, sql, string(town), int64(home), kind, items, tx.Now(), state).Scan(&id)
		})
		return id
	}
	again := lay(from, "due", 1, "settled")
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		return h.watch.Reopen(ctx, tx, again, audit.Actor{Kind: "staff", ID: "4"}, "昨天他回来了")
	})
	lay(from, "lost", 4, "open")
	move := func(village core.RegionCode) {
		t.Helper()
		h.city(t, func(ctx context.Context, tx *pg.Tx) error {
			_, err := life.MoveHome(ctx, tx, why, registry.Told{Day: tx.Today(), Source: "registry:civil"}, home, core.Place{Region: village}, "")
			return err
		})
	}
	move(there)
	if got, want := h.seen(t, to, home), `due 1 "昨天他回来了" applied; lost 4 "" ; settled "昨天他回来了"; `; got != want {
		t.Errorf("moved: there %s, want %s", got, want)
	}
	if got := h.seen(t, from, home); got != "" {
		t.Errorf("moved: here %s", got)
	}
	lay(from, "due", 2, "open") // as one left behind by a move of before
	move(here)
	if got, want := h.seen(t, from, home), `lost 4 "" ; due 3 "昨天他回来了" applied; settled "昨天他回来了"; `; got != want {
		t.Errorf("back: here %s, want %s", got, want)
	}
	if got := h.seen(t, to, home); got != "" {
		t.Errorf("back: there %s", got)
	}
	err = h.db.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update lead set region = $2 where household = $1 and state = 'settled'`, int64(home), string(to))
		return err
	})
	if err == nil {
		t.Error("the database took it")
	}
}

// seen says which leads of a household the people of one township read.
func (h *house) seen(t *testing.T, town core.RegionCode, home core.HouseholdID) (out string) {
	t.Helper()
	err := h.db.Read(t.Context(), pg.Regions(town), func(ctx context.Context, tx *pg.Tx) error {
		p := watch.LeadsPage{N: 9, Of: []core.HouseholdID{home}}
		open, err := h.watch.Leads(ctx, tx, []core.RegionCode{town}, p)
		if err != nil {
			return err
		}
		for _, l := range open {
			out += fmt.Sprintf("%s %d %q %s; ", l.Kind, l.Items, l.Again, l.Before)
		}
		settled, err := h.watch.SettledLeads(ctx, tx, []core.RegionCode{town}, p)
		for _, s := range settled {
			out += fmt.Sprintf("settled %q; ", s.Reopened)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestClosedLeadsAreLogged: what lies open of a household that has left the city, or in which
// everybody died, is closed, and the entry of the look says which; by a look at one household
// and by a scan.
// Control: noted that adds nothing (`one: closed "", want [1]`, `all: closed "", want [2]`).
func TestClosedLeadsAreLogged(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 300)
	h.scan(t)
	for name, look := range map[string]struct {
		home core.HouseholdID
		do   func(town core.RegionCode, home core.HouseholdID)
		act  string
	}{
		"one": {h.nth(t, 1), func(town core.RegionCode, home core.HouseholdID) {
			if err := h.watch.Touch(t.Context(), town, home); err != nil {
				t.Fatal(err)
			}
		}, "household.judged"},
		"all": {h.nth(t, 2), func(core.RegionCode, core.HouseholdID) { h.scan(t) }, "registry.scanned"},
	} {
		town := h.townOf(t, look.home)
		var id int64
		h.city(t, func(ctx context.Context, tx *pg.Tx) error {
			const lay = `insert into lead (region, household, kind, items, cause, book, since, found, place) values ($1, $2, 'due', 1, 'facts', 'x', '2026-01-01', $3, 0) returning id`
			if err := tx.QueryRow(ctx, lay, string(town), int64(look.home), tx.Now()).Scan(&id); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `delete from fact_row where household = $1`, int64(look.home))
			return err
		})
		look.do(town, look.home)
		if got := h.leads(t, look.home); len(got) != 1 || got[0] != "due facts gone 1" {
			t.Errorf("%s: leads %v", name, got)
		}
		if got, want := h.closed(t, town, look.act), fmt.Sprintf("[%d]", id); got != want {
			t.Errorf("%s: closed %q, want %s", name, got, want)
		}
	}
}

var closedLeads = regexp.MustCompile(`"closed":(\[[0-9,]*\])`)

// closed says which leads the latest entry of an act in a township closed, by its sealed
// detail; "" for none.
func (h *house) closed(t *testing.T, town core.RegionCode, act string) string {
	t.Helper()
	var commitment, detail []byte
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select commitment, detail from audit_entry where region = $1 and act = $2 order by id desc limit 1`, string(town), act).Scan(&commitment, &detail)
	})
	plain, err := h.ring.Open(detail, seal.At{Table: "audit_entry", Row: hex.EncodeToString(commitment), Column: "detail"})
	if err != nil {
		t.Fatal(err)
	}
	if m := closedLeads.FindSubmatch(plain); m != nil {
		return string(m[1])
	}
	return ""
}
