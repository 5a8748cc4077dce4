package local

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Where the library lies is found as Debian and as others lay it.
// Control: warms that looks in lib alone (`Debian's: false`).
func TestWhoWarms(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		file string
		want bool
	}{
		"plain":       {"lib/pg_prewarm.so", true},
		"Debian's":    {"lib/postgresql/pg_prewarm.so", true},
		"a Mac's":     {"lib/postgresql/pg_prewarm.dylib", true},
		"without it":  {"lib/postgresql/plpgsql.so", false},
		"an own name": {"lib/my_pg_prewarm.so", false},
	} {
		at := filepath.Join(folder(t), c.file)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		bin := filepath.Join(strings.TrimSuffix(at, c.file), "bin")
		if err := os.Mkdir(bin, 0o755); err != nil {
			t.Fatal(err)
		}
		if got := warms(bin); got != c.want {
			t.Errorf("%s: %v", what, got)
		}
	}
}

// What an operator wrote into the cluster's files holds; what initdb wrote there is nobody's word, and
// what is commented out is none.
//
// Controls: tuned without written (`shared_buffers is "256MB", want "96MB"`); without the look at initdb's
// (`max_wal_size is "1GB", want "2GB"`).
func TestWhatAnOperatorWroteHolds(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "pg")
	s := start(t, dir)
	if _, err := s.CreateDatabase(t.Context(), "city"); err != nil {
		t.Fatal(err)
	}
	if got, err := ask(t, s, `show max_wal_size`); err != nil || got != "2GB" {
		t.Errorf("as it comes: %q %v", got, err)
	}
	stop(t, s)
	conf := filepath.Join(s.data(), "postgresql.conf")
	was, err := os.ReadFile(conf)
	if err != nil {
		t.Fatal(err)
	}
	own := string(was) + "\n# wal_init_zero = on\n  Shared_Buffers = 96MB # of our own\nshared_preload_libraries ''\nlisten_addresses = '*'\n"
	if err := os.WriteFile(conf, []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	s = start(t, dir)
	defer stop(t, s)
	for name, want := range map[string]string{"shared_buffers": "96MB", "shared_preload_libraries": "", "max_wal_size": "2GB", "wal_init_zero": "off", "listen_addresses": ""} {
		if got, err := ask(t, s, "show "+name); err != nil || got != want {
			t.Errorf("%s is %q, want %q: %v", name, got, want, err)
		}
	}
}

// A machine that refuses the memory gets a server with little, and a line that says so; one that ends
// for another reason is not started again.
//
// Controls: start without the second time (`1 times: … it ended at once`); whatever it said (`started 2
// times for another reason`).
func TestAServerThatGetsNoMemoryStartsWithLess(t *testing.T) {
	t.Parallel()
	real, err := FindBinaries()
	if err != nil {
		t.Fatal(err)
	}
	for said, starts := range map[string]bool{"could not map anonymous shared memory: Cannot allocate memory": true, "could not open a file": false} {
		home := folder(t)
		bin, calls := filepath.Join(home, "bin"), filepath.Join(home, "calls")
		if err := os.Mkdir(bin, 0o755); err != nil {
			t.Fatal(err)
		}
		// A server that is refused whatever is more than the least: 1 GB of it cannot be asked for on every machine.
		script := "#!/bin/sh\necho start >> " + calls + "\ncase \"$*\" in *shared_buffers=256MB*) exec " + real + "/postgres \"$@\";; esac\necho 'FATAL:  " + said + "'\nexit 1\n"
		err := os.WriteFile(filepath.Join(bin, "postgres"), []byte(script), 0o755)
		for _, name := range []string{"initdb", "pg_ctl"} {
			if err == nil {
				err = os.Symlink(filepath.Join(real, name), filepath.Join(bin, name))
			}
		}
		if err == nil {
			err = os.WriteFile(calls, nil, 0o666)
		}
		if err == nil {
			err = os.Chmod(calls, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		s, err := Claim(Config{Dir: filepath.Join(home, "pg"), Bin: bin, Log: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		s.buffers = 1024
		err = s.Start(t.Context())
		n, _ := os.ReadFile(calls)
		switch times := strings.Count(string(n), "start"); {
		case !starts && (err == nil || times != 1 || log.Len() > 0):
			t.Errorf("started %d times for another reason: %v, %s", times, err, &log)
		case starts && (err != nil || times != 2 || !strings.Contains(log.String(), "wanted_mb=1024 mb=256")):
			t.Errorf("%d times: %v, said %q", times, err, &log)
		}
		if err == nil {
			stop(t, s)
		}
	}
}
