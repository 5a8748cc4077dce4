package insight

import (
	"cmp"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/facts/factstest"
	"lianou/core/hardship"
	"lianou/core/policy"

	"pgregory.net/rapid"
)

// cohort is some hundred random households of three townships, read by two fillers, and
// what they are, by number.
func cohort(t *rapid.T, book *policy.Book) (*Cohort, map[int64]plainHousehold) {
	on := core.NewDate(2024, 3, 1)
	parts := []*Filler{NewFiller(book, on)}
	parts = append(parts, parts[0].Twin())
	all, id := map[int64]plainHousehold{}, int64(rapid.IntRange(50, 90).Draw(t, "first"))
	score := hardship.NewScorer(book)
	for i, town := range []core.RegionCode{"371426104", "371424103", "371426100"} {
		f := parts[i%2]
		f.Town(town)
		for range rapid.IntRange(1, 25).Draw(t, "households") {
			h := factstest.Household(t)
			h.On = on
			births := make([]core.Date, len(h.Members))
			for m := range h.Members {
				births[m] = on - core.Date(rapid.IntRange(0, 36000).Draw(t, "days"))
			}
			row, err := facts.Pack(nil, &h, births)
			if err != nil {
				t.Fatal(err)
			}
			id -= int64(rapid.IntRange(1, 3).Draw(t, "step"))
			if err := f.Row(core.HouseholdID(id), row); err != nil {
				t.Fatal(err)
			}
			one := plainHousehold{id: id, town: town}
			if err := facts.NewReader(on).Unpack(row, &one.v); err != nil {
				t.Fatal(err)
			}
			one.points = score.Score(&one.v)
			all[id] = one
		}
	}
	return Join(parts...), all
}

type plainHousehold struct {
	id     int64
	town   core.RegionCode
	v      facts.Vector
	points hardship.Points
}

// plainOrder is the order by other weights, the plain way: by the Scorer itself.
func plainOrder(book *policy.Book, w hardship.Weights, all map[int64]plainHousehold) (ids []int64, places map[int64]Place) {
	score := hardship.NewScorerBy(book, w)
	places = map[int64]Place{}
	for id, h := range all {
		p := score.Score(&h.v)
		ids, places[id] = append(ids, id), PlaceOf(&p, vulnerable(&h.v))
	}
	slices.SortFunc(ids, func(a, b int64) int { return cmp.Or(cmp.Compare(places[b], places[a]), cmp.Compare(a, b)) })
	return ids, places
}

// TestSenseAgainstThePlainOne: the comparison is the one that the plain orders give, by
// scorers of their own; however the households were read.
// Control: orderBy without the number of the household; compare with before and after
// exchanged.
func TestSenseAgainstThePlainOne(t *testing.T) {
	t.Parallel()
	_, judge := rows(t, 1)
	book := judge.Book()
	rapid.Check(t, func(t *rapid.T) {
		c, all := cohort(t, book)
		proposed := hardship.Weights{110, 85, 100, 100, 100, 100, 100}
		s := c.Sense(hardship.Even, &proposed)
		if len(s.Runs) != 15 || s.Runs[0].Name != "proposed" || s.Runs[1].Name != "A-10" || s.Runs[14].Name != "G+10" {
			t.Fatalf("%d runs", len(s.Runs))
		}
		at := rapid.IntRange(0, 14).Draw(t, "run")
		from := proposed
		if at == 0 {
			from = hardship.Even
		}
		r := s.Runs[at]
		ids, places := plainOrder(book, from, all)
		ids2, places2 := plainOrder(book, r.Weights, all)
		most, top, top2 := (len(ids)*3+99)/100, map[int64]bool{}, map[int64]bool{}
		for i := range most {
			top[ids[i]], top2[ids2[i]] = places[ids[i]].Listed(), places2[ids2[i]].Listed()
		}
		entered, left, d2, elder, rural := 0, 0, 0, Share{Kind: "age", Key: "60-79"}, Share{Kind: "area", Key: "rural"}
		for i, id := range ids {
			d := i - slices.Index(ids2, id)
			d2 += d * d
			if top2[id] && !top[id] {
				entered++
			}
			if top[id] && !top2[id] {
				left++
			}
			h := all[id]
			for m := range h.v.M {
				if age, known := h.v.M[m].Get(policy.Age); known && age >= 60 && age < 80 {
					elder.add(1, top[id], top2[id])
				}
			}
			if area, known := h.v.Get(policy.Area); known && policy.Area.Of().Words[area] == "rural" {
				rural.add(1, top[id], top2[id])
			}
		}
		if r.Entered != entered || r.Left != left {
			t.Fatalf("%s: %d entered and %d left, plainly %d and %d", r.Name, r.Entered, r.Left, entered, left)
		}
		n := len(ids)
		if n > 1 {
			if want := 10_000 - (60_000*d2*2+n*(n*n-1))/(2*n*(n*n-1)); r.Spearman != want {
				t.Fatalf("%s: correlation %d, plainly %d", r.Name, r.Spearman, want)
			}
		}
		for _, want := range []Share{elder, rural} {
			i := slices.IndexFunc(r.Shares, func(s Share) bool { return s.Kind == want.Kind && s.Key == want.Key })
			if want.Of > 0 && (i < 0 || r.Shares[i] != want) {
				t.Fatalf("%s: %v, plainly %v", r.Name, r.Shares, want)
			}
		}
		for _, m := range r.Bands {
			before, after := 0, 0
			for id := range all {
				if hardship.BandOf(places[id].Low()) == m.Band {
					before++
				}
				if hardship.BandOf(places2[id].Low()) == m.Band {
					after++
				}
			}
			if m.Before != before || m.After != after || m.Before-m.Left+m.Entered != m.After {
				t.Fatalf("%s: band %+v, plainly %d and %d", r.Name, m, before, after)
			}
		}
		again := c.Sense(hardship.Even, &proposed)
		if !reflect.DeepEqual(s, again) {
			t.Fatal("the same cohort gives another report")
		}
	})
}

// TestNobodyBelowTheBandsIsAmongTheHardest: of a city without hardship nobody is.
// Control: top without Listed ("1 of them").
func TestNobodyBelowTheBandsIsAmongTheHardest(t *testing.T) {
	t.Parallel()
	c := &Cohort{towns: towns[:1], list: []soul{{id: 1, counts: [groups]uint8{urban: 1}}, {id: 2, counts: [groups]uint8{urban: 1}}}}
	for _, r := range c.Sense(hardship.Even, nil).Runs {
		for _, s := range r.Shares {
			if s.Before != 0 || s.After != 0 {
				t.Errorf("%s: %d of them in %s", r.Name, s.Before, s.Key)
			}
		}
	}
}

// TestGroupsGoByTheWords: the words that groups stand for are where the vocabulary has them.
func TestGroupsGoByTheWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fact policy.FactID
		word string
		want int64
	}{{policy.Area, "urban", 0}, {policy.Sex, "male", 0}} {
		if n, found := c.fact.Of().Word(c.word); !found || n != c.want {
			t.Errorf("%s is word %d", c.word, n)
		}
	}
}

// BenchmarkSense is the comparison alone, for 100,000 households.
func BenchmarkSense(b *testing.B) {
	list, judge := rows(b, 1000)
	f := NewFiller(judge.Book(), core.NewDate(2024, 3, 1))
	f.Town("371426104")
	r := rand.New(rand.NewPCG(1, 1))
	for i := range 100_000 {
		if err := f.Row(core.HouseholdID(i+1), list[r.IntN(len(list))]); err != nil {
			b.Fatal(err)
		}
	}
	c := Join(f)
	for b.Loop() {
		c.Sense(hardship.Even, nil)
	}
}
