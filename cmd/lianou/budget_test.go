package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/seal"
)

// A table of budget lines is entered as a whole in one payer's name, and counts for nothing
// until another confirms; a row that is wrong keeps the whole table out, and says its number.
// The same table twice is refused by its papers.
//
// Controls: load without the faults ("a bad table leaves 1 rows"); EnterBudget on a line of its
// own for each row ("2 lines, want 1").
func TestABudgetIsLoadedAsAWhole(t *testing.T) {
	t.Parallel()
	keys, err := seal.NewKeys(seal.SM4)
	if err != nil {
		t.Fatal(err)
	}
	log := audit.New(keys.Platform.Ring)
	b := till{people: people{ctx: t.Context(), db: pgtest.New(t).DB(pgtest.Platform), log: log}, lines: payout.NewBudgets(log)}
	if b.regions, err = registry.EmbeddedRegions(); err != nil {
		t.Fatal(err)
	}
	books, err := policy.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	load := func(text string) error {
		t.Helper()
		path := filepath.Join(t.TempDir(), "budget.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		rows, err := readBudget(t.Context(), path)
		if err != nil {
			return err
		}
		return b.load(7, books, rows)
	}
	lines := func() (list []payout.Budget) {
		t.Helper()
		err := b.db.Read(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
			list, err = b.lines.BudgetLines(ctx, tx, 2026)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	const head = "年份,地方,事项,来源,金额,文号\n"
	for text, want := range map[string]string{
		"年份,地方,事项,来源,金额\n2026,平原县,低保,县级,5\n": "表头少一列「文号」",
		head: "没有一行预算",
		head + "2026,平原县,低保,县级,100,甲\n2026,平远县,低保,县级,5,乙\n":    "第 3 行:没有「平远县」这个地方",
		head + "2026,平原县,低保,县级,100,甲\n2026,平原县,最低保,县级,5,乙\n":   "第 3 行:没有「最低保」这个发钱的事项",
		head + "2026,平原县,低保,县里,100,甲\n26,平原县,低保,县级,5,乙\n":      "第 2 行:来源请写",
		head + "2026,平原县,低保,县级,100,甲\n2026,平原县,MZ-01,县级,5,甲\n": "第 3 行:这个文号在这一笔预算里已经登记过",
		head + "2026,平原县王庙镇,低保,县级,100,甲\n":                     "第 2 行:请选是全市的还是哪个县的",
	} {
		if err := load(text); err == nil || !strings.Contains(core.Known(err).Say+err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
		if n := len(lines()); n > 0 {
			t.Errorf("a bad table leaves %d rows", n)
		}
	}
	good := head + "2026,平原县,低保,县级,\"1,000.50\",平财社指〔2026〕12 号\n2026,平原县,MZ-01,县级,9,平财社指〔2026〕13 号\n2026,德州市,特困(五保)、低保,中央补助,20000,财社〔2026〕1 号\n"
	if err := load(good); err != nil {
		t.Fatal(err)
	}
	list := lines()
	if len(list) != 2 || list[1].Area != "371426" || len(list[1].Changes) != 2 || list[1].Changes[0].Amount != 1000_50 || list[1].Changes[0].EnteredBy != 7 || list[1].Amount != 0 {
		t.Errorf("entered: %+v", list)
	}
	if list[0].Area != core.DezhouCity || joined(list[0].Items) != "MZ-01,MZ-02" || list[0].Fund != payout.Central {
		t.Errorf("the city's: %+v", list[0])
	}
	if err := load(good); err == nil || !strings.Contains(core.Known(err).Say, "第 2 行:这个文号") {
		t.Errorf("the same table again: %v", err)
	}
	var out bytes.Buffer
	if err := (budgetList{Year: 2026}).print(&out, b); err != nil || !strings.Contains(out.String(), "371426") || !strings.Contains(out.String(), "MZ-01,MZ-02") {
		t.Errorf("%v\n%s", err, &out)
	}
}
