package policy

import (
	"strings"
	"testing"
	"testing/fstest"
)

// A standard that is paid by the school term says so beside its amount, by the items that pay
// it or by its own label.
//
// Red: UnitOf without the term ("元").
func TestUnitOfATerm(t *testing.T) {
	t.Parallel()
	unit := func(b *Book) string {
		t.Helper()
		id, found := b.Param("school.preschool")
		if !found {
			t.Fatal("no standard")
		}
		return b.UnitOf(id)
	}
	const label = "label: 学前教育助学金(每年)"
	if got := unit(changed(t, "amounts.yaml", label, "label: 学前教育助学金(每学期)")); got != "元/学期" {
		t.Errorf("its label says the term: %s", got)
	}
	files := tree(t)
	for name, edit := range map[string][2]string{"amounts.yaml": {label, "label: 学前教育助学金"}, "items/jt-rs-cl.yaml": {"{per: year, each: true, formula: school_preschool", "{per: term, each: true, formula: school_preschool"}} {
		files[name] = &fstest.MapFile{Data: []byte(strings.Replace(string(files[name].Data), edit[0], edit[1], 1))}
	}
	if got := unit(bookOf(t, files)); got != "元/学期" {
		t.Errorf("paid by the term: %s", got)
	}
	if got := PerWord("term"); got != "每学期" {
		t.Errorf("said: %s", got)
	}
}
