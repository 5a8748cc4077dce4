// Package rig runs a whole fresh city from the built programs, on free ports in a
// folder of its own, for the demo and for end-to-end tests.
//
// It is a user of `lianou up` like any other: it sets the documented variables,
// waits until the tool says that it is up, and ends it with an interrupt. It must
// not reach into the programs.
package rig

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Config is what Start needs.
type Config struct {
	// Bin is the folder of the built programs. Required.
	Bin string
	// Dir is an empty folder for the city's data. Required.
	Dir string
	// People is how many synthetic people are seeded beside the three stories.
	// Defaults to 300.
	People int
	// Lines believes the X-Forwarded-For of this machine's clients, so that tests can
	// come from many telephone lines, as citizens do, and not share one's limits.
	Lines bool
	// Settings are more of them, as NAME=value.
	Settings []string
	// Captions has the speech engine's stand-in write down running calls.
	Captions bool
	// Out hears what the tool prints. Defaults to nowhere.
	Out io.Writer
}

// Rig is a running city.
type Rig struct {
	Gateway, Platform, Standin string // addresses, such as http://127.0.0.1:40001
	Telephone                  string // SIP, host:port

	cfg  Config
	env  []string
	cmd  *exec.Cmd
	done chan error
}

// upWithin bounds the wait for a city to be up on a loaded machine.
const upWithin = 3 * time.Minute

// Start starts a city and returns when it is up.
func Start(ctx context.Context, cfg Config) (*Rig, error) {
	if cfg.People == 0 {
		cfg.People = 300
	}
	if cfg.Out == nil {
		cfg.Out = io.Discard
	}
	addrs, err := FreeAddrs(4)
	if err != nil {
		return nil, err
	}
	r := &Rig{Gateway: "http://" + addrs[0], Platform: "http://" + addrs[1], Standin: "http://" + addrs[2], Telephone: addrs[3], cfg: cfg, done: make(chan error, 1)}
	for _, line := range os.Environ() {
		if !strings.HasPrefix(line, "LIANOU_") {
			r.env = append(r.env, line)
		}
	}
	r.env = append(r.env, "LIANOU_DATA_DIR="+cfg.Dir, "LIANOU_GATEWAY_ADDR="+addrs[0], "LIANOU_PLATFORM_ADDR="+addrs[1], "LIANOU_STANDIN_ADDR="+addrs[2],
		"LIANOU_SIP_ADDR="+addrs[3], "LIANOU_TELL_AT_NIGHT=true") // a test at night waits for no morning
	r.env = append(r.env, cfg.Settings...)
	if cfg.Lines {
		r.env = append(r.env, "LIANOU_TRUSTED_PROXIES=127.0.0.1")
	}
	if cfg.Captions {
		r.env = append(r.env, "LIANOU_ASR_LIVE_URL=ws://"+addrs[2]+"/speech/funasr")
	}
	return r, r.up(ctx)
}

// FreeAddrs finds n loopback addresses that nobody listens on now. They lie below the ports
// that systems give to outgoing connections, one of which could take an address between
// here and its program's start.
func FreeAddrs(n int) ([]string, error) {
	var out []string
	var refused error
	for range 100 * n {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(20_000)))
		if err != nil {
			refused = err
			continue
		}
		defer l.Close()
		if out = append(out, l.Addr().String()); len(out) == n {
			return out, nil
		}
	}
	return nil, fmt.Errorf("find free ports: %w", refused)
}

func (r *Rig) tool(args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(r.cfg.Bin, "lianou"), args...)
	cmd.Env = r.env
	return cmd
}

func (r *Rig) up(ctx context.Context) error {
	r.cmd = r.tool("up", "--people", fmt.Sprint(r.cfg.People))
	said, err := r.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	r.cmd.Stderr = r.cfg.Out
	if err := r.cmd.Start(); err != nil {
		return fmt.Errorf("start lianou up: %w", err)
	}
	ready := make(chan struct{})
	go r.listen(said, ready)
	late := time.NewTimer(upWithin)
	defer late.Stop()
	select {
	case <-ready:
		return nil
	case err := <-r.done:
		return fmt.Errorf("lianou up ended: %w", err)
	case <-late.C:
		r.Stop()
		return errors.New("lianou up was not up in time")
	case <-ctx.Done():
		r.Stop()
		return ctx.Err()
	}
}

// listen passes on what the tool prints and notices the line that says it is up.
func (r *Rig) listen(said io.Reader, ready chan<- struct{}) {
	lines := bufio.NewScanner(said)
	up := false
	for lines.Scan() {
		fmt.Fprintln(r.cfg.Out, lines.Text())
		if !up && strings.HasPrefix(lines.Text(), "Lianou is up") {
			up = true
			close(ready)
		}
	}
	r.done <- r.cmd.Wait()
}

// Advance moves the city's clock, such as by "7d".
func (r *Rig) Advance(by string) error {
	out, err := r.tool("clock", "advance", by).CombinedOutput()
	if err != nil {
		return fmt.Errorf("move the clock by %s: %w: %s", by, err, out)
	}
	return nil
}

// Tool runs another command of the tool against this city.
func (r *Rig) Tool(args ...string) (string, error) {
	out, err := r.tool(args...).CombinedOutput()
	return string(out), err
}

// Tell runs another command of the tool and tells it one line, as a password.
func (r *Rig) Tell(line string, args ...string) (string, error) {
	cmd := r.tool(args...)
	cmd.Stdin = strings.NewReader(line + "\n")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// Stop ends the city and waits until it is gone.
func (r *Rig) Stop() {
	if r.cmd == nil || r.cmd.Process == nil {
		return
	}
	_ = r.cmd.Process.Signal(os.Interrupt)
	select {
	case <-r.done:
	case <-time.After(30 * time.Second):
		_ = r.cmd.Process.Kill()
	}
}
