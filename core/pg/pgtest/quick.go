package pgtest

import "syscall"

// roomInMemory is what a folder in memory must have free before clusters of tests go there,
// in bytes: ten processes with a cluster and a dozen databases each fit in half of it.
const roomInMemory = 6 << 30

// quick names the folder for clusters that are thrown away: memory, where the system has a folder of it with
// enough room, and /tmp where it has not. A database for a test is 1,500 small files: made and removed on a
// disk they take ten times as long and wait for whoever else writes to it.
//
// $TMPDIR is no choice: it may be too long for a socket, and closed to the user that PostgreSQL runs as.
func quick(memory string) string {
	var st syscall.Statfs_t
	if err := syscall.Statfs(memory, &st); err != nil || uint64(st.Bavail)*uint64(st.Bsize) < roomInMemory {
		return "/tmp"
	}
	return memory
}
