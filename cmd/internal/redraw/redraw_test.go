package redraw_test

import (
	"strings"
	"testing"

	"lianou/cmd/internal/redraw"
	"lianou/core/pg/pgtest"
	"lianou/core/recheck/rechecktest"
)

// again draws a round again.
func again(w *rechecktest.World, id int64) redraw.Report {
	rep, err := redraw.Check(w.Context(), w.Env.DB(pgtest.Audit), w.Keys.Platform.Audit.Verifier, id)
	w.Must(err)
	return rep
}

// Whoever changes one id, the order, the seed, the head, the share, the register or what was drawn,
// past every trigger, is told of by drawing again.
//
// Control: no comparison with the lot (`delete from recheck_visit where case_id = 13: "", want "the lot says"`).
func TestDrawingAgainTellsOfEveryChange(t *testing.T) {
	t.Parallel()
	w := rechecktest.New(t)
	w.Decided(40, 13)
	id := w.Drawn()
	if rep := again(w, id); len(rep.Faults) > 0 {
		t.Fatalf("untouched: %v", rep.Faults)
	}
	for _, c := range []struct{ do, undo, want string }{
		{`update recheck_entry set case_id = 4000 where n = 5`, `update recheck_entry set case_id = 5 where n = 5`, "has the digest"},
		{`delete from recheck_entry where n = 40`, `insert into recheck_entry (round, n, case_id, region) values (1, 40, 40, '371426104')`, "has the digest"},
		{`update recheck_entry set n = n + 100 where n in (3, 4); update recheck_entry set n = case n when 103 then 4 else 3 end where n > 100`, `update recheck_entry set n = n + 100 where n in (3, 4); update recheck_entry set n = case n when 103 then 4 else 3 end where n > 100`, "has the digest"},
		{`update recheck_round set seed = sha256('x')`, `update recheck_round set seed = s.seed from kept s`, "the seed is not the one"},
		{`update recheck_round set seed = sha256('x'), seed_hash = sha256(sha256('x'))`, `update recheck_round set seed = s.seed, seed_hash = s.seed_hash from kept s`, "the log commits to"},
		{`update recheck_round set head_root = sha256('x')`, `update recheck_round set head_root = s.head_root from kept s`, "is not signed"},
		{`update recheck_round set percent = 31`, `update recheck_round set percent = 30`, "the log commits to"},
		{`update recheck_kin set case_id = 25 where case_id = 26`, `update recheck_kin set case_id = 26 where case_id = 25`, "register of relatives"},
		{`delete from recheck_kin where case_id = 26`, `insert into recheck_kin values (1, 26, '371426104')`, "register of relatives"},
		{`create table gone as select * from recheck_visit where case_id = 13; delete from recheck_visit where case_id = 13`, `insert into recheck_visit select * from gone`, "the lot says"},
		{`insert into recheck_visit (round, case_id, region) select 1, case_id, region from recheck_entry e where not exists (select from recheck_visit v where v.case_id = e.case_id) limit 1`, "", "the lot says"},
	} {
		w.Super(`drop table if exists kept`, `create table kept as select * from recheck_round`, c.do)
		if got := strings.Join(again(w, id).Faults, "; "); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.do, got, c.want)
		}
		if c.undo == "" {
			continue
		}
		w.Super(c.undo)
		if rep := again(w, id); len(rep.Faults) > 0 {
			t.Fatalf("%s is not undone: %v", c.do, rep.Faults)
		}
	}
}
