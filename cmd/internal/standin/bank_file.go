package standin

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/emmansun/gmsm/sm3"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// The layout is docs/bank-file.md, which the product's own writer follows too.
// This is a second reading of that page and shares no code with it.

// payFile is a payment file as the bank understood it.
type payFile struct {
	Batch string
	Date  string
	Payer string
	Lines []payLine
}

type payLine struct {
	Seq     int
	Line    string
	Account string
	Name    string
	Fen     int64
	Item    string
	Period  string
	Purpose string
}

// fileError refuses a whole file.
type fileError struct {
	code, text string
}

func (e fileError) Error() string { return "bank file refused: " + e.code + " " + e.text }

func badForm(text string, args ...any) error { return fileError{"9003", fmt.Sprintf(text, args...)} }

// record reads fixed-width fields of one line; the first fault sticks.
type record struct {
	rest []byte
	no   int
	err  error
}

func (r *record) raw(n int) []byte {
	if r.err != nil || len(r.rest) < n {
		return nil
	}
	f := r.rest[:n]
	r.rest = r.rest[n:]
	return f
}

// text is left-aligned, padded with spaces, GB18030.
func (r *record) text(n int) string {
	f := bytes.TrimRight(r.raw(n), " ")
	s, err := simplifiedchinese.GB18030.NewDecoder().String(string(f))
	if r.err == nil && (err != nil || strings.ContainsRune(s, '\uFFFD') || strings.HasPrefix(s, " ")) {
		r.err = badForm("第%d行文字不合规", r.no)
	}
	return s
}

// num is right-aligned and padded with zeros: digits only.
func (r *record) num(n int) int64 {
	f := string(r.raw(n))
	if r.err == nil && strings.Trim(f, "0123456789") != "" {
		r.err = badForm("第%d行数字不合规", r.no)
		return 0
	}
	v, _ := strconv.ParseInt(f, 10, 64)
	return v
}

func (r *record) date(layout string) string {
	s := string(r.raw(len(layout)))
	if _, err := time.Parse(layout, s); err != nil && r.err == nil {
		r.err = badForm("第%d行日期不合规", r.no)
	}
	return s
}

// Record lengths in bytes, without the line end.
const (
	lenH, lenD, lenT = 72, 148, 88
	maxPayFile       = 64 << 20
)

// parsePay reads a payment file. The batch is filled even when the file is
// refused, as far as the header could be read.
func parsePay(raw []byte) (payFile, error) {
	var f payFile
	records, err := split(raw)
	if err != nil {
		return f, err
	}
	count, total, err := f.header(records[0])
	if err != nil {
		return f, err
	}
	for i, rec := range records[1 : len(records)-1] {
		if err := f.line(i+2, rec); err != nil {
			return f, err
		}
	}
	return f, f.trailer(raw, records[len(records)-1], count, total)
}

// split cuts at CR LF and checks each record's kind and length.
func split(raw []byte) ([][]byte, error) {
	if !bytes.HasSuffix(raw, []byte("\r\n")) {
		return nil, badForm("末行没有换行")
	}
	records := bytes.Split(raw[:len(raw)-2], []byte("\r\n"))
	if len(records) < 3 {
		return nil, badForm("少于三行")
	}
	for i, rec := range records {
		kind, n := byte('D'), lenD
		switch i {
		case 0:
			kind, n = 'H', lenH
		case len(records) - 1:
			kind, n = 'T', lenT
		}
		if len(rec) != n || rec[0] != kind {
			return nil, badForm("第%d行不是%d字节的%c", i+1, n, kind)
		}
	}
	return records, nil
}

func (f *payFile) header(rec []byte) (count, total int64, err error) {
	r := record{rest: rec[1:], no: 1}
	f.Batch, f.Date = r.text(20), r.date("20060102")
	count, total = r.num(8), r.num(15)
	f.Payer = r.text(20)
	if r.err == nil && (f.Batch == "" || f.Payer == "") {
		r.err = badForm("批次号或付款账号是空的")
	}
	return count, total, r.err
}

func (f *payFile) line(no int, rec []byte) error {
	r := record{rest: rec[1:], no: no}
	l := payLine{Seq: int(r.num(8)), Line: r.text(20), Account: r.text(20), Name: r.text(40), Fen: r.num(15),
		Item: r.text(8), Period: r.date("200601"), Purpose: r.text(30)}
	if r.err == nil && (l.Seq != no-1 || l.Line == "" || l.Account == "" || strings.Trim(l.Account, "0123456789") != "" || l.Name == "" || l.Fen <= 0) {
		r.err = badForm("第%d行缺内容或序号不连", no)
	}
	f.Lines = append(f.Lines, l)
	return r.err
}

func (f *payFile) trailer(raw, rec []byte, count, total int64) error {
	r := record{rest: rec[1:], no: len(f.Lines) + 2}
	tCount, tTotal, digest := r.num(8), r.num(15), string(r.raw(64))
	if r.err != nil {
		return r.err
	}
	var sum int64
	seen := map[string]bool{}
	for _, l := range f.Lines {
		sum += l.Fen
		if seen[l.Line] {
			return badForm("明细号%s重复", l.Line)
		}
		seen[l.Line] = true
	}
	n := int64(len(f.Lines))
	switch {
	case count != n || tCount != n:
		return fileError{"9001", "笔数不符"}
	case total != sum || tTotal != sum:
		return fileError{"9001", "金额合计不符"}
	case digest != sm3hex(raw[:len(raw)-lenT-2]):
		return fileError{"9001", "摘要不符"}
	}
	return nil
}

func sm3hex(b []byte) string {
	h := sm3.Sum(b)
	return hex.EncodeToString(h[:])
}

// result is the bank's answer to one line.
type result struct {
	payLine
	Code, Text string
}

// renderReturn writes the return file of a batch.
func renderReturn(batch, date string, results []result) []byte {
	var paid, back int64
	for _, r := range results {
		if r.Code == "0000" {
			paid += r.Fen
		} else {
			back += r.Fen
		}
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "R%s%s%08d%015d%015d\r\n", fit(batch, 20), date, len(results), paid, back)
	for _, r := range results {
		fmt.Fprintf(&b, "E%08d%s%015d%s%s\r\n", r.Seq, fit(r.Line, 20), r.Fen, fit(r.Code, 4), fit(r.Text, 40))
	}
	return endFile(&b, len(results), paid+back)
}

// renderRefusal writes the return file of a file refused as a whole.
func renderRefusal(batch string, e fileError) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "X%s%s%s\r\n", fit(batch, 20), fit(e.code, 4), fit(e.text, 40))
	return endFile(&b, 0, 0)
}

func endFile(b *bytes.Buffer, count int, total int64) []byte {
	fmt.Fprintf(b, "T%08d%015d%s\r\n", count, total, sm3hex(b.Bytes()))
	return b.Bytes()
}

// fit encodes and pads to n bytes. A text of the bank's own that is too long is
// cut between characters.
func fit(s string, n int) string {
	enc := simplifiedchinese.GB18030.NewEncoder()
	out := ""
	for _, r := range s {
		c, err := enc.String(string(r))
		if err != nil || len(out)+len(c) > n {
			break
		}
		out += c
	}
	return out + strings.Repeat(" ", n-len(out))
}
