package seed_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lianou/core"
	"lianou/core/registry"
	"lianou/core/registry/seed"
)

var today = core.NewDate(2026, 11, 23)

func generator(t testing.TB, number uint64, people int) *seed.Generator {
	t.Helper()
	r, err := registry.EmbeddedRegions()
	if err != nil {
		t.Fatal(err)
	}
	g, err := seed.NewGenerator(seed.Config{Number: number, People: people, Today: today, Regions: r})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestSameNumberSamePeople: chunks depend on the number alone, not on the order
// or the size of the city. Control: draw from the global source in any place.
func TestSameNumberSamePeople(t *testing.T) {
	t.Parallel()
	a, b := generator(t, 7, 4000), generator(t, 7, 40_000)
	b.Chunk(3)
	if !reflect.DeepEqual(a.Chunk(1), b.Chunk(1)) {
		t.Error("the same chunk of the same number differs")
	}
	if reflect.DeepEqual(a.Chunk(1)[0].Members[0].Name+a.Chunk(1)[1].Members[0].Name, generator(t, 8, 4000).Chunk(1)[0].Members[0].Name) {
		t.Error("another number gave the same people")
	}
}

// TestEveryNumberOnce: identity numbers are valid and unique within and across
// chunks, next to one another and a whole turn of the day classes apart. Control:
// let every chunk use the sequences of chunk 0.
func TestEveryNumberOnce(t *testing.T) {
	t.Parallel()
	g := generator(t, 1, seed.MaxPeople)
	ids, persons := map[string]bool{}, map[core.PersonID]bool{}
	for _, s := range seed.Stories() {
		for _, m := range s.Members {
			ids[m.ID.Reveal()], persons[m.Person] = true, true
		}
	}
	for _, chunk := range []int{0, 1, 2, 49, 50, 51, 100, g.Chunks() - 1} {
		for _, h := range g.Chunk(chunk) {
			for _, m := range h.Members {
				plain := m.IDNumber.Reveal()
				if ids[plain] || persons[m.ID] {
					t.Fatalf("chunk %d repeats a number or an id", chunk)
				}
				ids[plain], persons[m.ID] = true, true
				if _, err := core.ParseID(plain, today); err != nil || m.IDNumber.Birth() != m.Birth || m.IDNumber.Male() != (m.Sex == "male") {
					t.Fatalf("chunk %d: number %v does not fit its person: %v", chunk, m.IDNumber, err)
				}
			}
		}
	}
}

// TestExactlyAsMany: the last chunk is cut to the number asked for.
func TestExactlyAsMany(t *testing.T) {
	t.Parallel()
	for _, people := range []int{1, 2, 1999, 2000, 2001, 5003} {
		g, n := generator(t, 3, people), 0
		for i := range g.Chunks() {
			for _, h := range g.Chunk(i) {
				n += len(h.Members)
			}
		}
		if n != people {
			t.Errorf("asked for %d people, got %d", people, n)
		}
	}
}

// TestFactsAreOfTheVocabulary: every sheet decodes in the strict form.
func TestFactsAreOfTheVocabulary(t *testing.T) {
	t.Parallel()
	g := generator(t, 5, 6000)
	for i := range g.Chunks() {
		for _, h := range g.Chunk(i) {
			if _, err := decode(h); err != nil {
				t.Fatalf("household %d: %v", h.ID, err)
			}
		}
	}
}

// decode lays the sheets of a new household over one another.
func decode(h registry.NewHousehold) (core.Household, error) {
	top := map[string]any{"on": today.String(), "county": "371400"}
	lay := func(into map[string]any, sheets []registry.Sheet) {
		for _, s := range sheets {
			var facts map[string]any
			if err := json.Unmarshal(s.Facts, &facts); err != nil {
				panic(err)
			}
			for k, v := range facts {
				into[k] = v
			}
		}
	}
	lay(top, h.Sheets)
	var members []any
	for _, m := range h.Members {
		one := map[string]any{"ref": m.Ref, "age": m.Birth.Age(today), "sex": m.Sex, "relation": m.Relation}
		lay(one, m.Sheets)
		members = append(members, one)
	}
	top["members"] = members
	b, err := json.Marshal(top)
	if err != nil {
		return core.Household{}, err
	}
	return core.DecodeHousehold(b)
}

// TestSensibleCity holds the shares to wide bands: a slip of a factor shows.
func TestSensibleCity(t *testing.T) {
	t.Parallel()
	g := generator(t, 9, 20_000)
	var people, households, old, children, disabled, severe, ill, dibao, poor, rural, phones, accounts, oldCodes int
	for i := range g.Chunks() {
		for _, h := range g.Chunk(i) {
			f, err := decode(h)
			if err != nil {
				t.Fatal(err)
			}
			households++
			for _, s := range *f.Statuses {
				if s == "dibao" {
					dibao++
				}
			}
			if *f.Area == "rural" {
				rural++
				if *f.IncomePerCapitaMonth < core.Yuan(480) {
					poor++
				}
			}
			for k, m := range f.Members {
				people++
				count(&old, *m.Age >= 60)
				count(&children, *m.Age < 18)
				count(&disabled, m.Disability.Grade > 0)
				count(&severe, m.Disability.Grade == 1 || m.Disability.Grade == 2)
				count(&ill, *m.Illness != "none")
				count(&phones, !h.Members[k].Phone.IsZero())
				count(&accounts, !h.Members[k].Account.IsZero())
				count(&oldCodes, h.Members[k].IDNumber.Reveal()[:4] == "3724")
			}
		}
	}
	for _, tc := range []struct {
		what     string
		n, of    int
		low, hig float64
	}{
		{"people per household", people, households, 2.3, 3.2},
		{"60 and older", old, people, 0.15, 0.32},
		{"under 18", children, people, 0.13, 0.28},
		{"disabled", disabled, people, 0.045, 0.08},
		{"severely disabled", severe, disabled, 0.22, 0.42},
		{"seriously ill", ill, people, 0.005, 0.02},
		{"dibao households", dibao, households, 0.01, 0.07},
		{"rural households", rural, households, 0.45, 0.8},
		{"poor rural households", poor, rural, 0.015, 0.09},
		{"with a phone", phones, people, 0.6, 0.95},
		{"with a bank card", accounts, people, 0.5, 0.95},
		{"old address codes", oldCodes, people, 0.25, 0.65},
	} {
		got := float64(tc.n) / float64(tc.of)
		t.Logf("%s: %.3f", tc.what, got)
		if got < tc.low || got > tc.hig {
			t.Errorf("%s is %.3f, want %.3f to %.3f", tc.what, got, tc.low, tc.hig)
		}
	}
}

func count(n *int, yes bool) {
	if yes {
		*n++
	}
}

// TestStories: what is written by hand is whole: numbers valid, places real,
// facts of the vocabulary and as the sample households have them.
func TestStories(t *testing.T) {
	t.Parallel()
	regions, err := registry.EmbeddedRegions()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range seed.Stories() {
		if got := regions.FullName(s.Region); got != s.Town+s.Village {
			t.Errorf("%s: place is %q, story says %q", s.Letter, got, s.Town+s.Village)
		}
		for _, m := range s.Members {
			if m.ID.IsZero() || m.Name == "" {
				t.Errorf("%s: %s has no number or name", s.Letter, m.Ref)
			}
		}
		if a := s.Applicant(); a.Phone.IsZero() || a.Account.IsZero() {
			t.Errorf("%s: the applicant has no phone or card", s.Letter)
		}
		for _, m := range s.Members {
			paid := m.Account.IsZero() || m.Account.Last4()[:2] != "00"
			if !paid && m.Account.Last4() != seed.EndingClosed {
				t.Errorf("%s: the card of %s ends in %s, which the stand-in bank may return", s.Letter, m.Ref, m.Account.Last4())
			}
		}
		if !s.Fixed.IsZero() && s.Fixed.Last4()[:2] == "00" {
			t.Errorf("%s: the mended card ends in %s", s.Letter, s.Fixed.Last4())
		}
		told := s.Declared(today)
		if err := told.Check(); err != nil || len(told.Members) != len(s.Members) {
			t.Errorf("%s: declared facts: %v", s.Letter, err)
		}
		known, err := decode(s.Known(today))
		if err != nil {
			t.Errorf("%s: known facts: %v", s.Letter, err)
		}
		for i := range known.Members {
			if diff := cmp.Diff(told.Members[i].Disability, known.Members[i].Disability); diff != "" {
				t.Errorf("%s: %s", s.Letter, diff)
			}
		}
	}
	a, _ := seed.StoryOf("a")
	if h := a.Declared(today); *h.Members[0].Age != 59 || *h.IncomePerCapitaMonth != core.Yuan(390) || h.Members[1].Disability.Grade != 1 {
		t.Error("story a is not a mother of 59 with a son of grade 1")
	}
	c, _ := seed.StoryOf("c")
	if c.Applicant().Account.Last4() != seed.EndingClosed || c.Fixed.IsZero() {
		t.Error("story c needs a closed card and a good one")
	}
	if *c.Declared(today).Members[2].Illness != "leukaemia" || *c.Declared(today).Members[2].Age != 9 {
		t.Error("story c has no child of nine with leukaemia")
	}
	if _, ok := seed.StoryOf("d"); ok {
		t.Error("a fourth story appeared")
	}
}

func TestCardEnding(t *testing.T) {
	t.Parallel()
	for _, end := range []string{seed.EndingClosed, seed.EndingMismatch} {
		if got := seed.CardEnding(end); got.Last4() != end {
			t.Errorf("card for %s ends in %q", end, got.Last4())
		}
	}
	if !seed.CardEnding("12345").IsZero() && seed.CardEnding("12345").Last4() == "12345" {
		t.Error("five digits made an ending")
	}
}

func BenchmarkChunk(b *testing.B) {
	g := generator(b, 1, 2000)
	for b.Loop() {
		g.Chunk(0)
	}
}
