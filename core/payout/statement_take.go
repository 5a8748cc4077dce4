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

// TakeStatement takes in one statement that the bank delivered: once for its name, once for
// its bytes, and one of a day. It moves no money. One that does not parse or add up, is of
// another account, or of a day that has one, is set aside with a sentence; that is no
// error. What people carried in of its days and nobody has confirmed makes room for it. A batch
// whose outcome was unknown is known to be with the bank when a statement has a line of it, also
// when people had brought these very bytes before.
func (p *Payout) TakeStatement(ctx context.Context, name string, raw []byte) error {
	return p.db.Tx(ctx, bankScope(), func(ctx context.Context, tx *pg.Tx) error {
		in, err := p.readStatement(ctx, tx, raw)
		if err != nil {
			return err
		}
		in.name = name
		if in.reason == "" {
			if err := p.replace(ctx, tx, in); err != nil {
				return err
			}
		}
		if err := p.keepStatement(ctx, tx, &in); err != nil || in.id == 0 || in.state == "set_aside" {
			return err
		}
		return p.arrived(ctx, tx, in.same)
	})
}

// inStatement is a statement on its way in.
type inStatement struct {
	Statement
	name   string
	raw    []byte
	by     core.StaffID // who carried it in; 0 for the bank
	reason string       // why it cannot be used, a sentence
	id     int64        // 0 while it is not kept
	same   int64        // the statement with these bytes that counts: this one, or an earlier one
	state  string
}

// readStatement reads a statement and says whether it can be used. From here on no other one is
// taken in: the second with the same bytes, or of the same day, sees the first.
func (p *Payout) readStatement(ctx context.Context, tx *pg.Tx, raw []byte) (inStatement, error) {
	s, parseErr := ParseStatement(raw)
	in := inStatement{Statement: s, raw: raw}
	if err := oneAtATime(ctx, tx); err != nil {
		return in, err
	}
	switch {
	case errors.Is(parseErr, ErrStatementTotals):
		in.reason = core.Known(parseErr).Say
	case parseErr != nil:
		in.reason = "看不懂这份对账单,格式不对。请银行照约定的格式再出一份。"
	case s.Account != p.cfg.Payer.Last4():
		in.reason = "这份对账单不是我们付款账户的(尾号 " + s.Account + ")。请银行核对。"
	default:
		return in, in.meets(ctx, tx)
	}
	return in, nil
}

func oneAtATime(ctx context.Context, tx *pg.Tx) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('bank_statement', 0))`)
	return pg.Fail(err, "wait for another statement")
}

// meets looks for another statement of the same number or of one of its days.
func (in *inStatement) meets(ctx context.Context, tx *pg.Tx) error {
	const q = `select number from bank_statement where state = 'kept' and digest <> $1
		and (number = $2 or day_from <= $4::text::date and day_to >= $3::text::date) order by number = $2 desc, id limit 1`
	var number string
	err := pg.Fail(tx.QueryRow(ctx, q, digest(in.raw), in.Number, in.From.String(), in.To.String()).Scan(&number), "look for the same statement")
	switch {
	case err != nil && core.KindOf(err) == core.KindNotFound:
		return nil
	case err != nil:
		return err
	case number == in.Number:
		in.reason = "号码 " + number + " 的对账单已经有一份,内容不一样。请问银行以哪份为准。"
	default:
		in.reason = "这几天的对账单已经有一份,号码 " + number + ",这份不算。请问银行以哪份为准。"
	}
	return nil
}

// keepStatement stores the file sealed, with its lines when it can be used. It leaves id 0
// when a file of this name is here.
func (p *Payout) keepStatement(ctx context.Context, tx *pg.Tx, in *inStatement) error {
	sealed, err := p.ring.Seal(in.raw, statementAt(in.name))
	if err != nil {
		return err
	}
	state := "kept"
	switch {
	case in.reason != "":
		state = "set_aside"
	case in.by > 0:
		state = "brought" // another person has to confirm it
	}
	var from, to *string
	if in.Number != "" {
		f, t := in.From.String(), in.To.String()
		from, to = &f, &t
	}
	var by *core.StaffID
	if in.by > 0 {
		by = &in.by
	}
	const q = `insert into bank_statement (name, digest, number, day_from, day_to, lines, paid, back, sealed, state, reason, brought_by, received)
		select $1, $2, $3, $4::text::date, $5::text::date, $6, $7, $8, $9, case when dup then 'again' else $10 end, case when dup then '' else $11 end, $12, $13
		from (select exists (select from bank_statement where digest = $2 and state <> 'void') as dup) x on conflict (name) do nothing
		returning id, state, coalesce((select min(b.id) from bank_statement b where b.digest = $2 and b.state = 'kept'), id)`
	err = pg.Fail(tx.QueryRow(ctx, q, in.name, digest(in.raw), in.Number, from, to, len(in.Lines), in.Paid, in.Back, sealed, state, in.reason, by, tx.Now()).
		Scan(&in.id, &in.state, &in.same), "keep a statement")
	if err != nil && core.KindOf(err) == core.KindNotFound {
		return nil
	}
	if err == nil && in.state == "kept" {
		err = keepLines(ctx, tx, in.id, in.Lines)
	}
	if err != nil {
		return err
	}
	who := audit.Actor{Kind: "outside", ID: "bank"}
	if in.by > 0 {
		who = staff(in.by)
	}
	return p.audit.Write(ctx, tx, audit.Entry{Actor: who, Act: "statement.taken", Purpose: "payout",
		Detail: map[string]any{"statement": in.name, "number": in.Number, "state": in.state, "lines": len(in.Lines), "fen": int64(in.Paid + in.Back)}})
}

func keepLines(ctx context.Context, tx *pg.Tx, id int64, list []StatementLine) error {
	n := len(list)
	names, amounts, tails, days, kinds := make([]string, n), make([]int64, n), make([]string, n), make([]string, n), make([]string, n)
	for i, l := range list {
		names[i], amounts[i], tails[i], days[i], kinds[i] = l.Line, int64(l.Amount), l.Last4, l.Day.String(), string(l.Kind)
	}
	const q = `insert into bank_statement_line (statement, seq, line, amount, last4, value_day, kind)
		select $1, n, line, amount, last4, day::date, kind
		from unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[]) with ordinality as x (line, amount, last4, day, kind, n)
		on conflict (statement, seq) do nothing` // it counted before 00587, which has it wait again
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
