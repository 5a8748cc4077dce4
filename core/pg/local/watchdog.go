package local

import (
	"fmt"
	"os"
	"os/exec"
)

// watchdog waits on a pipe whose other end only this process holds. End of file
// means that this process is gone, by kill -9 too; a line means that it stopped
// the server itself. It looks the server up in postmaster.pid, so it can start
// first and leaves no gap, and asks twice: politely, then at once.
const watchdog = `
read -r told
if [ -z "$told" ]; then
  i=0
  while [ $i -lt 100 ]; do
    pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
    if [ -n "$pid" ]; then
      if [ $i -lt 60 ]; then kill -INT "$pid" 2>/dev/null; else kill -QUIT "$pid" 2>/dev/null; fi
    elif [ $i -gt 3 ]; then
      break
    fi
    i=$((i + 1))
    sleep 0.1
  done
fi
if [ "$2" = throwaway ]; then rm -rf "$1"; fi
`

// watch starts the watchdog as the server's user, who may signal the server.
func (s *Server) watch(throwaway bool) error {
	read, write, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("make the lifeline: %w", err)
	}
	defer read.Close()
	kind := "kept"
	if throwaway {
		kind = "throwaway"
	}
	cmd := exec.Command("/bin/sh", "-c", watchdog, "lianou-watchdog", s.dir, kind)
	s.who.run(cmd, "/")
	cmd.Stdin = read
	if err := cmd.Start(); err != nil {
		write.Close()
		return unavailable("start the watchdog of postgresql", err)
	}
	go func() { _ = cmd.Wait() }()
	s.lifeline = write
	return nil
}
