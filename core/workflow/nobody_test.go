package workflow_test

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
	"lianou/core/notify"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/quota"
	"lianou/core/registry"
	"lianou/core/registry/twins"
	"lianou/core/sampled"
	"lianou/core/watch"
	"lianou/core/workflow"
)

// adverse is all that was taken from a household, or ended, of a whole city.
const adverse = `select coalesce(string_agg(what, E'\n' order by what), '') from (
	select concat_ws(' ', 'decision', id, outcome, amount) as what from decision
	union all select concat_ws(' ', 'change', id, kind, state, amount) from benefit_change where state <> 'proposed'
	union all select concat_ws(' ', 'item', id, state, amount) from claim where state in ('refused', 'referred', 'withdrawn', 'told', 'closed')
	union all select concat_ws(' ', 'case', id, state) from casefile where state in ('returned', 'settled', 'withdrawn')
	union all select concat_ws(' ', 'application', application, state) from case_application where state not in ('received', 'identity_pending', 'identified', 'assessed', 'routed')
	union all select concat_ws(' ', 'stop', claim, from_period) from payout_stop
	union all select concat_ws(' ', 'other sum', claim, from_period, amount) from payout_change
	union all select concat_ws(' ', 'month', id, state) from payout_entitlement where state = 'cancelled'
	union all select concat_ws(' ', 'objection', id, outcome) from objection where outcome is not null
	union all select concat_ws(' ', 'appeal', id, state, outcome) from appeal where state <> 'open'
	union all select concat_ws(' ', 'not solved', id, state) from unsolved where state <> 'open'
	union all select concat_ws(' ', 'conference', id, outcome) from conference where outcome is not null and outcome <> ''
	union all select concat_ws(' ', 'doubt', id, verdict) from case_doubt where verdict is not null and verdict <> '') all_of_it`

// forsaken are the promises that hold of a city that nobody looked after: each gives what breaks it.
var forsaken = map[string]string{
	"an adverse outcome has its decision, its people by their accounts, reasons, evidence, the way to appeal, a letter and a notice": `
		select k.id::text from claim k where (k.state in ('refused', 'referred') or k.state in ('told', 'closed') and k.proposal <> 'approve') and not exists (
			select from decision d join staff_account p on p.id = d.proposer join staff_account a on a.id = d.approver and a.id <> p.id join letter l on l.decision = d.id
			where d.claim_id = k.id and d.outcome <> 'approved' and jsonb_array_length(d.reasons) > 0 and d.evidence ->> 'facts' <> '' and length(d.appeal) >= 10
				and exists (select from notice n where n.claim = k.id and n.case_id = k.case_id and n.created >= d.at))`,
	"what is late has told every rung up to the city": `
		select d.id || ' ' || d.kind || ' of case ' || d.case_id || ' at ' || d.level from deadline d where d.met is null and d.due < (lianou_now() at time zone 'Asia/Shanghai')::date - 30
			and (d.level < 4 or not exists (select from climb b where b.deadline = d.id and b.rung = 4))`,
	"an open case that has a township lies with somebody by name": `
		select f.id || ' ' || f.state from casefile f where f.state not in ('returned', 'settled', 'withdrawn') and f.routed is not null
			and not exists (select from staff_account s where s.id = f.officer and s.active)
			and not exists (select from case_wait w join staff_account o on o.id = w.owner and o.active where w.case_id = f.id and w.ended is null)`,
	"an open case has a clock, or what was decided of it": `
		select f.id || ' ' || f.state from casefile f where f.state not in ('settled', 'withdrawn') and not exists (select from deadline d where d.case_id = f.id and d.met is null)
			and not exists (select from decision d where d.case_id = f.id)`,
	"monthly money that nobody stopped goes on every month": `
		select k.id::text from claim k join (select claim, min(period) as first, count(*) as n from payout_entitlement where monthly and state <> 'cancelled' group by claim) e on e.claim = k.id
		where not exists (select from payout_stop s where s.claim = k.id) and e.n < (
			select count(*) from generate_series(to_date(e.first, 'YYYYMM')::timestamp, lianou_now() at time zone 'Asia/Shanghai', interval '1 month'))`,
	"a run that nobody approves or sends is before the payers, the county and the city": `
		select b.id || ' ' || b.state from payout_batch b where b.state = 'draft' and (select count(distinct c.rung) from payout_climb c where c.batch = b.id) < 3`,
	"no job was given up": `select id || ' ' || kind || ' ' || state || ': ' || coalesce(errors[1] ->> 'error', '') from jobs_platform.river_job where state in ('discarded', 'cancelled') and kind <> 'poll_bank'`,
}

// P19, F57: a city with a case at every place where one can stand still is left alone for two years
// of its clock, with every job and every sweep at work. Nobody is refused, nothing is stopped, less,
// or closed; what two people decided before is all that there is, and is whole; everything that is
// late lies before people, up to the city; money that ran goes on.
//
// Controls: a rule in climb that closes a case once the city was told, with 00662 away ("somebody was
// refused by nobody: case 43 withdrawn", and the sweep that fails: "no job was given up: …
// casework_sweep discarded"). Named, not seen red: the same with 00662 there.
func TestACityLeftAloneRefusesNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.peopled()
	places := everywhere()
	for i, p := range places {
		p.bring(w, i+1)
	}
	for i := range 12 { // a queue as well
		w.opening(w.lone(100 + i))
	}
	w.must(w.db.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := w.payout.CreateBatch(ctx, tx, w.id("payer"), payout.Choice{})
		return err
	}))
	client := w.platform()
	w.still()
	before := w.told(adverse)
	if strings.Count(before, "\n") < 15 {
		t.Fatalf("few were decided of: %s", before)
	}
	for _, days := range slices.Concat([]int{3, 4, 7, 14}, slices.Repeat([]int{61}, 11), slices.Repeat([]int{6}, 5)) {
		w.pass(client, days)
	}
	if after := w.told(adverse); after != before {
		t.Errorf("somebody was refused by nobody:\n%s", fresh(before, after))
	}
	for promise, sql := range forsaken {
		for _, broken := range w.all(sql) {
			t.Errorf("%s: %s", promise, broken)
		}
	}
	w.everyKindWorked()
	t.Logf("%d cases at %d places, %d rungs told", w.count(`select count(*) from casefile`), len(places), w.count(`select count(*) from climb`))
}

// pass lets days go by and every sweep look.
func (w *world) pass(client *jobs.Client, days int) {
	w.t.Helper()
	w.env.Advance(time.Duration(days) * day)
	w.must(client.SweepNow(w.t.Context()))
	w.still()
}

// still waits until no job waits or runs; what waits for a later hour is not waited for.
func (w *world) still() {
	w.t.Helper()
	conn, err := pgx.Connect(w.t.Context(), w.env.Superuser())
	w.must(err)
	defer conn.Close(context.WithoutCancel(w.t.Context()))
	jobstest.Within(w.t, 5*time.Minute, "the queue to be worked off", func(ctx context.Context) bool {
		var waits, failed int
		err := conn.QueryRow(ctx, `select count(*) filter (where state in ('available', 'running', 'pending') or state = 'scheduled' and scheduled_at < now() + interval '5 seconds'),
			count(*) filter (where state = 'retryable' and attempt > 2) from jobs_platform.river_job`).Scan(&waits, &failed)
		if failed > 0 {
			w.t.Fatalf("a job fails again and again: %v", w.all(`select kind || ': ' || errors::text from jobs_platform.river_job where state = 'retryable'`))
		}
		return err == nil && waits == 0
	})
}

func (w *world) told(sql string) string { return strings.Join(w.all(sql), "\n") }

// all is one column of text, read past every policy.
func (w *world) all(sql string) []string {
	w.t.Helper()
	conn, err := pgx.Connect(w.t.Context(), w.env.Superuser())
	w.must(err)
	defer conn.Close(context.WithoutCancel(w.t.Context()))
	rows, err := conn.Query(w.t.Context(), sql)
	w.must(err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	w.must(err)
	return list
}

// fresh is what a later list has that an earlier one had not.
func fresh(before, after string) string {
	old := strings.Split(before, "\n")
	return strings.Join(slices.DeleteFunc(strings.Split(after, "\n"), func(line string) bool { return slices.Contains(old, line) }), "\n")
}

// platform starts the jobs of the back office that can touch a household: everything that the
// program registers but what everyKindWorked says of the rest.
func (w *world) platform() *jobs.Client {
	w.t.Helper()
	list := jobs.NewWorkers()
	people := w.registry
	life, err := registry.NewLife(people, w.jobs)
	w.must(err)
	pairs, err := twins.New(twins.Deps{DB: w.db, Registry: people, Audit: w.log, Jobs: w.jobs, Ring: w.keys.Platform.Ring})
	w.must(err)
	asks, err := sampled.New(sampled.Deps{DB: w.db, Cases: w.cases, Staff: w.staff, Audit: w.log, Ring: w.keys.Platform.Ring, Regions: people.Regions(),
		Calendar: func() sampled.Calendar { return w.books.Calendar() }})
	w.must(err)
	outbox, err := notify.NewOutbox(w.keys.Platform.Gateway)
	w.must(err)
	places, err := quota.New(quota.Deps{DB: w.db, Registry: people, Cases: w.cases, Books: w.books, Audit: w.log, Outbox: outbox, Ring: w.keys.Platform.Ring})
	w.must(err)
	warns, err := watch.New(watch.Deps{DB: w.db, Registry: people, Books: w.books, Audit: w.log, Ring: w.keys.Platform.Ring})
	w.must(err)
	warns.Register(list)
	payer, err := core.ParseBankAccount("622848000001")
	w.must(err)
	lates, err := payout.New(payout.Config{Payer: payer}, payout.Deps{DB: w.db, Ring: w.keys.Platform.Ring, Audit: w.log, Log: slog.New(slog.DiscardHandler),
		Calendar: func() payout.Calendar { return w.books.Calendar() }})
	w.must(err)
	const hourly = time.Hour // SweepNow does the rest
	sweeps := []jobs.Periodic{w.flow.Register(list, hourly), w.flow.RegisterReviews(list, hourly), w.payout.Register(list, hourly), w.payout.RegisterMonths(list, hourly),
		w.payout.RegisterEmergency(list, hourly), lates.RegisterLate(list, hourly), asks.Register(list, hourly), people.Register(w.db, list), life.Register(w.db, list),
		pairs.Register(list, hourly), places.Register(list)}
	client, err := jobs.New(jobs.Config{DB: w.db, Schema: jobs.Platform, Workers: list, Periodic: sweeps,
		Apart: map[string]int{workflow.IdentityQueue: 2, watch.Queue: 1}, Log: slog.New(slog.DiscardHandler)})
	w.must(err)
	w.must(client.Start(w.t.Context()))
	w.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := client.Stop(ctx); err != nil {
			w.t.Errorf("stop: %v", err)
		}
	})
	return client
}

// elsewhere is every kind of job that does not come up in a city left alone, and why.
func elsewhere() map[string]string {
	const asked, edge, before, bank = "somebody asks for it", "of the gateway: it has no case, no money and no decision", "lies before an application: a draft, a sound, a look at somebody's own record",
		"the answer of a bank, of which there is none here: core/payout and TestPayoutRunKilled"
	return map[string]string{
		"notify": edge, "talk_waiting": edge, "talk_turn": edge, "talk_unfiled": edge, "talk_finish": edge, "helper_tell": edge, "fetch_recording": edge, "sweep_calls": edge,
		"reconcile_calls": edge, "check_sound": edge, "transcribe_call": before, "hear_talk": before, "hear_answer": before, "record_look": before, "sweep_drafts": before,
		"sweep_records": before, "sweep_begun": before, "simulate_town": "reads what a draft of rules would do", "scan_town": "reads, and raises a lead that a person looks at", "sense_asked": asked,
		"household_touched": "as scan_town", "poll_bank": bank, "send_batch": bank, "close_batch": bank, "payout_settled": bank, "payout_returned": bank, "tell_paid": bank, "told": "the gateway says that a notice came through: walked by hand", "untold": "the same", "papers_sent": asked, "objection_sent": asked,
		"person_became": "two people found two rows to be one: TestTwoRowsOfOnePerson and became_test.go", "pair_settle": "the same", "family_changed": "the same: family_test.go",
		"look_beyond": "another township's case of the same person: beyond_test.go", "hand_on": "what is released: hands_line_test.go",
	}
}

// kindOf finds the stable name of every kind of job in the source.
var kindOf = regexp.MustCompile(`Kind\(\) string\s*\{\s*return "([a-z_]+)"`)

// everyKindWorked holds that each kind of job there is was worked here, or is named as another's.
func (w *world) everyKindWorked() {
	w.t.Helper()
	worked := w.all(`select distinct kind from jobs_platform.river_job where state = 'completed'`)
	not, kinds := elsewhere(), 0
	for _, root := range []string{"../../core", "../../intake", "../../channels", "../../cmd"} {
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			source, err := os.ReadFile(path)
			for _, m := range kindOf.FindAllSubmatch(source, -1) {
				kinds++
				if kind := string(m[1]); not[kind] == "" && !slices.Contains(worked, kind) {
					w.t.Errorf("the job %s (%s) was not worked, and nothing says why", kind, path)
				}
			}
			return err
		})
		w.must(err)
	}
	if kinds < 40 {
		w.t.Errorf("only %d kinds of jobs found", kinds)
	}
}
