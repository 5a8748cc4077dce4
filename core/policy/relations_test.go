package policy

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
)

// replaced is the shipped files with one thing another.
func replaced(t *testing.T, file, old, new string) fstest.MapFS {
	t.Helper()
	files := tree(t)
	was := string(files[file].Data)
	if !strings.Contains(was, old) {
		t.Fatalf("%q is not in %s", old, file)
	}
	files[file] = &fstest.MapFile{Data: []byte(strings.Replace(was, old, new, 1))}
	return files
}

const ruralDibao = "{area: rural, value: 480, from: 2020-07-01"

// TestAMultipleThatNoLongerHolds: the shipped standards are what is declared of them in every
// Book; dibao raised for the country alone leaves tekun there below 1.3 times it, by a sum rounded up to
// the fen, and only there; a set without the declarations says nothing.
//
// Controls: "<=" in Breaches ("the shipped set: [… 90000 60000 90000 …]"); the relation's area not
// asked ("the shipped set: [… rural 62400 48000 72000 …]"); Least rounded down ("Least:65001"); the
// relations left out of a Book ("[] of 0 relations", "raised: []").
func TestAMultipleThatNoLongerHolds(t *testing.T) {
	t.Parallel()
	load := func(files fstest.MapFS) *Library {
		t.Helper()
		lib, err := Load(files)
		if err != nil {
			t.Fatal(err)
		}
		return lib
	}
	for _, b := range load(tree(t)).Books() {
		if list := b.Breaches(); len(list) != 0 || len(b.Relations) != 2 {
			t.Errorf("the shipped set: %v of %d relations from %s", list, len(b.Relations), b.From)
		}
	}
	lib := load(replaced(t, "amounts.yaml", ruralDibao, strings.Replace(ruralDibao, "480", "500.01", 1)))
	last := lib.Books()[len(lib.Books())-1]
	list := last.Breaches()
	if len(list) != 5 {
		t.Fatalf("raised: %v", list)
	}
	for _, b := range list {
		if b.Is != 624_00 || b.Against != 500_01 || b.Least != 650_02 || b.Place.Area != "rural" {
			t.Errorf("%+v", b)
		}
	}
	if list[0].County != "" || list[1].County != "371402" {
		t.Errorf("places: %v", list)
	}
	bare := tree(t)
	delete(bare, "relations.yaml")
	was := load(bare).Books()
	if d := Compare(was[len(was)-1], load(tree(t)).Books()[len(was)-1]); len(d.Relations) != 2 || len(d.Items) != 0 || d.Equal() {
		t.Errorf("declared: %+v", d.Relations)
	}
	if list := was[len(was)-1].Breaches(); list != nil {
		t.Errorf("nothing is declared: %v", list)
	}
}

// TestWhatIsDeclaredIsChecked: a multiple names two standards of one unit, a number and a law.
// Control: addRelations that lets one be declared twice ("area: urban: <nil>").
func TestWhatIsDeclaredIsChecked(t *testing.T) {
	t.Parallel()
	for old, c := range map[string][2]string{
		"of: tekun.standard, area: urban": {"of: tekun.standrd, area: urban", `unknown parameter "tekun.standrd"`},
		"times: 1.5":                      {"times: 0", "no number above 0"},
		"times: 1.3":                      {"times: 1300", "no number above 0"},
		"area: rural":                     {"area: urban", "declared twice"},
		"area: urban":                     {"area: town", "unknown area"},
		"base: dibao.standard, law":       {"base: edge.ratio, law", "one unit"},
		"base: dibao.standard, law: \"":   {"base: tekun.standard, law: \"", "one unit"},
		"law: \"德州市 1 月 18 日提标通知(年份未印):农村特困按农村低保标准的 1.3 倍\"": {"law: \"\"", "needs the law"},
	} {
		_, err := Load(replaced(t, "relations.yaml", old, c[0]))
		var bad Problems
		if !errors.As(err, &bad) || !strings.Contains(bad.Error(), c[1]) || !strings.Contains(bad.Error(), "relations.yaml:") {
			t.Errorf("%s: %v", c[0], err)
		}
	}
}
