package policy

import (
	"maps"
	"strings"
	"testing"
	"testing/fstest"
)

// A folder from which a file is missing is told which, in a sentence; the whole one lacks
// nothing, and one that cannot be read is Load's to judge (by a seventh newcomer: in order).
// Control: a part left out of the list (red: "without packs.yaml: []"); Load that
// passes over a file it cannot read (red: "a broken packs.yaml is in order").
func TestAFolderThatLostAFileIsTold(t *testing.T) {
	t.Parallel()
	whole := tree(t)
	if bad := Lacking(whole); len(bad) != 0 {
		t.Errorf("the whole one: %v", bad)
	}
	parts := []string{"departments.yaml", "items/", "rules.yaml", "calendar.yaml", "packs.yaml"}
	for _, part := range parts {
		less := tree(t)
		maps.DeleteFunc(less, func(file string, _ *fstest.MapFile) bool { return strings.HasPrefix(file, part) })
		if bad := Lacking(less); len(bad) != 1 || !strings.Contains(bad[0].Say, part) {
			t.Errorf("without %s: %v", part, bad)
		}
	}
	for _, part := range parts {
		broken, at := tree(t), ""
		for file := range broken {
			if strings.HasPrefix(file, part) {
				at = file
			}
		}
		broken[at] = &fstest.MapFile{Data: []byte("rules: [")}
		if _, err := Load(broken); err == nil || !strings.Contains(err.Error(), at) {
			t.Errorf("a broken %s is in order: %v", at, err)
		}
	}
}
