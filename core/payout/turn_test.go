package payout

import (
	"context"
	"errors"
	"testing"

	"lianou/core"
	"lianou/core/jobs/jobstest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// A stop that begins months ahead leaves the months before it: they are made and
// paid, beside other people's, and nobody else takes them; from the stop on another
// claim may.
//
// Control: leave keepUntil out of Stop and take the members of NextMonth from the
// months to come (period ”) as before; the turn of the month is refused at commit.
func TestStoppedThreeMonthsAhead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e, neighbour := h.running(1, 36000), h.running(2, 41000) // 202603 and 202604 are due
	h.must(h.stop(e, "202607"))
	early := h.decided(1, town, 20000)
	early.Period = "202606"
	if _, err := h.entitle(early); !errors.Is(err, ErrTwice) {
		t.Errorf("another claim before the stop: %v", err)
	}
	late := h.decided(1, town, 20000)
	late.Period = "202607"
	if _, err := h.entitle(late); err != nil {
		t.Errorf("another claim from the stop on: %v", err)
	}
	for _, p := range []Period{"202605", "202606", "202607"} {
		if err := h.tx(func(ctx context.Context, tx *pg.Tx) error { _, err := h.NextMonth(ctx, tx, p); return err }); err != nil {
			t.Fatalf("%s: %v", p, err)
		}
	}
	if got := h.months(e); len(got) != 4 || got["202606"] != 36000 || got["202607"] != 0 {
		t.Errorf("stopped from July on: %v", got)
	}
	if got := h.months(neighbour); len(got) != 5 {
		t.Errorf("the neighbour: %v", got)
	}
}

// What was decided later counts, also when it begins earlier.
//
// Control: order by from_period in makeMonths, and December goes by the older one.
func TestNewestDecisionCounts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := h.running(1, 36000) // 202603 and 202604 are due
	h.must(h.change(h.decidedAgain(e, "202608", 30000, "d")))
	h.must(h.change(h.decidedAgain(e, "202605", 20000, "e")))
	for p := Period("202605"); p <= "202609"; p = p.Next() {
		h.nextMonth(p)
	}
	got := h.months(e)
	for p, want := range map[Period]core.Fen{"202604": 36000, "202605": 20000, "202607": 20000, "202608": 20000, "202609": 20000} {
		if got[p] != want {
			t.Errorf("%s: %s, want %s", p, got[p], want)
		}
	}
}

// interleaved runs first and then second, each in a transaction: second begins while
// first has done its work and not committed, and first commits once second waits for
// it or has ended.
func (h *house) interleaved(first, second func(ctx context.Context, tx *pg.Tx) error) {
	h.t.Helper()
	did, commit, over := make(chan struct{}), make(chan struct{}), make(chan error, 2)
	go func() {
		over <- h.tx(func(ctx context.Context, tx *pg.Tx) error {
			err := first(ctx, tx)
			close(did)
			<-commit
			return err
		})
	}()
	<-did
	ended := make(chan struct{})
	go func() {
		err := h.tx(second)
		close(ended)
		over <- err
	}()
	jobstest.Until(h.t, "the second to wait or end", func(ctx context.Context) (waits bool) {
		select {
		case <-ended:
			return true
		default:
		}
		const q = `select exists (select from pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.datname = current_database())`
		err := h.env.DB(pgtest.Owner).Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error { return tx.QueryRow(ctx, q).Scan(&waits) })
		return err == nil && waits
	})
	close(commit)
	h.must(<-over)
	h.must(<-over)
}

// The turn of the month and a stop, a change or another card that meet: whichever
// comes second sees what the first did.
//
// Control: let lockOnward do nothing.
func TestMonthTurnsMeanwhile(t *testing.T) {
	t.Parallel()
	fresh := account(t, "622848111111000001")
	acts := map[string]struct {
		do   func(h *house, e Entitlement, o ChangeOrder) func(ctx context.Context, tx *pg.Tx) error
		want map[Period]string // amount and card by month
	}{
		"stop": {func(h *house, e Entitlement, _ ChangeOrder) func(ctx context.Context, tx *pg.Tx) error {
			return func(ctx context.Context, tx *pg.Tx) error {
				return h.Stop(ctx, tx, StopOrder{Claim: e.Claim, From: "202605", Reason: "r", Proposer: maker, By: check})
			}
		}, map[Period]string{}},
		"change": {func(h *house, _ Entitlement, o ChangeOrder) func(ctx context.Context, tx *pg.Tx) error {
			return func(ctx context.Context, tx *pg.Tx) error { return h.Change(ctx, tx, o) }
		}, map[Period]string{"202605": "20000 old"}},
		"card": {func(h *house, e Entitlement, _ ChangeOrder) func(ctx context.Context, tx *pg.Tx) error {
			return func(ctx context.Context, tx *pg.Tx) error {
				_, err := h.ChangeCard(ctx, tx, CardChange{Case: e.Case, Proposer: maker, Confirmer: check,
					New: Correction{Account: fresh, Holder: "李秀英", Evidence: "看了卡和身份证"}})
				return err
			}
		}, map[Period]string{"202605": "36000 new"}},
	}
	for name, act := range acts {
		for _, order := range []string{"month first", name + " first"} {
			t.Run(name+", "+order, func(t *testing.T) {
				t.Parallel()
				h := newHouse(t)
				e := h.running(1, 36000) // 202603 and 202604 are due
				do := act.do(h, e, h.decidedAgain(e, "202605", 20000, "d"))
				turn := func(ctx context.Context, tx *pg.Tx) error { _, err := h.NextMonth(ctx, tx, "202605"); return err }
				if order == "month first" {
					h.interleaved(turn, do)
				} else {
					h.interleaved(do, turn)
				}
				var got string
				h.must(h.db.Read(t.Context(), scope, func(ctx context.Context, tx *pg.Tx) error {
					return tx.QueryRow(ctx, `select coalesce(max(amount || ' ' || case last4 when $2 then 'new' else 'old' end), '')
						from payout_entitlement where claim = $1 and period = '202605' and state <> 'cancelled'`, e.Claim, fresh.Last4()).Scan(&got)
				}))
				if got != act.want["202605"] {
					t.Errorf("May is %q, want %q", got, act.want["202605"])
				}
				if l := h.ledger(); !l.Balanced() {
					t.Errorf("ledger %+v", l)
				}
			})
		}
	}
}

// A card change that begins before a draft is made and ends after it: the draft names
// the old card and cannot be approved.
//
// Control: compare e.updated with the batch's created in cardChanged, as before.
func TestCardChangesWhileADraftIsMade(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := h.decided(1, town, 36000)
	_, err := h.entitle(e)
	h.must(err)
	begun, change, over := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		over <- h.tx(func(ctx context.Context, tx *pg.Tx) error {
			close(begun)
			<-change
			_, err := h.ChangeCard(ctx, tx, CardChange{Case: e.Case, Proposer: maker, Confirmer: check,
				New: Correction{Account: account(t, "622848111111000001"), Holder: "李秀英", Evidence: "看了卡和身份证"}})
			return err
		})
	}()
	<-begun
	var b Batch
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) (err error) {
		b, err = h.CreateBatch(ctx, tx, maker, Choice{})
		return err
	}))
	close(change)
	h.must(<-over)
	if err := h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.Approve(ctx, tx, check, b.ID, b.Totals) }); !errors.Is(err, ErrCardChanged) {
		t.Errorf("a draft with the old card: %v", err)
	}
}

// A card change that has not committed yet when somebody approves: the approval waits
// for it and sees it.
//
// Control: leave `hold` out of Approve.
func TestCardChangesWhileADraftIsApproved(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := h.decided(1, town, 36000)
	_, err := h.entitle(e)
	h.must(err)
	var b Batch
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) (err error) {
		b, err = h.CreateBatch(ctx, tx, maker, Choice{})
		return err
	}))
	var approved error
	h.interleaved(func(ctx context.Context, tx *pg.Tx) error {
		_, err := h.ChangeCard(ctx, tx, CardChange{Case: e.Case, Proposer: maker, Confirmer: check,
			New: Correction{Account: account(t, "622848111111000001"), Holder: "李秀英", Evidence: "看了卡和身份证"}})
		return err
	}, func(ctx context.Context, tx *pg.Tx) error {
		approved = h.Approve(ctx, tx, check, b.ID, b.Totals)
		return nil
	})
	if !errors.Is(approved, ErrCardChanged) {
		t.Errorf("approved meanwhile: %v", approved)
	}
}

// The look-ups by claim, case and task that a month's turn, a change and a moving
// claim make have an index each that leaves no row out.
//
// Control: drop payout_entitlement_claim.
func TestMoneyIsFoundByItsClaim(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for table, columns := range map[string][]string{"payout_entitlement": {"claim", "case_id"}, "payout_fix": {"entitlement"}} {
		for _, column := range columns {
			var found bool
			h.must(h.env.DB(pgtest.Owner).Read(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
				const q = `select exists (select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
					where i.indrelid = $1::text::regclass and a.attname = $2 and i.indpred is null)`
				return tx.QueryRow(ctx, q, table, column).Scan(&found)
			}))
			if !found {
				t.Errorf("no index of %s begins with %s", table, column)
			}
		}
	}
}
