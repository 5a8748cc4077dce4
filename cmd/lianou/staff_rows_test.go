package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lianou/core"
)

// The operator brings in kin and leave out of tables: what is right comes in, what is wrong
// is named row by row in a file that holds nothing of the row but whose it is, and the same
// file again changes nothing. Numbers are shown masked and never asked for on the command
// line.
//
// Controls: bring that ends at the first refused row, named ("put in: …"); declare without
// errRepeated ("again: 0 rows were put in, 0 stood already, 3 were refused").
func TestKinAndLeaveComeInByTable(t *testing.T) {
	t.Parallel()
	r := newReal(t)
	env := r.service("platform")
	for _, a := range [][]string{{"wang.li", "王丽"}, {"li.jun", "李军"}} {
		r.must(r.tool("a long sentence of one's own", env, "staff", "add", a[0], a[1], "--role", "officer", "--at", "371426104"))
	}
	write := func(name, content string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const number = "371424196303150028"
	kin := write("kin.csv", "登录名,姓名,身份证号,关系\nnobody,周大山,"+number+",父母\nwang.li,周大山,371424196303150029,父母\nwang.li,周大山,"+number+",父母\n")
	out, err := r.tool("", env, "staff", "kin", "import", kin)
	if err == nil || !strings.Contains(out, "1 rows were put in, 0 stood already, 2 were refused") {
		t.Errorf("put in: %s", out)
	}
	refused, err := os.ReadFile(strings.TrimSuffix(kin, ".csv") + ".refused.csv")
	if err != nil || strings.Count(string(refused), "\n") != 3 || !strings.Contains(string(refused), "2,nobody,没有这位工作人员") || !strings.Contains(string(refused), "3,wang.li,") ||
		strings.Contains(string(refused), "371424") || strings.Contains(string(refused), "周") {
		t.Errorf("what is refused: %v %s", err, refused)
	}
	if out, _ := r.tool("", env, "staff", "kin", "import", kin); !strings.Contains(out, "0 rows were put in, 1 stood already, 2 were refused") {
		t.Errorf("again: %s", out)
	}
	r.must(r.tool("11010519491231002X\n", env, "staff", "kin", "set", "wang.li", "周小山", "子女"))
	list := r.must(r.tool("", env, "staff", "kin", "list"))
	if !strings.Contains(list, "周某某") || strings.Contains(list, "周大山") || strings.Contains(list, number) || strings.Count(list, "declared") != 2 {
		t.Errorf("the list: %s", list)
	}
	if out := r.must(r.tool("", env, "staff", "kin", "end", "1", "号码填错了")); !strings.Contains(out, "until the county agrees") {
		t.Errorf("taken off: %s", out)
	}
	if list := r.must(r.tool("", env, "staff", "kin", "list", "wang.li")); !strings.Contains(list, "leaving") {
		t.Errorf("while it waits: %s", list)
	}
	today := core.DateOf(time.Now())
	away := write("away.csv", "登录名,从,到,原因,代办人\nwang.li,"+today.String()+","+(today+3).String()+",病假,li.jun\nli.jun,下周,"+today.String()+",年假,wang.li\n")
	if out, err := r.tool("", env, "staff", "away", "import", away); err == nil || !strings.Contains(out, "1 rows were put in, 0 stood already, 1 were refused") {
		t.Errorf("leave: %s", out)
	}
	if out, err := r.tool("", env, "staff", "away", "set", "li.jun", "--from", today.String(), "--to", today.String(), "--reason", "年假", "--stand-in", "wang.li"); err == nil || !strings.Contains(out, "代办人那几天也请了假") {
		t.Errorf("a stand-in who is away: %v %s", err, out)
	}
	if out := r.must(r.tool("", env, "staff", "away", "list")); !strings.Contains(out, "王丽") || !strings.Contains(out, "李军") || !strings.Contains(out, "病假") {
		t.Errorf("the list of leave: %s", out)
	}
}
