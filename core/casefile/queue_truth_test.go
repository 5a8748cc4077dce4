package casefile_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
)

// The line over a queue and every list below it are what one counts by hand, at any moment
// between people who write at the same time and take back half of what they wrote, and on the
// next day, on which nobody wrote anything. Of another township nothing is counted or listed.
//
// Controls: with d.due <= $3 for what is late "counts {… Late:22 …} want {… Late:16 …}"; with closed cases
// in it "Late:18 … want … Late:12"; without d.met is null in queueWaits "{late} lists 21, by hand 15"; without
// the assistant in queueMine "{mine} lists 15, by hand 24"; with index_high before index_low in
// queueOrder "{mine} lists 22, by hand 21"; with a township asked for twice listed twice "{all}
// lists 79, by hand 61"; with one line less of each township
// "{town} lists 9, by hand 18".
func TestTheQueueIsWhatOneCountsByHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	towns := []core.RegionCode{"371421103", "371421104", "371421000"}
	hand := newHand(t, w, seed)
	hand.write(400)
	check := func() {
		t.Helper()
		err := w.db.Read(context.Background(), pg.Regions(towns...), func(ctx context.Context, tx *pg.Tx) error {
			return compareQueue(ctx, t, w.store, tx, towns)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	check()
	var writers sync.WaitGroup
	stop := make(chan struct{})
	for i := range 3 {
		other := newHand(t, w, seed+uint64(i)+1)
		writers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					other.write(20)
				}
			}
		})
	}
	for range 4 {
		check()
	}
	close(stop)
	writers.Wait()
	check()
	w.env.Advance(24 * time.Hour)
	check()
}

// hand writes into the tables past every rule.
type hand struct {
	t    *testing.T
	conn *pgx.Conn
	r    *rand.Rand
}

func newHand(t *testing.T, w *world, seed uint64) *hand {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), w.env.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	if _, err := conn.Exec(context.Background(), `set session_replication_role = replica`); err != nil {
		t.Fatal(err)
	}
	return &hand{t, conn, rand.New(rand.NewPCG(seed, 1))}
}

// write does n things at random in one transaction, and takes every second one back.
func (h *hand) write(n int) {
	ctx := context.Background()
	tx, err := h.conn.Begin(ctx)
	if err != nil {
		h.t.Error(err)
		return
	}
	defer func() { _ = tx.Rollback(ctx) }()
	towns := []string{"371421103", "371421104", "371421000", "371421105"} // the last is foreign
	states := []string{"open", "supplement_asked", "returned", "visiting", "settled", "withdrawn"}
	pick := func(list []string) string { return list[h.r.IntN(len(list))] }
	const one = `(select id from casefile order by md5(id::text || $1::text) limit 1)`
	for range n {
		salt := fmt.Sprint(h.r.Int64())
		var err error
		switch h.r.IntN(7) {
		case 0, 1:
			_, err = tx.Exec(ctx, `with f as (insert into casefile (region, application, receipt, channel, state, urgent, applicant, people, officer, assistant, index_tenths, index_low, index_high, first_contact, opened, settled, accepted, updated)
					values ($1, gen_random_uuid(), lpad($2::text, 10, '0'), 'app', $3, $4, $5, 1, $6, $7, $8::int + 5, $8, $8::int + 5, now() - make_interval(mins => $9), now(), now(), now(), now()) returning id, application, region, receipt),
				a as (insert into case_application (application, case_id, region, receipt, channel, at) select application, id, region, receipt, 'app', now() from f),
				s as (insert into case_status (application, case_id, region, receipt, status, updated) select application, id, region, receipt, 'received', now() from f)
				insert into claim (case_id, region, item, name, everyday, department, decides, notice_days, cash, state, proposer, proposal, reasons, created, updated)
					select id, region, 'MZ-01', 'n', 'e', 'd', 'township', 7, false, $10, 1, 'refuse', '["r"]', now(), now() from f`,
				pick(towns), fmt.Sprint(h.r.IntN(1e9)), pick(states), h.r.IntN(5) == 0, pick([]string{"甲", "乙", "丙"}), nilOr(h.r, 3), nilOr(h.r, 3), nilOr(h.r, 6), h.r.IntN(9), pick([]string{"agreed", "reviewed", "noticed", "told"}))
		case 2, 3:
			_, err = tx.Exec(ctx, `insert into deadline (case_id, region, claim_id, kind, due, first_due, next, met) select id, region, $1::text::bigint, 'decide', d, d, d, $3 from casefile,
				(select current_date + $2::int as d) x where id = `+one, salt, h.r.IntN(5)-2, nilTime(h.r))
		case 4:
			_, err = tx.Exec(ctx, `update casefile set state = $2, urgent = $3, officer = $4 where id = `+one, salt, pick(states), h.r.IntN(4) == 0, nilOr(h.r, 3))
		case 5:
			_, err = tx.Exec(ctx, `update claim set state = $2 where case_id = `+one, salt, pick([]string{"agreed", "reviewed", "noticed", "told"}))
		case 6:
			_, err = tx.Exec(ctx, `update deadline set met = $2 where case_id = `+one, salt, nilTime(h.r))
		}
		if pg.SQLState(err) == "40P01" { // two hands wanted each other's rows: this one is taken back
			return
		}
		if err != nil {
			h.t.Error(err)
			return
		}
	}
	if n > 100 || h.r.IntN(2) == 0 {
		if err := tx.Commit(ctx); err != nil {
			h.t.Error(err)
		}
	}
}

func nilOr(r *rand.Rand, n int) *int {
	if v := r.IntN(n + 1); v > 0 {
		return &v
	}
	return nil
}

func nilTime(r *rand.Rand) *time.Time {
	if r.IntN(3) > 0 {
		return nil
	}
	now := time.Now()
	return &now
}

// line is a case as one counts by hand.
type line struct {
	ID                  core.CaseID
	Region              core.RegionCode
	State               casefile.CaseState
	Urgent              bool
	Officer, Assistant  core.StaffID
	Applicant           string
	Receipt             core.Receipt
	Low, High           int
	First               time.Time
	Late, Today, Second bool
	Waiting             int
}

func (l line) open() bool { return l.State != "settled" && l.State != "withdrawn" }

// before is the order of a queue.
func before(a, b line) int {
	yes := func(b bool) int {
		if b {
			return 1
		}
		return 0
	}
	return cmp.Or(yes(b.Urgent)-yes(a.Urgent), b.Low-a.Low, b.High-a.High, a.First.Compare(b.First), cmp.Compare(a.ID, b.ID))
}

// compareQueue counts by hand in the snapshot of tx and holds the store's answers against it.
func compareQueue(ctx context.Context, t *testing.T, store *casefile.Store, tx *pg.Tx, towns []core.RegionCode) error {
	t.Helper()
	rows, err := tx.Query(ctx, `select f.id, f.region, f.state, f.urgent, coalesce(f.officer, 0), coalesce(f.assistant, 0), f.applicant, f.receipt, coalesce(f.index_low, -1), coalesce(f.index_high, -1), f.first_contact,
		coalesce((select bool_or(due < $1 and met is null) from deadline d where d.case_id = f.id), false), coalesce((select bool_or(due = $1 and met is null) from deadline d where d.case_id = f.id), false),
		coalesce((select bool_or(state in ('reviewed', 'noticed')) from claim k where k.case_id = f.id), false), (select count(*) from claim k where k.case_id = f.id and state in ('reviewed', 'noticed')) from casefile f`, tx.Today().Time())
	if err != nil {
		return err
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[line])
	if err != nil {
		return err
	}
	slices.SortFunc(all, before)
	const me = core.StaffID(2)
	mine := func(l line) bool { return l.Officer == me || l.Assistant == me }
	var want casefile.Counts
	for _, l := range all {
		want.Decide += l.Waiting
		if !l.open() {
			continue
		}
		for n, yes := range map[*int]bool{&want.Open: true, &want.Mine: mine(l), &want.DueToday: l.Today, &want.Late: l.Late, &want.Urgent: l.Urgent} {
			if yes {
				*n++
			}
		}
	}
	got, err := store.Counts(ctx, tx, append(towns, "371421105"), me) // asking for more than the scope gives no more
	if err != nil {
		return err
	}
	if got != want {
		t.Errorf("counts %+v want %+v", got, want)
	}
	byTown, err := store.CountTowns(ctx, tx, append(towns, "371421105"))
	if err != nil {
		return err
	}
	var sum casefile.Counts
	for town, n := range byTown {
		if !slices.Contains(towns, town) {
			t.Errorf("counted in %s: %+v", town, n)
		}
		sum.Open, sum.Late, sum.Urgent, sum.Decide = sum.Open+n.Open, sum.Late+n.Late, sum.Urgent+n.Urgent, sum.Decide+n.Decide
	}
	if want.Mine, want.DueToday, want.Tasks = 0, 0, 0; sum != want {
		t.Errorf("by township %+v want %+v", sum, want)
	}
	some := all[len(all)/2]
	for name, c := range map[string]struct {
		ask casefile.QueueFilter
		in  func(line) bool
	}{
		"all":      {casefile.QueueFilter{}, line.open},
		"town":     {casefile.QueueFilter{Regions: towns[:1]}, func(l line) bool { return l.open() && l.Region == towns[0] }},
		"mine":     {casefile.QueueFilter{Mine: me}, func(l line) bool { return l.open() && mine(l) }},
		"late":     {casefile.QueueFilter{Overdue: true}, func(l line) bool { return l.open() && l.Late }},
		"due":      {casefile.QueueFilter{Due: true}, func(l line) bool { return l.open() && l.Today }},
		"both":     {casefile.QueueFilter{Due: true, Overdue: true}, func(l line) bool { return l.open() && l.Today && l.Late }},
		"mine due": {casefile.QueueFilter{Due: true, Mine: me}, func(l line) bool { return l.open() && l.Today && mine(l) }},
		"decide":   {casefile.QueueFilter{Decide: true}, func(l line) bool { return l.open() && l.Second }},
		"urgent":   {casefile.QueueFilter{Urgent: true}, func(l line) bool { return l.open() && l.Urgent }},
		"lost": {casefile.QueueFilter{Lost: true}, func(l line) bool {
			return l.State == "returned" || l.State == "open" && strings.HasSuffix(string(l.Region), "000")
		}},
		"name":      {casefile.QueueFilter{Name: "乙"}, func(l line) bool { return l.open() && l.Applicant == "乙" }},
		"name late": {casefile.QueueFilter{Name: "乙", Overdue: true}, func(l line) bool { return l.open() && l.Applicant == "乙" && l.Late }},
		"settled":   {casefile.QueueFilter{States: []casefile.CaseState{"settled"}}, func(l line) bool { return l.State == "settled" }},
		"number":    {casefile.QueueFilter{Receipt: some.Receipt, States: []casefile.CaseState{some.State}}, func(l line) bool { return l.Receipt == some.Receipt && l.State == some.State }},
	} {
		if c.ask.Regions == nil {
			c.ask.Regions = append(towns, "371421105", towns[0]) // one twice
		}
		var list, hand []core.CaseID
		for next, more := "", true; more; more = next != "" {
			page, err := store.Queue(ctx, tx, c.ask, 9, next)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			for _, row := range page.Rows {
				list = append(list, row.ID)
			}
			next = page.Next
		}
		for _, l := range all {
			if c.in(l) {
				hand = append(hand, l.ID)
			}
		}
		if !slices.Equal(list, hand) {
			t.Errorf("{%s} lists %d, by hand %d: %v, %v", name, len(list), len(hand), list[:min(9, len(list))], hand[:min(9, len(hand))])
		}
	}
	return nil
}
