package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// family is the programs `up` has started.
type family struct {
	logs  string
	ended chan error // a program that ended though nobody asked it to

	mu       sync.Mutex
	children []*child
	stopping bool
}

// child is one program. Its standard input is its lifeline: when this process is
// gone, by kill -9 too, the input ends and the program stops itself.
type child struct {
	name   string
	cmd    *exec.Cmd
	life   io.Closer
	done   chan struct{}
	logged int64 // bytes of its log that are of earlier runs
}

func newFamily(logs string) (*family, error) {
	if err := os.MkdirAll(logs, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of logs: %w", err)
	}
	return &family{logs: logs, ended: make(chan error, 8)}, nil
}

// beside finds a program next to this one.
func beside(program string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	path := filepath.Join(filepath.Dir(self), program)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%s is missing beside %s; run: make build", program, self)
	}
	return path, nil
}

// maxLog is how long a log may be before the next start sets it aside, in bytes.
const maxLog = 16 << 20

// openLog goes on with the log of the run before, because what is asked for after a
// restart is mostly why there was one; a long one is set aside as .1.
func openLog(path string) (*os.File, error) {
	if now, err := os.Stat(path); err == nil && now.Size() > maxLog {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, err
		}
	}
	return os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
}

// start runs a program with an environment, its output going to a log file.
func (f *family) start(name string, env []string, path string, args ...string) error {
	logFile, err := openLog(f.logFile(name))
	if err != nil {
		return fmt.Errorf("open the log of %s: %w", name, err)
	}
	defer logFile.Close()
	before, err := logFile.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("read the log of %s: %w", name, err)
	}
	cmd := exec.Command(path, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = env, logFile, logFile
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C reaches us; we stop them in order
	life, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("make the lifeline of %s: %w", name, err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", name, err)
	}
	c := &child{name: name, cmd: cmd, life: life, done: make(chan struct{}), logged: before}
	f.mu.Lock()
	f.children = append(f.children, c)
	f.mu.Unlock()
	go f.watch(c)
	return nil
}

func (f *family) watch(c *child) {
	_ = c.cmd.Wait()
	close(c.done)
	f.mu.Lock()
	asked := f.stopping
	f.mu.Unlock()
	if !asked {
		f.ended <- fmt.Errorf("%s ended by itself: %s (all of it: %s)", c.name, f.lastWords(c), f.logFile(c.name))
	}
}

func (f *family) logFile(name string) string { return filepath.Join(f.logs, name+".log") }

// lastWordsMost bounds how much of a log is read for its last line, in bytes.
const lastWordsMost = 64 << 10

// lastWords is the last line that a program logged in this run.
func (f *family) lastWords(c *child) string {
	file, err := os.Open(f.logFile(c.name))
	if err != nil {
		return "it said nothing"
	}
	defer file.Close()
	end, err := file.Seek(0, io.SeekEnd)
	if err != nil || end <= c.logged {
		return "it said nothing"
	}
	b := make([]byte, min(end-c.logged, lastWordsMost))
	if _, err := file.ReadAt(b, end-int64(len(b))); err != nil {
		return "its log cannot be read"
	}
	lines := bytes.Split(bytes.TrimSpace(b), []byte("\n"))
	return string(lines[len(lines)-1])
}

// ready waits until a page answers 200, and fails at once when a program ends.
func (f *family) ready(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !answers(ctx, url) {
		select {
		case end := <-f.ended:
			return end
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return fmt.Errorf("%s did not answer within a minute; the logs are in %s", url, f.logs)
			}
			return ctx.Err()
		case <-tick.C:
		}
	}
	return nil
}

func answers(ctx context.Context, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// stop cuts the lifelines in reverse order and waits; who does not go is killed.
func (f *family) stop(ctx context.Context) {
	f.mu.Lock()
	f.stopping = true
	children := f.children
	f.mu.Unlock()
	for i := len(children) - 1; i >= 0; i-- {
		c := children[i]
		c.life.Close()
		select {
		case <-c.done:
		case <-ctx.Done():
			_ = c.cmd.Process.Kill()
			<-c.done
		}
	}
}
