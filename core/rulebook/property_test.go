package rulebook_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/policy"
	"lianou/core/rulebook"
)

// counties are those that have rows of their own, and two that have none.
var counties = []core.RegionCode{"371402", "371403", "371471", "371472", "371426", "371424"}

// someDays are few, so that amounts of one sequence meet on a day and follow one another.
var someDays = []core.Date{day("2018-02-01"), day("2020-07-01"), day("2026-12-01"), day("2026-12-10"), day("2027-01-01"), day("2027-01-02")}

// genAmount draws an amount for some counties, or for all, in the areas that the parameter
// has rows for.
func genAmount(t *rapid.T) *rulebook.Amount {
	a := &rulebook.Amount{
		Param: rapid.SampledFrom([]string{"dibao.standard", "tekun.standard", "tekun.care_half", "child.standard"}).Draw(t, "param"),
		Value: fmt.Sprint(rapid.IntRange(1, 3000).Draw(t, "value")), From: rapid.SampledFrom(someDays).Draw(t, "from"),
		Source: rapid.SampledFrom([]string{"德民发〔2026〕1号", `引"号: #1`, "样本行 2020-07", "it's, [a] {b}", "- x", "1"}).Draw(t, "source"),
		Sample: rapid.Bool().Draw(t, "sample"),
	}
	if strings.HasSuffix(a.Param, ".standard") && a.Param != "child.standard" {
		a.Area = rapid.SampledFrom([]core.Area{"urban", "rural", ""}).Draw(t, "area")
	}
	a.Counties = rapid.SliceOfNDistinct(rapid.SampledFrom(counties), 0, 3, rapid.ID).Draw(t, "counties")
	return a
}

func genOp(t *rapid.T) rulebook.Op {
	sentence := rapid.SampledFrom([]string{"收入不够。", "平均 {value}: 超过 {limit} #不行", `他说"好"`, "- 一", "true", "12", `\n`}).Draw(t, "sentence")
	switch rapid.IntRange(0, 7).Draw(t, "kind") {
	case 0:
		return rulebook.Op{Criterion: &rulebook.Criterion{Name: rapid.SampledFrom([]string{"income_below_standard", "income_below_edge", "hukou_local"}).Draw(t, "name"),
			Field: rapid.SampledFrom([]string{"pass", "fail", "unknown", "law"}).Draw(t, "field"), Value: sentence}}
	case 1:
		return rulebook.Op{Criterion: &rulebook.Criterion{Name: "income_below_edge", Field: "limit.times", Value: fmt.Sprint(rapid.IntRange(1, 9).Draw(t, "times"))}}
	case 2:
		return rulebook.Op{Item: &rulebook.Item{Code: "JT-01", From: day("2016-07-01"), Field: rapid.SampledFrom([]string{"limit.text", "everyday", "benefit.text", "name", "body"}).Draw(t, "field"), Value: sentence}}
	case 3:
		return rulebook.Op{Switch: &rulebook.Switch{Code: rapid.SampledFrom([]core.ItemCode{"CL-01", "CL-02", "MZ-01"}).Draw(t, "code"),
			On: rapid.Bool().Draw(t, "on"), From: day("2026-02-01") + core.Date(rapid.IntRange(0, 500).Draw(t, "from"))}}
	}
	return rulebook.Op{Amount: genAmount(t)}
}

// done applies what can be, through the JSON it is kept as, and gives it.
func done(t *testing.T, set rulebook.Sources, ops []rulebook.Op) (rulebook.Sources, []rulebook.Change) {
	t.Helper()
	var kept []rulebook.Change
	for _, op := range ops {
		raw, err := json.Marshal(op)
		must(t, err)
		if op, err = rulebook.ReadOp(raw); err != nil {
			t.Fatal(err)
		}
		out, err := op.Apply(set)
		switch {
		case err == nil:
			set, kept = out, append(kept, rulebook.Change{N: len(kept) + 1, Op: op})
		case slices.ContainsFunc([]error{rulebook.ErrNothing, rulebook.ErrSwitched, rulebook.ErrSwitchDay, rulebook.ErrProblems, rulebook.ErrNotThere, rulebook.ErrWeights}, func(e error) bool { return errors.Is(err, e) }):
			if op.Amount != nil && !errors.Is(err, rulebook.ErrNothing) {
				t.Errorf("an amount was refused: %s: %v", raw, err)
			}
		default:
			t.Errorf("%s: %v", raw, err)
		}
	}
	return set, kept
}

// TestRandomChanges: after any sequence of changes the set is the same when it is stored and
// read, written into a folder and read, and when the recorded steps are done again; every
// comment is still there, in order.
// Control: a block that ends a line too late takes the comment of what follows along.
func TestRandomChanges(t *testing.T) {
	t.Parallel()
	gen := rapid.SliceOfN(rapid.Custom(genOp), 1, 6)
	start, steps := shipped(t), 0
	for seed := range 10 {
		set, kept := done(t, start, gen.Example(seed))
		steps += len(kept)
		again, err := rulebook.Replay(start, kept)
		must(t, err)
		if !again.Equal(set) {
			t.Errorf("seed %d: done again it is another set", seed)
		}
		stored, err := rulebook.Repack(set)
		must(t, err)
		dir := t.TempDir()
		must(t, set.Write(dir))
		folder, err := rulebook.ReadSources(os.DirFS(dir))
		must(t, err)
		was, err := set.Load()
		must(t, err)
		is, err := folder.Load()
		must(t, err)
		if !stored.Equal(set) || !folder.Equal(set) || was.Digest != is.Digest {
			t.Errorf("seed %d: it comes back as another set", seed)
		}
		if got, want := comments(set), comments(start); !slices.Equal(got, want) {
			t.Errorf("seed %d: comments %q, were %q", seed, got, want)
		}
	}
	if steps < 15 {
		t.Errorf("only %d steps were done: this says too little", steps)
	}
}

func comments(s rulebook.Sources) (out []string) {
	for _, f := range s.Files() {
		for line := range strings.SplitSeq(f.Text, "\n") {
			if strings.HasPrefix(strings.TrimSpace(line), "#") {
				out = append(out, line)
			}
		}
	}
	return out
}

// TestRandomAmounts: an amount holds from its day on for the counties and the area it names
// and for nobody else, until a row that was to follow; before its day nothing is another.
// Control: without the rows for the rest of a county list, the other counties fall to the
// general row; without apart, a county keeps its old amount (seed 2), falls back to the general
// one, or an amount for both areas reaches neither.
func TestRandomAmounts(t *testing.T) {
	t.Parallel()
	gen := rapid.SliceOfN(rapid.Custom(genAmount), 1, 4)
	for seed := range 40 {
		set := shipped(t)
		for _, a := range gen.Example(seed) {
			out, err := (rulebook.Op{Amount: a}).Apply(set)
			if errors.Is(err, rulebook.ErrNothing) {
				continue
			}
			if err != nil {
				t.Logf("seed %d %+v of %+v", seed, a, gen.Example(seed))
				for _, x := range gen.Example(seed) {
					t.Logf("%+v", x)
				}
			}
			must(t, err)
			compare(t, set, out, a)
			set = out
		}
	}
}

// compare asks both sets on every day on which something begins, and the day before it.
func compare(t *testing.T, before, after rulebook.Sources, a *rulebook.Amount) {
	t.Helper()
	was, err := before.Load()
	must(t, err)
	is, err := after.Load()
	must(t, err)
	days := []core.Date{a.From - 1, a.From}
	for _, b := range is.Books() {
		days = append(days, b.From-1, b.From)
	}
	for _, on := range days {
		b, err := was.On(on)
		if err != nil {
			continue // before the first Book
		}
		c, err := is.On(on)
		must(t, err)
		for _, county := range counties {
			for _, area := range []core.Area{"urban", "rural"} {
				old, had := at(b, a.Param, county, area)
				now, has := at(c, a.Param, county, area)
				named := (a.Area == "" || a.Area == area) && (slices.Contains(a.Counties, county) || len(a.Counties) == 0 && old.Counties == nil)
				switch {
				case on == a.From && named:
					if !has || now.Source != a.Source || now.Sample != a.Sample || fmt.Sprint(now.Value) != a.Value+"00" {
						t.Fatalf("%+v: on its day %s in %s it is %+v", a, area, county, now)
					}
				case on > a.From && named && !follows(t, was, a, county, area, on) && (!has || now.Source != a.Source || fmt.Sprint(now.Value) != a.Value+"00"):
					t.Fatalf("%+v: on %s %s in %s it is %+v, and nothing was to follow", a, on, area, county, now)
				case (on < a.From || !named) && (had != has || old.Value != now.Value || old.Source != now.Source):
					t.Fatalf("%+v: on %s %s in %s it is %+v, was %+v", a, on, area, county, now, old)
				}
			}
		}
	}
}

// follows reports whether another amount was to begin at a place after the day of a, up to
// a day.
func follows(t *testing.T, was *policy.Library, a *rulebook.Amount, county core.RegionCode, area core.Area, until core.Date) bool {
	t.Helper()
	for _, b := range was.Books() {
		if b.From <= a.From || b.From > until {
			continue
		}
		before, err := was.On(b.From - 1)
		must(t, err)
		old, had := at(before, a.Param, county, area)
		now, has := at(b, a.Param, county, area)
		if had != has || old.Value != now.Value || old.Source != now.Source {
			return true
		}
	}
	return false
}

func at(b *policy.Book, param string, county core.RegionCode, area core.Area) (policy.Amount, bool) {
	id, ok := b.Param(param)
	if !ok {
		return policy.Amount{}, false
	}
	return b.Amount(id, county, area)
}

// FuzzSource: whatever is taken as a sentence stands in the Book as that sentence, and does
// nothing else to the rules: nobody writes a row by writing a source.
// Control: with quotes left as they are in scalar, the second seed is "refused".
func FuzzSource(f *testing.F) {
	for _, s := range []string{"德民发〔2026〕1号", `引"号: #1`, `"`, `\`, `\" , value: 1`, "it's, [a] {b}", "- x", "1", "true", "~", "a: b", "a #b", "{a}", "&a", "!a", "|", "a,b", "é\u2028x", "\ufeffx", "…", "0x1", "? a", "---"} {
		f.Add(s)
	}
	start := shipped(f)
	lib, err := start.Load()
	must(f, err)
	was, err := lib.On(day("2026-07-01"))
	must(f, err)
	f.Fuzz(func(t *testing.T, source string) {
		op := rulebook.Op{Amount: &rulebook.Amount{Param: "dibao.standard", Counties: []core.RegionCode{"371426"}, Area: "rural", Value: "500", From: day("2026-07-01"), Source: source}}
		out, err := op.Apply(start)
		if err != nil {
			if !errors.Is(err, core.Invalid("source", "")) || strings.TrimSpace(source) != "" && strings.IndexFunc(source, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd }) < 0 && len(source) < 500 {
				t.Fatalf("%q is refused: %v %v", source, err, errors.Unwrap(err))
			}
			return
		}
		lib, err := out.Load()
		must(t, err)
		book, err := lib.On(day("2026-07-01"))
		must(t, err)
		row, _ := at(book, "dibao.standard", "371426", "rural")
		if row.Source != strings.TrimSpace(source) || row.Value != 50000 {
			t.Fatalf("%q became %q, %d fen", source, row.Source, row.Value)
		}
		for i, p := range book.Params {
			if rows := len(was.Params[i].Rows); len(p.Rows) != rows && (p.Name != "dibao.standard" || len(p.Rows) != rows+1) {
				t.Fatalf("%q: %s has %d rows, had %d", source, p.Name, len(p.Rows), rows)
			}
		}
	})
}
