package redraw_test

import (
	"strings"
	"testing"

	"lianou/cmd/internal/redraw"
	"lianou/core/pg/pgtest"
	"lianou/core/sampled/sampledtest"
)

// Whoever changes one payment of a list, its order, a weight, the seed, the head, the share or what was
// drawn, past every trigger, is told of by drawing again.
//
// Control: no comparison with the lot ("update sampled_call … , want "the lot says"").
func TestDrawingSampledCallsAgainTellsOfEveryChange(t *testing.T) {
	t.Parallel()
	w := sampledtest.New(t)
	w.Super(`insert into sampled_share values ('371426', 30, 2, '样本', now())`)
	id := w.Drawn(20)
	again := func() redraw.Report {
		rep, err := redraw.CheckPaid(w.Context(), w.Env.DB(pgtest.Audit), w.Keys.Platform.Audit.Verifier, id)
		w.Must(err)
		return rep
	}
	if rep := again(); len(rep.Faults) > 0 || rep.Cases != 20 || rep.Drawn != 6 {
		t.Fatalf("untouched: %+v", rep)
	}
	for _, c := range []struct{ do, undo, want string }{
		{`update sampled_line set weight = weight + 1 where n = 5`, `update sampled_line set weight = weight - 1 where n = 5`, "has the digest"},
		{`update sampled_line set line = 4000 where n = 5`, `update sampled_line set line = 5 where n = 5`, "has the digest"},
		{`create table gone as select * from sampled_line where n = 20; delete from sampled_line where n = 20`, `insert into sampled_line select * from gone; drop table gone`, "has the digest"},
		{`update sampled_line set n = n + 100 where n in (3, 4); update sampled_line set n = case n when 103 then 4 else 3 end where n > 100`, `update sampled_line set n = n + 100 where n in (3, 4); update sampled_line set n = case n when 103 then 4 else 3 end where n > 100`, "has the digest"},
		{`update sampled_round set seed = sha256('x') where state = 'drawn'`, `update sampled_round r set seed = s.seed from kept s where s.id = r.id`, "the seed is not the one"},
		{`update sampled_round set seed = sha256('x'), seed_hash = sha256(sha256('x')) where lines > 0`, `update sampled_round r set seed = s.seed, seed_hash = s.seed_hash from kept s where s.id = r.id`, "the log commits to"},
		{`update sampled_round set head_root = sha256('x') where state = 'drawn'`, `update sampled_round r set head_root = s.head_root from kept s where s.id = r.id`, "is not signed"},
		{`update sampled_round set percent = 31`, `update sampled_round r set percent = s.percent from kept s where s.id = r.id`, "the log commits to"},
		{`update sampled_round set more = 3`, `update sampled_round r set more = s.more from kept s where s.id = r.id`, "the log commits to"},
		{`create table gone as select * from sampled_call order by id limit 1; delete from sampled_call where id = (select id from gone)`, `insert into sampled_call overriding system value select * from gone; drop table gone`, "the lot says"},
		{`update sampled_call set line = (select line from sampled_line s where not exists (select from sampled_call c where c.line = s.line) limit 1) where id = (select min(id) from sampled_call)`, "", "the lot says"},
	} {
		w.Super(`drop table if exists kept`, `create table kept as select * from sampled_round`, c.do)
		if got := strings.Join(again().Faults, "; "); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.do, got, c.want)
		}
		if c.undo == "" {
			continue
		}
		w.Super(c.undo)
		if rep := again(); len(rep.Faults) > 0 {
			t.Fatalf("%s is not undone: %v", c.do, rep.Faults)
		}
	}
}
