package payout

import (
	"fmt"

	"lianou/core"
)

// Statement (对账单) is what the bank says has moved on the paying account.
type Statement struct {
	Number   string // the bank's
	Account  string // last four of the paying account
	From, To core.Date
	Paid     core.Fen
	Back     core.Fen
	Lines    []StatementLine
}

// StatementLine is one movement.
type StatementLine struct {
	Line   string // our name of the payment; "" when the bank gives none
	Amount core.Fen
	Last4  string
	Day    core.Date // of value
	Kind   Movement
}

// Movement is which way the money went.
type Movement string

// The movements.
const (
	PaidOut  Movement = "P"
	CameBack Movement = "B"
)

// ErrStatementTotals is a statement whose lines do not add up to its own totals, be it by
// one fen. Its text is a sentence for the payer.
var ErrStatementTotals = core.E(core.KindInvalid, "statement_totals", "")

func offBy(what string, lines, head core.Fen) error {
	return core.E(core.KindInvalid, ErrStatementTotals.Code, fmt.Sprintf("对账单自己加不起来:%s,明细加起来是 %s 元,单上写的是 %s 元。", what, lines, head))
}

// ParseStatement reads a statement strictly. One without a line says that nothing has
// moved, which is a word as well. Errors: ErrBankFile for the form,
// ErrStatementTotals for sums.
func ParseStatement(raw []byte) (Statement, error) {
	if len(raw) > MaxReturnSize {
		return Statement{}, badFile("size", 0)
	}
	records, count, total, err := split(raw)
	if err != nil {
		return Statement{}, err
	}
	if len(records) == 0 || len(records)-1 > MaxLines {
		return Statement{}, badFile("number of lines", 1)
	}
	s, declared, err := parseStatementHead(records[0])
	if err != nil {
		return Statement{}, err
	}
	if declared != count || declared != int64(len(records)-1) {
		return Statement{}, badFile("count", 1)
	}
	var paid, back core.Fen
	seen := make(map[string]bool, len(records))
	for i, rec := range records[1:] {
		l, err := parseStatementLine(rec, i+1)
		if err != nil {
			return Statement{}, err
		}
		key := l.Line + string(l.Kind)
		if l.Line != "" && seen[key] || l.Day < s.From || l.Day > s.To {
			return Statement{}, badFile("line twice, or of another day", i+2)
		}
		seen[key] = true
		if l.Kind == PaidOut {
			paid += l.Amount
		} else {
			back += l.Amount
		}
		s.Lines = append(s.Lines, l)
	}
	switch {
	case paid != s.Paid:
		return s, offBy("发出", paid, s.Paid)
	case back != s.Back:
		return s, offBy("退回", back, s.Back)
	case int64(paid+back) != total:
		return s, offBy("总额", paid+back, core.Fen(total))
	}
	return s, nil
}

func parseStatementHead(rec []byte) (s Statement, count int64, err error) {
	f := fields{rest: rec}
	kind := string(f.take(1))
	s.Number, s.Account = f.text(20), f.digits(4)
	from, to := f.digits(8), f.digits(8)
	count = f.number(8)
	s.Paid, s.Back = core.Fen(f.number(15)), core.Fen(f.number(15))
	if f.bad || len(f.rest) > 0 || kind != "S" || s.Number == "" {
		return Statement{}, 0, badFile("header", 1)
	}
	if s.From, err = parseDay(from); err == nil {
		s.To, err = parseDay(to)
	}
	if err != nil || s.To < s.From {
		return Statement{}, 0, badFile("header", 1)
	}
	return s, count, nil
}

func parseStatementLine(rec []byte, seq int) (StatementLine, error) {
	f := fields{rest: rec}
	kind, n := string(f.take(1)), f.number(8)
	l := StatementLine{Line: f.text(20), Amount: core.Fen(f.number(15)), Last4: f.digits(4)}
	day := f.digits(8)
	l.Kind = Movement(f.take(1))
	if f.bad || len(f.rest) > 0 || kind != "L" || n != int64(seq) || l.Amount <= 0 || l.Amount > core.MaxAmount || l.Kind != PaidOut && l.Kind != CameBack {
		return StatementLine{}, badFile("line", seq+1)
	}
	var err error
	if l.Day, err = parseDay(day); err != nil {
		return StatementLine{}, badFile("line", seq+1)
	}
	return l, nil
}

// parseDay reads eight digits.
func parseDay(s string) (core.Date, error) { return core.ParseDate(s[:4] + "-" + s[4:6] + "-" + s[6:]) }

// Bytes writes a statement, for a bank that speaks our format in tests.
func (s Statement) Bytes() ([]byte, error) {
	h := record{what: "header", buf: []byte{'S'}}
	day := func(field string, d core.Date) { h.text(field, d.Time().Format("20060102"), 8) }
	h.text("number", s.Number, 20)
	h.text("account", s.Account, 4)
	day("from", s.From)
	day("to", s.To)
	h.number("count", int64(len(s.Lines)), 8)
	h.number("paid", int64(s.Paid), 15)
	h.number("back", int64(s.Back), 15)
	h.buf = append(h.buf, crlf...)
	for i, l := range s.Lines {
		h.buf = append(h.buf, 'L')
		h.number("sequence", int64(i+1), 8)
		h.text("line", l.Line, 20)
		h.number("amount", int64(l.Amount), 15)
		h.text("last4", l.Last4, 4)
		day("day", l.Day)
		h.text("kind", string(l.Kind), 1)
		h.buf = append(h.buf, crlf...)
	}
	if h.err != nil {
		return nil, h.err
	}
	return trailer(h.buf, len(s.Lines), s.Paid+s.Back)
}
