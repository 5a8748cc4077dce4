package idcard

import (
	"context"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lianou/core"
)

// A tesseract that was turned against us: it never ends, takes all memory, writes files,
// talks without end, or looks for a network. The program is a script, the limits are those
// of every run. Controls: ExecContext without a context ("still runs"); no `ulimit -v`
// (the memory is gone); no `ulimit -f` ("wrote a file"); a buffer
// embedded in `bounded` ("says 3000000 bytes", seen: io.Copy finds its ReadFrom).
func TestLimitsOfTesseract(t *testing.T) {
	t.Parallel()
	written := filepath.Join(t.TempDir(), "written")
	for name, c := range map[string]struct {
		script string
		fails  bool
		says   string
	}{
		"never ends":          {"exec sleep 600", true, ""},
		"never ends, in pipe": {"sleep 600 & wait", true, ""},
		"takes all memory":    {"exec tail /dev/zero", true, ""},
		"writes a file":       {"echo secret >" + written + "; exit 3", true, ""},
		"talks without end":   {"exec head -c 3000000 /dev/zero", false, ""},
		"sees the settings":   {"env | grep -c LIANOU; exit 0", false, "0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "tesseract")
			if err := os.WriteFile(path, []byte("#!/bin/sh\n"+c.script+"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
			r := &Tesseract{path: path, now: time.Now, turns: make(chan struct{}, 1), cut: canCut()}
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			began := time.Now()
			lines, err := r.run(ctx, image.NewGray(image.Rect(0, 0, 4, 4)))
			if (err != nil) != c.fails || core.KindOf(err) != core.KindUnavailable && c.fails {
				t.Errorf("%v", err)
			}
			if took := time.Since(began); took > 8*time.Second {
				t.Errorf("still runs after %v", took)
			}
			if said := strings.Join(lines, "\n"); len(said) > mostText || c.says != "" && strings.TrimSpace(said) != c.says {
				t.Errorf("says %d bytes", len(said))
			}
		})
	}
	t.Cleanup(func() {
		if b, err := os.ReadFile(written); err == nil && len(b) > 0 {
			t.Errorf("wrote a file: %q", b)
		}
	})
}

// Where the system allows it, a run has no network but a loopback that is down. Control:
// `cut` false, and the interfaces of this machine are there.
func TestNoNetworkForTesseract(t *testing.T) {
	t.Parallel()
	if !canCut() {
		t.Log("this system does not let us take the network away")
		return
	}
	path := filepath.Join(t.TempDir(), "tesseract")
	if err := os.WriteFile(path, []byte("#!/bin/sh\ncat /proc/net/route /proc/net/dev\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	r := &Tesseract{path: path, now: time.Now, turns: make(chan struct{}, 1), cut: true}
	lines, err := r.run(t.Context(), image.NewGray(image.Rect(0, 0, 4, 4)))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		if strings.Contains(l, ":") && !strings.HasPrefix(strings.TrimSpace(l), "lo:") {
			t.Errorf("an interface: %q", l)
		}
	}
}
