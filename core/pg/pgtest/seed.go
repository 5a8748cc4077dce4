package pgtest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	osexec "os/exec"
	"path/filepath"
	"strings"
	"time"

	"lianou/core/pg"
)

// seed is a stopped cluster with the migrated template in it, kept between test
// processes: forty packages would otherwise each make a cluster and run every
// migration, only to come to the same files. Each process still runs a server of
// its own, on a copy.
type seed struct{ dir string }

// seedTemplate is the template's name in every seed.
const seedTemplate = "tpl_seed"

// keepSeeds is how long a seed that nobody uses any more stays. Its key has the day
// in it: what a migration dates by the clock is never older than that.
const keepSeeds = 48 * time.Hour

// findSeed names the seed of this source tree, this PostgreSQL and this day, whether
// it is there or not. An error means that there is no place to keep one.
func findSeed(binaries string, now time.Time) (seed, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return seed{}, err
	}
	root, err := moduleRoot()
	if err != nil {
		return seed{}, err
	}
	key, err := seedKey(root)
	if err != nil {
		return seed{}, err
	}
	sum := sha256.Sum256([]byte(key + "\n" + binaries + "\n" + now.UTC().Format(time.DateOnly)))
	return seed{filepath.Join(cache, "lianou-test", hex.EncodeToString(sum[:8]))}, nil
}

// moduleRoot climbs from the folder that the tests of a package run in.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
	}
	return "", errors.New("no go.mod above the test's folder")
}

// seedKey sums up all that decides what a migrated cluster holds: the migrations,
// the code that runs them and starts the server, and the versions of its libraries.
func seedKey(root string) (string, error) {
	sum := sha256.New()
	add := func(path string) error {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		fmt.Fprintln(sum, strings.TrimPrefix(path, root))
		_, err = io.Copy(sum, f)
		return err
	}
	err := filepath.WalkDir(filepath.Join(root, "core", "pg"), func(path string, d fs.DirEntry, err error) error {
		source := strings.HasSuffix(path, ".sql") || strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go")
		if err != nil || d.IsDir() || !source {
			return err
		}
		return add(path)
	})
	if err == nil {
		err = add(filepath.Join(root, "go.sum"))
	}
	// A program that was built before the files changed migrates by its own: the key has both, or it
	// would leave an older cluster under the name of the newer one.
	fmt.Fprintln(sum, pg.Migrations())
	return hex.EncodeToString(sum.Sum(nil)), err
}

// sow copies the seed's cluster into the folder of a server that has none. It
// reports whether there was a seed.
func (s seed) sow(dir string) (bool, error) {
	if _, err := os.Stat(s.dir); err != nil {
		return false, nil
	}
	now := time.Now()
	_ = os.Chtimes(s.dir, now, now) // in use: sweep leaves it
	return true, copyCluster(filepath.Join(s.dir, "data"), filepath.Join(dir, "data"))
}

// keep makes a stopped cluster the seed, at once or not at all. Of two processes
// that come to it together the second leaves the first one's.
func (s seed) keep(dir string) error {
	parent := filepath.Dir(s.dir)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return err
	}
	s.sweep()
	building, err := os.MkdirTemp(parent, "new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(building) // gone by its name when all went well
	if err := copyCluster(filepath.Join(dir, "data"), filepath.Join(building, "data")); err != nil {
		return err
	}
	if err := os.Rename(building, s.dir); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// sweep removes what no test has used for two days.
func (s seed) sweep() {
	old, _ := filepath.Glob(filepath.Join(filepath.Dir(s.dir), "*"))
	for _, dir := range old {
		if info, err := os.Stat(dir); err == nil && time.Since(info.ModTime()) > keepSeeds {
			_ = os.RemoveAll(dir)
		}
	}
}

// copyCluster keeps owners and modes: PostgreSQL refuses a folder that is another's.
func copyCluster(from, to string) error {
	if out, err := osexec.Command("cp", "-a", from, to).CombinedOutput(); err != nil {
		return fmt.Errorf("copy a cluster: %w: %.200s", err, out)
	}
	return nil
}
