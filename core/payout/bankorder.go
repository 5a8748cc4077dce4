package payout

import (
	"strconv"

	"lianou/core"
)

// MaxLines bounds a batch: a month of the whole city in one file and no more.
const MaxLines = 200_000

// Order is one payment file before it is written.
type Order struct {
	Batch string // at most 20 bytes
	Date  core.Date
	Payer core.BankAccount // the treasury's account
	Lines []OrderLine
}

// OrderLine is one payment.
type OrderLine struct {
	Line    string // at most 20 bytes; what the return names it by
	Account core.BankAccount
	Name    string
	Amount  core.Fen
	Item    core.ItemCode
	Period  string // yyyymm
	Purpose string // at most 15 Han characters
}

// Total is the sum of the lines.
func (o Order) Total() core.Fen {
	var sum core.Fen
	for _, l := range o.Lines {
		sum += l.Amount
	}
	return sum
}

// Bytes writes the file. The same Order gives the same bytes; ErrBankFile when a
// field does not fit.
func (o Order) Bytes() ([]byte, error) {
	if len(o.Lines) == 0 || len(o.Lines) > MaxLines {
		return nil, badFile("number of lines", 0)
	}
	h := record{what: "header", buf: make([]byte, 0, 72+len(o.Lines)*150+90)}
	h.buf = append(h.buf, 'H')
	h.text("batch", o.Batch, 20)
	h.text("date", o.Date.Time().Format("20060102"), 8)
	h.number("count", int64(len(o.Lines)), 8)
	h.number("total", int64(o.Total()), 15)
	h.text("payer", o.Payer.Reveal(), 20)
	h.buf = append(h.buf, crlf...)
	for i, l := range o.Lines {
		h.what = "line " + strconv.Itoa(i+1)
		l.append(&h, i+1)
	}
	if h.err != nil {
		return nil, h.err
	}
	return trailer(h.buf, len(o.Lines), o.Total())
}

func (l OrderLine) append(r *record, seq int) {
	if l.Amount <= 0 || l.Account.IsZero() || l.Name == "" || l.Line == "" || len(l.Period) != 6 {
		r.fail("content")
	}
	r.buf = append(r.buf, 'D')
	r.number("sequence", int64(seq), 8)
	r.text("line", l.Line, 20)
	r.text("account", l.Account.Reveal(), 20)
	r.text("name", l.Name, 40)
	r.number("amount", int64(l.Amount), 15)
	r.text("item", string(l.Item), 8)
	r.text("period", l.Period, 6)
	r.text("purpose", l.Purpose, 30)
	r.buf = append(r.buf, crlf...)
}

// orderTotals reads a payment file back as the bank will and gives its batch,
// count and total, so that what is sent is checked as bytes and not as intent.
func orderTotals(raw []byte) (batch string, count int, total core.Fen, err error) {
	records, n, sum, err := split(raw)
	if err != nil {
		return "", 0, 0, err
	}
	if len(records) == 0 {
		return "", 0, 0, badFile("no header", 1)
	}
	h := fields{rest: records[0]}
	kind := string(h.take(1))
	batch = h.text(20)
	_, declaredCount, declared, _ := h.digits(8), h.number(8), h.number(15), h.text(20)
	if h.bad || len(h.rest) > 0 || kind != "H" {
		return "", 0, 0, badFile("header", 1)
	}
	for i, rec := range records[1:] {
		f := fields{rest: rec}
		kind, seq := string(f.take(1)), f.number(8)
		f.take(20 + 20 + 40)
		total += core.Fen(f.number(15))
		f.take(8 + 6 + 30)
		if f.bad || len(f.rest) > 0 || kind != "D" || seq != int64(i+1) {
			return "", 0, 0, badFile("line", i+2)
		}
	}
	count = len(records) - 1
	if int64(count) != n || n != declaredCount || int64(total) != sum || sum != declared {
		return "", 0, 0, badFile("totals", len(records)+1)
	}
	return batch, count, total, nil
}
