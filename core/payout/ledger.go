package payout

import (
	"context"
	"maps"
	"slices"

	"lianou/core"
	"lianou/core/pg"
)

// Accounts of the ledger. Money moves right to left with its sign: entitled +,
// owed -; sent: owed +, transit -; paid: transit +, bank -; returned: transit +,
// owed -.
const (
	accEntitled = "entitled"
	accOwed     = "owed"
	accTransit  = "transit"
	accBank     = "bank"
)

// post writes one transaction of the ledger; zero amounts are left out. The
// database refuses it at commit unless it sums to zero, and refuses a second
// one of the same kind and ref at once.
func post(ctx context.Context, tx *pg.Tx, kind string, ref int64, moves map[string]core.Fen) error {
	const q = `insert into ledger_transaction (kind, ref, at) values ($1, $2, $3) returning id`
	var id int64
	if err := tx.QueryRow(ctx, q, kind, ref, tx.Now()).Scan(&id); err != nil {
		return pg.Fail(err, "post to the ledger")
	}
	for _, account := range slices.Sorted(maps.Keys(moves)) {
		if moves[account] == 0 {
			continue
		}
		const e = `insert into ledger_entry (transaction, account, amount) values ($1, $2, $3)`
		if _, err := tx.Exec(ctx, e, id, account, moves[account]); err != nil {
			return pg.Fail(err, "post to the ledger")
		}
	}
	return nil
}

// Ledger is the balances, in the words of the control totals: Entitled = Owed +
// Transit + Bank, always.
type Ledger struct {
	Entitled core.Fen // ordered by decisions
	Owed     core.Fen // not sent, or returned
	Transit  core.Fen // with the bank, unanswered
	Bank     core.Fen // on cards
}

// Balanced reports whether nothing is missing, to the fen.
func (l Ledger) Balanced() bool { return l.Entitled == l.Owed+l.Transit+l.Bank }

// LedgerTotals sums the ledger.
func (p *Payout) LedgerTotals(ctx context.Context, tx *pg.Tx) (Ledger, error) {
	const q = `select coalesce(sum(amount) filter (where account = 'entitled'), 0)::bigint,
		-coalesce(sum(amount) filter (where account = 'owed'), 0)::bigint,
		-coalesce(sum(amount) filter (where account = 'transit'), 0)::bigint,
		-coalesce(sum(amount) filter (where account = 'bank'), 0)::bigint from ledger_entry`
	var l Ledger
	err := tx.QueryRow(ctx, q).Scan(&l.Entitled, &l.Owed, &l.Transit, &l.Bank)
	return l, pg.Fail(err, "sum the ledger")
}
