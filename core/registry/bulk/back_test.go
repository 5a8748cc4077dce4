package bulk_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/xuri/excelize/v2"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/registry"
	"lianou/core/registry/bulk"
	"lianou/core/tables"
	"lianou/core/wording"
)

// The refusal file holds the row as it came, in a form no spreadsheet computes or
// makes a figure of, and comes in again once it is mended.
//
// Controls: quoteAll that gives its cells back ("=cmd" stands bare); addedHeads not
// ignored ("行号 不认识"); textMark not taken away ("身份证号不对").
func TestRefusalFileGoesBackAndForth(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	number := id("19600101", 111)
	order := o.order(head + line("=cmd|' /C calc'!A0", number, "H1", "户主") + line("赵大", number, "00100", "@户主"))
	order.Refused = &bulk.RefusalFile{Path: filepath.Join(t.TempDir(), "refused.csv")}
	res, err := o.imp.Run(t.Context(), order)
	must(t, err)
	b, err := os.ReadFile(order.Refused.Path)
	must(t, err)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(b), "\ufeff"))).ReadAll()
	must(t, err)
	if res.Refused != 2 || len(rows) != 3 || rows[1][0] != "'=cmd|' /C calc'!A0" || rows[1][1] != "'"+number || rows[2][3] != "'@户主" {
		t.Fatalf("%+v %q", res, rows)
	}
	for _, line := range rows {
		for _, cell := range line {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
				t.Errorf("a spreadsheet computes %q", cell)
			}
		}
	}
	info, err := os.Stat(order.Refused.Path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the refusal file: %v %v", info.Mode(), err)
	}
	mended := strings.NewReplacer("'=cmd|' /C calc'!A0", "赵小", "'@户主", "户主").Replace(string(b))
	mended = strings.Replace(mended, "'"+number, "'"+id("19900101", 113), 1)
	if res, bad := o.bring(o.order(mended)); res.People != 2 {
		t.Errorf("mended: %+v %q", res, bad)
	}
}

// A workbook: an identity number that became a figure is refused with how to mend the
// column; a day that is a figure is a day.
// Control: number() of core/tables that writes every figure as a whole.
func TestPeopleFromWorkbook(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	b := excelize.NewFile()
	for i, row := range [][]any{
		{"姓名", "身份证号", "户号", "区划代码", "入户日期"},
		{"赵大", id("19600101", 111), 7, 371426104200, 45352},
		{"钱二", 371426196202021220.0, 8, "371426104200", "2024/3/1"},
	} {
		for n, v := range row {
			cell, err := excelize.CoordinatesToCellName(n+1, i+1)
			must(t, err)
			must(t, b.SetCellValue("Sheet1", cell, v))
		}
	}
	var out bytes.Buffer
	must(t, b.Write(&out))
	order := o.order(head)
	order.File = look(t, out.Bytes())
	res, bad := o.bring(order)
	if res.People != 1 || len(bad) != 1 || bad[0][0] != "3" || bad[0][1] != "身份证号" || !strings.Contains(bad[0][3], "设成“文本”格式") {
		t.Errorf("%+v %q", res, bad)
	}
	if n := o.count(`select count(*) from membership where since = '2024-03-01'`); n != 1 {
		t.Errorf("%d moved in on 1 March", n)
	}
}

// enrol brings somebody in as a desk does.
func (o office) enrol(number, name string) {
	o.t.Helper()
	must(o.t, o.env.DB(pgtest.Import).Tx(o.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		parsed, err := core.ParseID(number, tx.Today())
		must(o.t, err)
		people, homes, err := o.reg.NumberPeople(ctx, tx, 1, 1)
		must(o.t, err)
		sealed, err := o.reg.Seal([]registry.NewHousehold{{ID: homes[0], Live: core.Place{Region: "371426104200"}, Since: tx.Today(),
			Members: []registry.NewPerson{{ID: people[0], Ref: "m", Name: name, IDNumber: parsed, Birth: parsed.Birth(), Sex: "male"}}}}, tx.Now())
		must(o.t, err)
		return o.reg.Load(ctx, tx, sealed)
	}))
}

// Somebody who is enrolled at a desk while the file is looked at is met again, and
// nobody stands twice.
// Control: leave out matchAgain (the run ends with exists_already).
func TestEnrolledMeanwhile(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	number := id("19600101", 111)
	order := o.order(head + line("赵大", number, "H1", "户主") + line("钱二", id("19620202", 122), "H1", "妻") + line("孙三", id("19700303", 113), "H2", "户主"))
	before := o.count(`select count(*) from person`)
	order.Progress = func(p bulk.Progress) {
		if p.Phase != "check" {
			return
		}
		o.enrol(number, "赵大")
	}
	res, bad := o.bring(order)
	if res.People != 2 || res.Known != 1 || len(bad) > 0 || o.count(`select count(*) from person`) != before+3 {
		t.Errorf("%+v %q", res, bad)
	}
	if n := o.count(`select count(*) from (select household from membership where until is null group by household having count(*) = 2 and bool_or(ref = 'm1')) x`); n != 1 {
		t.Errorf("the wife does not live with her husband (%d)", n)
	}
}

// Who turns out to be somebody else while the file is looked at is refused once, also when
// the transaction that says so lost a race and was run again.
// Control: refuseLate that counts in the run's state ("2 are refused").
func TestRefusedLateOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	number := id("19600101", 111)
	order := o.order(head + line("赵大", number, "H1", "户主") + line("孙三", id("19700303", 113), "H2", "户主"))
	order.Progress = func(p bulk.Progress) {
		if p.Phase == "check" {
			o.enrol(number, "赵二")
			o.env.LoseRaceOver("bulk_refusal")
		}
	}
	if res, bad := o.bring(order); res.Refused != 1 || res.People != 1 || len(bad) != 1 {
		t.Errorf("%d are refused: %+v %q", res.Refused, res, bad)
	}
}

// A file that cannot be read any more when the refused rows are written gives none: whoever
// mends them must not find them without their cells.
// Control: any error of a row taken for the end of the file ("rows went back without their cells").
func TestRefusedRowsAreNeverEmptied(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	content := head + line("赵大", "1", "H1", "户主") + line("钱二", "2", "H2", "户主")
	source := &failing{Reader: bytes.NewReader([]byte(content))}
	file, err := tables.Look(t.Context(), source, int64(len(content)))
	must(t, err)
	order := o.order(content)
	order.File, order.Refused = file, &bulk.RefusalFile{Path: filepath.Join(t.TempDir(), "refused.csv")}
	order.Progress = func(p bulk.Progress) { source.fails.Store(p.Phase == "check" || source.fails.Load()) }
	if _, err := o.imp.Run(t.Context(), order); err == nil {
		b, err := os.ReadFile(order.Refused.Path)
		t.Errorf("rows went back without their cells: %s (%v)", b, err)
	}
}

// failing is a file whose disk goes.
type failing struct {
	*bytes.Reader
	fails atomic.Bool
}

func (f *failing) ReadAt(b []byte, at int64) (int, error) {
	if f.fails.Load() {
		return 0, errors.New("input/output error")
	}
	return f.Reader.ReadAt(b, at)
}

// No number, name or place gets into an error or the log.
// Control: wrap the row into fault().
func TestErrorsAreSilent(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	number := id("19600101", 111)
	for _, content := range []string{
		head + line("赵大", number, "H1", "户主") + strings.Repeat("x", 300_000),
		"姓名,身份证号," + number + "\n",
		"姓名,身份证号,姓名\n赵大," + number,
	} {
		_, err := o.imp.Run(t.Context(), o.order(content))
		if err == nil || strings.Contains(err.Error(), number) || strings.Contains(err.Error(), "赵大") {
			t.Errorf("%v", err)
		}
	}
	if n := o.count(`select count(*) from audit_entry where subject like '%' || $1 || '%'`, number); n != 0 {
		t.Error("a number in the log")
	}
}

// A cell that holds another separator is one cell in every spreadsheet: one that parts at
// semicolons, or at tabs, would begin a cell, and a formula, where nobody wrote one (P27).
// Control: lines written by encoding/csv, which quotes for commas alone.
func TestRefusedCellsAreNotParted(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	order := o.order(head + line("赵大;=1+1", "1", "H1", "户主\t@SUM(A1)"))
	order.Refused = &bulk.RefusalFile{Path: filepath.Join(t.TempDir(), "refused.csv")}
	_, err := o.imp.Run(t.Context(), order)
	must(t, err)
	b, err := os.ReadFile(order.Refused.Path)
	must(t, err)
	for _, comma := range ";\t" {
		r := csv.NewReader(bytes.NewReader(b))
		r.Comma, r.LazyQuotes, r.FieldsPerRecord = comma, true, -1
		rows, err := r.ReadAll()
		must(t, err)
		for _, row := range rows {
			for _, cell := range row {
				if cell != "" && strings.ContainsAny(cell[:1], "=+-@") {
					t.Errorf("parted at %q a spreadsheet computes %q", comma, cell)
				}
			}
		}
	}
}

// A refusal file that comes back mended is not a file of which too much is wrong: with two rows,
// one mended, that one comes in and the other comes back once more, in a file of the sender's
// columns and the four, not of eight. Where nothing may be refused, nothing is written of it.
//
// Red, as it was: "Held:true", and "行号,列,原因,怎么改,行号,列,原因,怎么改".
func TestAMendedRefusalFileComesIn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	path := filepath.Join(t.TempDir(), "refused.csv")
	bring := func(content string, most int) (bulk.Result, string) {
		t.Helper()
		order := o.order(content)
		order.MaxRefused, order.Refused = most, &bulk.RefusalFile{Path: path}
		res, err := o.imp.Run(t.Context(), order)
		must(t, err)
		b, err := os.ReadFile(path)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		return res, string(b)
	}
	// One of the sender's own columns is called as one of the four.
	own := strings.Replace(head, "村", "村,原因", 1)
	row := func(name, number, home string) string {
		return strings.TrimSuffix(line(name, number, home, "户主"), "\n") + ",新迁入\n"
	}
	_, first := bring(own+row("赵大", "1", "H1")+row("钱二", "2", "H2"), 100)
	mended := strings.Replace(first, ",1,", ","+id("19600101", 111)+",", 1)
	if mended == first {
		t.Fatalf("nothing to mend: %q", first)
	}
	if res, _ := bring(mended, -1); !res.Held || res.People != 0 {
		t.Errorf("where nothing may be refused: %+v", res)
	}
	res, again := bring(mended, 5)
	if res.Held || res.People != 1 || res.Refused != 1 {
		t.Errorf("one of two mended: %+v", res)
	}
	lines := strings.Split(again, "\r\n")
	if want := "\ufeff" + strings.TrimSpace(own) + ",行号,列,原因,怎么改"; lines[0] != want {
		t.Errorf("the next refusal file begins %q, want %q", lines[0], want)
	}
	if len(lines) != 3 || !strings.HasPrefix(lines[1], "钱二,2,H2,户主,,平原县,王庙镇,"+village+",新迁入,3,身份证号,身份证号不对,") {
		t.Errorf("the row that is wrong still: %q", lines[1:])
	}
	if res, _ := bring(strings.Replace(again, ",2,", ","+id("19620202", 122)+",", 1), 5); res.People != 1 || res.Refused != 0 {
		t.Errorf("both mended: %+v", res)
	}
}

// Who brings a file in speaks as a department and as nobody else: what two visitors saw or
// two people decided has doors of its own.
// Control: check that takes any word, "decision:7: brought in"; one that takes any department,
// as it was ("registry:disabilty: brought in").
func TestAFileIsNobodysDecision(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, source := range []string{"", "change:7", "visit:3", "decision:7", "officer:7", "citizen", "registry:", "registry:A B", "registry:x:y:z", "registry:disabilty", "registry:x:371426"} {
		order := o.order(head + line("赵大", id("19600101", 111), "H1", "户主"))
		order.Source = source
		if res, err := o.imp.Run(t.Context(), order); core.KindOf(err) != core.KindInvalid {
			t.Errorf("%s: brought in, %+v, %v", source, res, err)
		} else if say := saying(err); !strings.Contains(say, "registry:disability(残联)") || !strings.Contains(say, "registry:population(公安户籍)") {
			t.Errorf("%s: which are there is not said: %s", source, say)
		}
	}
	order := o.order("户号,家庭年收入\nH1,9600\n")
	order.Kind, order.Source, order.Numbers = bulk.Facts, "registry:means:371426", "registry:populaton"
	if _, err := o.imp.Run(t.Context(), order); core.Known(err).Field != "numbers" {
		t.Errorf("numbers of nobody: %v", err)
	}
	for _, k := range wording.Keepers() { // each is shown by name
		if got := wording.Record(core.Provenance{Said: "registry:" + k.Kind}); got != k.Name+"的记录" {
			t.Errorf("%s is shown as %q", k.Kind, got)
		}
	}
}
