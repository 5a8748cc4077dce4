package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg/pgtest"
	"lianou/core/registry/seed"
)

// A list of places replaces the whole list: one that leaves out where people live is refused,
// and says where; one that leaves out others says how many have to be confirmed. Nothing is
// changed by either. (By a newcomer: four lines wiped 133 townships in silence.)
//
// Before it writes, a list says which places it calls otherwise, and of those it leaves out how
// many accounts of staff are for them. Red by a list that says nothing: `[--dry-run]: want "1
// place is called otherwise: 371426104 王庙镇 -> 新王庙镇"`.
//
// Control: households not counted: `a list of one township [--ending=8243]: … 8242 places of
// now are not in it: 371403 陵城区 …; nobody lives there`.
func TestAListOfPlacesLosesNoTownship(t *testing.T) {
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
	shipped, err := os.ReadFile(filepath.Join("..", "..", "core", "registry", "data", "regions.csv"))
	if err != nil {
		t.Fatal(err)
	}
	whole := string(shipped) + "371426999,迁建新镇,,\n371426999001,迁建新村,,\n"
	r.must(r.tool("", env, "import", "regions", write("whole.csv", whole)))
	m := seed.Stories()[0].Members[0]
	r.must(r.tool("", env, "import", "people", write("people.csv", "姓名,身份证号,户号,村,乡镇,县\n"+m.Name+","+m.ID.Reveal()+",001,东街村,王庙镇,平原县\n")))

	one := write("one.csv", "code,name,old_codes,synthetic\n371400,德州市,,\n371402,德城区,,\n371402001,新湖街道,,\n371402001001,甲社区,,\n")
	for _, args := range [][]string{{"--dry-run"}, {"--ending=8242"}} {
		out, err := r.tool("", env, append([]string{"import", "regions", one}, args...)...)
		if err == nil || !strings.Contains(out, "其中 1 处还住着人,一共 1 户,头一处是 371426104 王庙镇(1 户)") {
			t.Errorf("a list of one township %v: %v %s", args, err, out)
		}
	}
	back := write("back.csv", string(shipped))
	out, err := r.tool("", env, "import", "regions", back)
	if err == nil || !strings.Contains(out, "有 2 处不在表里:371426999 迁建新镇、371426999001 迁建新村。") || !strings.Contains(out, "--ending 2") {
		t.Errorf("two places fewer: %v %s", err, out)
	}
	says := func(want, path string, args ...string) {
		t.Helper()
		if out, _ := r.tool("", env, append([]string{"import", "regions", path}, args...)...); !strings.Contains(out, want) {
			t.Errorf("%v: want %q: %s", args, want, out)
		}
	}
	super, err := pgx.Connect(t.Context(), r.env.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	defer super.Close(t.Context())
	if _, err := super.Exec(t.Context(), `insert into staff_account (login, name, roles, regions, password, active, made) values
		('new.officer', '新人', '{officer}', '{371426999}', '$argon2id$x', true, now()), ('left.officer', '走了的', '{officer}', '{371426999}', '$argon2id$x', false, now())`); err != nil {
		t.Fatal(err)
	}
	says("现在的地方有 2 处不在表里:371426999 迁建新镇、371426999001 迁建新村;管这几处的账号有 1 个", back)
	renamed := write("renamed.csv", strings.Replace(whole, "371426104,王庙镇,", "371426104,新王庙镇,", 1))
	says("改名的 1 处:371426104 王庙镇 → 新王庙镇", renamed, "--dry-run")
	says("改名的 1 处", renamed)
	says("改名的 1 处:371426104 新王庙镇 → 王庙镇", back, "--dry-run")
	if out := r.must(r.tool("", env, "import", "regions", back, "--ending=2")); !strings.Contains(out, "134 个乡镇,8096 个村") {
		t.Errorf("two that are no more: %s", out)
	}
}
