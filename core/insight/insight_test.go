package insight

import (
	"cmp"
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// The townships of these tests: two of one county and one of another.
var towns = []core.RegionCode{"371426104", "371426100", "371424103"}

// model is the naive store: a map for each township.
type model map[core.RegionCode]map[core.HouseholdID]Finding

func (m model) sorted(town core.RegionCode) []Finding {
	return slices.SortedFunc(maps.Values(m[town]), func(a, b Finding) int { return cmp.Compare(a.Household, b.Household) })
}

// order is the ranking of some townships, the plain way.
func (m model) order(in ...core.RegionCode) (list []Ranked) {
	for _, town := range in {
		for id, f := range m[town] {
			if f.Place.Listed() {
				list = append(list, Ranked{town, id, f.Place})
			}
		}
	}
	slices.SortFunc(list, func(a, b Ranked) int {
		return cmp.Or(cmp.Compare(b.Place, a.Place), cmp.Compare(a.Household, b.Household))
	})
	return list
}

// standing counts who stands before, the plain way: a listed household by the order, an
// unlisted one by its tenth alone.
func (m model) standing(r Ranked, in ...core.RegionCode) (s Standing) {
	for _, town := range in {
		for id, f := range m[town] {
			s.Of++
			before := f.Place.Low() > r.Place.Low()
			if r.Place.Listed() && f.Place.Low() == r.Place.Low() {
				before = f.Place > r.Place || f.Place == r.Place && id < r.Household
			}
			if before {
				s.Before++
			}
		}
	}
	return s
}

// draw makes a finding with a place that is often another one's.
func draw(r *rand.Rand, id core.HouseholdID) Finding {
	p := hardship.Points{}
	p.Low[0], p.High[0] = int16(r.IntN(30)*10), 300
	if r.IntN(3) > 0 {
		p.High = p.Low
	}
	return Finding{Household: id, Eligible: Items(r.Uint64() & r.Uint64() & r.Uint64() >> 23), Open: Items(r.Uint64() >> 60), Place: PlaceOf(&p, r.IntN(2) == 0)}
}

// TestStoreAgainstNaive: after any run of scans, single looks and departures the pages,
// the changes told, the order and the ranks are those of the naive model.
// Controls: order by household before place; a page cut without its first; count without
// the county; step without those who leave; ranking_before without who stands at the place
// where the step begins.
func TestStoreAgainstNaive(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	db, s := env.DB(pgtest.Platform), Store{size: 5}
	rapid.Check(t, func(rt *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		m := model{}
		for _, town := range towns {
			m[town] = map[core.HouseholdID]Finding{}
		}
		err := db.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			if _, err := tx.Exec(ctx, `delete from finding_page; delete from ranking; update ranking_count set counts = array_fill(0, array[1001]), coarse = array_fill(0, array[32])`, nil...); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `select ranking_cut(5)`); err != nil {
				return err
			}
			for range rapid.IntRange(1, 12).Draw(rt, "steps") {
				town := rapid.SampledFrom(towns).Draw(rt, "town")
				var err error
				if rapid.IntRange(0, 3).Draw(rt, "step") == 0 {
					err = m.scan(ctx, rt, tx, s, town, r)
				} else {
					err = m.look(ctx, rt, tx, s, town, r)
				}
				if err != nil {
					return err
				}
			}
			return m.same(ctx, rt, tx, s)
		})
		if err != nil {
			rt.Fatal(err)
		}
	})
}

// scan replaces a township's findings: most stay, some change, come and go.
func (m model) scan(ctx context.Context, t *rapid.T, tx *pg.Tx, s Store, town core.RegionCode, r *rand.Rand) error {
	old := maps.Clone(m[town])
	for range rapid.SampledFrom([]int{1, 10, 700}).Draw(t, "changes") {
		id := core.HouseholdID(1 + r.IntN(1500)*len(towns) + slices.Index(towns, town))
		if r.IntN(6) == 0 {
			delete(m[town], id)
		} else {
			m[town][id] = draw(r, id)
		}
	}
	list := m.sorted(town)
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	s.Alone(tx, town)
	changes, err := s.Replace(ctx, tx, town, list, Scanned{Book: "b", On: tx.Today()})
	if err != nil {
		return err
	}
	told := map[core.HouseholdID]bool{}
	for _, c := range changes {
		was, had := old[c.Household()]
		is, has := m[town][c.Household()]
		told[c.Household()] = true
		if c.Old != was || c.New != is || c.Came != !had || c.Went != !has {
			t.Errorf("told %+v of %+v, then %+v", c, was, is)
		}
	}
	for id, f := range m[town] {
		if old[id] != f && !told[id] {
			t.Errorf("household %d changed and nobody was told", id)
		}
	}
	return nil
}

// look sets one household, or takes it out.
func (m model) look(ctx context.Context, t *rapid.T, tx *pg.Tx, s Store, town core.RegionCode, r *rand.Rand) error {
	id := core.HouseholdID(1 + r.IntN(1500)*len(towns) + slices.Index(towns, town))
	f, went := draw(r, id), r.IntN(4) == 0
	was, had := m[town][id]
	s.Beside(tx, town)
	c, err := s.Set(ctx, tx, town, f, went)
	if err != nil {
		return err
	}
	if (c == nil) != (went && !had || had && !went && was == f) {
		t.Errorf("told %v of %v, %v, then %v, %v", c, was, had, f, went)
	}
	if delete(m[town], id); !went {
		m[town][id] = f
	}
	return nil
}

func (m model) same(ctx context.Context, t *rapid.T, tx *pg.Tx, s Store) error {
	for _, town := range towns {
		got, err := s.All(ctx, tx, town)
		if err != nil {
			return err
		}
		if !slices.Equal(got, m.sorted(town)) {
			t.Errorf("%s: %d findings, want %d others", town, len(got), len(m[town]))
		}
	}
	all := m.order(towns...)
	for _, n := range []int{40, 7} { // from the top, then pages of seven
		var got []Ranked
		for p := (Page{N: n}); len(got) < len(all); p.After = &got[len(got)-1] {
			list, err := s.Top(ctx, tx, towns, p)
			if err != nil {
				return err
			}
			if got = append(got, list...); len(list) == 0 || len(got) >= 40 {
				break
			}
		}
		if want := all[:min(len(got), len(all))]; !slices.Equal(got, want) || len(want) < min(40, len(all)) {
			t.Errorf("by %d the order is %v, want %v", n, got, want)
		}
	}
	some := m.order(towns[0])
	var ids []core.HouseholdID
	for _, r := range some {
		ids = append(ids, r.Household)
	}
	if got, err := s.Among(ctx, tx, towns[0], ids, Page{N: len(ids)}); err != nil || !slices.Equal(got, some) {
		t.Errorf("among all of a township the order is %v, want %v: %v", got, some, err)
	}
	for _, town := range towns {
		for _, f := range m.sorted(town)[:min(3, len(m[town]))] {
			if _, err := s.Of(ctx, tx, town, f.Household); err != nil {
				return err
			}
			r := Ranked{town, f.Household, f.Place}
			got, err := s.Standings(ctx, tx, r)
			if err != nil {
				return err
			}
			near := towns[:2]
			if town == towns[2] {
				near = towns[2:]
			}
			if want := [3]Standing{m.standing(r, town), m.standing(r, near...), m.standing(r, towns...)}; got != want {
				t.Errorf("household %d at %v stands %v, want %v", f.Household, f.Place, got, want)
			}
		}
	}
	return nil
}

// TestPlace: the parts of a place come out as they went in, and their order is the
// published one. Control: the child's bit above the money.
func TestPlace(t *testing.T) {
	t.Parallel()
	at := func(income, health, more int16, child bool) Place {
		p := hardship.Points{}
		p.Low[0], p.Low[2] = income, health
		p.High = p.Low
		p.High[4] = more
		return PlaceOf(&p, child)
	}
	for name, pair := range map[string][2]Place{
		"the harder first":             {at(200, 50, 0, false), at(199, 50, 80, true)},
		"of equals, who may be harder": {at(200, 50, 10, false), at(200, 50, 0, true)},
		"then more of it from money":   {at(210, 40, 0, false), at(200, 50, 0, true)},
		"then with a child":            {at(200, 50, 0, true), at(200, 50, 0, false)},
	} {
		if pair[0] <= pair[1] {
			t.Errorf("%s: %b is not above %b", name, pair[0], pair[1])
		}
	}
	if p := at(200, 50, 80, true); p.Low() != 250 || p.High() != 330 || !p.Listed() || at(100, 49, 900, true).Listed() {
		t.Errorf("low %d, high %d, listed %v", p.Low(), p.High(), p.Listed())
	}
}

func FuzzReadPage(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	f.Add(appendPage(nil, []Finding{draw(r, 7), draw(r, 9)}))
	f.Add([]byte{1, 200})
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := readPage(nil, b)
		if err == nil && len(list) > mostInPage {
			t.Error("a page of more than the most")
		}
	})
}
