package redraw_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"lianou/core/pg/pgtest"
	"lianou/core/recheck/rechecktest"
)

// The built program, with the log's public key and no key file, draws a round again: 0 where it is what
// it says, 1 where it is not, and 2 in the seconds in which its entries have no place in the log yet,
// without a word against the draw.
//
// Control: an entry that waits as a fault, as it was ("just drawn: 1 … the seed came into the log before
// the list").
func TestTheProgramDrawsAgain(t *testing.T) {
	t.Parallel()
	w := rechecktest.New(t)
	w.Decided(40, 13)
	id := w.Listed()
	bin := program(t)
	verify := func() (code int, said string) {
		cmd := exec.CommandContext(t.Context(), bin, "draw", "verify", strconv.FormatInt(id, 10), "--key", w.Keys.Platform.Audit.Public)
		cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}, "LIANOU_AUDIT_DATABASE_URL="+w.Env.URL(pgtest.Audit), "LIANOU_DATA_DIR="+t.TempDir())
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return cmd.ProcessState.ExitCode(), string(out)
	}
	w.Must(w.Recheck.Draw(t.Context(), w.County, id))
	if code, said := verify(); code != 2 || !strings.Contains(said, "recheck.drawn") || !strings.Contains(said, "run it again") || strings.Contains(said, "before the list") {
		t.Errorf("just drawn: %d %s", code, said)
	}
	w.Grows(0)
	if code, said := verify(); code != 0 || !strings.Contains(said, "the same") {
		t.Errorf("in the log: %d %s", code, said)
	}
	w.Super(`update recheck_round set percent = 31`)
	if code, said := verify(); code != 1 || !strings.Contains(said, "the log commits to") {
		t.Errorf("another share: %d %s", code, said)
	}
}

// program is the built tool: LIANOU_BIN as `make test` sets it, or one made for this test.
func program(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("LIANOU_BIN"); dir != "" {
		return filepath.Join(dir, "lianou")
	}
	out := filepath.Join(t.TempDir(), "lianou")
	if said, err := exec.CommandContext(t.Context(), "go", "build", "-o", out, "lianou/cmd/lianou").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, said)
	}
	return out
}
