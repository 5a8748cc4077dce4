package policy

import (
	"strings"
	"testing"
	"testing/fstest"
)

// A folder from which a file is missing is told which, in a sentence; the whole one lacks
// nothing, and one that cannot be read is Load's to judge (by a seventh newcomer: in order).
// Control: a part left out of the list (red: "without packs.yaml: []").
func TestAFolderThatLostAFileIsTold(t *testing.T) {
	t.Parallel()
	whole := tree(t)
	if bad := Lacking(whole); len(bad) != 0 {
		t.Errorf("the whole one: %v", bad)
	}
	for _, name := range []string{"departments.yaml", "rules.yaml", "calendar.yaml", "packs.yaml"} {
		less := tree(t)
		delete(less, name)
		if bad := Lacking(less); len(bad) != 1 || !strings.Contains(bad[0].Say, name) {
			t.Errorf("without %s: %v", name, bad)
		}
	}
	for _, name := range []string{"rules.yaml"} {
		broken := tree(t)
		broken[name] = &fstest.MapFile{Data: []byte("rules: [")}
		if _, err := Load(broken); err == nil {
			t.Error("a broken file is in order")
		}
	}
}
