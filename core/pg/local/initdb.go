package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"strings"

	"lianou/core"
)

// FindBinaries gives the folder of the newest PostgreSQL of this machine that has
// both initdb and postgres: $PGBIN, pg_config, then where Debian, Homebrew and
// Postgres.app put it. The error is the line that installs it.
func FindBinaries() (string, error) {
	var places []string
	if dir := os.Getenv("PGBIN"); dir != "" {
		places = append(places, dir)
	}
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		places = append(places, strings.TrimSpace(string(out)))
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin",
		"/usr/pgsql-*/bin", "/Applications/Postgres.app/Contents/Versions/latest/bin"} {
		found, _ := filepath.Glob(pattern)
		sort.Sort(sort.Reverse(sort.StringSlice(found)))
		places = append(places, found...)
	}
	for _, dir := range places {
		if runnable(dir, "initdb") && runnable(dir, "postgres") && runnable(dir, "pg_ctl") {
			return dir, nil
		}
	}
	how := "apt-get install -y postgresql"
	if runtime.GOOS == "darwin" {
		how = "brew install postgresql@17"
	}
	return "", core.E(core.KindUnavailable, "no_postgresql", "").Wrap(errors.New("PostgreSQL is not installed; run: " + how))
}

func runnable(dir, name string) bool {
	info, err := os.Stat(filepath.Join(dir, name))
	return err == nil && !info.IsDir() && info.Mode()&0o111 != 0
}

// initdb makes the cluster in a folder beside its place and renames it, so that a
// run that was cut off leaves nothing that looks finished. UTF-8 with code-point
// order: the same on every machine.
func (s *Server) initdb(ctx context.Context) error {
	building := filepath.Join(s.dir, "data.new")
	var last string
	for _, locale := range [][]string{{"--locale=C.UTF-8"}, {"--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"},
		{"--locale=en_US.UTF-8"}, {"--locale=zh_CN.UTF-8"}} {
		if err := os.RemoveAll(building); err != nil {
			return fmt.Errorf("clear %s: %w", building, err)
		}
		args := append([]string{"-D", building, "-U", superuser, "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions"}, locale...)
		cmd := exec.CommandContext(ctx, filepath.Join(s.bin, "initdb"), args...)
		s.who.run(cmd, s.dir)
		out, err := cmd.CombinedOutput()
		if err == nil {
			return os.Rename(building, s.data())
		}
		last = fmt.Sprintf("%v: %s", err, lastLine(out))
	}
	return unavailable("make a cluster in "+s.dir, errors.New(last))
}

func lastLine(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	for _, l := range lines {
		if strings.Contains(l, "error:") {
			return l
		}
	}
	return lines[len(lines)-1]
}
