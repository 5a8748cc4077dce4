package simulate_test

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"regexp"
	"testing"
	"testing/fstest"
	"time"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/facts/factstest"
	"lianou/core/matching"
	"lianou/core/policy"
	"lianou/core/rulebook"
	"lianou/core/simulate"
)

// edits change one place of the rules that ship with the program.
var edits = []struct {
	file, find string
	to         []string
}{
	{"amounts.yaml", `value: [0-9.]+`, []string{"value: 3", "value: 0", "value: 450", "value: 1000"}},
	{"amounts.yaml", `rows: \[\{value: `, []string{"rows: [{counties: [\"371402\"], value: 1, from: 2016-07-01, source: x}, {value: "}},
	{"criteria.yaml", `    value: [0-9]+`, []string{"    value: 0", "    value: 2", "    value: 50"}},
	{"criteria.yaml", `op: "[<>=]+"`, []string{`op: "<"`, `op: ">="`, `op: "="`}},
	{"criteria.yaml", `\{all: \[`, []string{"{any: ["}},
	{"items/mz.yaml", `status\.(dibao|edge)`, []string{"status.poor_file", "any_low_income"}},
	{"items/mz.yaml", `formula: dibao_standard \* members_count`, []string{"formula: dibao_standard * 2 * members_count"}},
	{"items/mz.yaml", `from: 2016-07-01`, []string{"from: 2035-01-01"}},
	{"items/mz.yaml", `per: month`, []string{"per: year"}},
	{"rules.yaml", `(?m)^  - \{a: .*$`, []string{""}},
	{"criteria.yaml", `pass: .*`, []string{"pass: 符合。"}},
}

func shipped(t testing.TB) fstest.MapFS {
	t.Helper()
	root, files := os.DirFS("../policy/policies"), fstest.MapFS{}
	err := fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(root, p)
		files[p] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func bookOf(t testing.TB, files fstest.MapFS, on core.Date) *policy.Book {
	t.Helper()
	lib, err := policy.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	book, err := lib.On(on)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// drawBook edits one or two places; nil when the rules no longer hold together.
func drawBook(r *rand.Rand, files fstest.MapFS, on core.Date) *policy.Book {
	changed := fstest.MapFS{}
	for name, f := range files {
		changed[name] = &fstest.MapFile{Data: f.Data}
	}
	for range 1 + r.IntN(2) {
		e := edits[r.IntN(len(edits))]
		f := changed[e.file]
		found := regexp.MustCompile(e.find).FindAllIndex(f.Data, -1)
		if len(found) == 0 {
			continue // the first edit took the place
		}
		at := found[r.IntN(len(found))]
		text := string(f.Data)
		changed[e.file] = &fstest.MapFile{Data: []byte(text[:at[0]] + e.to[r.IntN(len(e.to))] + text[at[1]:])}
	}
	lib, err := policy.Load(changed)
	if err != nil {
		return nil
	}
	book, err := lib.On(on)
	if err != nil {
		return nil
	}
	return book
}

// crowd draws households, and packs them as the registry does.
func crowd(t testing.TB, n int, on core.Date) (list []core.Household, rows [][]byte) {
	t.Helper()
	r := rand.New(rand.NewPCG(6, 90))
	for range n {
		h := factstest.Quick(r)
		h.On = on
		births := make([]core.Date, len(h.Members))
		for i, m := range h.Members {
			if m.Age != nil {
				births[i] = on.AddDate(-*m.Age, 0, -1)
			}
		}
		row, err := facts.Pack(nil, &h, births)
		if err != nil {
			t.Fatal(err)
		}
		list, rows = append(list, h), append(rows, row)
	}
	return list, rows
}

// TestSimulatingIsPreviewing: for edits of the real rules, what is counted from packed rows,
// by sets of answers and only where something may differ, is what a preview counts by
// explaining every household under both Books. Controls: amounts only of items that fit
// under both Books ("MZ-01: {Gained:0 Lost:3 …"); the touches of another county.
func TestSimulatingIsPreviewing(t *testing.T) {
	t.Parallel()
	on := core.NewDate(2026, 3, 1)
	files := shipped(t)
	old := bookOf(t, files, on)
	list, rows := crowd(t, 120, on)
	differed, left := 0, 0
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 6))
	// Until what is drawn has both changed something and left somebody out.
	for n := 0; n < 25 || n < 250 && (differed == 0 || left == 0); n++ {
		book := drawBook(r, files, on)
		if book == nil {
			continue
		}
		pair, err := simulate.NewPair(old, book, on)
		if err != nil {
			t.Fatal(err)
		}
		tally := pair.NewTally()
		for _, row := range rows {
			if err := pair.Row(row, tally); err != nil {
				t.Fatal(err)
			}
		}
		shifts, touched := previewed(t, old, book, list)
		if tally.Households != len(rows) || tally.Touched != touched {
			t.Fatalf("%d households, %d touched; the preview says %d", tally.Households, tally.Touched, touched)
		}
		left += tally.Households - tally.Judged
		for code, w := range shifts {
			got := simulate.Shift{Before: w.Before, After: w.After} // an item that is not named is the same for everybody
			for i, it := range pair.Items() {
				if it.Code != code {
					continue
				}
				if got = tally.Items[i]; it.Before != it.After { // by another period all of either has moved, which a preview does not say
					got.Moved, got.Movers, w.Moved, w.Movers = 0, 0, 0, 0
				}
			}
			if got.Before-got.After == w.Before-w.After { // one place's money is left out where nothing can differ there
				got.Before, got.After, w.Before, w.After = 0, 0, 0, 0
			}
			got.Samples = 0
			if got != w {
				t.Fatalf("%s: %+v, the preview says %+v", code, got, w)
			}
			if w.Any() {
				differed++
			}
		}
	}
	if differed == 0 || left == 0 {
		t.Errorf("%d items differed, %d households were left out: the edits test nothing", differed, left)
	}
}

// previewed counts what a preview says of every household; its sums are of those that change.
func previewed(t *testing.T, old, book *policy.Book, list []core.Household) (map[core.ItemCode]simulate.Shift, int) {
	t.Helper()
	p, err := rulebook.NewPreview(old, book)
	if err != nil {
		t.Fatal(err)
	}
	shifts, touched := map[core.ItemCode]simulate.Shift{}, 0
	for _, b := range []*policy.Book{old, book} {
		for i := range b.Items {
			shifts[b.Items[i].Code] = simulate.Shift{}
		}
	}
	for i := range list {
		changes := p.Judge(&list[i]).Items
		touched += min(len(changes), 1)
		for _, c := range changes {
			s := shifts[c.Item]
			add(&s, &c)
			shifts[c.Item] = s
		}
	}
	return shifts, touched
}

func add(s *simulate.Shift, c *rulebook.Changed) {
	was, is := c.Was.Outcome == matching.Eligible, c.Is.Outcome == matching.Eligible
	a, b := c.Was.Benefit.Amount, c.Is.Benefit.Amount
	x, y := core.Fen(0), core.Fen(0)
	if c.Was.Bundled {
		x = a
	}
	if c.Is.Bundled {
		y = b
	}
	s.Before, s.After = s.Before+x, s.After+y
	if x != y {
		s.Moved, s.Movers = s.Moved+max(x, y)-min(x, y), s.Movers+1
	}
	switch {
	case !was && is:
		s.Gained++
	case was && !is:
		s.Lost++
	case was && (a != b || c.Was.Benefit.Told != c.Is.Benefit.Told):
		switch {
		case c.Was.Benefit.Told != c.Is.Benefit.Told:
			s.Untold++
		case b > a:
			s.More++
		default:
			s.Less++
		}
	}
	// What was lost may be open now, and what was open may fit: those are told by the first.
	if !was && !is && c.Is.Outcome == matching.Unknown {
		s.Opened++
	} else if !was && !is {
		s.Closed++
	}
}

// TestWhoLoses: a family that loses one thing and gets more of another counts as one that
// loses something, and not as a poorer one; what is paid once has no month.
// Control: Worse counted by money alone ("0 worse").
func TestWhoLoses(t *testing.T) {
	t.Parallel()
	on := core.NewDate(2026, 3, 1)
	files := shipped(t)
	old := bookOf(t, files, on)
	files["amounts.yaml"] = &fstest.MapFile{Data: regexp.MustCompile(`(area: rural, value: )[0-9]+(, from: 2020-07-01)`).ReplaceAll(files["amounts.yaml"].Data, []byte("${1}9000${2}"))}
	pair, err := simulate.NewPair(old, bookOf(t, files, on), on)
	if err != nil {
		t.Fatal(err)
	}
	_, rows := crowd(t, 400, on)
	tally := pair.NewTally()
	for _, row := range rows {
		if err := pair.Row(row, tally); err != nil {
			t.Fatal(err)
		}
	}
	if tally.Newly == 0 || tally.Lost == 0 || tally.Worse < tally.Lost || tally.Poorer >= tally.Worse || tally.Judged == tally.Households {
		t.Errorf("%d newly, %d lost, %d worse, %d poorer, %d of %d judged", tally.Newly, tally.Lost, tally.Worse, tally.Poorer, tally.Judged, tally.Households)
	}
	cost := simulate.CostOf(pair.Items(), tally)
	if cost.Month() <= 0 {
		t.Errorf("cost %+v", cost)
	}
}

// TestLessMayBeNothing: an amount that is nothing under the new rules is less, and no amount
// that nobody can tell; who is given it is worse off.
// Control: compare that takes 0 for an amount that cannot be told ("0 are given less").
func TestLessMayBeNothing(t *testing.T) {
	t.Parallel()
	on := core.NewDate(2026, 3, 1)
	for _, name := range []string{`oldage\.low`, `heating\.season`} { // for each, and for the household
		files := shipped(t)
		old := bookOf(t, files, on)
		at := regexp.MustCompile(`(?s)(  - name: ` + name + `\n.*?value: )[0-9.]+`)
		files["amounts.yaml"] = &fstest.MapFile{Data: at.ReplaceAll(files["amounts.yaml"].Data, []byte("${1}0"))}
		pair, err := simulate.NewPair(old, bookOf(t, files, on), on)
		if err != nil {
			t.Fatal(err)
		}
		_, rows := crowd(t, 3000, on)
		tally := pair.NewTally()
		for _, row := range rows {
			if err := pair.Row(row, tally); err != nil {
				t.Fatal(err)
			}
		}
		less, untold := 0, 0
		for _, s := range tally.Items {
			less, untold = less+s.Less, untold+s.Untold
		}
		if less == 0 || untold != 0 || tally.Worse < less {
			t.Errorf("%s: %d are given less, %d untold, %d worse off", name, less, untold, tally.Worse)
		}
	}
}

// BenchmarkRow is what a household costs under a change that touches many.
func BenchmarkRow(b *testing.B) {
	on := core.NewDate(2026, 3, 1)
	files := shipped(b)
	old := bookOf(b, files, on)
	files["amounts.yaml"] = &fstest.MapFile{Data: regexp.MustCompile(`(area: rural, value: )[0-9]+(, from: 2020-07-01)`).ReplaceAll(files["amounts.yaml"].Data, []byte("${1}700${2}"))}
	pair, err := simulate.NewPair(old, bookOf(b, files, on), on)
	if err != nil {
		b.Fatal(err)
	}
	_, rows := crowd(b, 512, on)
	tally := pair.NewTally()
	for i := 0; b.Loop(); i++ {
		if err := pair.Row(rows[i%len(rows)], tally); err != nil {
			b.Fatal(err)
		}
	}
}
