package payout

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Money that a batch took comes back to its line exactly when nobody was paid by it, and
// is spent when the bank says so: after each step the line is what its batches are.
//
// Seen red: budget_follow that takes nothing back of what a line was before (`the line says
// 76000 reserved and 0 spent of 100000, the batches 0 and 0`).
func TestMoneyOfALineComesBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	k := h.line("MZ-01")
	h.budget(k, 1000_00, "德财社指〔2026〕12 号")
	h.dueOf(1, "MZ-01", 360_00)
	h.dueOf(2, "MZ-01", 400_00)
	h.stands("due", k, 0, 0, 1000_00) // an entitlement holds nothing back yet
	b, err := h.batch()
	h.must(err)
	h.stands("in a batch", k, 760_00, 0, 240_00)
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.Discard(ctx, tx, maker, b.ID, "重做") }))
	h.stands("discarded", k, 0, 0, 1000_00)

	h.bank.set(func(b *bank) { b.refuse = CodeFormat })
	b = h.approved()
	h.stands("approved", k, 760_00, 0, 240_00)
	h.must(h.Send(t.Context(), b.ID))
	h.stands("with the bank", k, 760_00, 0, 240_00)
	h.must(h.Poll(t.Context()))
	h.stands("refused, and nobody has asked", k, 760_00, 0, 240_00)
	h.said(h.inquiries()[0], BookedNothing)
	h.stands("refused as a whole", k, 0, 0, 1000_00)

	h.bank.set(func(b *bank) { b.refuse, b.codes[account(t, "62284800000000002").Reveal()] = "", "1002" })
	b = h.approved()
	h.must(h.Send(t.Context(), b.ID))
	h.must(h.Poll(t.Context()))
	h.stands("answered", k, 0, 360_00, 640_00)

	var fix int64
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error {
		tasks, err := h.FixTasks(ctx, tx)
		if err == nil {
			fix = tasks[0].ID
			err = h.ProposeAccount(ctx, tx, maker, fix, Correction{Account: account(t, "62284800000000077"), Holder: "李秀英", Evidence: "看了卡"})
		}
		return err
	}))
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.ConfirmAccount(ctx, tx, check, fix) }))
	h.stands("due again", k, 0, 360_00, 640_00)
	b = h.approved()
	h.must(h.Send(t.Context(), b.ID))
	h.must(h.Poll(t.Context()))
	h.stands("paid at last", k, 0, 760_00, 240_00)
	if l := h.ledger(); l.Bank != 760_00 || !l.Balanced() {
		t.Errorf("ledger %+v", l)
	}
}

// What has no money left waits: nobody is refused, the payer reads how much is missing, a
// smaller sum that came later does not overtake, and once there is more the oldest go
// first. What no line is registered for goes all the while, and an emergency goes first.
//
// Seen red: take without shutting the line (`the first batch took [1 3 4], want [1 4]`);
// oldestFirst by the newest (`took [4 3 2]`); without the emergencies (`the last batch took
// [5], want the emergency 6`).
func TestWhatHasNoMoneyWaitsAndGoesFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	k := h.line("MZ-01")
	h.budget(k, 500_00, "德财社指〔2026〕12 号")
	one, two := h.dueOf(1, "MZ-01", 360_00), h.dueOf(2, "MZ-01", 400_00)
	three, free := h.dueOf(3, "MZ-01", 100_00), h.dueOf(4, "YL-01", 9000_00)
	b, err := h.batch()
	h.must(err)
	if got := h.taken(b); !slices.Equal(got, []int64{one, free}) {
		t.Errorf("the first batch took %v, want %v", got, []int64{one, free})
	}
	h.stands("the first batch", k, 360_00, 0, 140_00)
	list := h.waits()
	if len(list) != 1 || list[0].Totals != (Totals{2, 500_00}) || list[0].Short != 360_00 || !slices.Equal(list[0].Counties, []core.RegionCode{"371426"}) {
		t.Fatalf("what waits: %+v", list)
	}
	if say := list[0].Say("平原县"); say != "平原县的最低生活保障,今年的钱还差 360 元。2 笔在等,共 500 元,一笔也没退。请追加预算,两个人登记好,这几笔最先发。" {
		t.Error(say)
	}
	_, err = h.batch()
	var said *core.Error
	if !errors.As(err, &said) || said.Code != "budget_used_up" || !strings.Contains(said.Say, "最低生活保障今年的钱还差 360 元") || !strings.Contains(said.Say, "2 笔先等着") {
		t.Fatalf("a batch of what waits: %v", err)
	}
	if got := h.states(); got[two] != "due" || got[three] != "due" {
		t.Errorf("what waits is %v", got)
	}
	later := h.dueOf(5, "MZ-01", 50_00)
	h.budget(k, 360_00, "德财社指〔2026〕40 号")
	b, err = h.batch()
	h.must(err)
	if got := h.taken(b); !slices.Equal(got, []int64{two, three}) {
		t.Errorf("the raised line took %v, want %v", got, []int64{two, three})
	}
	h.stands("raised", k, 860_00, 0, 0)
	urgent := h.dueOf(6, "MZ-01", 80_00)
	h.emergency(urgent)
	h.budget(k, 100_00, "德财社指〔2026〕41 号")
	b, err = h.batch()
	h.must(err)
	if got := h.taken(b); !slices.Equal(got, []int64{urgent}) {
		t.Errorf("the last batch took %v, want the emergency %d; %d waits", got, urgent, later)
	}
}

// emergency makes the claim of a payment one, past the rule that its terms stay.
func (h *house) emergency(entitlement int64) {
	h.t.Helper()
	conn, err := pgx.Connect(h.t.Context(), h.env.Superuser())
	h.must(err)
	defer conn.Close(h.t.Context())
	_, err = conn.Exec(h.t.Context(), `set session_replication_role = replica`)
	h.must(err)
	_, err = conn.Exec(h.t.Context(), `update claim c set emergency = true from payout_entitlement e where e.claim = c.id and e.id = $1`, entitlement)
	h.must(err)
}

// states gives every payment's state.
func (h *house) states() map[int64]string {
	h.t.Helper()
	out := map[int64]string{}
	h.must(h.db.Read(h.t.Context(), scope, func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select id, state from payout_entitlement`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			var state string
			if err := rows.Scan(&id, &state); err != nil {
				return err
			}
			out[id] = state
		}
		return rows.Err()
	}))
	return out
}

// A county draws on its own money before the city's, and another county's is not touched;
// a group of items shares one line.
//
// Seen red: forPlace in the order of ids (`the county's: 30000 reserved, 0 spent, 20000 left;
// want 36000, 0, 14000`).
func TestWhichLineIsDrawnOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	own := h.line("MZ-01")
	city, other := own, own
	city.Area, city.Items, city.Fund = core.DezhouCity, []core.ItemCode{"MZ-01", "MZ-02"}, Province
	other.Area = "371424"
	h.budget(city, 400_00, "鲁财社指〔2026〕1 号")
	h.budget(own, 500_00, "平财指〔2026〕2 号")
	h.budget(other, 900_00, "临财指〔2026〕3 号")
	h.dueOf(1, "MZ-01", 360_00)
	h.dueOf(2, "MZ-01", 300_00) // the county has 140 left: the city's pays
	h.dueOf(3, "MZ-02", 90_00)
	_, err := h.batch()
	h.must(err)
	h.stands("the county's", own, 360_00, 0, 140_00)
	h.stands("the city's", city, 390_00, 0, 10_00)
	h.stands("another county's", other, 0, 0, 900_00)
}
