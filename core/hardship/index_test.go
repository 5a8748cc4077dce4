package hardship

import (
	"testing"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/policy"
)

func book(t testing.TB) *policy.Book {
	t.Helper()
	lib, err := policy.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	b, err := lib.On(core.NewDate(2024, 3, 1))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decode(t testing.TB, facts string) core.Household {
	t.Helper()
	h, err := core.DecodeHousehold([]byte(facts))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// The five households of domain.md 4.2, with the facts that its text leaves out
// filled in so that each part has the value printed there.
const head = `{"on":"2024-03-01","county":"371426","area":"rural","hukou":"local","house_grade":"B","owns_home":true,"renting":false,"floor_area_per_capita":30,`

var worked = []struct {
	name  string
	facts string
	parts [7]int
	total int
	band  Band
}{
	{"mother and son", head + `"income_per_capita_month":390,"income_12m":9360,"rigid_12m":4200,"financial_assets_per_capita":2000,"shocks":[],"members":[
		{"ref":"m","age":59,"disability":{},"illness":"none","adl_failed":0,"work_ability":"partial","employment":"idle","school_stage":"none"},
		{"ref":"s","age":33,"disability":{"kind":"limb","grade":1},"illness":"none","adl_failed":5,"work_ability":"none","employment":"idle","school_stage":"none"}]}`,
		[7]int{178, 83, 130, 80, 0, 0, 0}, 471, Orange},
	{"daughter-in-law ill", head + `"income_per_capita_month":700,"income_12m":33600,"rigid_12m":38000,"financial_assets_per_capita":1000,"shocks":[{"kind":"sudden_illness","date":"2024-03-01","loss":10080}],"members":[
		{"ref":"a","age":58,"disability":{},"illness":"none","adl_failed":0,"work_ability":"none","employment":"idle","school_stage":"none"},
		{"ref":"b","age":35,"disability":{},"illness":"none","adl_failed":0,"work_ability":"full","employment":"employed","school_stage":"none"},
		{"ref":"c","age":33,"disability":{},"illness":"serious","adl_failed":2,"work_ability":"partial","employment":"idle","school_stage":"none"},
		{"ref":"d","age":8,"disability":{},"illness":"none","adl_failed":0,"school_stage":"compulsory_day"}]}`,
		[7]int{81, 200, 90, 40, 0, 10, 60}, 481, Orange},
	{"child with leukaemia", head + `"income_per_capita_month":520,"income_12m":18720,"rigid_12m":65000,"financial_assets_per_capita":500,"shocks":[{"kind":"sudden_illness","date":"2024-03-01","loss":7488}],"members":[
		{"ref":"f","age":38,"disability":{},"illness":"none","adl_failed":0,"work_ability":"full","employment":"employed","school_stage":"none"},
		{"ref":"w","age":36,"disability":{},"illness":"none","adl_failed":0,"work_ability":"full","employment":"idle","school_stage":"none"},
		{"ref":"c","age":9,"disability":{},"illness":"leukaemia","adl_failed":2,"school_stage":"compulsory_day"}]}`,
		[7]int{138, 200, 90, 27, 0, 10, 80}, 545, Orange},
	{"elderly pair", `{"on":"2024-03-01","county":"371426","area":"rural","house_grade":"C","owns_home":true,"renting":false,"floor_area_per_capita":30,
		"income_per_capita_month":420,"income_12m":10080,"rigid_12m":0,"financial_assets_per_capita":500,"shocks":[],"members":[
		{"ref":"a","age":74,"disability":{},"illness":"none","adl_failed":1,"work_ability":"none","employment":"idle","school_stage":"none"},
		{"ref":"b","age":72,"disability":{},"illness":"none","adl_failed":0,"work_ability":"none","employment":"idle","school_stage":"none"}]}`,
		[7]int{169, 0, 30, 120, 50, 0, 0}, 369, Yellow},
	{"savings of 30,000 a head", head + `"income_per_capita_month":1500,"income_12m":72000,"rigid_12m":0,"financial_assets_per_capita":30000,"shocks":[],"members":[
		{"ref":"a","age":40,"disability":{},"illness":"none","adl_failed":0,"work_ability":"full","employment":"employed","school_stage":"none"},
		{"ref":"b","age":70,"disability":{},"illness":"none","adl_failed":0,"work_ability":"none","employment":"idle","school_stage":"none"},
		{"ref":"c","age":71,"disability":{},"illness":"none","adl_failed":0,"work_ability":"none","employment":"idle","school_stage":"none"},
		{"ref":"d","age":4,"disability":{},"illness":"none","adl_failed":0,"school_stage":"preschool"}]}`,
		[7]int{0, 0, 0, 36, 0, 0, 0}, 36, None},
}

func TestWorkedExamples(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, c := range worked {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := decode(t, c.facts)
			x := Score(&h, b)
			for i, want := range c.parts {
				if x.Parts[i].Tenths != want {
					t.Errorf("part %s = %d tenths, want %d", x.Parts[i].Key, x.Parts[i].Tenths, want)
				}
			}
			if x.Tenths != c.total || x.Band != c.band || !x.Complete() || x.Version != "H-1" {
				t.Errorf("index %d %s complete=%v, want %d %s complete", x.Tenths, x.Band, x.Complete(), c.total, c.band)
			}
		})
	}
}

// Each case spoils one fact of the first worked household; the part it feeds must
// widen to the stated interval and nothing else may move.
func TestMissingWidens(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, c := range []struct {
		name     string
		spoil    func(*core.Household)
		part     int
		min, max int
	}{
		{"income per head", func(h *core.Household) { h.IncomePerCapitaMonth = nil }, partIncome, 0, 300},
		{"rigid", func(h *core.Household) { h.Rigid12m = nil }, partRigid, 0, 200},
		{"certificate", func(h *core.Household) { h.Members[1].Disability = nil }, partHealth, 50, 130},
		{"care", func(h *core.Household) { h.Members[1].ADLFailed = nil }, partHealth, 80, 130},
		{"work", func(h *core.Household) { h.Members[0].WorkAbility = nil }, partLabour, 80, 120},
		{"job", func(h *core.Household) { h.Members[0].Employment = nil }, partLabour, 40, 80},
		{"house", func(h *core.Household) { h.HouseGrade = nil }, partHousing, 0, 80},
		{"shocks", func(h *core.Household) { h.Shocks = nil }, partShock, 0, 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := decode(t, worked[0].facts)
			whole := Score(&h, b)
			c.spoil(&h)
			x := Score(&h, b)
			for i, p := range x.Parts {
				wantMin, wantMax := whole.Parts[i].Min, whole.Parts[i].Max
				if i == c.part {
					wantMin, wantMax = c.min, c.max
				}
				if p.Min != wantMin || p.Max != wantMax {
					t.Errorf("part %s = [%d, %d], want [%d, %d]", p.Key, p.Min, p.Max, wantMin, wantMax)
				}
			}
		})
	}
}

// Whatever the facts, the parts sum exactly to the index, stay within their
// weights, and an interval holds every index that learning the facts can give.
// Control: taking the part's low bound without the asset factor turns it red.
func TestPartsSumAndIntervalsHold(t *testing.T) {
	t.Parallel()
	b := book(t)
	base := make([]core.Household, len(worked))
	for i := range worked {
		base[i] = decode(t, worked[i].facts)
	}
	rapid.Check(t, func(t *rapid.T) {
		h := base[rapid.IntRange(0, len(base)-1).Draw(t, "base")]
		vary(t, &h)
		full := Score(&h, b)
		veiled := h
		veil(t, &veiled)
		part := Score(&veiled, b)
		for _, x := range []Index{full, part} {
			sum, low := 0, 0
			for _, p := range x.Parts {
				sum += p.Tenths
				low += p.Min
				if p.Min < 0 || p.Min > p.Max || p.Max > p.Most || p.Tenths != p.Max {
					t.Fatalf("part %+v out of bounds", p)
				}
			}
			if sum != x.Tenths || low != x.Min || x.Max != x.Tenths {
				t.Fatalf("parts sum to %d, index %d", sum, x.Tenths)
			}
		}
		for i := range full.Parts {
			if full.Parts[i].Max > part.Parts[i].Max || full.Parts[i].Min < part.Parts[i].Min {
				t.Fatalf("part %s: [%d, %d] lies outside [%d, %d]", full.Parts[i].Key,
					full.Parts[i].Min, full.Parts[i].Max, part.Parts[i].Min, part.Parts[i].Max)
			}
		}
	})
}

// Answering never costs a household its place: work goes by Min, which grows or
// stays with every fact that is learned, whatever the fact says. Going by Max, who
// says least stands first.
// Control: compare Max instead of Min.
func TestAnAnswerCostsNoPlace(t *testing.T) {
	t.Parallel()
	b := book(t)
	base := make([]core.Household, len(worked))
	for i := range worked {
		base[i] = decode(t, worked[i].facts)
	}
	rapid.Check(t, func(t *rapid.T) {
		h := base[rapid.IntRange(0, len(base)-1).Draw(t, "base")]
		vary(t, &h)
		silent := h
		veil(t, &silent)
		told, untold := Score(&h, b), Score(&silent, b)
		if told.Min < untold.Min {
			t.Fatalf("saying more moved the household from %d to %d", untold.Min, told.Min)
		}
	})
}

// vary redraws the money facts of a household, up to the largest amounts allowed.
func vary(t *rapid.T, h *core.Household) {
	fen := func(name string) *core.Fen {
		most := rapid.SampledFrom([]int64{0, 1000_00, 50_000_00, int64(core.MaxAmount)}).Draw(t, name+" range")
		v := core.Fen(rapid.Int64Range(0, most).Draw(t, name))
		return &v
	}
	h.IncomePerCapitaMonth, h.Income12m, h.Rigid12m = fen("ipc"), fen("income"), fen("rigid")
	h.FinancialAssetsPerCapita = fen("savings")
	shocks := []core.Shock{}
	for range rapid.IntRange(0, 3).Draw(t, "shocks") {
		shocks = append(shocks, core.Shock{Kind: "fire", Date: h.On - core.Date(rapid.IntRange(-5, 400).Draw(t, "days")), Loss: fen("loss")})
	}
	h.Shocks = &shocks
}

// veil forgets some facts.
func veil(t *rapid.T, h *core.Household) {
	hide := func(name string, f func()) {
		if rapid.Bool().Draw(t, "hide "+name) {
			f()
		}
	}
	hide("area", func() { h.Area = nil })
	hide("ipc", func() { h.IncomePerCapitaMonth = nil })
	hide("rigid", func() { h.Rigid12m = nil })
	hide("savings", func() { h.FinancialAssetsPerCapita = nil })
	hide("grade", func() { h.HouseGrade = nil })
	hide("owns", func() { h.OwnsHome = nil })
	hide("renting", func() { h.Renting = nil })
	hide("shocks", func() { h.Shocks = nil })
	h.Members = append([]core.Member(nil), h.Members...)
	for i := range h.Members {
		m := &h.Members[i]
		hide("disability", func() { m.Disability = nil })
		hide("adl", func() { m.ADLFailed = nil })
		hide("illness", func() { m.Illness = nil })
		hide("work", func() { m.WorkAbility = nil })
		hide("job", func() { m.Employment = nil })
		hide("school", func() { m.SchoolStage = nil })
		hide("age", func() { m.Age = nil })
	}
}

func TestBands(t *testing.T) {
	t.Parallel()
	for tenths, want := range map[int]Band{600: Red, 599: Orange, 450: Orange, 449: Yellow, 300: Yellow, 299: Blue, 150: Blue, 149: None, 0: None} {
		if got := BandOf(tenths); got != want {
			t.Errorf("band of %d = %s, want %s", tenths, got, want)
		}
	}
}

// Rounding is half up on the exact number: 12.25 points of weight at a factor of
// one is 122.5 tenths.
func TestRoundsHalfUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		r    ratio
		f    ratio
		want int
	}{
		{ratio{49, 4}, points(1), 123},
		{ratio{1, 20}, points(1), 1},
		{ratio{1, 21}, points(1), 0},
		{ratio{1, 10}, ratio{1, 2}, 1},
		{points(30), ratio{1, 2}, 150},
	} {
		if got := int(c.r.tenths(c.f)); got != c.want {
			t.Errorf("%v x %v = %d tenths, want %d", c.r, c.f, got, c.want)
		}
	}
}

func BenchmarkScore(b *testing.B) {
	rules := book(b)
	h := decode(b, worked[2].facts)
	b.ReportAllocs()
	for b.Loop() {
		Score(&h, rules)
	}
}

// BenchmarkScorer is one household of a scan. Control: standards looked up for each.
func BenchmarkScorer(b *testing.B) {
	s := NewScorer(book(b))
	var all [5]facts.Vector
	for i := range worked {
		h := decode(b, worked[i].facts)
		all[i].Gather(&h)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.Score(&all[i%len(all)])
	}
}
