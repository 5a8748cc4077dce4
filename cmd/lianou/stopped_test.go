package main

import (
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg/pgtest"
)

// TestStoppedIsNotDone: a command that was told to stop before it was done ends with a status
// of its own and says what to do, and what it says leads to the end.
// Control: main that takes every context.Canceled for a success, without ended ("seed, stopped:
// 0, want 3", and "migrate, stopped: 1, want 3", whose library hides what it was).
func TestStoppedIsNotDone(t *testing.T) {
	t.Parallel()
	r := newReal(t)
	super, err := pgx.Connect(t.Context(), r.env.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { super.Close(t.Context()) })
	for _, c := range []struct {
		table string // which somebody holds
		env   []string
		args  []string
	}{
		{"lianou_migration", []string{"LIANOU_DATABASE_URL=" + r.env.Superuser()}, []string{"migrate"}},
		{"household", []string{"LIANOU_DATABASE_URL=" + r.env.URL(pgtest.Import), "LIANOU_DATA_DIR=" + filepath.Dir(r.keys)}, []string{"seed", "--people", "300"}},
	} {
		hold, err := super.Begin(t.Context())
		if err == nil {
			_, err = hold.Exec(t.Context(), `lock table `+c.table+` in access exclusive mode`)
		}
		if err != nil {
			t.Fatal(err)
		}
		cmd, out := r.command(c.args...), &output{}
		cmd.Env, cmd.Stdout, cmd.Stderr = append(slices.Clone(cmd.Env), c.env...), out, out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		r.until(c.args[0]+" to stand", func() bool {
			var stands bool
			const q = `select exists (select from pg_locks where relation = $1::regclass and not granted)`
			return hold.QueryRow(t.Context(), q, c.table).Scan(&stands) == nil && stands
		})
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		status := 0
		if exit := (*exec.ExitError)(nil); errors.As(cmd.Wait(), &exit) {
			status = exit.ExitCode()
		}
		if status != statusUnfinished || !strings.Contains(out.text(), c.args[0]+" was stopped before it was done; run the same command again") {
			t.Errorf("%s, stopped: %d, want %d: %s", c.args[0], status, statusUnfinished, out.text())
		}
		if err := hold.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.must(r.tool("", c.env, c.args...))
	}
}
