package rig

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

//go:embed telephone/sipp-call.xml
var sippCall []byte

// Ring is one call that sipp makes.
type Ring struct {
	Line   string // host:port of the telephone line
	CallID string
	TCP    bool
	From   string // number of the caller
	Speaks time.Duration
	Dir    string // a folder of the call's own
}

// Call lets sipp, which knows nothing of us, make a call: it speaks, then hangs up. It
// is installed by `make test`.
func Call(ctx context.Context, c Ring) error {
	scenario := bytes.Replace(sippCall, []byte("SPEAKS"), fmt.Append(nil, c.Speaks.Milliseconds()), 1)
	for name, content := range map[string][]byte{"call.xml": scenario, "callers.csv": []byte("SEQUENTIAL\n" + c.From + "\n"), "speech.alaw": hum(c.Speaks + time.Second)} {
		if err := os.WriteFile(filepath.Join(c.Dir, name), content, 0o600); err != nil {
			return err
		}
	}
	transport := "u1"
	if c.TCP {
		transport = "t1"
	}
	cmd := exec.CommandContext(ctx, "sipp", "-sf", "call.xml", "-inf", "callers.csv", "-m", "1", "-t", transport, "-i", "127.0.0.1", "-mi", "127.0.0.1",
		"-s", "12345", "-cid_str", c.CallID, c.Line)
	cmd.Dir = c.Dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("sipp: %w\n%s", err, out[max(len(out)-2000, 0):])
	}
	return nil
}

// hum is a loud tone of 200 Hz in A-law, eight samples a millisecond.
func hum(d time.Duration) []byte {
	wave := append(bytes.Repeat([]byte{0x2a}, 20), bytes.Repeat([]byte{0xaa}, 20)...)
	return bytes.Repeat(wave, int(d.Milliseconds()*8)/len(wave))
}
