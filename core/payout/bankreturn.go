package payout

import (
	"lianou/core"
)

// MaxReturnSize bounds a return file, in bytes: MaxLines lines and a little.
const MaxReturnSize = 90*(MaxLines+2) + 4096

// Return is a parsed return file.
type Return struct {
	Batch    string
	Date     core.Date
	Paid     core.Fen
	Returned core.Fen
	Lines    []ReturnLine
	Refused  string // code of a file refused as a whole, or ""
	Text     string // the bank's words on that
}

// ReturnLine is the bank's answer on one line.
type ReturnLine struct {
	Seq    int
	Line   string
	Amount core.Fen
	Code   string
	Text   string
}

// ParseReturn reads a return file strictly: widths, digest, order, totals by
// code, no line twice. Errors are ErrBankFile; whether the totals are those of
// the batch is checked against the database afterwards.
func ParseReturn(raw []byte) (Return, error) {
	if len(raw) > MaxReturnSize {
		return Return{}, badFile("size", 0)
	}
	records, count, total, err := split(raw)
	if err != nil {
		return Return{}, err
	}
	if len(records) == 0 {
		return Return{}, badFile("no header", 1)
	}
	if len(records[0]) > 0 && records[0][0] == 'X' {
		return parseRefused(records, count, total)
	}
	out, declared, err := parseReturnHead(records[0])
	if err != nil {
		return Return{}, err
	}
	if int64(len(records)-1) != declared || declared != count {
		return Return{}, badFile("count", 1)
	}
	var paid, back core.Fen
	seen := make(map[string]bool, len(records))
	out.Lines = make([]ReturnLine, 0, len(records)-1)
	for i, rec := range records[1:] {
		l, err := parseReturnLine(rec, i+1)
		if err != nil {
			return Return{}, err
		}
		if seen[l.Line] {
			return Return{}, badFile("line twice", i+2)
		}
		seen[l.Line] = true
		if l.Code == CodePaid {
			paid += l.Amount
		} else {
			back += l.Amount
		}
		out.Lines = append(out.Lines, l)
	}
	if paid != out.Paid || back != out.Returned || int64(paid+back) != total {
		return Return{}, badFile("totals", len(records)+1)
	}
	return out, nil
}

func parseReturnHead(rec []byte) (out Return, count int64, err error) {
	f := fields{rest: rec}
	kind := string(f.take(1))
	out.Batch = f.text(20)
	date := f.digits(8)
	count = f.number(8)
	out.Paid, out.Returned = core.Fen(f.number(15)), core.Fen(f.number(15))
	if f.bad || len(f.rest) > 0 || kind != "R" || out.Batch == "" {
		return Return{}, 0, badFile("header", 1)
	}
	out.Date, err = core.ParseDate(date[:4] + "-" + date[4:6] + "-" + date[6:])
	if err != nil || count == 0 || count > MaxLines {
		return Return{}, 0, badFile("header", 1)
	}
	return out, count, nil
}

func parseReturnLine(rec []byte, seq int) (ReturnLine, error) {
	f := fields{rest: rec}
	kind := string(f.take(1))
	l := ReturnLine{Seq: int(f.number(8)), Line: f.text(20), Amount: core.Fen(f.number(15)), Code: f.digits(4), Text: f.text(40)}
	if f.bad || len(f.rest) > 0 || kind != "E" || l.Seq != seq || l.Line == "" || l.Amount <= 0 || l.Amount > core.MaxAmount {
		return ReturnLine{}, badFile("line", seq+1)
	}
	return l, nil
}

func parseRefused(records [][]byte, count, total int64) (Return, error) {
	f := fields{rest: records[0][1:]}
	out := Return{Batch: f.text(20), Refused: f.digits(4), Text: f.text(40)}
	if f.bad || len(f.rest) > 0 || len(records) != 1 || count != 0 || total != 0 || out.Batch == "" || out.Refused == CodePaid {
		return Return{}, badFile("refusal", 1)
	}
	return out, nil
}

// Bytes writes a return file, for a bank that speaks our format in tests and for
// re-reading what was kept.
func (r Return) Bytes() ([]byte, error) {
	if r.Refused != "" {
		x := record{what: "refusal", buf: []byte{'X'}}
		x.text("batch", r.Batch, 20)
		x.text("code", r.Refused, 4)
		x.text("text", r.Text, 40)
		if x.err != nil {
			return nil, x.err
		}
		return trailer(append(x.buf, crlf...), 0, 0)
	}
	h := record{what: "header", buf: []byte{'R'}}
	h.text("batch", r.Batch, 20)
	h.text("date", r.Date.Time().Format("20060102"), 8)
	h.number("count", int64(len(r.Lines)), 8)
	h.number("paid", int64(r.Paid), 15)
	h.number("returned", int64(r.Returned), 15)
	h.buf = append(h.buf, crlf...)
	for _, l := range r.Lines {
		h.buf = append(h.buf, 'E')
		h.number("sequence", int64(l.Seq), 8)
		h.text("line", l.Line, 20)
		h.number("amount", int64(l.Amount), 15)
		h.text("code", l.Code, 4)
		h.text("text", l.Text, 40)
		h.buf = append(h.buf, crlf...)
	}
	if h.err != nil {
		return nil, h.err
	}
	return trailer(h.buf, len(r.Lines), r.Paid+r.Returned)
}
