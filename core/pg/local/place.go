package local

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"

	"lianou/core"
)

// identity is the user the server runs as. PostgreSQL refuses uid 0, so root runs
// it as postgres or nobody; anybody else runs it as himself (uid < 0).
type identity struct{ uid, gid int }

func whoRuns() identity {
	if os.Geteuid() != 0 {
		return identity{-1, -1}
	}
	for _, name := range []string{"postgres", "_postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, err1 := strconv.Atoi(u.Uid)
			gid, err2 := strconv.Atoi(u.Gid)
			if err1 == nil && err2 == nil && uid > 0 {
				return identity{uid, gid}
			}
		}
	}
	return identity{65534, 65534}
}

// run sets user, folder, an empty environment and a session of its own: Ctrl-C in
// the terminal reaches this program, which stops the server in its turn.
func (w identity) run(cmd *exec.Cmd, dir string) {
	cmd.Dir = dir
	cmd.Env = []string{"PATH=/usr/bin:/bin:/usr/local/bin:/opt/homebrew/bin", "HOME=" + dir, "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if w.uid >= 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(w.uid), Gid: uint32(w.gid), Groups: []uint32{}}
	}
}

// makeDir makes a folder for the server's user alone, and missing parents open to
// passage whatever the umask says: root's own folders would shut that user out.
func (w identity) makeDir(dir string) error {
	if err := passable(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return err
	}
	if w.uid >= 0 {
		return os.Chown(dir, w.uid, w.gid)
	}
	return nil
}

func passable(dir string) error {
	if _, err := os.Stat(dir); err == nil || !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := passable(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return os.Chmod(dir, 0o755)
}

// placeFor says who runs the server and where. When root asks for a folder below
// one that the server's user cannot enter (/root is 0700), the cluster goes under
// /var/lib/lianou, named by the folder asked for, so that the same call finds it
// again.
func placeFor(asked string) (identity, string, error) {
	if asked == "" {
		return identity{}, "", core.E(core.KindInvalid, "data_dir", "").Wrap(errors.New("local.Config.Dir is empty"))
	}
	dir, err := filepath.Abs(asked)
	if err != nil {
		return identity{}, "", fmt.Errorf("place of %s: %w", asked, err)
	}
	who := whoRuns()
	if who.uid >= 0 && closedTo(who, filepath.Dir(dir)) {
		dir = filepath.Join("/var/lib/lianou", shortName(dir))
	}
	return who, dir, nil
}

// closedTo reports whether a user cannot pass through dir or a parent of it.
// Folders that do not exist yet will be made open to passage, so only existing
// ones count.
func closedTo(who identity, dir string) bool {
	for ; ; dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			st, ok := info.Sys().(*syscall.Stat_t)
			bit := os.FileMode(0o001)
			switch {
			case ok && int(st.Uid) == who.uid:
				bit = 0o100
			case ok && int(st.Gid) == who.gid:
				bit = 0o010
			}
			if info.Mode().Perm()&bit == 0 {
				return true
			}
		}
		if dir == filepath.Dir(dir) {
			return false
		}
	}
}

func shortName(path string) string {
	sum := sha256.Sum256([]byte(path))
	return hex.EncodeToString(sum[:6])
}

// socketFolder is the cluster's folder unless the socket's path would be longer
// than the system allows (107 bytes on Linux, 103 on macOS).
func socketFolder(dir string, who identity) (string, error) {
	limit := 107
	if runtime.GOOS == "darwin" {
		limit = 103
	}
	if len(dir)+len("/.s.PGSQL.5432") <= limit {
		return dir, nil
	}
	short := filepath.Join("/tmp", "lianou-"+shortName(dir))
	if err := who.makeDir(short); err != nil {
		return "", fmt.Errorf("make a short folder for the socket: %w", err)
	}
	return short, nil
}
