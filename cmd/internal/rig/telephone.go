package rig

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
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

// Storm is many calls that sipp makes, so many new ones a second.
type Storm struct {
	Line   string
	Rate   int // new calls a second
	Calls  int // all together
	Speaks time.Duration
	Dir    string
}

// Stormed is what came of a storm.
type Stormed struct{ Made, Failed int }

// Run makes the calls and counts those that did not come to their end.
func (s Storm) Run(ctx context.Context) (out Stormed, err error) {
	scenario := bytes.Replace(sippCall, []byte("SPEAKS"), fmt.Append(nil, s.Speaks.Milliseconds()), 1)
	for name, content := range map[string][]byte{"call.xml": scenario, "callers.csv": []byte("SEQUENTIAL\n13805340012\n"), "speech.alaw": hum(s.Speaks + time.Second)} {
		if err := os.WriteFile(filepath.Join(s.Dir, name), content, 0o600); err != nil {
			return out, err
		}
	}
	cmd := exec.CommandContext(ctx, "sipp", "-sf", "call.xml", "-inf", "callers.csv", "-r", fmt.Sprint(s.Rate), "-m", fmt.Sprint(s.Calls), "-l", fmt.Sprint(s.Calls),
		"-t", "u1", "-i", "127.0.0.1", "-mi", "127.0.0.1", "-nostdin", "-trace_stat", "-stf", "stat.csv", "-fd", "1", "-s", "12345", s.Line)
	cmd.Dir = s.Dir
	said, ran := cmd.CombinedOutput()
	raw, err := os.ReadFile(filepath.Join(s.Dir, "stat.csv"))
	if err != nil {
		return out, fmt.Errorf("sipp: %w\n%s", errors.Join(ran, err), said[max(len(said)-2000, 0):])
	}
	if out.Made, err = counted(raw, "TotalCallCreated"); err != nil {
		return out, err
	}
	done, err := counted(raw, "SuccessfulCall(C)")
	out.Failed = s.Calls - done
	return out, err
}

// counted is the last value of a column of sipp's statistics.
func counted(raw []byte, column string) (int, error) {
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	at := slices.Index(strings.Split(lines[0], ";"), column)
	last := strings.Split(lines[len(lines)-1], ";")
	if at < 0 || at >= len(last) {
		return 0, fmt.Errorf("sipp's statistics have no %s", column)
	}
	return strconv.Atoi(last[at])
}

// hum is a loud tone of 200 Hz in A-law, eight samples a millisecond.
func hum(d time.Duration) []byte {
	wave := append(bytes.Repeat([]byte{0x2a}, 20), bytes.Repeat([]byte{0xaa}, 20)...)
	return bytes.Repeat(wave, int(d.Milliseconds()*8)/len(wave))
}
