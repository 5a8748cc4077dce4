package ranking_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// TestKinStayKin of a household that moved to another township, and of one in which nobody
// lives any more: they neither settle what is open nor open again what was settled, nor what
// would have been left behind where the household has no members. Where nobody lives, nobody
// opens anything again.
// Controls: 00510 alone ("left behind, settle: 303, want 409"); kin by Living alone ("empty,
// settle: 303, want 403"); Reopen without the membership ("empty, another: 303, want 409").
func TestKinStayKin(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var open, settled int64
	var home core.HouseholdID
	exec := func(sql string, args ...any) {
		t.Helper()
		must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, sql, args...)
			return err
		}))
	}
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		const sql = `insert into lead (region, household, kind, items, cause, book, since, found, place, state, outcome, staff, settled)
			select region, household, k, 1, 'facts', repeat('b', 64), '2026-07-01', $2::timestamptz, place, s, case s when 'settled' then 'applied' end, case s when 'settled' then 1 end, case s when 'settled' then $2::timestamptz end
			from (select region, household, place from ranking where region = $1 order by place desc, household limit 1) r, (values ('due', 'settled'), ('lost', 'open')) as t (k, s)
			returning id, household, state`
		rows, err := tx.Query(ctx, sql, string(wangmiao), tx.Now())
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			var state string
			if err := rows.Scan(&id, &home, &state); err != nil {
				return err
			}
			if state == "open" {
				open = id
			} else {
				settled = id
			}
		}
		return rows.Err()
	}))
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		for _, login := range []string{county, second} {
			var me core.StaffID
			var person core.PersonID
			const sql = `select a.id, (select max(person) from membership where household = $1 and until is null) from staff_account a where a.login = $2`
			if err := tx.QueryRow(ctx, sql, int64(home), login).Scan(&me, &person); err != nil {
				return err
			}
			if err := h.Staff.DeclareRelative(ctx, tx, audit.Actor{Kind: "operator"}, me, person, "舅舅"); err != nil {
				return err
			}
		}
		return nil
	}))
	lead := "/desk/ranking/lead/"
	kept := func(when string) {
		t.Helper()
		if code, _ := h.ask(t, county, lead+itoa(int(open))+"/settle", came("served")); code != 403 {
			t.Errorf("%s, settle: %d, want 403", when, code)
		}
		if code, _ := h.ask(t, county, lead+itoa(int(settled))+"/reopen", url.Values{"reason": {"看错了人"}}); code != 403 {
			t.Errorf("%s, reopen: %d, want 403", when, code)
		}
		if _, body := h.ask(t, county, "/desk/ranking/leads/settled", nil); !strings.Contains(body, "要重新打开,请另一位同事") {
			t.Errorf("%s: the page offers it", when)
		}
	}
	var to core.RegionCode
	for _, town := range h.Regions.Children(wangmiao[:6]) {
		if town.Code != wangmiao {
			to = town.Code
		}
	}
	left := open
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		const sql = `insert into lead (region, household, kind, items, cause, book, since, found, place)
			select $2, household, kind, items, cause, book, since, found, place from lead where id = $1 returning id`
		return tx.QueryRow(ctx, sql, left, string(to)).Scan(&open)
	}))
	exec(`select registry_settle_household($1, $2)`, int64(home), string(to))
	if code, _ := h.ask(t, second, lead+itoa(int(left))+"/settle", came("served")); code != 409 {
		t.Errorf("left behind, settle: %d, want 409", code)
	}
	if _, body := h.ask(t, second, "/desk/ranking/leads/settled", nil); reopenPath.MatchString(body) {
		t.Error("left behind: the page offers it")
	}
	kept("moved")
	exec(`select registry_settle_household($1, $2)`, int64(home), string(wangmiao))
	exec(`update membership set until = current_date where household = $1`, int64(home))
	kept("empty")
	if code, _ := h.ask(t, officer, lead+itoa(int(settled))+"/reopen", url.Values{"reason": {"看错了人"}}); code != 409 {
		t.Errorf("empty, another: %d, want 409", code)
	}
}
