package local

import (
	"io/fs"
	"testing"
)

// A server never takes more than its container has, and starts where nobody says how much
// there is. Controls: leave the limit of the group out (red: "in a container: 24105, want 4096"); the root's alone
// ("in a service: 24105, want 8192"); the own group's and no walk up ("in a service").
func TestMemoryOfThisMachine(t *testing.T) {
	t.Parallel()
	const meminfo, v2, v1 = "/proc/meminfo", "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"
	const own = "/proc/self/cgroup"
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
		"in a service":           {map[string]string{meminfo: large, own: "0::/system.slice/lianou.service\n", "/sys/fs/cgroup/system.slice/lianou.service/memory.max": "max\n", "/sys/fs/cgroup/system.slice/memory.max": "8589934592\n"}, 8192},
		"in the tighter of two":  {map[string]string{meminfo: large, own: "0::/a/b\n", "/sys/fs/cgroup/a/b/memory.max": "3221225472\n", "/sys/fs/cgroup/a/memory.max": "8589934592\n"}, 3072},
		"in a group of before":   {map[string]string{meminfo: large, own: "11:cpu,cpuacct:/x\n7:hugetlb,memory:/docker/y\n1:name=systemd:/z\n", "/sys/fs/cgroup/memory/docker/y/memory.limit_in_bytes": "1073741824\n", "/sys/fs/cgroup/x/memory.max": "1048576\n"}, 1024},
		"beside its own root":    {map[string]string{meminfo: large, own: "0::/../../pod\n", v2: "5368709120\n"}, 5120},
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
