package papers

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// plainShell is what .ci/tools needs of a machine beside a package manager.
var plainShell = []string{"sh", "uname", "id", "env", "mktemp", "tail", "cat", "rm"}

// A machine with brew and without apt asks brew for what is missing, once, and for
// nothing that is there; a brew that fails stops the set-up. The brew is a script that
// does what the real one does to the path; no Mac was there. Control: no branch for brew,
// "there is neither apt-get nor brew here".
func TestToolsByBrew(t *testing.T) {
	t.Parallel()
	bin, log := t.TempDir(), filepath.Join(t.TempDir(), "asked")
	for _, name := range plainShell {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	install := func(name, script string) {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	install("baresip", "exit 0\n") // there already
	tools := func() (string, error) {
		cmd := exec.Command(filepath.Join(bin, "sh"), "../../../.ci/tools", "redis", "sipp", "baresip")
		cmd.Env = []string{"PATH=" + bin, "BIN=" + bin, "LOG=" + log}
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := tools(); err == nil || !strings.Contains(out, "missing: redis sipp") || !strings.Contains(out, "neither apt-get nor brew") {
		t.Errorf("with no package manager: %v %s", err, out)
	}
	install("brew", `echo "$@" >>"$LOG"
for last in "$@"; do :; done
[ "$last" = redis ] && last=redis-server
echo "#!/bin/sh" >"$BIN/$last"; /bin/chmod +x "$BIN/$last"
`)
	for range 2 {
		if out, err := tools(); err != nil {
			t.Fatalf("with brew: %v %s", err, out)
		}
	}
	asked, err := os.ReadFile(log)
	if want := "install redis\ninstall sipp\n"; err != nil || string(asked) != want {
		t.Errorf("brew was asked %q, want %q: %v", asked, want, err)
	}
	install("brew", "echo no bottle >&2; exit 1\n")
	if err := os.Remove(filepath.Join(bin, "sipp")); err != nil {
		t.Fatal(err)
	}
	if out, err := tools(); err == nil || !strings.Contains(out, "no bottle") {
		t.Errorf("a brew that fails is no set-up: %v %s", err, out)
	}
}
