package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg/pgtest"
	"lianou/core/registry/seed"
)

// TestImportGuideIsTrue: what docs/import.md says of a dry run and of the exit statuses is
// what the program does, as a script sees it: a dry run leaves the register as it is, and an
// import that was stopped is not taken for done.
// Controls: stops that does not ask for DryRun ("the dry run changed person by 2"); an error
// that is given as it came ("stopped: 0, want 3").
func TestImportGuideIsTrue(t *testing.T) {
	t.Parallel()
	r := newReal(t)
	env := []string{"LIANOU_DATABASE_URL=" + r.env.URL(pgtest.Import), "LIANOU_DATA_DIR=" + filepath.Dir(r.keys)}
	guide, err := os.ReadFile(filepath.Join("..", "..", "docs", "import.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, status := range []int{statusDone, statusBroken, statusUnfinished, statusUsage} {
		if !strings.Contains(string(guide), fmt.Sprintf("\n| %d | ", status)) {
			t.Errorf("docs/import.md does not say what %d is", status)
		}
	}
	super, err := pgx.Connect(t.Context(), r.env.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { super.Close(t.Context()) })
	dir := t.TempDir()
	start := func(args ...string) (*exec.Cmd, *output) {
		cmd, out := r.command(append([]string{"import"}, args...)...), &output{}
		cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, append(slices.Clone(cmd.Env), env...), out, out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd, out
	}
	ends := func(what string, want int, cmd *exec.Cmd, out *output) string {
		t.Helper()
		err, status := cmd.Wait(), 0
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			status = exit.ExitCode()
		}
		if status != want {
			t.Errorf("%s: %d, want %d: %s", what, status, want, out.text())
		}
		return out.text()
	}
	imports := func(what string, want int, args ...string) string {
		t.Helper()
		cmd, out := start(args...)
		return ends(what, want, cmd, out)
	}

	m := seed.Stories()[0].Members
	rows := "姓名,身份证号,户号,村,乡镇,县\n"
	for _, p := range m {
		rows += p.Name + "," + p.ID.Reveal() + ",001,东街村,王庙镇,平原县\n"
	}
	for name, text := range map[string]string{"人员.csv": rows + "王,1,002,东街村,王庙镇,平原县\n", "好.csv": rows} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	was := counted(t, super)
	out := imports("a dry run", statusDone, "people", "人员.csv", "--dry-run", "--max-refused", "50")
	if shown := regexp.MustCompile(`用了 [0-9.]+ 秒`).ReplaceAllString(strings.ReplaceAll(out, dir, "/data"), "用了 0.1 秒"); !strings.Contains(string(guide), shown) {
		t.Errorf("docs/import.md does not show: %s", shown)
	}
	is := counted(t, super)
	for _, table := range slices.Sorted(maps.Keys(is)) {
		switch change := is[table] - was[table]; {
		case change == 1 && slices.Contains([]string{"bulk_run", "bulk_refusal", "audit_entry"}, table), strings.HasPrefix(table, "audit_") && table != "audit_entry":
		case change != 0:
			t.Errorf("the dry run changed %s by %d", table, change)
		}
	}
	if back, err := os.ReadFile(filepath.Join(dir, "人员.refused.csv")); err != nil || !strings.Contains(string(back), "姓名不对") {
		t.Errorf("refusal file of a dry run: %v %s", err, back)
	}
	if out := imports("a dry run of too much", statusBroken, "people", "人员.csv", "--dry-run"); !strings.Contains(out, "一行都不会写") {
		t.Errorf("a dry run of too much: %s", out)
	}
	imports("too much", statusBroken, "people", "人员.csv")
	for _, kind := range []string{"people", "facts", "regions"} {
		if out := imports("no file", statusUsage, kind, "没有.csv"); !strings.Contains(out, "没有这个文件:没有.csv") {
			t.Errorf("%s of no file: %s", kind, out)
		}
	}
	if out := imports("no mapping", statusUsage, "people", "好.csv", "--map", "没有.yaml"); !strings.Contains(out, "没有这个文件:没有.yaml") {
		t.Errorf("no mapping: %s", out)
	}
	if out := imports("a folder", statusUsage, "people", "."); !strings.Contains(out, "是一个目录") {
		t.Errorf("a folder: %s", out)
	}
	for _, source := range [][]string{nil, {"--source", "registry:disabilty"}, {"--source", "registry:means", "--numbers", "公安"}} {
		if out := imports("no source", statusUsage, append([]string{"facts", "好.csv"}, source...)...); !strings.Contains(out, "registry:disability(残联)") {
			t.Errorf("%v: which are there is not said: %s", source, out)
		}
	}

	// It is stopped where it stands: before somebody who holds what it wants.
	hold, err := super.Begin(t.Context())
	if err == nil {
		_, err = hold.Exec(t.Context(), `lock table bulk_run in access exclusive mode`)
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd, words := start("people", "好.csv")
	r.until("the import to stand", func() bool {
		var stands bool
		const q = `select exists (select from pg_locks where relation = 'bulk_run'::regclass and not granted)`
		return hold.QueryRow(t.Context(), q).Scan(&stands) == nil && stands
	})
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if out := ends("stopped", statusUnfinished, cmd, words); !strings.Contains(out, "同样的命令再跑一次") {
		t.Errorf("stopped: %s", out)
	}
	if err := hold.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"新来 2 人、1 户", "这次什么都没变"} {
		if out := imports(want, statusDone, "people", "好.csv"); !strings.Contains(out, want) {
			t.Errorf("want %q: %s", want, out)
		}
	}
}

// counted counts the rows of every table.
func counted(t *testing.T, conn *pgx.Conn) map[string]int {
	t.Helper()
	const sql = `select relname, (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %I', relname), false, true, '')))[1]::text::int
		from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`
	rows, err := conn.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	out, table, n := map[string]int{}, "", 0
	if _, err := pgx.ForEachRow(rows, []any{&table, &n}, func() error { out[table] = n; return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}
