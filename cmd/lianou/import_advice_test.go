package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg/pgtest"
)

// TestAdviceLosesNobody: of ten people one is written wrong, which is more than may be; who
// then does what the program says has all ten in the register. The refusal file, which has
// only the one, says as well where to mend it. Places are looked at without being written.
// docs/import.md promises a look without writing for all three.
// Controls: the words of before, "Mend ten.refused.csv" ("no advice"); inOriginal left out
// ("the refusal file does not say"); Would left at 0 ("会新来 0 人,库里已有、不改 9 人"); regions that go
// past errTried ("4 places were written").
func TestAdviceLosesNobody(t *testing.T) {
	t.Parallel()
	r := newReal(t)
	env := []string{"LIANOU_DATABASE_URL=" + r.env.URL(pgtest.Import), "LIANOU_DATA_DIR=" + filepath.Dir(r.keys)}
	dir := t.TempDir()
	lines := []string{"姓名,身份证号,户号,村,乡镇,县"}
	for i, name := range strings.Fields("赵甲 钱乙 孙丙 李丁 周戊 吴己 郑庚 王辛 冯壬 陈癸") {
		number := fmt.Sprintf("37142619600101%03d", 111+2*i)
		lines = append(lines, fmt.Sprintf("%s,%s%c,%03d,东街村,王庙镇,平原县", name, number, core.IDCheckDigit(number), i))
	}
	right := lines[5]
	cells := strings.Split(right, ",")
	wrong := strings.Replace(right, cells[1], cells[1][:16]+string('0'+(cells[1][16]-'0'+1)%10)+cells[1][17:], 1)
	path := filepath.Join(dir, "ten.csv")
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(path, strings.Replace(strings.Join(lines, "\n"), right, wrong, 1))

	out, err := r.tool("", env, "import", "people", path)
	if err == nil || !strings.Contains(out, "10 行:这次没有写;写的话,会新来 9 人,库里已有、不改 0 人;重复 0 行,退回 1 行") {
		t.Errorf("held: %v %s", err, out)
	}
	said := regexp.MustCompile(`请在原来的文件 (\S+) 里改好这几行,再导入它;(\S+) 里只有退回的行`).FindStringSubmatch(out)
	if said == nil {
		t.Fatalf("no advice: %s", out)
	}
	row := theOneRefused(t, said[2])
	text, err := os.ReadFile(said[1])
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Split(string(text), "\n")
	all[row-1] = right
	write(said[1], strings.Join(all, "\n"))
	if out := r.must(r.tool("", env, "import", "people", said[1])); !strings.Contains(out, "新来 10 人、10 户") {
		t.Errorf("mended: %s", out)
	}
	super, err := pgx.Connect(t.Context(), r.env.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { super.Close(t.Context()) })
	was := counted(t, super)
	if was["person"] != 10 {
		t.Errorf("%d people are in the register", was["person"])
	}

	if guide, err := os.ReadFile(filepath.Join("..", "..", "docs", "import.md")); err != nil || !strings.Contains(string(guide), "三样都能先试:`--dry-run` 只看不写") {
		t.Errorf("docs/import.md does not say which can be tried: %v", err)
	}
	places := filepath.Join(dir, "places.csv")
	write(places, "code,name,old_codes,synthetic\n371400,德州市,,\n371426,平原县,,\n371426104,王庙镇,,\n371426104200,东街村,,\n")
	if out := r.must(r.tool("", env, "import", "regions", places, "--dry-run")); !strings.Contains(out, "1 个县,1 个乡镇,1 个村。试了一遍,没有写") {
		t.Errorf("places: %s", out)
	}
	if is := counted(t, super); is["region"] != was["region"] || is["audit_entry"] != was["audit_entry"] {
		t.Errorf("%d places were written", is["region"]-was["region"])
	}
}

// theOneRefused reads by which row of the file its one refusal is found.
func theOneRefused(t *testing.T, path string) int {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	back, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(b), "\ufeff"))).ReadAll()
	if err != nil || len(back) != 2 {
		t.Fatalf("refusal file: %v %q", err, back)
	}
	line := back[1][len(back[1])-4:]
	row, err := strconv.Atoi(line[0])
	if err != nil || line[1] != "身份证号" || line[2] != "身份证号有一位不对" {
		t.Errorf("refused: %v %q", err, line)
	}
	if !strings.Contains(line[3], "改在原来的文件里,再导入原来的文件") {
		t.Errorf("the refusal file does not say where to mend: %q", line[3])
	}
	return row
}
