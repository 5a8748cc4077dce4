package payout

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// soakBookings is how many operations the ledger is to have had by default; `make soak-ledger` has a million.
const soakBookings = 4000

// mostAtOnce bounds how many payments one act entitles.
const mostAtOnce = 150

// soak is a house at work for long: what is said to have been done is in the books, what is said
// not to have been done is not, and of what was cut off in the middle the books alone tell.
type soak struct {
	*house
	rnd      *rand.Rand
	eye      *pgx.Conn
	n        int // claims made
	entitled core.Fen
	crashes  int
	rolled   int
	done     map[string]int
}

func envInt(t *testing.T, name string, fallback int64) int64 {
	t.Helper()
	given := os.Getenv(name)
	if given == "" {
		return fallback
	}
	n, err := strconv.ParseInt(given, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// ledgerBookings is how long one ledger is played on: what a run of payments looks at grows with what it has
// paid already, and a million are to be booked in hours and not in weeks.
const ledgerBookings = 10_000

// F64: whatever is done, kept, rolled back or cut off by the end of its connection, in any order,
// the ledger balances, nobody is paid twice, and what is not on a card is owed or on its way.
//
// LIANOU_TEST_LEDGER_BOOKINGS says how many operations are booked, over ledgers of ledgerBookings each;
// LIANOU_TEST_SEED which ones: the first ledger's seed, the next one's is one more.
func TestLedgerBalancesUnderAnything(t *testing.T) {
	t.Parallel()
	left := int(envInt(t, "LIANOU_TEST_LEDGER_BOOKINGS", soakBookings))
	seed := envInt(t, "LIANOU_TEST_SEED", time.Now().UnixNano())
	t.Logf("%d bookings, seed %d (LIANOU_TEST_SEED)", left, seed)
	var sum tally
	t.Cleanup(func() { t.Logf("booked %d in all, %d rolled back, %d cut off", sum.booked, sum.rolled, sum.crashes) })
	for i := int64(0); left > 0; i++ {
		of := min(left, ledgerBookings)
		left -= of
		t.Run(fmt.Sprintf("seed %d", seed+i), func(t *testing.T) {
			t.Parallel()
			sum.add(play(t, of, seed+i))
		})
	}
}

// tally is what several ledgers came to.
type tally struct {
	mu                      sync.Mutex
	booked, rolled, crashes int
}

func (t *tally) add(s *soak) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.booked, t.rolled, t.crashes = t.booked+s.booked(), t.rolled+s.rolled, t.crashes+s.crashes
}

// play goes on until so many operations are in the books. The whole ledger is summed after each step.
func play(t *testing.T, bookings int, seed int64) *soak {
	s := &soak{house: newHouse(t), rnd: rand.New(rand.NewPCG(uint64(seed), 64)), done: map[string]int{}} //nolint:gosec // trials that can be repeated
	var err error
	s.eye, err = pgx.Connect(t.Context(), s.env.Superuser())
	s.must(err)
	t.Cleanup(func() { s.eye.Close(context.WithoutCancel(t.Context())) })
	for steps := 1; s.booked() < bookings; steps++ {
		s.step()
		if l := s.ledger(); !l.Balanced() || l.Entitled != s.entitled {
			t.Fatalf("after %d steps: entitled %d, ledger %+v", steps, s.entitled, l)
		}
	}
	s.settled()
	t.Logf("%d bookings in %v: %d rolled back, %d cut off, ledger %+v", s.booked(), s.done, s.rolled, s.crashes, s.ledger())
	return s
}

// booked is how many operations are in the books: money entitled, handed to the bank, answered, taken back.
func (s *soak) booked() (n int) {
	s.t.Helper()
	s.must(s.eye.QueryRow(context.WithoutCancel(s.t.Context()), `select count(*) from ledger_transaction`).Scan(&n))
	return n
}

var errRoll = errors.New("rolled back")

func (s *soak) step() {
	s.t.Helper()
	lose := s.rnd.IntN(2)
	s.bank.set(func(b *bank) { b.lose = lose })
	what := []string{"entitle", "entitle", "entitle", "batch", "discard", "mend", "poll"}[s.rnd.IntN(7)]
	s.done[what]++
	switch what {
	case "entitle":
		s.entitleSome()
	case "batch":
		if b, err := s.batch(); err == nil {
			_ = s.keep(func(ctx context.Context, tx *pg.Tx) error { return s.Approve(ctx, tx, check, b.ID, b.Totals) })
		}
		s.move()
	case "discard":
		var b Batch
		err := s.keep(func(ctx context.Context, tx *pg.Tx) (err error) {
			b, err = s.CreateBatch(ctx, tx, maker, Choice{})
			return err
		})
		if err == nil {
			_ = s.keep(func(ctx context.Context, tx *pg.Tx) error { return s.Discard(ctx, tx, maker, b.ID, "重做") })
		}
	case "mend":
		for _, f := range s.fixes()[:min(3, len(s.fixes()))] {
			s.n++
			c := Correction{Account: account(s.t, fmt.Sprintf("62284822222%06d", s.n%1_000_000)), Holder: "李秀英", Evidence: "看了卡"}
			_ = s.keep(func(ctx context.Context, tx *pg.Tx) error { return s.AllowAgain(ctx, tx, 13, f.ID, "查过了") })
			if s.keep(func(ctx context.Context, tx *pg.Tx) error { return s.ProposeAccount(ctx, tx, maker, f.ID, c) }) == nil {
				_ = s.keep(func(ctx context.Context, tx *pg.Tx) error { return s.ConfirmAccount(ctx, tx, check, f.ID) })
			}
		}
	case "poll":
		s.move()
	}
}

// entitleSome makes claims and their money, all or none; when the connection ended, the books say which.
func (s *soak) entitleSome() {
	s.t.Helper()
	list := make([]Entitlement, 1+s.rnd.IntN(mostAtOnce))
	fixtures := make([]*Entitlement, len(list))
	var sum core.Fen
	for i := range list {
		s.n++
		list[i] = s.unwritten(s.n, town, core.Fen(1+s.rnd.IntN(1_000_000)))
		e := &list[i]
		fixtures[i], e.Monthly, sum = e, false, sum+e.Amount
		// Of a month that few have: what may be the same money again is looked for among a month's.
		e.Period = PeriodOf(core.NewDate(2001, time.Month(1+s.n/500%280), 1))
		if s.rnd.IntN(40) == 0 {
			s.bank.set(func(b *bank) { b.codes[e.Account.Reveal()] = CodeClosed })
		}
	}
	s.write(fixtures...)
	err := s.keep(func(ctx context.Context, tx *pg.Tx) error {
		for _, e := range list {
			if _, err := s.Entitle(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
	var there int
	s.must(s.eye.QueryRow(s.t.Context(), `select count(*) from payout_entitlement where claim between $1 and $2`, list[0].Claim, list[len(list)-1].Claim).Scan(&there))
	if there == len(list) {
		s.entitled += sum
	}
	if said := err == nil; there != 0 && there != len(list) || said && there == 0 || errors.Is(err, errRoll) && there != 0 {
		s.t.Fatalf("said %v, and %d of %d are in the books", err, there, len(list))
	}
}

// keep does one act in a transaction that may be rolled back or whose connection may end.
func (s *soak) keep(fn func(ctx context.Context, tx *pg.Tx) error) error {
	s.t.Helper()
	fate := s.rnd.IntN(8)
	err := s.tx(func(ctx context.Context, tx *pg.Tx) error {
		var pid int
		if err := tx.QueryRow(ctx, `select pg_backend_pid()`).Scan(&pid); err != nil {
			return err
		}
		if fate == 1 { // in the middle
			defer s.cut(pid)()
		}
		if err := fn(ctx, tx); err != nil {
			return err
		}
		switch fate {
		case 0:
			return errRoll
		case 2: // before the end
			s.cut(pid)()
		}
		return nil
	})
	switch {
	case errors.Is(err, errRoll):
		s.rolled++
	case fate == 1 || fate == 2:
		s.alive()
	case err != nil && core.KindOf(err) != core.KindConflict && core.KindOf(err) != core.KindNotFound:
		s.t.Fatalf("step: %v", err)
	}
	return err
}

// cut ends a connection while its transaction goes on; what it gives waits until that was done.
func (s *soak) cut(pid int) (wait func()) {
	s.crashes++
	ended, within := make(chan error, 1), s.rnd.Float64()*0.004
	go func() {
		_, err := s.eye.Exec(s.t.Context(), `select pg_sleep($2), pg_terminate_backend($1)`, pid, within)
		ended <- err
	}()
	return func() {
		if err := <-ended; err != nil {
			s.t.Errorf("end a connection: %v", err)
		}
	}
}

// alive has the pool forget connections that ended.
func (s *soak) alive() { s.db.Pool().Reset() }

// move lets the jobs go on: whatever is approved goes to the bank, whatever it answered comes in.
// One in four has a connection end under it.
func (s *soak) move() {
	s.t.Helper()
	wait := func() {}
	if s.rnd.IntN(4) == 0 {
		s.crashes++
		ended, within := make(chan error, 1), s.rnd.Float64()*0.01
		go func() {
			_, err := s.eye.Exec(s.t.Context(), `select pg_sleep($1)`, within)
			if err == nil {
				_, err = s.eye.Exec(s.t.Context(), `select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and usename = 'lianou_platform'`)
			}
			ended <- err
		}()
		wait = func() { s.must(<-ended); s.alive() }
	}
	for _, id := range s.underway() {
		_ = s.Send(s.t.Context(), id)
	}
	err := s.Poll(s.t.Context())
	wait()
	if err == nil {
		s.bank.set(func(b *bank) { clear(b.out) }) // the bank takes back what was fetched
	}
}

func (s *soak) underway() (ids []int64) {
	s.t.Helper()
	_ = s.db.Read(s.t.Context(), scope, func(ctx context.Context, tx *pg.Tx) error {
		const q = `select coalesce(array_agg(id), '{}') from payout_batch where state in ('approved', 'file_written')`
		return tx.QueryRow(ctx, q).Scan(&ids)
	})
	return ids
}

// settled lets everything come to its end and holds the bank against the books.
func (s *soak) settled() {
	s.t.Helper()
	s.bank.set(func(b *bank) { b.lose = 0 })
	for range 4 {
		for _, id := range s.underway() {
			s.must(s.Send(s.t.Context(), id))
		}
		s.must(s.Poll(s.t.Context()))
	}
	const q = `select (select count(*) from (select entitlement from payout_line where state = 'paid' group by 1 having count(*) > 1) x),
		(select count(*) from payout_batch b where b.state in ('answered', 'closed') and b.refused = '' and (b.paid + b.returned <> b.total
			or b.total <> (select sum(amount) from payout_line l where l.batch = b.id))),
		(select coalesce(sum(amount), 0)::bigint from payout_line where state = 'paid')`
	var twice, differ int
	var paid core.Fen
	s.must(s.eye.QueryRow(s.t.Context(), q).Scan(&twice, &differ, &paid))
	l := s.ledger()
	_, files, _ := s.bank.seen()
	if twice != 0 || differ != 0 || paid != l.Bank || l.Transit != 0 {
		s.t.Errorf("%d paid twice, %d batches that do not sum, %d on cards, ledger %+v", twice, differ, paid, l)
	}
	var sent int
	s.must(s.eye.QueryRow(s.t.Context(), `select count(*) from payout_batch where sent is not null`).Scan(&sent))
	if files != sent {
		s.t.Errorf("%d files at the bank, %d batches sent", files, sent)
	}
}
