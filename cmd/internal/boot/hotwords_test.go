package boot_test

import (
	"slices"
	"testing"

	"lianou/cmd/internal/boot"
	"lianou/core"
	"lianou/core/policy"
	"lianou/core/registry"
)

// What an engine is told to listen for: every item by its everyday and its full name, and
// every county and township of the city, each once; the everyday names first, because
// some engines read only the beginning of the list; and nobody's name or number.
// Control: the places left out.
func TestHotwords(t *testing.T) {
	t.Parallel()
	books, err := policy.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	book, err := books.On(core.NewDate(2026, 3, 2))
	if err != nil {
		t.Fatal(err)
	}
	places, err := registry.EmbeddedRegions()
	if err != nil {
		t.Fatal(err)
	}
	weight := map[string]int{}
	list := boot.Hotwords(book, places)
	for _, w := range list {
		if weight[w.Text] != 0 || w.Text == "" || w.Weight < 1 || w.Weight > 100 {
			t.Errorf("%+v, again or without weight", w)
		}
		weight[w.Text] = w.Weight
	}
	want := map[string]bool{}
	for _, it := range book.Items {
		want[it.Everyday], want[it.Name] = true, true
	}
	for _, p := range slices.Concat(places.Counties(), places.Townships(core.DezhouCity)) {
		want[p.Name] = true
	}
	for word := range want {
		if word != "" && weight[word] == 0 {
			t.Errorf("%s is not listened for", word)
		}
	}
	for _, known := range []string{"平原县", "王庙镇", "低保"} {
		if weight[known] < 20 {
			t.Errorf("%s weighs %d", known, weight[known])
		}
	}
	if len(list) == 0 || list[0].Text != book.Items[0].Everyday {
		t.Errorf("the list begins with %+v", list[:min(3, len(list))])
	}
}
