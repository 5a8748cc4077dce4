package tables_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"lianou/core"
	"lianou/core/tables"
)

func look(t testing.TB, b []byte) *tables.File {
	t.Helper()
	f, err := tables.Look(t.Context(), bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// all reads a table to its end: "number: cell|cell", or "number! column code".
func all(t testing.TB, f *tables.File) ([]string, error) {
	t.Helper()
	rows, err := f.Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			if _, again := rows.Next(); !errors.Is(again, io.EOF) {
				t.Errorf("behind the end: %v", again)
			}
			return out, nil
		}
		if err != nil {
			return out, err
		}
		line := itoa(row.Number)
		if row.Fault != nil {
			out = append(out, line+"! "+itoa(row.Fault.Column)+" "+string(row.Fault.Code))
			continue
		}
		var cells []string
		for _, c := range row.Cells {
			s := c.Text
			if c.Kind == tables.Number {
				s = "#" + s
			}
			cells = append(cells, s)
		}
		out = append(out, line+": "+strings.Join(cells, "|"))
	}
}

// A CSV file says the same in every encoding and with every separator.
//
// Controls: encoding() that takes everything for UTF-8 (GB18030: every row "encoding");
// bom 0 (the first heading is another one); sniffComma left out (one cell a row).
func TestCSVReads(t *testing.T) {
	t.Parallel()
	const plain = "姓名,村\r\n\"赵,大\",东街\n\n钱二,西街\n"
	want := []string{"1: 姓名|村", "2: 赵,大|东街", "3: 钱二|西街"}
	gb := func(s string) []byte { b, _ := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s)); return b }
	wide, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(plain))
	semicolons, tabs := "姓名;村\n\"赵,大\";东街\n钱二;西街\n", "姓名\t村\n赵,大\t东街\n钱二\t西街\n"
	for name, c := range map[string]struct {
		content  []byte
		encoding string
		comma    rune
	}{
		"plain":             {[]byte(plain), tables.UTF8, ','},
		"with a mark":       {[]byte("\ufeff" + plain), tables.UTF8, ','},
		"GB18030":           {gb(plain), tables.GB18030, ','},
		"semicolons":        {[]byte(semicolons), tables.UTF8, ';'},
		"GB18030 with tabs": {gb(tabs), tables.GB18030, '\t'},
		"UTF-16":            {wide, tables.UTF16, ','},
	} {
		f := look(t, c.content)
		got, err := all(t, f)
		if f.Encoding != c.encoding || f.Comma != c.comma || err != nil || cmp.Diff(want, got) != "" {
			t.Errorf("%s: %s %q %v %s", name, f.Encoding, f.Comma, err, cmp.Diff(want, got))
		}
	}
}

// Chinese that does not begin before the second buffer is still seen.
// Control: Look that judges by its first 64 KiB.
func TestEncodingSeenAtTheEnd(t *testing.T) {
	t.Parallel()
	late, _ := simplifiedchinese.GB18030.NewEncoder().String("赵大\n")
	f := look(t, []byte("name\n"+strings.Repeat("zhao\n", 200_000)+late))
	if f.Encoding != tables.GB18030 {
		t.Errorf("taken for %s", f.Encoding)
	}
	whole := look(t, []byte("name\n"+strings.Repeat("赵大\n", 200_000)+"\xff\n"))
	if whole.Encoding != tables.UTF8 {
		t.Errorf("a broken byte makes it %s", whole.Encoding)
	}
}

// What is wrong with a row is told with row and column, and the next one is read.
// Controls: each case of textFault left out; Columns in row() left out (values move
// under other headings in silence); the meter without a limit (the memory of one row).
func TestCSVFaults(t *testing.T) {
	t.Parallel()
	f := look(t, []byte("a,b\n1,2,3\n1,\x00\n赵\xff,\n"+strings.Repeat("x", 4001)+",1\n1,\"x\"y\nok,ok\nok,ok,,\n"+
		strings.Repeat(",", 300)+"\n赵赵赵赵,"+strings.Repeat("y", 200_000)+"\nnever,read\n"))
	got, err := all(t, f)
	want := []string{"1: a|b", "2! 3 columns", "3! 2 nul", "4! 1 encoding", "5! 1 cell_long", "6! 0 quote", "7: ok|ok", "8: ok|ok||", "9! 257 columns", "10! 0 row_long"}
	if d := cmp.Diff(want, got); d != "" || core.KindOf(err) != core.KindTooLarge {
		t.Errorf("%v %s", err, d)
	}
}

// A workbook that another program wrote: texts shared and in place, numbers, dates as
// numbers, a formula by its value, one that fails, a hidden first sheet, holes.
//
// Controls: typed() without "e"; number() that writes every number as a whole (the
// identity number looks like a text); readBook that takes the first sheet.
func TestBookReads(t *testing.T) {
	t.Parallel()
	b := excelize.NewFile()
	try := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := b.NewSheet("名单")
	try(err)
	try(b.SetCellStr("Sheet1", "A1", "hidden"))
	b.SetActiveSheet(1)
	try(b.SetSheetVisible("Sheet1", false))
	for cell, v := range map[string]any{"A1": "姓名", "B1": "号", "C1": "日期", "D1": "数", "A2": "赵大", "B2": "37142619600101111X", "C2": 45352, "D2": 12.5,
		"A3": "钱二", "B3": 372401195001010123.0, "D3": true, "A5": "孙三"} {
		try(b.SetCellValue("名单", cell, v))
	}
	try(b.SetCellRichText("名单", "C5", []excelize.RichTextRun{{Text: "东"}, {Text: "街"}}))
	var out bytes.Buffer
	try(b.Write(&out))
	got, err := all(t, look(t, patch(t, out.Bytes(), `<c r="A5"`, `<c r="A4" t="e"><f>1/0</f><v>#DIV/0!</v></c></row><row r="5"><c r="A5"`)))
	want := []string{"1: 姓名|号|日期|数", "2: 赵大|37142619600101111X|#45352|#12.5", "3: 钱二|#372401195001010000||TRUE", "4! 1 formula", "5: 孙三||东街"}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%v %s", err, d)
	}
}

// Shared texts come back as they were, also where they begin a new block.
// Control: at() without the step to the block's beginning.
func TestSharedTexts(t *testing.T) {
	t.Parallel()
	b := excelize.NewFile()
	want := []string{}
	for i := range 900 {
		s := strings.Repeat(string(rune('a'+i%26)), 1+i*7%3900) + itoa(i)
		if i%50 == 9 {
			s = ""
		}
		want = append(want, s)
		if err := b.SetCellStr("Sheet1", "B"+itoa(i+1), s); err != nil {
			t.Fatal(err)
		}
		if err := b.SetCellStr("Sheet1", "A"+itoa(i+1), "x"); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := b.Write(&out); err != nil {
		t.Fatal(err)
	}
	got, err := all(t, look(t, out.Bytes()))
	if err != nil || len(got) != len(want) {
		t.Fatalf("%d rows, %v", len(got), err)
	}
	for i, line := range got {
		if line != itoa(i+1)+": x|"+want[i] {
			t.Fatalf("row %d: %.40q", i+1, line)
		}
	}
}

// patch changes the last sheet of a workbook.
func patch(t *testing.T, book []byte, old, with string) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(f.Name, "sheet2.xml") {
			content = []byte(strings.Replace(string(content), `<row r="5"`, `<row r="4"`, 1))
			content = []byte(strings.Replace(string(content), old, with, 1))
		}
		p, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// bomb is a workbook whose sheet is one part that unpacks to about n bytes.
func bomb(t testing.TB, begin, unit string, n int) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, part := range [][2]string{
		{"xl/workbook.xml", `<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet r:id="x"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="x" Type="t" Target="s.xml"/></Relationships>`},
		{"xl/s.xml", begin},
	} {
		p, err := w.Create(part[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(p, part[1]); err != nil {
			t.Fatal(err)
		}
		if part[0] == "xl/s.xml" {
			block := []byte(strings.Repeat(unit, 1+(1<<16)/len(unit)))
			for left := n; left > 0; left -= len(block) {
				if _, err := p.Write(block); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A part that unpacks to far more than a row may be is stopped there, whether it is
// one text, one row, or no row at all.
// Control: the meter without a limit: 200 MB are gathered in memory.
func TestBombsAreStopped(t *testing.T) {
	t.Parallel()
	for name, b := range map[string][]byte{
		"one text":  bomb(t, `<worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>`, "A", 100<<20),
		"one row":   bomb(t, `<worksheet><sheetData><row r="1">`, `<c><v>1</v></c>`, 100<<20),
		"no row":    bomb(t, `<worksheet>`, `<col/>`, 100<<20),
		"attribute": bomb(t, `<worksheet><sheetData><row r="`, "1", 100<<20),
	} {
		before := allocated()
		_, err := all(t, look(t, b))
		if core.KindOf(err) != core.KindTooLarge && core.KindOf(err) != core.KindInvalid || err == nil {
			t.Errorf("%s: %v", name, err)
		}
		if more := allocated() - before; more > 40<<20 {
			t.Errorf("%s: %d MB were allocated", name, more>>20)
		}
	}
}

// What is no table is refused with a sentence.
func TestNoTable(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{"empty": "", "old workbook": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more", "other archive": "PK\x03\x04nonsense"} {
		f, err := tables.Look(t.Context(), strings.NewReader(content), int64(len(content)))
		if err == nil {
			_, err = all(t, f)
		}
		if known := core.Known(err); known.Kind == core.KindInternal || known.Say == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
