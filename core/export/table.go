package export

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"lianou/core"
)

// The bounds of one file. The format would take a million rows; England lost 15,841 cases to such
// a limit in silence, so that ours is far below it and is said.
const (
	MaxRows  = 5000 // of one file
	FreeRows = 100  // handed out in a week on one person's word
	maxCell  = 1000 // characters
)

// Kind is what a file is of, and with it who may make it and say yes to it.
type Kind string

// The kinds.
const (
	Batch  Kind = "batch"  // the lines of a payers' batch
	Cases  Kind = "cases"  // the cases of one's own places
	Sample Kind = "sample" // payments that an auditor's lot drew
)

// Table is what a file is made of.
type Table struct {
	Kind   Kind
	For    Purpose
	Name   string // what it is of, such as "批次 LN000000000003 的明细"; nobody's name
	Head   []string
	Rows   [][]string // as wide as Head
	HasSum bool
	Sum    core.Fen
	IDs    []int64 // of what is shown, for the log
	Asked  string  // how it was chosen, for the log: days, the seed of a lot
}

// Errors of tables.
var (
	ErrEmpty = core.E(core.KindNotFound, "export_empty", "一行也没有,不用导出。")
	ErrMany  = core.Invalid("rows", "太多了,一次最多 5,000 行。请把日子选短些,分几次导出。")
)

// check refuses a table that would make a wrong file.
func (t Table) check() error {
	switch {
	case t.For.Word() == "":
		return ErrPurpose
	case len(t.Rows) == 0:
		return ErrEmpty
	case len(t.Rows) > MaxRows:
		return ErrMany
	}
	for _, r := range t.Rows {
		if len(r) != len(t.Head) {
			return core.E(core.KindInternal, "export_width", "")
		}
	}
	return nil
}

// foot is the last row: how many, and how much.
func (t Table) foot() string {
	s := fmt.Sprintf("共 %d 行", len(t.Rows))
	if t.HasSum {
		s += ",合计 " + t.Sum.String() + " 元"
	}
	return s
}

// mark says whose file it is, wherever it turns up (security.md E10).
func (t Table) mark(by string, at time.Time) string {
	return by + " " + at.In(core.China).Format("2006-01-02 15:04") + " 导出,用途:" + t.For.Word() + "。"
}

// bytes writes the table as a workbook of one sheet: the head, the rows, how many they are, and
// its mark.
// Every cell is a text cell in a column of text format, so that 18 digits stay 18 digits and no
// program takes one for a formula.
func (t Table) bytes(mark string) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	fault := func(err error) ([]byte, error) {
		return nil, core.E(core.KindInternal, "export_write", "").Wrap(err)
	}
	text, err := f.NewStyle(&excelize.Style{NumFmt: 49}) // "@"
	if err != nil {
		return fault(err)
	}
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		return fault(err)
	}
	if err := w.SetColWidth(1, max(1, len(t.Head)), 20); err != nil {
		return fault(err)
	}
	put := func(n int, cells []string) error {
		row := make([]any, len(cells))
		for i, c := range cells {
			row[i] = excelize.Cell{StyleID: text, Value: Text(c)}
		}
		return w.SetRow(fmt.Sprintf("A%d", n), row)
	}
	if err := put(1, t.Head); err != nil {
		return fault(err)
	}
	for i, r := range t.Rows {
		if err := put(i+2, r); err != nil {
			return fault(err)
		}
	}
	for i, s := range []string{t.foot(), mark} {
		if err := put(len(t.Rows)+2+i, []string{s}); err != nil {
			return fault(err)
		}
	}
	if err := w.Flush(); err != nil {
		return fault(err)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		return fault(err)
	}
	return out.Bytes(), nil
}

// Text makes what somebody wrote a cell that stays text also where the file is saved as CSV and
// opened again: what a program could take for a formula gets an apostrophe in front, control
// characters become spaces, and a cell has maxCell characters at most (OWASP: CSV injection).
func Text(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
	if n := []rune(s); len(n) > maxCell {
		s = string(n[:maxCell-1]) + "…"
	}
	if first := strings.TrimLeft(s, " \u3000\u00a0"); first != "" && strings.ContainsRune("=+-@\uff1d\uff0b\uff0d\uff20|%", []rune(first)[0]) {
		return "'" + s
	}
	return s
}
