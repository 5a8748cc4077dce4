package insight

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/policy"
)

// apart stands before the amounts, where items read dibao.line in place of dibao.standard:
// only the index reads this one.
const apart = "parameters:\n  - name: dibao.standard\n    unit: yuan\n    label: 只有指数用的\n    rows:\n" +
	"      - {area: urban, value: 600, from: 2016-07-01, sample: true, source: x}\n" +
	"      - {counties: [\"371426\"], area: rural, value: 480, from: 2016-07-01, sample: true, source: x}\n" +
	"      - {area: rural, value: 480, from: 2016-07-01, sample: true, source: x}\n"

// bookOf loads the shipped rules, with pairs of old and new text.
func bookOf(t *testing.T, on core.Date, index string, swaps ...string) *policy.Book {
	t.Helper()
	from, err := policy.Sources()
	if err != nil {
		t.Fatal(err)
	}
	set, swap := fstest.MapFS{}, strings.NewReplacer(swaps...)
	err = fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(from, name)
		set[name] = &fstest.MapFile{Data: []byte(swap.Replace(string(b)))}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if index != "" {
		set["index.yaml"] = &fstest.MapFile{Data: []byte(index)}
	}
	lib, err := policy.Load(set)
	if err != nil {
		t.Fatal(err)
	}
	b, err := lib.On(on)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestReachOfAChange: whom a change of the rules may touch, where the items alone do not
// show it. Controls: ReachFrom without renumbered ("a number: touches nobody"); without the
// comparison of the index ("weights", "a standard of the index"); Same by all counties
// ("a standard of the index: touches 371426 [true true true] and 371402 [true true true]").
func TestReachOfAChange(t *testing.T) {
	t.Parallel()
	const on, here = core.Date(19783), 26
	const weights = "index:\n  source: x\n  weights: {A: 110, B: 85, C: 100, D: 100, E: 100, F: 100, G: 100}\n"
	index := []string{"dibao.standard", "dibao.line", "parameters:\n", apart}
	raised := []string{"dibao.standard", "dibao.line", "parameters:\n", strings.Replace(apart, "rural, value: 480", "rural, value: 500", 1)}
	shipped := bookOf(t, on, "")
	renumbered := *shipped
	renumbered.Items = append([]policy.Item{}, shipped.Items...)
	last := len(renumbered.Items) - 1
	renumbered.Items[last].No++
	everywhere, nowhere := [3]bool{true, true, true}, [3]bool{}
	for _, c := range []struct {
		name        string
		was, is     *policy.Book
		here, other [3]bool // urban, rural, not known: in 371426 and in 371402
	}{
		{"nothing", shipped, bookOf(t, on, ""), nowhere, nowhere},
		{"a number", shipped, &renumbered, everywhere, everywhere},
		{"weights", shipped, bookOf(t, on, weights), everywhere, everywhere},
		{"a standard of the index", bookOf(t, on, "", index...), bookOf(t, on, "", raised...), [3]bool{false, true, true}, nowhere},
	} {
		j, err := NewJudge(c.is, on)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		r := j.ReachFrom(c.was, on)
		if r.may[here] != c.here || r.may[2] != c.other {
			t.Errorf("%s: touches 371426 %v and 371402 %v, want %v and %v", c.name, r.may[here], r.may[2], c.here, c.other)
		}
		if got := r.Nobody("371402", "371426"); got != (c.here == nowhere) {
			t.Errorf("%s: touches nobody: %v", c.name, got)
		}
		if got := r.Nobody("371402"); got != (c.other == nowhere) {
			t.Errorf("%s: touches nobody of 371402: %v", c.name, got)
		}
		if r.Nobody("371402", "110101") {
			t.Errorf("%s: says it touches nobody of a county that it does not know", c.name)
		}
	}
}

// TestStandsOnAnotherDay: the same rules on a later day leave what was found of a household
// only where nobody had a birthday and nothing that befell it grows older. Controls: sameDay
// without its look at ages ("a birthday", "the second's birthday"); without its look at
// events ("an event") or without its look at the silence ("a silence gets too old"); Stands without sameDay (all three); ReachFrom of another day without
// a reader of it (all three, and "another day touches nobody").
func TestStandsOnAnotherDay(t *testing.T) {
	t.Parallel()
	const before = core.Date(19783)
	book := bookOf(t, before, "")
	j, err := NewJudge(book, before+1)
	if err != nil {
		t.Fatal(err)
	}
	r := j.ReachFrom(book, before)
	if r.Nobody("371426") {
		t.Error("another day touches nobody")
	}
	same := j.ReachFrom(book, before+1)
	born := func(years int, day core.Date) core.Date {
		y, m, d := day.Time().Date()
		return core.NewDate(y-years, m, d)
	}
	for _, c := range []struct {
		name   string
		births []core.Date
		shocks []core.Shock
		asked  core.Date
		want   bool
	}{
		{"nobody older", []core.Date{born(30, before+40), born(7, before-3)}, nil, 0, true},
		{"the last day of a silence", []core.Date{born(30, before+40)}, nil, before + 1 - facts.Silence, true},
		{"a silence gets too old", []core.Date{born(30, before+40)}, nil, before - facts.Silence, false},
		{"a silence too old before", []core.Date{born(30, before+40)}, nil, before - 1 - facts.Silence, true},
		{"a birthday", []core.Date{born(60, before+1)}, nil, 0, false},
		{"the second's birthday", []core.Date{born(30, before+40), born(18, before+1)}, nil, 0, false},
		{"a birthday the day before", []core.Date{born(60, before)}, nil, 0, true},
		{"a birthday the day after", []core.Date{born(60, before+2)}, nil, 0, true},
		{"a birth not known", []core.Date{0}, nil, 0, true},
		{"an event", []core.Date{born(30, before+40)}, []core.Shock{{Kind: "accident", Date: before - 100}}, 0, false},
	} {
		h := core.Household{On: before, County: "371426", Members: make([]core.Member, len(c.births)), Shocks: &c.shocks, ShocksAsked: c.asked}
		row, err := facts.Pack(nil, &h, c.births)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got, err := j.Stands(r, row); got != c.want || err != nil {
			t.Errorf("%s: stands: %v, %v", c.name, got, err)
		}
		if got, err := j.Stands(same, row); !got || err != nil {
			t.Errorf("%s: by the same rules of the same day stands: %v, %v", c.name, got, err)
		}
	}
	if got, err := j.Stands(same, []byte{255}); got || err == nil {
		t.Errorf("bytes that are no row stand: %v, %v", got, err)
	}
}

// TestOnly: a township's findings are those of its last scan's Book only while no look by a
// Book that nobody named, and no packing, came between. Controls: Only without the Book's
// name ("by a third"), without the packing ("packed by a scan without a Book"), or refusing
// every other Book ("by the Book named").
func TestOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		book   string
		beside []string
		want   bool
	}{
		{"untouched", "was", nil, true},
		{"by its own", "was", []string{"was"}, true},
		{"by the Book named", "was", []string{"is"}, true},
		{"by both", "was", []string{"is", "was"}, true},
		{"by a third", "was", []string{"third"}, false},
		{"by a third after the named", "was", []string{"is", "third"}, false},
		{"packed anew", "was", []string{""}, false},
		{"packed after a look", "was", []string{"is", ""}, false},
		{"packed by a scan without a Book", "", []string{""}, false},
	} {
		town := Town{By: Scanned{Book: c.book}, Beside: c.beside}
		if got := town.Only("is"); got != c.want {
			t.Errorf("%s: only by those: %v", c.name, got)
		}
	}
}
