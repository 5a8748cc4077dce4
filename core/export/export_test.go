package export_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/xuri/excelize/v2"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/depstest"
	"lianou/core/export"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/registry"
	"lianou/core/seal"
	"lianou/core/staff"
	"lianou/core/tables"
)

type world struct {
	t       *testing.T
	env     *pgtest.Env
	exports *export.Exports
	people  map[string]staff.Person
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, env: pgtest.New(t), people: map[string]staff.Person{}}
	keys, err := seal.NewKeys(seal.SM4)
	w.must(err)
	log := audit.New(keys.Platform.Ring)
	regions, err := registry.EmbeddedRegions()
	w.must(err)
	db := w.env.DB(pgtest.Platform)
	accounts, err := staff.New(t.Context(), staff.Config{DB: db, Log: log, Expand: regions.Expand, Light: true})
	w.must(err)
	full := export.Deps{DB: db, Ring: keys.Platform.Ring, Audit: log}
	depstest.Whole(t, full, export.New)
	w.exports, err = export.New(full)
	w.must(err)
	for login, a := range map[string]struct {
		role staff.Role
		at   core.RegionCode
	}{"one": {staff.Officer, "371426104"}, "two": {staff.Approver, "371426104"}, "county": {staff.County, "371426"}, "other": {staff.Officer, "371426105"}, "payer": {staff.Payer, core.DezhouCity}} {
		w.must(db.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
			id, err := accounts.Create(ctx, tx, audit.Actor{Kind: "operator"}, staff.Account{Login: login, Name: login, Roles: []staff.Role{a.role}, Regions: []core.RegionCode{a.at}, Password: "a long sentence"})
			if err != nil {
				return err
			}
			w.people[login], err = accounts.Person(ctx, tx, id)
			return err
		}))
	}
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) make(who string, n int) export.File {
	w.t.Helper()
	t := export.Table{Kind: export.Cases, For: export.Check, Name: "试", Head: []string{"回执号", "号"}, HasSum: true, Sum: core.Yuan(int64(n))}
	for i := range n {
		t.Rows = append(t.Rows, []string{fmt.Sprintf("%010d", i), "371424196303150028"})
		t.IDs = append(t.IDs, int64(i))
	}
	f, err := w.exports.Make(w.t.Context(), w.people[who], t)
	w.must(err)
	return f
}

// cells are what a cell of ours must never become, and what it is.
var cells = map[string]string{
	"=1+1": "'=1+1", "+86 139": "'+86 139", "-2+3": "'-2+3", "@SUM(A1)": "'@SUM(A1)", "\t=1": "' =1", "  =1": "'  =1", "\r=1": "' =1",
	"\uff1d1+1": "'\uff1d1+1", "=HYPERLINK(\"http://x\")": "'=HYPERLINK(\"http://x\")", "371424196303150028": "371424196303150028",
	"0000000017": "0000000017", "1e5": "1e5", "李秀英": "李秀英", "a=1": "a=1", "": "",
}

// A file is opened again by two readers: every cell is text, none is a formula, 18 digits are 18
// digits, the rows and the sum are those that were said, and its bytes have the digest.
//
// Controls: Text that gives the string back; cells written as numbers where they look like one;
// Take that gives other bytes.
func TestTheFileOpensAsText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := export.Table{Kind: export.Cases, For: export.Check, Name: "试", Head: []string{"甲", "乙"}, HasSum: true, Sum: 123456}
	var want []string
	for was, is := range cells {
		in.Rows = append(in.Rows, []string{was, "371424196303150028"})
		want = append(want, is)
	}
	f, err := w.exports.Make(t.Context(), w.people["one"], in)
	w.must(err)
	_, raw, err := w.exports.Take(t.Context(), w.people["one"], f.ID)
	w.must(err)
	if sum := sha256.Sum256(raw); hex.EncodeToString(sum[:]) != f.Digest || f.Rows != len(cells) {
		t.Errorf("the bytes have another digest than %s, or %d rows are not %d", f.Digest, f.Rows, len(cells))
	}
	book, err := excelize.OpenReader(bytes.NewReader(raw))
	w.must(err)
	defer book.Close()
	for i := range want {
		for column, want := range map[string]string{"A": want[i], "B": "371424196303150028"} {
			cell := fmt.Sprintf("%s%d", column, i+2)
			formula, err := book.GetCellFormula("Sheet1", cell)
			w.must(err)
			kind, err := book.GetCellType("Sheet1", cell)
			w.must(err)
			got, err := book.GetCellValue("Sheet1", cell)
			w.must(err)
			if formula != "" || got != want || kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
				t.Errorf("%s is %q of type %d, formula %q, want the text %q", cell, got, kind, formula, want)
			}
		}
	}
	look, err := tables.Look(t.Context(), bytes.NewReader(raw), int64(len(raw)))
	w.must(err)
	rows, err := look.Rows()
	w.must(err)
	defer rows.Close()
	n, foot, last := 0, "", ""
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		w.must(err)
		if row.Fault != nil {
			t.Errorf("row %d: %+v", row.Number, row.Fault)
		}
		for _, c := range row.Cells {
			if c.Kind == tables.Number {
				t.Errorf("row %d has the number %s", row.Number, c.Text)
			}
		}
		n, foot, last = n+1, last, row.Cells[0].Text
	}
	if want := fmt.Sprintf("共 %d 行,合计 1,234.56 元", len(cells)); foot != want || n < len(cells)+2 {
		t.Errorf("%d rows, the foot says %q, want %q", n, foot, want)
	}
	if want := "one " + f.Made.In(core.China).Format("2006-01-02 15:04") + " 导出,用途:逐户核对。"; last != want {
		t.Errorf("its mark is %q, want %q", last, want)
	}
}

// More than a hundred rows leave on two people's word, by the database as well; nobody else knows
// of the file, and what it was stands in the log at every step.
//
// Controls: wantsTwo by the rows of one file; Take without covers; Take without Waits; sees without Covers; Agree without the look at its maker.
func TestManyRowsTakeTwo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	small, large := w.make("one", export.FreeRows), w.make("one", export.FreeRows+1)
	moved := w.people["one"]
	moved.Regions = []core.RegionCode{"371426105"}
	if _, _, err := w.exports.Take(ctx, moved, small.ID); !errors.Is(err, export.ErrNone) {
		t.Errorf("taken by who has another township by now: %v", err)
	}
	if _, _, err := w.exports.Take(ctx, w.people["one"], small.ID); err != nil {
		t.Errorf("a hundred rows: %v", err)
	}
	if more := w.make("one", 1); !more.Waits() {
		t.Error("the hundred and first row of a week leaves on one person's word")
	}
	if other := w.make("two", 1); other.Waits() {
		t.Error("somebody else's week is counted")
	}
	if _, _, err := w.exports.Take(ctx, w.people["one"], large.ID); !errors.Is(err, export.ErrWaits) {
		t.Errorf("taken by one person: %v", err)
	}
	if err := w.exports.Agree(ctx, w.people["one"], large.ID, large.Digest); !errors.Is(err, export.ErrSelf) {
		t.Errorf("agreed by its maker: %v", err)
	}
	for _, who := range []string{"other", "payer"} {
		if err := w.exports.Agree(ctx, w.people[who], large.ID, large.Digest); !errors.Is(err, export.ErrNone) {
			t.Errorf("agreed by %s: %v", who, err)
		}
		if _, err := w.exports.Get(ctx, w.people[who], large.ID); !errors.Is(err, export.ErrNone) {
			t.Errorf("%s knows of it: %v", who, err)
		}
		if list, err := w.exports.List(ctx, w.people[who]); err != nil || len(list) != 0 {
			t.Errorf("%s lists %d, %v", who, len(list), err)
		}
	}
	if err := w.exports.Agree(ctx, w.people["two"], large.ID, small.Digest); !errors.Is(err, export.ErrDone) {
		t.Errorf("agreed to other bytes: %v", err)
	}
	if list, err := w.exports.List(ctx, w.people["county"]); err != nil || len(list) != 2 || list[1].ID != large.ID {
		t.Errorf("the county's list: %+v, %v", list, err)
	}
	c, err := pgx.Connect(ctx, w.env.Superuser())
	w.must(err)
	defer c.Close(context.Background())
	for constraint, sql := range map[string]string{"export_yes": `update export_file set taken = 1 where rows > 100`, "export_two": `update export_file set agreed_by = made_by, agreed = now()`,
		"export_stays": `update export_file set sealed = 'x'`} {
		if _, err := c.Exec(ctx, sql); pg.Constraint(err) != constraint {
			t.Errorf("%s: %v", sql, err)
		}
	}
	w.must(w.exports.Agree(ctx, w.people["county"], large.ID, large.Digest))
	if _, _, err := w.exports.Take(ctx, w.people["two"], large.ID); !errors.Is(err, export.ErrNone) {
		t.Errorf("taken by somebody else: %v", err)
	}
	if _, raw, err := w.exports.Take(ctx, w.people["one"], large.ID); err != nil || len(raw) == 0 {
		t.Errorf("taken after two people's word: %v", err)
	}
	var acts string
	w.must(c.QueryRow(ctx, `select string_agg(act, ' ' order by id) from audit_entry where subject = 'export:' || $1`, fmt.Sprint(large.ID)).Scan(&acts))
	if acts != "export.made export.agreed export.taken" {
		t.Errorf("the log has %q", acts)
	}
	w.env.Advance(export.Keep)
	if _, _, err := w.exports.Take(ctx, w.people["one"], large.ID); !errors.Is(err, export.ErrOver) {
		t.Errorf("after seven days: %v", err)
	}
	w.make("one", 1)
	var kept int
	w.must(c.QueryRow(ctx, `select count(*) from export_file where sealed is not null`).Scan(&kept))
	if kept != 1 {
		t.Errorf("the bytes of %d files are kept", kept)
	}
}

// What is too much is said and not cut, what is empty is no file, and nobody makes another's kind.
//
// Control: check without the bound.
func TestBounds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	many := export.Table{Kind: export.Cases, For: export.Above, Name: "试", Head: []string{"甲"}}
	if _, err := w.exports.Make(t.Context(), w.people["one"], many); !errors.Is(err, export.ErrEmpty) {
		t.Errorf("of nothing: %v", err)
	}
	for range export.MaxRows + 1 {
		many.Rows = append(many.Rows, []string{"x"})
	}
	if _, err := w.exports.Make(t.Context(), w.people["one"], many); core.KindOf(err) != core.KindInvalid || !strings.Contains(core.Known(err).Say, "5,000 行") {
		t.Errorf("of %d rows: %v", len(many.Rows), err)
	}
	many.Rows = many.Rows[:1]
	for _, wrong := range []export.Purpose{"", "家里用"} {
		many.For = wrong
		if _, err := w.exports.Make(t.Context(), w.people["one"], many); !errors.Is(err, export.ErrPurpose) {
			t.Errorf("for %q: %v", wrong, err)
		}
	}
	many.For = export.Above
	if _, err := w.exports.Make(t.Context(), w.people["payer"], many); core.KindOf(err) != core.KindForbidden {
		t.Errorf("a payer's list of cases: %v", err)
	}
}

// A second person's no takes the file away at once, by the database as well: nobody fetches it, and
// nobody says yes to it any more. Its maker says no to nothing of their own.
//
// Controls: Decline that keeps the bytes; Take without the look at Declined; waiting without its maker.
func TestANoTakesTheFileAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, f := t.Context(), w.make("one", export.FreeRows+1)
	if err := w.exports.Decline(ctx, w.people["one"], f.ID, f.Digest); !errors.Is(err, export.ErrSelf) {
		t.Errorf("declined by its maker: %v", err)
	}
	if err := w.exports.Decline(ctx, w.people["other"], f.ID, f.Digest); !errors.Is(err, export.ErrNone) {
		t.Errorf("declined from another place: %v", err)
	}
	w.must(w.exports.Decline(ctx, w.people["two"], f.ID, f.Digest))
	if err := w.exports.Agree(ctx, w.people["county"], f.ID, f.Digest); !errors.Is(err, export.ErrDone) {
		t.Errorf("agreed after a no: %v", err)
	}
	if _, _, err := w.exports.Take(ctx, w.people["one"], f.ID); !errors.Is(err, export.ErrNo) {
		t.Errorf("taken after a no: %v", err)
	}
	if now, err := w.exports.Get(ctx, w.people["one"], f.ID); err != nil || now.Declined != w.people["two"].ID || !now.Over {
		t.Errorf("its maker sees %+v, %v", now, err)
	}
	if list, err := w.exports.List(ctx, w.people["county"]); err != nil || len(list) != 0 {
		t.Errorf("it still waits for the county: %+v, %v", list, err)
	}
	c, err := pgx.Connect(ctx, w.env.Superuser())
	w.must(err)
	defer c.Close(context.Background())
	for _, sql := range []string{`update export_file set declined_by = null, declined = null`, `update export_file set agreed_by = declined_by, agreed = now()`} {
		if _, err := c.Exec(ctx, sql); pg.Constraint(err) != "export_stays" && pg.Constraint(err) != "export_no" {
			t.Errorf("%s: %v", sql, err)
		}
	}
	var acts string
	w.must(c.QueryRow(ctx, `select string_agg(act, ' ' order by id) from audit_entry where subject = 'export:' || $1`, fmt.Sprint(f.ID)).Scan(&acts))
	if acts != "export.made export.declined" {
		t.Errorf("the log has %q", acts)
	}
}
