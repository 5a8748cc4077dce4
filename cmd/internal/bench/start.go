package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// barStart is B13: from the built binary in a fresh folder to ready.
const barStart = 5 * time.Second

// starting measures `lianou up`, each round in a folder that was never used.
func starting(ctx context.Context, cfg *Config) (missed Verdict, err error) {
	var took []float64
	for range cfg.Rounds {
		d, err := startOnce(ctx, cfg)
		if err != nil {
			return missed, err
		}
		took = append(took, d.Seconds())
		cfg.note("  up: %.1f s, load %s", d.Seconds(), load())
	}
	ok := median(took) <= barStart.Seconds()
	fmt.Fprintf(cfg.Out, "B13 %.1fs bar <=%.1fs %s (fresh folder, 20,000 people, rounds %d, load %s)\n", median(took), barStart.Seconds(), word(ok), len(took), load())
	if !ok {
		missed.Owed = append(missed.Owed, "B13")
	}
	return missed, nil
}

func startOnce(ctx context.Context, cfg *Config) (time.Duration, error) {
	dir, err := os.MkdirTemp(cfg.Dir, "lianou-bench-")
	if err != nil {
		return 0, fmt.Errorf("make a folder: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil {
		return 0, err
	}
	cmd := exec.Command(cfg.Lianou, "up")
	cmd.Env = append(plainEnvironment(), "LIANOU_DATA_DIR="+filepath.Join(dir, "var"))
	for _, program := range []string{"GATEWAY", "PLATFORM", "STANDIN", "SIP"} {
		addr, err := freeAddr()
		if err != nil {
			return 0, err
		}
		cmd.Env = append(cmd.Env, "LIANOU_"+program+"_ADDR="+addr)
	}
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("start lianou up: %w", err)
	}
	// Whatever happens it is stopped in order: it removes what it started.
	defer func() { _ = cmd.Process.Signal(syscall.SIGINT); _ = cmd.Wait() }()
	ready := make(chan time.Duration, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "Lianou is up") {
				ready <- time.Since(began)
			}
		}
		close(ready)
	}()
	select {
	case d, ok := <-ready:
		if !ok {
			return 0, errors.New("lianou up ended before it was ready")
		}
		return d, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(2 * time.Minute):
		return 0, errors.New("lianou up was not ready after two minutes")
	}
}
