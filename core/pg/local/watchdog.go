package local

import (
	"fmt"
	"os"
	"os/exec"
)

// watchdog reads a pipe whose other end only this process holds: the server's
// process id, and "done" when this process has stopped it. End of file without
// "done" means that this process is gone, by kill -9 too. It signals only while
// postmaster.pid names that process: the next start may have put another server
// there. It starts before the server, so that no gap is left, and asks twice:
// politely, then at once.
const watchdog = `
pid=
told=
while read -r word rest; do
  case $word in
  pid) pid=$rest ;;
  done) told=1 ;;
  esac
done
i=0
while [ -z "$told" ] && [ $i -lt 100 ]; do
  now=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
  if [ -n "$now" ] && { [ -z "$pid" ] || [ "$now" = "$pid" ]; }; then
    if [ $i -lt 60 ]; then kill -INT "$now" 2>/dev/null; else kill -QUIT "$now" 2>/dev/null; fi
  elif [ -n "$now" ] || [ $i -gt 5 ]; then
    break
  fi
  i=$((i + 1))
  sleep 0.1
done
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
