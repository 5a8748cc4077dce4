package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/registry/seed"
)

// TestImportFiles: the operator brings in people and facts by command, in an encoding
// that is said, with a refusal file; a held file is an error with what to do; the same
// file again changes nothing.
// Controls: result() that returns nil for a held file; complete without apart ("what was
// handed in is gone"); places without an entry ("0 entries of places").
func TestImportFiles(t *testing.T) {
	t.Parallel()
	r := newReal(t)
	env := []string{"LIANOU_DATABASE_URL=" + r.env.URL(pgtest.Import), "LIANOU_DATA_DIR=" + filepath.Dir(r.keys)}
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	m := seed.Stories()[0].Members[0]
	rows := "姓名;身份证号;户号;村;乡镇;县\n" + m.Name + ";" + m.ID.Reveal() + ";001;东街村;王庙镇;平原县\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(rows + "王;1;002;东街村;王庙镇;平原县\n")
	if err != nil {
		t.Fatal(err)
	}
	people := write("people.csv", gb)
	out, err := r.tool("", env, "import", "people", people)
	if err == nil || !strings.Contains(out, "GB18030") || !strings.Contains(out, "2 行里退回 1 行,超过了允许的 5 %:一行都没写") {
		t.Errorf("held: %v %s", err, out)
	}
	back, err := os.ReadFile(filepath.Join(dir, "people.refused.csv"))
	if err != nil || !strings.Contains(string(back), "3,姓名,姓名不对") {
		t.Errorf("refusal file: %v %s", err, back)
	}
	for _, want := range []string{"2 行:新来 1 人、1 户,库里已有、不改 0 人;重复 0 行,退回 1 行",
		"2 行:这个文件导入过,这次什么都没变。那一次:新来 1 人、1 户"} {
		if out := r.must(r.tool("", env, "import", "people", people, "--max-refused=50")); !strings.Contains(out, want) {
			t.Errorf("want %q: %s", want, out)
		}
	}
	facts := write("facts.csv", "户号,家庭年收入\n001,9600\n")
	out = r.must(r.tool("", env, "import", "facts", facts, "--source=registry:means", "--date=2024-01-01", "--json"))
	lines := strings.Split(strings.TrimSpace(out), "\n")
	var res struct{ Sheets, Refused int }
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &res); err != nil || res.Sheets != 1 || res.Refused != 0 {
		t.Errorf("facts: %v %s", err, out)
	}
	if out, err := r.tool("", env, "import", "people", people, "--refused="+people); err == nil || !strings.Contains(out, "退回文件不能写到交来的文件上") {
		t.Errorf("refused rows over what was handed in: %v %s", err, out)
	}
	if still, err := os.ReadFile(people); err != nil || string(still) != gb {
		t.Errorf("what was handed in is gone: %v", err)
	}
	places, err := os.ReadFile(filepath.Join("..", "..", "core", "registry", "data", "regions.csv"))
	if err != nil {
		t.Fatal(err)
	}
	r.must(r.tool("", env, "import", "regions", write("places.csv", string(places))))
	var n int
	if err := r.env.DB(pgtest.Check).Read(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from audit_entry where act = 'regions.imported'`).Scan(&n)
	}); err != nil || n != 1 {
		t.Errorf("%d entries of places that were replaced, %v", n, err)
	}
	if out, err := r.tool("", env, "import", "people", facts); err == nil || !strings.Contains(out, "“家庭年收入”不认识") {
		t.Errorf("no people: %v %s", err, out)
	}
}

// TestImportSaysWhatIsNew: of a file that comes again, and of one half of which is there
// already, the operator reads what is new, changed, the same and known, in a trial too; where
// nothing is refused there is no refusal file, and one of the last time goes with what it was
// about.
//
// Red, as it was: "1 people in 1 households and 0 sheets are new" of a file that came before;
// "1 sheets would be new or known"; "an empty refusal file".
func TestImportSaysWhatIsNew(t *testing.T) {
	t.Parallel()
	r := newReal(t)
	env := []string{"LIANOU_DATABASE_URL=" + r.env.URL(pgtest.Import), "LIANOU_DATA_DIR=" + filepath.Dir(r.keys)}
	dir := t.TempDir()
	says := func(want, name, content string, args ...string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if out := r.must(r.tool("", env, append([]string{"import", args[0], path}, args[1:]...)...)); !strings.Contains(out, want) || strings.Contains(out, "sheets") {
			t.Errorf("%v: want %q: %s", args, want, out)
		}
	}
	gone := func(name string) {
		t.Helper()
		if _, err := os.Stat(filepath.Join(dir, name)); !os.IsNotExist(err) {
			t.Errorf("nothing was refused, and %s is there: %v", name, err)
		}
	}
	people := seed.Stories()[0].Members
	row := func(i int, home string) string {
		return people[i].Name + "," + people[i].ID.Reveal() + "," + home + ",东街村,王庙镇,平原县\n"
	}
	const head = "姓名,身份证号,户号,村,乡镇,县\n"
	says("2 行:新来 1 人、1 户,库里已有、不改 0 人;重复 0 行,退回 1 行", "people.csv", head+row(0, "1")+"王,1,2,东街村,王庙镇,平原县\n", "people", "--max-refused=50")
	says("1 行:新来 0 人、0 户,库里已有、不改 1 人;重复 0 行,退回 0 行", "people.csv", head+row(0, "1"), "people")
	gone("people.refused.csv")
	says("1 行:这个文件导入过,这次什么都没变。那一次:新来 0 人、0 户,库里已有、不改 1 人", "people.csv", head+row(0, "1"), "people")
	gone("people.refused.csv")
	says("2 行:这次没有写;写的话,会新来 1 人,库里已有、不改 1 人", "half.csv", head+row(0, "1")+row(1, "1"), "people", "--dry-run")
	says("2 行:新来 1 人、0 户,库里已有、不改 1 人", "half.csv", head+row(0, "1")+row(1, "1"), "people")
	gone("half.refused.csv")

	facts := func(rows ...string) string {
		out := "身份证号,日期,医保\n"
		for _, r := range rows {
			out += r + "\n"
		}
		return out
	}
	mother, son := people[0].ID.Reveal(), people[1].ID.Reveal()
	says("1 行:新记 1 条,改 0 条,内容一样、日子更新 0 条,已经有、不再记 0 条", "facts.csv", facts(mother+",2026-01-01,居民医保"), "facts", "--source=registry:medical")
	says("1 行:这个文件导入过,这次什么都没变。那一次:新记 1 条", "facts.csv", facts(mother+",2026-01-01,居民医保"), "facts", "--source=registry:medical")
	four := facts(mother+",2026-01-01,居民医保", son+",2026-01-01,居民医保", mother+",2026-02-01,居民医保", mother+",2025-12-01,职工医保")
	says("4 行:这次没有写;写的话,会新记 2 条,改 0 条,内容一样、日子更新 1 条,已经有、不再记 1 条", "month.csv", four, "facts", "--source=registry:medical", "--dry-run")
	says("4 行:新记 2 条,改 0 条,内容一样、日子更新 1 条,已经有、不再记 1 条", "month.csv", four, "facts", "--source=registry:medical")
	says("2 行:新记 0 条,改 2 条,内容一样、日子更新 0 条,已经有、不再记 0 条", "other.csv", facts(mother+",2026-03-01,没有", son+",2026-01-01,职工医保"), "facts", "--source=registry:medical")
	for _, name := range []string{"facts", "month", "other"} {
		gone(name + ".refused.csv")
	}
}
