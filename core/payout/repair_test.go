package payout

import (
	"context"
	"errors"
	"testing"

	"lianou/core"
	"lianou/core/pg"
)

// Each return code has its own repair: what the bank has refused is not proposed once more
// as it was.
//
// Control, seen red: ProposeAccount without mends ("1001 the same: <nil>, want card_name").
func TestEachCodeHasItsRepair(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	want := map[string][3]error{ // the same card; the same number with another name; another number
		CodeNameMismatch: {ErrNotTheirCard, nil, nil},
		CodeClosed:       {ErrClosedCard, ErrClosedCard, nil},
		CodeDormant:      {nil, nil, nil},
		CodeNoAccount:    {ErrNoSuchCard, ErrNoSuchCard, nil},
		"1999":           {nil, nil, nil},
	}
	bad, old := map[string]string{}, map[string]core.BankAccount{}
	n := 0
	for code := range want {
		n++
		e := h.decided(n, town, core.Fen(10000+n))
		_, err := h.entitle(e)
		h.must(err)
		bad[e.Account.Reveal()], old[code] = code, e.Account
	}
	h.bank.set(func(b *bank) { b.codes = bad })
	h.sendAll()
	for _, f := range h.fixes() {
		for i, c := range []Correction{{Account: old[f.Code], Holder: "李秀英"}, {Account: old[f.Code], Holder: "李秀芳"}, {Account: account(t, "62284811111100000"), Holder: "李秀英"}} {
			c.Evidence = "看了卡"
			what := []string{"the same", "another name", "another number"}[i]
			propose := func(ctx context.Context, tx *pg.Tx) error { return h.ProposeAccount(ctx, tx, maker, f.ID, c) }
			if err := h.tx(propose); !errors.Is(err, want[f.Code][i]) {
				t.Errorf("%s %s: %v, want %v", f.Code, what, err, want[f.Code][i])
			}
			mends := func(ctx context.Context, tx *pg.Tx) error { return h.Mends(ctx, tx, f.Line.Case, c) }
			if err := h.tx(mends); !errors.Is(err, want[f.Code][i]) {
				t.Errorf("%s %s, asked before: %v, want %v", f.Code, what, err, want[f.Code][i])
			}
		}
	}
}
