package casefile

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// A page of the queue, or the head of a case, reads no table from end to end, whatever is asked and whether or not
// PostgreSQL looks at what is asked: with whole reads forbidden, every table is reached by a
// condition on an index. So it costs the same however many cases there were.
//
// Controls: with deadline_case for one kind of deadline alone each list names "Bitmap Index Scan
// deadline_waits"; with the status joined by coalesce(f.speaks, f.application), which row-level
// security takes for a function that could tell of other townships, each names "Index Scan
// case_status"; with the case's state behind a flag in queueAll too, that names "Seq Scan
// casefile" in a plan made without looking; without f.region in the count of what is late,
// counts names "Bitmap Index Scan casefile_open"; spoken as coalesce: header names "Index Scan
// case_status", sender and contact "Index Scan case_application".
func TestAPageOfTheQueueReadsNoTableWhole(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	layOpen(t, env)
	db := env.DB(pgtest.Platform)
	const town core.RegionCode = "371421103"
	const args = `'{371421103}', '{}', '2024-03-01', '5', 'true', 'true', 'false', 'true', '周桂兰', '4071882635', 'true', 'false', '1', '1', '2024-03-01', '1', '51', 'true'`
	for name, ask := range map[string]struct{ sql, args string }{"all": {queueAll, args}, "mine": {queueMine, args}, "late or due": {queueWaits, args + `, '2024-01-01', '2024-02-29'`},
		"decide": {queueDecide, args}, "lost": {queueLost, args}, "name": {queueName, args}, "number": {queueNumber, args}, "counts": {queueCounts, `'{371421103}', '5', '2024-03-01'`},
		"townships": {queueTowns, `'{371421103}', '2024-03-01'`}, "heads": {headsOf, `'{371421103}', '2024-03-01', '7'`}, "header": {headerOf, `17`}, "sender": {senderOf, `17`}, "contact": {contactOf, `17`}} {
		for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
			var plan []byte
			err := db.Tx(context.Background(), pg.Regions(town), func(ctx context.Context, tx *pg.Tx) error {
				for _, step := range []string{`set local enable_seqscan = off`, `set local plan_cache_mode = ` + mode, `prepare asked as ` + ask.sql} {
					if _, err := tx.Exec(ctx, step, pgx.QueryExecModeSimpleProtocol); err != nil {
						return err
					}
				}
				if err := tx.QueryRow(ctx, `explain (format json) execute asked (`+ask.args+`)`, pgx.QueryExecModeSimpleProtocol).Scan(&plan); err != nil {
					return err
				}
				_, err := tx.Exec(ctx, `deallocate asked`, pgx.QueryExecModeSimpleProtocol)
				return err
			})
			if err != nil {
				t.Fatal(name, mode, err)
			}
			var top []struct{ Plan node }
			if err := json.Unmarshal(plan, &top); err != nil {
				t.Fatal(err)
			}
			if whole := top[0].Plan.whole(); len(whole) > 0 {
				t.Errorf("%s, %s: %s", name, mode, strings.Join(whole, ", "))
			}
		}
	}
}

// layOpen lays cases, past every rule: so many that an index is worth its reading.
func layOpen(t *testing.T, env *pgtest.Env) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), env.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	var lay pgx.Batch
	lay.Queue(`set session_replication_role = replica`)
	lay.Queue(`insert into casefile (region, application, receipt, channel, applicant, people, first_contact, opened, updated, officer, assistant)
		select (371421100 + g % 20)::text, gen_random_uuid(), lpad(g::text, 10, '1'), 'app', '张' || g, 1, now(), now(), now(), g % 90, 100 + g % 70 from generate_series(1, 4000) g`)
	lay.Queue(`insert into case_application (application, case_id, region, receipt, channel, at) select application, id, region, receipt, 'app', now() from casefile`)
	lay.Queue(`insert into case_status (application, case_id, region, receipt, status, updated) select application, id, region, receipt, 'received', now() from casefile`)
	lay.Queue(`insert into claim (case_id, region, item, name, everyday, department, decides, notice_days, cash, created, updated)
		select id, region, 'MZ-01', 'n', 'e', 'd', 'township', 7, false, now(), now() from casefile`)
	lay.Queue(`insert into deadline (case_id, region, kind, due, first_due, next) select id, region, 'decide', current_date, current_date, current_date from casefile`)
	lay.Queue(`insert into public_notice (claim_id, case_id, region, item_name, from_day, until_day, place, name, people, sample, proposer)
		select id, case_id, region, 'n', current_date - 7, current_date, 'p', '张*', 1, true, 1 from claim`)
	lay.Queue(`insert into unsolved (claim_id, case_id, region, nth, unit, decision, says, door, at, due, law)
		select id, case_id, region, 1, 'township', 1, 'x', 'desk', now(), current_date, 'x' from claim where id % 4 = 0`)
	lay.Queue(`insert into case_hop (case_id, region, staff, at, expired, moved_to, told) select id, region, officer, now(), now(), 7, 8 from casefile where id % 9 = 0`)
	lay.Queue(`insert into case_wait (case_id, region, part, why, owner, since) select id, region, 'officer', 'full', 8, now() from casefile where id % 9 = 1`)
	lay.Queue(`analyze`)
	if err := conn.SendBatch(t.Context(), &lay).Close(); err != nil {
		t.Fatal(err)
	}
}

type node struct {
	Type  string `json:"Node Type"`
	Table string `json:"Relation Name"`
	Index string `json:"Index Name"`
	Cond  string `json:"Index Cond"`
	Plans []node
}

// whole names what is read from end to end.
func (n node) whole() (list []string) {
	if n.Type == "Seq Scan" || n.Index != "" && n.Cond == "" {
		list = append(list, fmt.Sprint(n.Type, " ", n.Table, n.Index))
	}
	for _, p := range n.Plans {
		list = append(list, p.whole()...)
	}
	return list
}
