package local

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// setting is one by which a durable server is made to fit its machine.
type setting struct {
	name, value string
	initdb      string // what initdb writes itself, uncommented: nobody's word; "" for nothing
}

// tuned gives what a durable server is started with beyond what it must have, each unless an operator
// wrote their own: an argument beats every file, and what somebody put into postgresql.conf or said by
// ALTER SYSTEM would be gone without a word. What keeps people's data in (no network, no statement in
// the log) is not up to a file.
func (s *Server) tuned() (args []string) {
	// A young cluster has no old WAL segments to use again, and filling each new one
	// with zeroes stops everybody for 60 ms; its last byte is written in any case.
	list := []setting{{"shared_buffers", fmt.Sprintf("%dMB", s.buffers), "128MB"}, {"max_wal_size", "2GB", "1GB"}, {"wal_init_zero", "off", ""}}
	if warms(s.bin) {
		list = append(list, setting{"shared_preload_libraries", "pg_prewarm", ""})
	}
	own := s.written()
	for _, one := range list {
		if said, has := own[one.name]; !has || one.initdb != "" && said == one.initdb {
			args = append(args, "-c", one.name+"="+one.value)
		}
	}
	return args
}

// written is what stands in the cluster's own files, by name, the last word of each. A file that is
// included from there is not followed.
func (s *Server) written() map[string]string {
	// A line that is not commented out: a name, and a value with or without quotes, after an equals
	// sign or a space.
	line := regexp.MustCompile(`(?m)^[ \t]*([A-Za-z_]+)(?:[ \t]*=[ \t]*|[ \t]+)(?:'([^'\n]*)'|([^ \t#'\n]+))`)
	out := map[string]string{}
	for _, name := range []string{"postgresql.conf", "postgresql.auto.conf"} {
		content, _ := os.ReadFile(filepath.Join(s.data(), name)) // not there: nobody wrote anything
		for _, m := range line.FindAllSubmatch(content, -1) {
			out[strings.ToLower(string(m[1]))] = string(m[2]) + string(m[3])
		}
	}
	return out
}

// logged is how long the server's log is.
func (s *Server) logged() int64 {
	info, err := os.Stat(s.logFile())
	if err != nil {
		return 0
	}
	return info.Size()
}

// refusedMemory reports whether the server said, since its log was so long, that it did not get the
// memory that it shares among its processes.
func (s *Server) refusedMemory(since int64) bool {
	content, err := os.ReadFile(s.logFile())
	if err != nil || int64(len(content)) < since {
		return false
	}
	content = content[since:]
	return bytes.Contains(content, []byte("could not map anonymous shared memory")) || bytes.Contains(content, []byte("could not create shared memory segment"))
}
