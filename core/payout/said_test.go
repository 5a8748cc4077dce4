package payout

import (
	"context"
	"errors"
	"testing"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// unsettled is what the page shows of unknown batches after an hour.
func (h *house) unsettled() (list []Unsettled) {
	h.t.Helper()
	h.env.Advance(2 * askByPhone)
	h.must(h.db.Read(h.t.Context(), scope, func(ctx context.Context, tx *pg.Tx) (err error) {
		list, err = h.Unsettled(ctx, tx)
		return err
	}))
	return list
}

func (h *house) propose(batch int64, r Ruling, evidence string) error {
	return h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.ProposeRuling(ctx, tx, maker, batch, r, evidence) })
}

func (h *house) rule(by core.StaffID, seen Unsettled) error {
	return h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.ConfirmRuling(ctx, tx, by, seen) })
}

// ruled has one person write down what the bank said, and another confirm what the page shows.
func (h *house) ruled(batch int64, r Ruling) error {
	h.t.Helper()
	h.must(h.propose(batch, r, "问了张经理,3 月 5 日"))
	list := h.unsettled()
	if len(list) != 1 || list[0].Ruling != r {
		h.t.Fatalf("the page shows %+v", list)
	}
	return h.rule(check, list[0])
}

// stale is what may happen to somebody after a batch with their money was approved.
func stale(fresh core.BankAccount) map[string]func(h *house, e Entitlement) {
	return map[string]func(h *house, e Entitlement){
		"card": func(h *house, e Entitlement) {
			h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error {
				_, err := h.ChangeCard(ctx, tx, CardChange{Case: e.Case, Proposer: maker, Confirmer: check,
					New: Correction{Account: fresh, Holder: "李秀英", Evidence: "看了卡和身份证"}})
				return err
			}))
		},
		"stop": func(h *house, e Entitlement) { h.must(h.stop(e, e.Period.Next())) },
		"death": func(h *house, e Entitlement) {
			h.must(h.env.DB(pgtest.Owner).Tx(h.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
				const q = `with v as (insert into life_event (region, kind, day, known_at, source, household, person, made_by, words)
						values ($1, 'death', '2026-03-01', now(), '派出所', 1, $2, 'officer', '\x01') returning id)
					insert into person_death (person, region, day, event) select $2, $1, '2026-03-01', id from v`
				_, err := tx.Exec(ctx, q, e.Region, e.Beneficiary)
				return pg.Fail(err, "a death")
			}))
		},
	}
}

// A batch that the bank says it never had is not handed over again when somebody in it has
// another card since, when money was stopped or when a person has died: two people dissolve
// it on the bank's word, and the money is paid once, with the next batch.
//
// Control, seen red: the code before ("card: state closed, 2 PUTs, held false").
func TestNothingStaleIsHandedOverAgain(t *testing.T) {
	t.Parallel()
	fresh := account(t, "622848111111000001")
	for name, since := range stale(fresh) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			e := h.decided(1, town, 36000)
			e.Beneficiary = 1
			_, err := h.entitle(e)
			h.must(err)
			h.bank.set(func(b *bank) { b.stray, b.mute = 1, true })
			b := h.approved()
			h.again(b.ID)
			h.env.Advance(leftBehind)
			since(h, e)
			h.bank.set(func(b *bank) { b.mute = false })
			h.again(b.ID)
			puts, _, _ := h.bank.seen()
			if v := h.whole(b.ID); v.State != "file_written" || !v.Held || puts != 1 {
				t.Fatalf("%s: state %s, %d PUTs, held %v", name, v.State, puts, v.Held)
			}
			h.must(h.ruled(b.ID, RuledDissolve))
			if v := h.whole(b.ID); v.State != "closed" || h.ledger().Owed != 36000 || h.ledger().Transit != 0 || !h.ledger().Balanced() || len(h.unsettled()) != 0 {
				t.Fatalf("dissolved: state %s, ledger %+v", v.State, h.ledger())
			}
			if again := h.sendAll(); again.Paid != 36000 || name == "card" && again.Items[0].Last4 != fresh.Last4() {
				t.Errorf("the next batch: paid %d, tail %s", again.Paid, again.Items[0].Last4)
			}
			if _, _, ordered := h.bank.seen(); len(ordered) != 1 {
				t.Errorf("the bank paid %d accounts", len(ordered))
			}
		})
	}
}

// A batch of which the bank says nothing for days is settled by two people who asked: it has
// the file, and its return is waited for; it has none, and the same bytes go out once more.
// Their word frees no money.
//
// Controls, seen red: ConfirmRuling that records and does nothing ("here: state file_written,
// 1 PUTs"); inquire that looks at the bank's own word alone ("absent: state file_written, 1
// PUTs").
func TestTwoPeopleSettleASilentBank(t *testing.T) {
	t.Parallel()
	for ruling, lost := range map[Ruling]bool{RuledHere: false, RuledAbsent: true} {
		t.Run(string(ruling), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			sum := h.due(2)
			h.bank.set(func(b *bank) {
				b.silent, b.mute = true, true
				if b.lose = 1; lost {
					b.lose, b.stray = 0, 1
				}
			})
			b := h.approved()
			h.again(b.ID)
			h.must(h.ruled(b.ID, ruling))
			h.bank.set(func(b *bank) { b.silent = false })
			h.again(b.ID)
			want := map[bool]int{false: 1, true: 2}[lost]
			puts, _, _ := h.bank.seen()
			if v := h.whole(b.ID); v.State == "file_written" || puts != want || v.Offered != want {
				t.Fatalf("%s: state %s, %d PUTs", ruling, v.State, puts)
			}
			h.must(h.TakeReturn(t.Context(), "late.ret", h.returnOf(h.view(b.ID))))
			if v := h.whole(b.ID); v.State != "closed" || h.ledger().Bank != sum || !h.ledger().Balanced() {
				t.Errorf("after its return: state %s, ledger %+v", v.State, h.ledger())
			}
		})
	}
}

// What two people may not do: one of them alone, without saying whom they asked, a proposal
// that was not shown, and to free the money of a batch that is not held.
//
// Control, seen red: allows that gives true ("dissolved on nothing: <nil>"), and without
// the trigger payout_withdrawn ("by SQL: <nil>").
func TestRulingRefuses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.due(1)
	h.bank.set(func(b *bank) { b.lose, b.silent, b.mute = 1, true, true })
	b := h.approved()
	h.again(b.ID)
	if err := h.propose(b.ID, RuledDissolve, "问了"); core.KindOf(err) != core.KindInvalid {
		t.Errorf("dissolved on nothing: %v", err)
	}
	if err := h.propose(b.ID, RuledHere, " "); core.KindOf(err) != core.KindInvalid {
		t.Errorf("asked nobody: %v", err)
	}
	if err := h.rule(check, h.unsettled()[0]); !errors.Is(err, ErrMoved) {
		t.Errorf("nothing proposed: %v", err)
	}
	h.must(h.propose(b.ID, RuledAbsent, "问了张经理"))
	shown := h.unsettled()[0]
	h.must(h.propose(b.ID, RuledHere, "问了李经理"))
	if err := h.rule(check, shown); !errors.Is(err, ErrMoved) {
		t.Errorf("confirmed what was not shown: %v", err)
	}
	if err := h.rule(maker, h.unsettled()[0]); !errors.Is(err, ErrSamePerson) {
		t.Errorf("alone: %v", err)
	}
	for name, sql := range map[string]string{
		"alone, by SQL": `update payout_said set confirmed_by = proposed_by, confirmed = now()`,
		"by SQL":        `update payout_batch set state = 'refused', refused = '0001', answered = now()`,
	} {
		if err := h.tx(func(ctx context.Context, tx *pg.Tx) error { _, err := tx.Exec(ctx, sql); return pg.Fail(err, "try") }); pg.SQLState(err) != "23514" {
			t.Errorf("%s: %v", name, err)
		}
	}
	h.must(h.rule(check, h.unsettled()[0]))
	if v := h.whole(b.ID); v.State != "sent" {
		t.Errorf("state %s", v.State)
	}
	if err := h.propose(b.ID, RuledAbsent, "问了"); !errors.Is(err, ErrMoved) {
		t.Errorf("a batch that is sent: %v", err)
	}
}
