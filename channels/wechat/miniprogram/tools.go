package miniprogram

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// ErrNoTools says that node is missing or too old, or that its packages could not be
// fetched: a machine without a network. Tests skip on it, never under CI.
var ErrNoTools = errors.New("no tools for the mini-program")

// oldest is the oldest node that runs the tools.
const oldest = 20

// Tools are ready to run in the mini-program's folder.
type Tools struct{ Dir string }

// Ready finds node and installs the packages of the lock file where they are missing or
// another lock file's. Errors: ErrNoTools.
func Ready(ctx context.Context) (Tools, error) {
	where, err := exec.CommandContext(ctx, "go", "list", "-f", "{{.Dir}}", "lianou/channels/wechat/miniprogram").Output()
	if err != nil {
		return Tools{}, fmt.Errorf("find the mini-program: %w", err)
	}
	t := Tools{strings.TrimSpace(string(where))}
	if err := t.node(ctx); err != nil {
		return Tools{}, err
	}
	return t, t.install(ctx)
}

func (t Tools) node(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, "node", "--version").Output()
	if err != nil {
		return fmt.Errorf("%w: node: %w", ErrNoTools, err)
	}
	major, _, _ := strings.Cut(strings.TrimPrefix(string(out), "v"), ".")
	if n, err := strconv.Atoi(major); err != nil || n < oldest {
		return fmt.Errorf("%w: node is %s, it must be %d or newer: sh .ci/tools node", ErrNoTools, bytes.TrimSpace(out), oldest)
	}
	return nil
}

// install runs npm once for all test processes that want the packages: they take turns
// by a lock, and the first leaves the digest of the lock file behind.
func (t Tools) install(ctx context.Context) error {
	turn, err := os.OpenFile(filepath.Join(t.Dir, ".install.lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return fmt.Errorf("take turns: %w", err)
	}
	defer turn.Close()
	if err := syscall.Flock(int(turn.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("take turns: %w", err)
	}
	lock, err := os.ReadFile(filepath.Join(t.Dir, "package-lock.json"))
	if err != nil {
		return fmt.Errorf("read the lock file: %w", err)
	}
	sum := sha256.Sum256(lock)
	want, mark := hex.EncodeToString(sum[:]), filepath.Join(t.Dir, "node_modules", ".of-lock")
	if had, err := os.ReadFile(mark); err == nil && string(had) == want {
		return nil
	}
	npm := exec.CommandContext(ctx, "npm", "ci", "--prefer-offline", "--no-audit", "--no-fund")
	npm.Dir = t.Dir
	if out, err := npm.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: npm ci: %w\n%s", ErrNoTools, err, out[max(len(out)-1000, 0):])
	}
	if err := os.WriteFile(mark, []byte(want), 0o644); err != nil {
		return fmt.Errorf("note what is installed: %w", err)
	}
	return nil
}

// Node runs a script of the folder and gives what it printed.
func (t Tools) Node(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "node", args...)
	cmd.Dir = t.Dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// Bundle makes one page of the mini-program for a browser: index.html, app.js and
// app.css in a folder. The page calls /c/wechat/ for the gateway and /phone/ for WeChat
// at its own address.
func (t Tools) Bundle(ctx context.Context, folder string) error {
	out, err := t.Node(ctx, "story/bundle.mjs", folder)
	if err != nil {
		return fmt.Errorf("bundle the mini-program: %w\n%s", err, out)
	}
	return nil
}
