package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"lianou/core/pg/pgtest"
	"lianou/core/watch"
)

// rescan runs the command as the platform's operator would, and gives its words and status.
func (r *real) rescan(args ...string) (string, int) {
	r.t.Helper()
	out, err := r.tool("", r.service("platform"), append([]string{"rescan"}, args...)...)
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return out, exit.ExitCode()
	case err != nil:
		r.t.Fatal(err)
	}
	return out, 0
}

// TestRescan goes through `lianou rescan` as an operator: places that are none, a scan of
// one county, progress with a rate where nobody looks at a terminal, one that does not end
// by itself, a second one that is refused and joins, one that is begun anew.
// Control: begin without its look at what runs (status 0 and a second scan).
func TestRescan(t *testing.T) {
	t.Parallel()
	r := newReal(t)
	r.must(r.tool("", []string{"LIANOU_DATABASE_URL=" + r.env.URL(pgtest.Import), "LIANOU_KEY_FILE=" + filepath.Join(r.keys, "platform.keys"), "LIANOU_DATA_DIR=" + filepath.Join(filepath.Dir(r.dir), "platform")},
		"seed", "--people", "300"))
	sets := func(args []string, status int, say string) {
		t.Helper()
		if out, got := r.rescan(args...); got != status || !regexp.MustCompile(say).MatchString(out) {
			t.Errorf("rescan %s: status %d, want %d and %q:\n%s", strings.Join(args, " "), got, status, say, out)
		}
	}
	sets([]string{"--town", "370100"}, 1, "there is no place 370100")
	sets([]string{"--join"}, 1, "every scan has ended; leave out --join")
	sets([]string{"--join", "--town", "371426"}, 1, "leave out --anew and --town")
	sets([]string{"--town", "平原县", "--town", "平原县王庙镇"}, 0, `scan 1: \d+ of (\d+) townships, \d+ households, \d+ households/s, 0s left\n(.*\n)*scan 1: \d+ households in \d+ townships after`)

	// Nobody works for this one: it stands where it was begun.
	alone := r.command("rescan", "--work", "0")
	alone.Env = append(alone.Env, r.service("platform")...)
	words := &output{}
	alone.Stdout, alone.Stderr = words, words
	if err := alone.Start(); err != nil {
		t.Fatal(err)
	}
	r.until("a second scan", func() bool { return strings.Contains(words.text(), "scan 2: 0 of ") })
	sets(nil, 1, `scan 2 is under way \(0 of \d+ townships\), and there is one at a time; .lianou rescan --join. takes part`)
	if err := alone.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := alone.Wait(); err == nil || alone.ProcessState.ExitCode() != statusUnfinished || !strings.Contains(words.text(), "scan 2 has not ended") {
		t.Errorf("broken off: %v\n%s", err, words.text())
	}
	sets([]string{"--join"}, 0, `scan 2: \d+ households in \d+ townships after`)
	sets([]string{"--anew"}, 0, `scan 3: \d+ households in \d+ townships after .* 0 findings changed`)
}

// The line of progress: nothing is promised before anything was done, what others had done
// before does not count as ours, and a slow rest is long.
// Control: count from the beginning of the scan.
func TestScanLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		first, now watch.Progress
		since      time.Duration
		want       string
	}{
		{watch.Progress{Towns: 134}, watch.Progress{Towns: 134}, time.Minute, "scan 7: 0 of 134 townships, 0 households"},
		{watch.Progress{Towns: 134, Done: 100, Households: 9000}, watch.Progress{Towns: 134, Done: 100, Households: 9000}, time.Minute, "scan 7: 100 of 134 townships, 9000 households"},
		{watch.Progress{Towns: 134, Done: 100, Households: 9000}, watch.Progress{Towns: 134, Done: 110, Households: 10000}, 10 * time.Second,
			"scan 7: 110 of 134 townships, 10000 households, 100 households/s, 24s left"},
		{watch.Progress{Towns: 134}, watch.Progress{Towns: 134, Done: 1, Households: 5}, 10 * time.Minute, "scan 7: 1 of 134 townships, 5 households, 0 households/s, 22h10m0s left"},
	} {
		if got := scanLine(7, c.first, c.now, c.since); got != c.want {
			t.Errorf("got  %q\nwant %q", got, c.want)
		}
	}
}

// The doctor tells of who was shown nearly as many people in a day as anybody may be.
// Control: ask without having ("3 members of staff").
func TestDoctorShown(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	db := env.DB(pgtest.Platform)
	const rows = `insert into people_shown (staff, kind, who, at) select '%d', 'person', n, now() - interval '%d hours' from generate_series(1, %d) n`
	insert(t, env, fmt.Sprintf(rows+";"+rows, 7, 2, 1599, 8, 25, 2000))
	if list := shown(t.Context(), db); len(list) != 0 {
		t.Errorf("nobody comes near: %s", told(list))
	}
	insert(t, env, fmt.Sprintf(rows, 9, 2, 1700))
	if list := shown(t.Context(), db); ill(list, "register", "") || !strings.Contains(told(list), "1 members of staff") || !strings.Contains(told(list), "account 9 was shown 1700 of at most 2000") {
		t.Errorf("one comes near: %s", told(list))
	}
}

// The doctor of a real installation tells of a last look that is too old and of a scan that
// does not end; a demo, whose clock is moved by weeks, only remarks on it.
// Control: scanOld of a year.
func TestDoctorScan(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	db := env.DB(pgtest.Platform)
	if list := scans(t.Context(), db, false); !strings.Contains(told(list), "run: lianou rescan") || ill(list, "scan", "") {
		t.Errorf("nobody has looked: %s", told(list))
	}
	insert(t, env, `insert into scan (reason, actor, begun, ended, towns, remain) values ('night', 'job:night', now() - interval '3 days', now() - interval '50 hours', 134, 0),
		('operator', 'operator:', now(), now(), 1, 0)`)
	if list := scans(t.Context(), db, false); !ill(list, "scan", "more than two days ago; see LIANOU_SCAN_HOUR") {
		t.Errorf("an old one, and one of a single township: %s", told(list))
	}
	if list := scans(t.Context(), db, true); ill(list, "scan", "") || !strings.Contains(told(list), "more than two days ago") {
		t.Errorf("the same in a demo: %s", told(list))
	}
	insert(t, env, `insert into scan (reason, actor, begun, towns, remain) values ('night', 'job:night', now() - interval '25 hours', 134, 3)`)
	if list := scans(t.Context(), db, false); !ill(list, "scan", "scan 3 has not ended since") || !ill(list, "scan", "3 townships are left") {
		t.Errorf("one that does not end: %s", told(list))
	}
	insert(t, env, `update scan set ended = now(), remain = 0 where id = 3`)
	if list := scans(t.Context(), db, false); len(list) != 1 || list[0].err != nil {
		t.Errorf("all is well: %s", told(list))
	}
}
