package policy

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"lianou/core"
)

// changed is the Book of 2024-03-01 after one change of the built-in rules.
func changed(t *testing.T, file, old, new string) *Book {
	t.Helper()
	files := tree(t)
	if !strings.Contains(string(files[file].Data), old) {
		t.Fatalf("%q is not in %s", old, file)
	}
	files[file] = &fstest.MapFile{Data: []byte(strings.Replace(string(files[file].Data), old, new, 1))}
	return bookOf(t, files)
}

func bookOf(t *testing.T, files fstest.MapFS) *Book {
	t.Helper()
	lib, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	book, err := lib.On(core.NewDate(2024, 3, 1))
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// What a change touches, and where. Control: see matching's
// TestCompareNamesWhateverDiffers, which holds that no less is named; here, no more.
func TestCompareTouches(t *testing.T) {
	t.Parallel()
	old := bookOf(t, tree(t))
	if d := Compare(old, old); !d.Equal() || d.Judged() != nil || d.Paid() != nil {
		t.Errorf("a Book differs from itself: %+v", d)
	}
	for _, c := range []struct {
		name, file, old, new string
		judged, paid         string
		at                   string // the places, of the first item judged or else paid
	}{
		{"sentence", "criteria.yaml", "pass: 户口在德州,或有德州的居住证。", "pass: 户口在德州。", "", "", ""},
		{"days", "packs.yaml", "limit: {days: 20, county: 30", "limit: {days: 15, county: 30", "", "", ""},
		{"the law of a status", "packs.yaml", "law: \"最低生活保障审核确认办法第8条\"", "law: 另一部", "", "", ""},
		{"sample mark", "amounts.yaml", "{value: 10000, from: 2016-07-01, source", "{value: 10000, from: 2016-07-01, sample: true, source", "", "", ""},
		{"a grant outside every rule", "amounts.yaml", "{value: 10000, from: 2016-07-01", "{value: 12000, from: 2016-07-01", "", "FL-01", "everywhere"},
		{"a heating grant", "amounts.yaml", "label: 取暖救助(每季)\n    rows: [{value: 300", "label: 取暖救助(每季)\n    rows: [{value: 350", "", "ZJ-04", "everywhere"},
		{"a floor", "amounts.yaml", "label: 住房困难的人均面积线\n    rows: [{value: 15", "label: 住房困难的人均面积线\n    rows: [{value: 16", "ZJ-01 ZJ-02", "ZJ-01 ZJ-02 ZJ-03 CL-03 YJ-02", "everywhere"},
		{"an age", "criteria.yaml", "  - name: eighty\n    fact: age\n    op: \">=\"\n    value: 80", "  - name: eighty\n    fact: age\n    op: \">=\"\n    value: 78", "MZ-10", "MZ-10", "everywhere"},
		{"one county's standard", "amounts.yaml", "      - {area: rural, value: 480, from: 2020-07-01", "      - {counties: [\"371426\"], area: rural, value: 500, from: 2020-07-01, source: x}\n      - {area: rural, value: 480, from: 2020-07-01", "*", "*", "371426 rural"},
		{"an item that begins later", "items/mz.yaml", "    from: 2016-07-01\n    when: death_in_family", "    from: 2025-07-01\n    when: death_in_family", "MZ-12", "MZ-12", "everywhere"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := Compare(old, changed(t, c.file, c.old, c.new))
			if d.Equal() {
				t.Fatal("nothing differs")
			}
			judged, paid := d.Judged(), d.Paid()
			if c.judged != "*" && (names(judged) != c.judged || names(paid) != c.paid) {
				t.Errorf("judged %q paid %q", names(judged), names(paid))
			}
			if c.at == "" {
				return
			}
			first := append(slices.Clone(judged), paid...)[0]
			at := "everywhere"
			for _, p := range first.Places {
				at = string(p.County) + " " + string(p.Area)
			}
			if at != c.at || len(first.Places) > 1 || len(first.Facts) == 0 {
				t.Errorf("%s at %v by %v", first.Item, first.Places, first.Facts)
			}
			if c.at != "everywhere" && (first.At("371402", "rural") || !first.At("371426", "rural") || first.At("371426", "")) {
				t.Error("At does not follow the places")
			}
		})
	}
}

func names(list []Touch) string {
	var out []string
	for _, t := range list {
		out = append(out, string(t.Item))
	}
	return strings.Join(out, " ")
}
