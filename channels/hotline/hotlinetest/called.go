// Package hotlinetest plays whom we ring: sipp, which knows nothing of us, behind a
// trunk of its own port. It is installed by `make test`.
package hotlinetest

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

//go:embed scenarios/*.xml
var scenarios embed.FS

// Called is a called party: its trunk's address, and how it fared.
type Called struct {
	Trunk netip.AddrPort
	done  chan error
}

// Scenario is how it behaves.
type Scenario struct {
	// Name is that of the file: answers, busy, rings, redirects.
	Name string
	// Waits is how long after the answer it presses Key, or hangs up without one.
	Waits time.Duration
	// Key, by INFO. Empty: none is pressed.
	Key string
	// Speaks is for how long it is heard from the answer on, without a break.
	Speaks time.Duration
	// HangsUp ends the call from its side; else it waits for our BYE.
	HangsUp bool
	// Contact is where a redirection leads.
	Contact string
	// At is the trunk's address, of one that is through. Defaults to a free one.
	At netip.AddrPort
}

// Answer waits for one call and behaves as the scenario says.
func Answer(t testing.TB, s Scenario) *Called {
	t.Helper()
	text, err := scenarios.ReadFile("scenarios/" + s.Name + ".xml")
	if err != nil {
		t.Fatal(err)
	}
	part := func(name string) []byte {
		b, err := scenarios.ReadFile("scenarios/part-" + name + ".xml")
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	say, key, end := []byte(nil), []byte(nil), part("hungup")
	if s.Speaks > 0 {
		say = part("speaks")
	}
	if s.Key != "" {
		key = part("key")
	}
	if s.HangsUp {
		end = part("hangsup")
	}
	for name, value := range map[string][]byte{"SPEAKS": say, "PRESSES": key, "ENDS": end} {
		text = bytes.ReplaceAll(text, []byte(name), value)
	}
	for name, value := range map[string]string{"WAITS": fmt.Sprint(max(s.Waits, time.Millisecond).Milliseconds()), "KEY": s.Key, "CONTACT": s.Contact} {
		text = bytes.ReplaceAll(text, []byte(name), []byte(value))
	}
	dir := t.TempDir()
	for name, content := range map[string][]byte{"called.xml": text, "speech.alaw": hum(s.Speaks)} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if !s.At.IsValid() {
		s.At = netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), free(t))
	}
	return start(t, dir, s.At)
}

func start(t testing.TB, dir string, at netip.AddrPort) *Called {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	cmd := exec.CommandContext(ctx, "sipp", "-sf", "called.xml", "-m", "1", "-t", "u1", "-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", fmt.Sprint(at.Port()), "-nostdin", "-trace_err")
	cmd.Dir = dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &Called{Trunk: at, done: make(chan error, 1)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		err := cmd.Wait()
		if err != nil {
			logs, _ := filepath.Glob(filepath.Join(dir, "*errors.log"))
			for _, name := range logs {
				b, _ := os.ReadFile(name)
				out.Write(b)
			}
			err = fmt.Errorf("sipp: %w\n%s", err, out.Bytes()[max(out.Len()-3000, 0):])
		}
		c.done <- err
	}()
	t.Cleanup(func() { cancel(); <-ended })
	c.listens(t)
	return c
}

// Fared waits until the called party is through, and says what it found wrong.
func (c *Called) Fared(t testing.TB) {
	t.Helper()
	select {
	case err := <-c.done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(40 * time.Second):
		t.Error("the called party waits for something that does not come")
	}
}

// Uncalled reports that nothing has come of it: it still waits.
func (c *Called) Uncalled() bool {
	select {
	case <-c.done:
		return false
	default:
		return true
	}
}

func free(t testing.TB) uint16 {
	t.Helper()
	s, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	return s.LocalAddr().(*net.UDPAddr).AddrPort().Port()
}

// listens returns when the port is taken.
func (c *Called) listens(t testing.TB) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for until := time.Now().Add(20 * time.Second); time.Now().Before(until); {
		s, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(c.Trunk))
		if err != nil {
			return
		}
		s.Close()
		select {
		case err := <-c.done:
			t.Fatal(err)
		case <-tick.C:
		}
	}
	t.Fatal("sipp does not listen")
}

// hum is a loud tone of 200 Hz in A-law and then a silence, eight samples a millisecond.
func hum(d time.Duration) []byte {
	wave := append(bytes.Repeat([]byte{0x2a}, 20), bytes.Repeat([]byte{0xaa}, 20)...)
	tone := bytes.Repeat(wave, int(d.Milliseconds()*8)/len(wave))
	return append(tone, bytes.Repeat([]byte{0xd5}, 60*8000)...)
}
