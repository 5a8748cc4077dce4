package main

import (
	"strings"
	"testing"

	"lianou/core/pg/pgtest"
)

// A city whose index of people does not lie in the server's memory is told so with both
// sizes, and one that forgets it at a restart. Control: leave the first case of inMemory's
// two out (red: "does not fit: holds the index").
func TestDoctorSearchMemory(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		index, memory int64
		warms         bool
		want          string
	}{
		"a small city":    {40, 256, false, ""},
		"does not fit":    {4300, 256, true, "takes 4300 MB and the server keeps 256 MB"},
		"fits":            {4300, 6026, true, "holds the index"},
		"cold after stop": {4300, 6026, false, "shared_preload_libraries = 'pg_prewarm'"},
	} {
		if got := told(inMemory(tc.index, tc.memory, tc.warms)); (got == "") != (tc.want == "") || !strings.Contains(got, tc.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
	if list := searchMemory(t.Context(), pgtest.New(t).DB(pgtest.Platform)); len(list) != 0 {
		t.Errorf("of an empty city: %s", told(list))
	}
}
