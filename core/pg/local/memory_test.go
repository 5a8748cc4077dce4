package local

import (
	"io/fs"
	"testing"
)

// A server never takes more than its container has, and starts where nobody says how much
// there is. Control: leave the limit of the group out (red: "in a container: 24105, want 4096").
func TestMemoryOfThisMachine(t *testing.T) {
	t.Parallel()
	const meminfo, v2, v1 = "/proc/meminfo", "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"
	const large = "MemTotal:       24683656 kB\nMemFree:         7933804 kB\n"
	for name, tc := range map[string]struct {
		files map[string]string
		want  int
	}{
		"a machine":              {map[string]string{meminfo: large}, 24105},
		"in a container":         {map[string]string{meminfo: large, v2: "4294967296\n"}, 4096},
		"in one of before":       {map[string]string{meminfo: large, v1: "2147483648\n"}, 2048},
		"in one without a limit": {map[string]string{meminfo: large, v2: "max\n", v1: "9223372036854771712\n"}, 24105},
		"where no file says":     {nil, 0},
		"what is no number":      {map[string]string{meminfo: "MemTotal: many kB\n"}, 0},
	} {
		read := func(path string) ([]byte, error) {
			if s, has := tc.files[path]; has {
				return []byte(s), nil
			}
			return nil, fs.ErrNotExist
		}
		if got := machineMB(read); got != tc.want {
			t.Errorf("%s: %d, want %d", name, got, tc.want)
		}
	}
	if b := buffers(); b < leastBuffers || b > mostBuffers {
		t.Errorf("%d MB of buffers", b)
	}
}
