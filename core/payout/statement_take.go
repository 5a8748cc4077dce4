package payout

import (
	"context"
	"errors"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/seal"
)

func statementAt(name string) seal.At {
	return seal.At{Table: "bank_statement", Row: name, Column: "sealed"}
}

// isStatement reports whether a file of the bank says that it is a statement.
func isStatement(raw []byte) bool { return len(raw) > 0 && raw[0] == 'S' }

// TakeStatement takes in one statement, once for its name and once for its bytes. It moves
// no money. One that does not parse or add up, or is of another account, is set aside with
// a sentence; that is no error. A batch whose outcome was unknown is known to be with the
// bank when a statement has a line of it.
func (p *Payout) TakeStatement(ctx context.Context, name string, raw []byte) error {
	s, parseErr := ParseStatement(raw)
	return p.db.Tx(ctx, bankScope(), func(ctx context.Context, tx *pg.Tx) error {
		reason, err := p.whyAside(ctx, tx, s, parseErr, raw)
		if err != nil {
			return err
		}
		id, state, err := p.keepStatement(ctx, tx, name, raw, s, reason)
		if err != nil || id == 0 {
			return err
		}
		if state == "kept" {
			if err := keepLines(ctx, tx, id, s.Lines); err != nil {
				return err
			}
			if err := p.arrived(ctx, tx, id); err != nil {
				return err
			}
		}
		return p.audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "outside", ID: "bank"}, Act: "statement.taken", Purpose: "payout",
			Detail: map[string]any{"statement": name, "number": s.Number, "state": state, "lines": len(s.Lines), "fen": int64(s.Paid + s.Back)}})
	})
}

// whyAside says why a statement cannot be used; "" when it can.
func (p *Payout) whyAside(ctx context.Context, tx *pg.Tx, s Statement, parseErr error, raw []byte) (string, error) {
	switch {
	case errors.Is(parseErr, ErrStatementTotals):
		return core.Known(parseErr).Say, nil
	case parseErr != nil:
		return "看不懂这份对账单,格式不对。请银行照约定的格式再出一份。", nil
	case s.Account != p.cfg.Payer.Last4():
		return "这份对账单不是我们付款账户的(尾号 " + s.Account + ")。请银行核对。", nil
	}
	var twice bool
	const q = `select exists (select from bank_statement where number = $1 and state = 'kept' and digest <> $2)`
	if err := tx.QueryRow(ctx, q, s.Number, digest(raw)).Scan(&twice); err != nil {
		return "", pg.Fail(err, "look for the same statement")
	}
	if twice {
		return "号码 " + s.Number + " 的对账单已经有一份,内容不一样。请问银行以哪份为准。", nil
	}
	return "", nil
}

// keepStatement stores the file sealed; 0 when another worker did.
func (p *Payout) keepStatement(ctx context.Context, tx *pg.Tx, name string, raw []byte, s Statement, reason string) (id int64, state string, err error) {
	sealed, err := p.ring.Seal(raw, statementAt(name))
	if err != nil {
		return 0, "", err
	}
	// One statement at a time: the second with the same bytes sees the first.
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('bank_statement', 0))`); err != nil {
		return 0, "", pg.Fail(err, "wait for another statement")
	}
	state = "kept"
	if reason != "" {
		state = "set_aside"
	}
	var from, to *string
	if s.Number != "" {
		f, t := s.From.String(), s.To.String()
		from, to = &f, &t
	}
	const q = `insert into bank_statement (name, digest, number, day_from, day_to, lines, paid, back, sealed, state, reason, received)
		select $1, $2, $3, $4::text::date, $5::text::date, $6, $7, $8, $9, case when dup then 'again' else $10 end, case when dup then '' else $11 end, $12
		from (select exists (select from bank_statement where digest = $2) as dup) x on conflict (name) do nothing returning id, state`
	err = pg.Fail(tx.QueryRow(ctx, q, name, digest(raw), s.Number, from, to, len(s.Lines), s.Paid, s.Back, sealed, state, reason, tx.Now()).Scan(&id, &state), "keep a statement")
	if err != nil && core.KindOf(err) == core.KindNotFound {
		return 0, "", nil
	}
	return id, state, err
}

func keepLines(ctx context.Context, tx *pg.Tx, id int64, list []StatementLine) error {
	n := len(list)
	names, amounts, tails, days, kinds := make([]string, n), make([]int64, n), make([]string, n), make([]string, n), make([]string, n)
	for i, l := range list {
		names[i], amounts[i], tails[i], days[i], kinds[i] = l.Line, int64(l.Amount), l.Last4, l.Day.String(), string(l.Kind)
	}
	const q = `insert into bank_statement_line (statement, seq, line, amount, last4, value_day, kind)
		select $1, n, line, amount, last4, day::date, kind
		from unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[]) with ordinality as x (line, amount, last4, day, kind, n)`
	_, err := tx.Exec(ctx, q, id, names, amounts, tails, days, kinds)
	return pg.Fail(err, "keep the lines of a statement")
}

// arrived marks the batches as sent whose outcome was unknown and of which the statement
// has a line as we ordered it: the bank has their file. Their return is waited for.
func (p *Payout) arrived(ctx context.Context, tx *pg.Tx, id int64) error {
	const q = `select distinct b.id from bank_statement_line s join payout_line l on l.name = s.line and l.amount = s.amount and l.last4 = s.last4
		join payout_batch b on b.id = l.batch where s.statement = $1 and b.state = 'file_written' and b.offered > 0 order by b.id`
	rows, err := tx.Query(ctx, q, id)
	if err != nil {
		return pg.Fail(err, "look for batches of a statement")
	}
	var batches []int64
	for rows.Next() {
		var b int64
		if err := rows.Scan(&b); err != nil {
			rows.Close()
			return pg.Fail(err, "look for batches of a statement")
		}
		batches = append(batches, b)
	}
	if err := rows.Err(); err != nil {
		return pg.Fail(err, "look for batches of a statement")
	}
	for _, b := range batches {
		if err := p.markSent(ctx, tx, b); err != nil {
			return err
		}
	}
	return nil
}
