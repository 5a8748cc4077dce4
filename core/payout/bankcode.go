package payout

import (
	"bytes"
	"encoding/hex"
	"strconv"

	"github.com/emmansun/gmsm/sm3"
	"golang.org/x/text/encoding/simplifiedchinese"

	"lianou/core"
)

// Codes of the bank (docs/bank-file.md).
const (
	CodePaid         = "0000"
	CodeNameMismatch = "1001"
	CodeClosed       = "1002"
	CodeDormant      = "1003"
	CodeNoAccount    = "1004"
	CodeTotals       = "9001" // whole file: totals or digest; a person asks what was booked
	CodeOtherContent = "9002" // whole file: unknown what was booked
	CodeFormat       = "9003" // whole file: format; a person asks what was booked
)

// ErrBankFile is a bank file that breaks docs/bank-file.md. Its text names the
// rule and the record, never the content.
var ErrBankFile = core.E(core.KindInvalid, "bank_file", "")

func badFile(rule string, record int) error {
	return ErrBankFile.Wrap(core.E(core.KindInvalid, rule+" in record "+strconv.Itoa(record), ""))
}

const crlf = "\r\n"

// record builds one fixed-width record and keeps the first fault.
type record struct {
	buf  []byte
	err  error
	what string
}

// text appends s in GB18030, padded with spaces to width bytes. Control
// characters would break the record and are refused.
func (r *record) text(field, s string, width int) {
	enc, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s))
	if err != nil || len(enc) > width || bytes.ContainsFunc(enc, func(c rune) bool { return c < ' ' }) {
		r.fail(field)
		return
	}
	r.buf = append(r.buf, enc...)
	r.buf = append(r.buf, bytes.Repeat([]byte{' '}, width-len(enc))...)
}

// number appends n padded with zeros to width digits.
func (r *record) number(field string, n int64, width int) {
	s := strconv.FormatInt(n, 10)
	if n < 0 || len(s) > width {
		r.fail(field)
		return
	}
	r.buf = append(r.buf, bytes.Repeat([]byte{'0'}, width-len(s))...)
	r.buf = append(r.buf, s...)
}

func (r *record) fail(field string) {
	if r.err == nil {
		r.err = ErrBankFile.Wrap(core.E(core.KindInvalid, field+" does not fit "+r.what, ""))
	}
}

// fields reads one fixed-width record from its start and keeps the first fault.
type fields struct {
	rest []byte
	bad  bool
}

func (f *fields) take(width int) []byte {
	if len(f.rest) < width {
		f.bad = true
		return nil
	}
	head := f.rest[:width]
	f.rest = f.rest[width:]
	return head
}

// text reads a padded GB18030 field. What does not decode, or would not encode to
// the same bytes, is a fault.
func (f *fields) text(width int) string {
	raw := bytes.TrimRight(f.take(width), " ")
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
	if err != nil || bytes.ContainsRune(out, '\uFFFD') || bytes.ContainsFunc(out, func(c rune) bool { return c < ' ' }) {
		f.bad = true
		return ""
	}
	return string(out)
}

func (f *fields) number(width int) int64 {
	raw := f.take(width)
	for _, c := range raw {
		if c < '0' || c > '9' {
			f.bad = true
			return 0
		}
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		f.bad = true
	}
	return n
}

// digits reads a fixed field of digits that is a name and not a number.
func (f *fields) digits(width int) string {
	raw := f.take(width)
	for _, c := range raw {
		if c < '0' || c > '9' {
			f.bad = true
		}
	}
	return string(raw)
}

// digest is the SM3 of a file's bytes before its T record.
func digest(b []byte) string {
	sum := sm3.Sum(b)
	return hex.EncodeToString(sum[:])
}

// trailer appends the T record over everything in buf.
func trailer(buf []byte, count int, total core.Fen) ([]byte, error) {
	r := record{what: "trailer", buf: []byte{'T'}}
	r.number("count", int64(count), 8)
	r.number("total", int64(total), 15)
	r.text("digest", digest(buf), 64)
	return append(append(buf, r.buf...), crlf...), r.err
}

// split cuts a file into records, each ended by CR LF, and checks the T record at
// its end: it alone may close the file, and its digest must be that of the bytes
// before it. It gives the records before T, and T's count and total.
func split(raw []byte) (records [][]byte, count, total int64, err error) {
	body, ok := bytes.CutSuffix(raw, []byte(crlf))
	if !ok {
		return nil, 0, 0, badFile("no line end", 0)
	}
	records = bytes.Split(body, []byte(crlf))
	last := records[len(records)-1]
	t := fields{rest: last}
	kind := t.take(1)
	count, total = t.number(8), t.number(15)
	sum := string(t.take(64))
	if t.bad || len(t.rest) > 0 || string(kind) != "T" {
		return nil, 0, 0, badFile("no trailer", len(records))
	}
	if sum != digest(raw[:len(raw)-len(last)-len(crlf)]) {
		return nil, 0, 0, badFile("digest", len(records))
	}
	return records[:len(records)-1], count, total, nil
}
