package tables_test

import (
	"bytes"
	"runtime"
	"strconv"
	"testing"
	"unicode/utf8"

	"lianou/core"
	"lianou/core/tables"
)

func itoa(n int) string { return strconv.Itoa(n) }

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// Whatever bytes come: no panic, errors of a kind with a sentence, rows that count
// upwards, and cells that are text within the limits.
func FuzzRead(f *testing.F) {
	f.Add([]byte("a,b\n1,2\n"))
	f.Add([]byte("\xef\xbb\xbf姓名;村\n\"x"))
	f.Add([]byte("\xff\xfea\x00,\x00b\x00\n\x00"))
	f.Add([]byte("\xd0\xd5\xc3\xfb\t\xb4\xe5\n"))
	f.Add(bomb(f, `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>1</v></c>`, "</row>", 1))
	f.Add(bomb(f, `<worksheet><sheetData><row><c r="C1"><v>3.7E+17</v></c></row>`, "<row r='9'/>", 1))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := tables.Look(t.Context(), bytes.NewReader(b), int64(len(b)))
		if err != nil {
			wantSentence(t, err)
			return
		}
		rows, err := file.Rows()
		if err != nil {
			wantSentence(t, err)
			return
		}
		defer rows.Close()
		for last := 0; ; {
			row, err := rows.Next()
			if err != nil {
				return
			}
			if row.Number <= last {
				t.Fatalf("row %d after %d", row.Number, last)
			}
			last = row.Number
			for _, c := range row.Cells {
				if row.Fault == nil && (!utf8.ValidString(c.Text) || len(c.Text) > tables.MaxCell) {
					t.Fatalf("row %d: a cell that is no text", row.Number)
				}
			}
		}
	})
}

func wantSentence(t *testing.T, err error) {
	t.Helper()
	if known := core.Known(err); known.Kind == core.KindInternal || known.Say == "" {
		t.Fatalf("no sentence for %v", err)
	}
}
