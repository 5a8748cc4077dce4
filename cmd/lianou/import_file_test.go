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
	if err == nil || !strings.Contains(out, "GB18030") || !strings.Contains(out, "1 of 2 rows were refused, more than 5 %") {
		t.Errorf("held: %v %s", err, out)
	}
	back, err := os.ReadFile(filepath.Join(dir, "people.refused.csv"))
	if err != nil || !strings.Contains(string(back), "3,姓名,姓名不对") {
		t.Errorf("refusal file: %v %s", err, back)
	}
	for _, want := range []string{"1 people in 1 households", "nothing has changed"} {
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
