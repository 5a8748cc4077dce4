package bell

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"lianou/core"
)

// Server is a private Redis for one machine: redis-server on a unix socket where
// the machine has one, else one inside this process on a loopback port with a
// random password. What it holds dies with it.
type Server struct {
	url    string
	kind   string
	shell  *exec.Cmd     // the parent of redis-server
	exited chan struct{} // closed when both have ended
	life   *os.File      // its end stops both
	mini   *miniredis.Miniredis
}

// StartPrivate starts one, with its socket in dir, and waits until it answers.
func StartPrivate(ctx context.Context, dir string) (*Server, error) {
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		return startMini()
	}
	socket := filepath.Join(dir, "redis.sock")
	if len(socket) > 100 { // the system's limit is 103 to 107 bytes
		return startMini()
	}
	_ = os.Remove(socket)
	s := &Server{url: (&url.URL{Scheme: "unix", Path: socket}).String(), kind: "redis-server", exited: make(chan struct{})}
	args := []string{"-c", lifeline, "lianou-redis", binary, "--port", "0", "--unixsocket", socket, "--unixsocketperm", "700", "--save", "",
		"--appendonly", "no", "--maxmemory", "256mb", "--maxmemory-policy", "volatile-ttl", "--daemonize", "no", "--dir", dir}
	if err := s.start(exec.Command("/bin/sh", args...), dir); err != nil {
		return nil, core.E(core.KindUnavailable, "private_redis", "").Wrap(fmt.Errorf("start redis-server: %w", err))
	}
	if err := s.ready(ctx); err != nil {
		_ = s.Stop(ctx)
		return nil, err
	}
	return s, nil
}

// lifeline runs redis-server until the pipe on its standard input ends, which is
// when this process stops it or is gone, by kill -9 too.
const lifeline = `"$@" </dev/null >/dev/null 2>&1 & child=$!; read -r _; kill "$child"; wait "$child"`

// start runs the shell in a session of its own, as the owner of dir: root does
// not give its rights to a network service.
func (s *Server) start(cmd *exec.Cmd, dir string) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Env = []string{"PATH=/usr/bin:/bin:/usr/local/bin", "LC_ALL=C"}
	cmd.Dir = dir
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok && os.Geteuid() == 0 && owner.Uid != 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: owner.Uid, Gid: owner.Gid, Groups: []uint32{}}
	}
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer read.Close()
	cmd.Stdin = read
	if err := cmd.Start(); err != nil {
		write.Close()
		return err
	}
	s.shell, s.life = cmd, write
	go func() {
		_ = cmd.Wait()
		close(s.exited)
	}()
	return nil
}

func startMini() (*Server, error) {
	m := miniredis.NewMiniRedis()
	password := rand.Text()
	m.RequireAuth(password)
	if err := m.StartAddr("127.0.0.1:0"); err != nil {
		return nil, core.E(core.KindUnavailable, "private_redis", "").Wrap(fmt.Errorf("start the built-in redis: %w", err))
	}
	m.ClockTTL(true)
	u := url.URL{Scheme: "redis", User: url.UserPassword("", password), Host: m.Addr()}
	return &Server{url: u.String(), kind: "built in", mini: m}, nil
}

func (s *Server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	opts, err := redis.ParseURL(s.url)
	if err != nil {
		return core.E(core.KindInternal, "private_redis", "").Wrap(err)
	}
	hush()
	client := redis.NewClient(opts)
	defer client.Close()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for client.Ping(ctx).Err() != nil {
		select {
		case <-s.exited:
			return core.E(core.KindUnavailable, "private_redis", "").Wrap(fmt.Errorf("redis-server ended at once"))
		case <-ctx.Done():
			return core.E(core.KindUnavailable, "private_redis", "").Wrap(ctx.Err())
		case <-tick.C:
		}
	}
	return nil
}

// URL is for bell.Open.
func (s *Server) URL() string { return s.url }

// Kind says which sort it is: "redis-server" or "built in".
func (s *Server) Kind() string { return s.kind }

// Stop ends it and waits.
func (s *Server) Stop(ctx context.Context) error {
	if s.mini != nil {
		s.mini.Close()
		return nil
	}
	s.life.Close()
	select {
	case <-s.exited:
		return nil
	case <-ctx.Done():
		_ = syscall.Kill(-s.shell.Process.Pid, syscall.SIGKILL) // its session: shell and server
		<-s.exited
		return fmt.Errorf("stop redis-server: %w", ctx.Err())
	}
}
