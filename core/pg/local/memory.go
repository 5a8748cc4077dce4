package local

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// least and most are what a server keeps in memory of its tables, in MB. It takes the memory
// as it fills it: a small city on a large machine takes little.
const (
	leastBuffers = 256
	mostBuffers  = 8192
)

// buffers is what a durable server keeps of its tables in its own memory, in MB: a quarter of
// the machine's, as PostgreSQL advises. The kernel's own store is emptied by whatever is read
// once, a nightly scan or a file of an import; this one is not, and the index by which a
// person is found is what a call agent waits for in the morning.
func buffers() int {
	return min(mostBuffers, max(leastBuffers, machineMB(os.ReadFile)/4))
}

// warms reports whether these binaries come with pg_prewarm, which notes every five minutes what
// lies in the server's memory and reads it again after a start. Without it the first hour of
// searches after a power cut waits for the disk: 63 ms in the place of 12.
func warms(bin string) bool {
	for _, dir := range []string{"lib", "lib/postgresql"} {
		if found, _ := filepath.Glob(filepath.Join(bin, "..", dir, "pg_prewarm.*")); len(found) > 0 {
			return true
		}
	}
	return false
}

// machineMB is the memory of this machine or, where it is less, of this container, in MB; 0
// where the system does not say in a file (macOS).
func machineMB(read func(string) ([]byte, error)) int {
	const kb, bytes = 1 << 10, 1 << 20
	total := 0
	info, _ := read("/proc/meminfo")
	for line := range strings.Lines(string(info)) {
		if rest, is := strings.CutPrefix(line, "MemTotal:"); is {
			total = number(strings.TrimSuffix(strings.TrimSpace(rest), " kB")) / kb
		}
	}
	for _, file := range limits(read) {
		limit, _ := read(file)
		if mb := number(strings.TrimSpace(string(limit))) / bytes; mb > 0 && mb < total {
			total = mb
		}
	}
	return total
}

// limits lists the files that may bound this process, of its own group and of each above it to the
// root: a service of systemd or a pod has its limit in the middle, and the root of a container is its
// own group under another name. A path that is not mounted here is a file that is not there.
func limits(read func(string) ([]byte, error)) (files []string) {
	groups, _ := read("/proc/self/cgroup")
	for line := range strings.Lines("0::/\n0:memory:/\n" + string(groups)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) < 3 {
			continue
		}
		root, file := "/sys/fs/cgroup", "memory.max"
		switch {
		case slices.Contains(strings.Split(parts[1], ","), "memory"): // of the first version, a tree for each controller
			root, file = "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
		case parts[1] != "":
			continue
		}
		for dir := path.Clean("/" + parts[2]); ; dir = path.Dir(dir) {
			files = append(files, path.Join(root, dir, file))
			if dir == "/" {
				break
			}
		}
	}
	return files
}

// number is 0 for what is none: a group without a limit says "max".
func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
