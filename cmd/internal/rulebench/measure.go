package rulebench

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/matching"
	"lianou/core/policy"
)

// The bars of B3 and B4.
const (
	barRatio   = 6.0
	barExplain = 50 * time.Microsecond
)

// Config says how much to measure. Zero fields take the defaults.
type Config struct {
	Households int // distinct households a round. Defaults to 1,000,000
	Rounds     int // defaults to 3
}

// A Line is one result as `make bench` prints it.
type Line struct {
	Bar  string // "B3"
	OK   bool
	Text string
}

// batch is how many households lie in memory at once: few enough to stay in the
// cache of either side, many enough that reading the clock does not count.
const batch = 512

// Measure runs B3 and B4.
func Measure(cfg Config) ([]Line, error) {
	if cfg.Households == 0 {
		cfg.Households = 1_000_000
	}
	if cfg.Rounds == 0 {
		cfg.Rounds = 3
	}
	m, err := matcher()
	if err != nil {
		return nil, err
	}
	e, err := newExplaining(m)
	if err != nil {
		return nil, err
	}
	b3, err := fast(m, cfg, e.round)
	if err != nil {
		return nil, err
	}
	return []Line{b3, e.line()}, nil
}

// day is the day whose rules are written by hand in this package.
var day = core.NewDate(2024, 3, 1)

func matcher() (*matching.Matcher, error) {
	lib, err := policy.Embedded()
	if err != nil {
		return nil, fmt.Errorf("load policies: %w", err)
	}
	book, err := lib.On(day)
	if err != nil {
		return nil, err
	}
	return matching.Compile(book)
}

// fast is B3. Both sides judge the same batches in turn, so that a noisy machine
// slows both. After each round comes what else is measured: B4 would be over in a fifth of a second, and a
// moment in which the machine did something else would be all that it saw.
func fast(m *matching.Matcher, cfg Config, after func()) (Line, error) {
	var ours, theirs []float64
	allocs := uint64(0)
	for round := range cfg.Rounds {
		c := newCity(uint64(round) + 1)
		vectors := make([]facts.Vector, batch)
		out := make([]matching.Outcome, len(m.Book().Items))
		check := make([]matching.Outcome, len(out))
		var a, b time.Duration
		for done := 0; done < cfg.Households; done += batch {
			for i := range vectors {
				c.household(&vectors[i])
			}
			a += timed(func() {
				for i := range vectors {
					m.Judge(&vectors[i], out)
				}
			})
			b += timed(func() {
				for i := range vectors {
					byHand(&vectors[i], check)
				}
			})
			if !slices.Equal(out, check) {
				return Line{}, fmt.Errorf("the rules by hand and the Book disagree: %v against %v", check, out)
			}
		}
		n := float64((cfg.Households + batch - 1) / batch * batch)
		ours, theirs = append(ours, float64(a.Nanoseconds())/n), append(theirs, float64(b.Nanoseconds())/n)
		allocs += allocated(func() {
			for i := range vectors {
				m.Judge(&vectors[i], out)
			}
		}).objects
		after()
	}
	us, them := median(ours), median(theirs)
	ratio := us / them
	ok := ratio <= barRatio && allocs == 0
	return Line{"B3", ok, fmt.Sprintf("B3 %.2fx bar <=%.1fx %s (ours %.0f ns, yardstick %.0f ns a household of 41 items, %d allocations, %d households, rounds %d)",
		ratio, barRatio, word(ok), us, them, allocs, cfg.Households, cfg.Rounds)}, nil
}

// explaining is B4, over households of different size and luck.
type explaining struct {
	m       *matching.Matcher
	samples []core.Household
	reasons int       // of all samples together
	rounds  []float64 // nanoseconds a household
	fresh   []float64 // the same in memory that nobody had touched
}

func newExplaining(m *matching.Matcher) (*explaining, error) {
	samples, err := households()
	return &explaining{m: m, samples: samples}, err
}

// pass explains every sample once and gives the nanoseconds a household.
func (e *explaining) pass() float64 {
	e.reasons = 0
	took := timed(func() {
		for i := range e.samples {
			r := e.m.Explain(&e.samples[i])
			for j := range r.Findings {
				e.reasons += len(r.Findings[j].Reasons)
			}
		}
	})
	return float64(took.Nanoseconds()) / float64(len(e.samples))
}

// round is the median of several hundred passes, so that a pass in which the machine did something else
// does not count as ours.
//
// The heap here is a few megabytes, a service's ten times that: let the collector
// come round as seldom as it does there, after some thirty megabytes. That cuts both
// ways: with a collector at every four the explanations would be collected more often,
// but written into memory that is still in the cache, as no service has it.
// A service's memory was written to before; here the first passes would be of pages that nobody
// touched yet, which an idle virtual machine has given back and takes tens of microseconds to get
// again. What is measured begins when the collector has come round; what it took until then is
// printed beside the figure.
func (e *explaining) round() {
	defer debug.SetGCPercent(debug.SetGCPercent(800))
	for before := collections(); collections() < before+3; {
		e.fresh = append(e.fresh, e.pass())
	}
	passes := make([]float64, 400)
	for i := range passes {
		passes[i] = e.pass()
	}
	e.rounds = append(e.rounds, median(passes))
}

func (e *explaining) line() Line {
	us := time.Duration(median(e.rounds))
	ok := us <= barExplain
	return Line{"B4", ok, fmt.Sprintf("B4 %.1fus bar <=%.0fus %s (41 items, %d reasons a household, %d households, rounds %d; %.1fus in memory nobody had touched)",
		float64(us)/1e3, float64(barExplain)/1e3, word(ok), e.reasons/len(e.samples), len(e.samples), len(e.rounds), median(e.fresh)/1e3)}
}

// households reads those that B4 explains.
func households() ([]core.Household, error) {
	out := make([]core.Household, len(explained))
	for i, facts := range explained {
		h, err := core.DecodeHousehold(json.RawMessage(facts))
		if err != nil {
			return nil, fmt.Errorf("read sample household %d: %w", i, err)
		}
		out[i] = h
	}
	return out, nil
}

// collections is how often the collector has come round.
func collections() uint32 {
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return now.NumGC
}

func timed(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

// memory is what something allocates.
type memory struct{ objects, bytes uint64 }

// allocated counts what f allocates. Other goroutines count as well, so the
// least of several runs is taken: what f itself allocates is in every one.
func allocated(f func()) memory {
	least := memory{^uint64(0), ^uint64(0)}
	for range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		least.objects = min(least.objects, after.Mallocs-before.Mallocs)
		least.bytes = min(least.bytes, after.TotalAlloc-before.TotalAlloc)
	}
	return least
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}

func word(ok bool) string {
	if ok {
		return "ok"
	}
	return "short"
}

// explained are the households that B4 explains: an ill child, a disabled son, a
// family well off, and one about whom little is known.
var explained = []string{
	`{"on":"2024-03-01","county":"371424","area":"rural","hukou":"local","income_per_capita_month":440,"income_12m":15840,"financial_assets_per_capita":500,"houses":1,"cars":0,"business_with_staff":false,"rigid_12m":65000,"house_grade":"A","statuses":[],"shocks":[{"kind":"sudden_illness","date":"2024-01-10","loss":65000}],"members":[{"ref":"f","relation":"applicant","age":38,"sex":"male","disability":{},"work_ability":"full","employment":"employed","insurance":"resident"},{"ref":"w","relation":"spouse","age":36,"sex":"female","disability":{},"work_ability":"full","employment":"idle","insurance":"resident"},{"ref":"c","relation":"child","age":9,"sex":"male","disability":{},"illness":"leukaemia","school_stage":"compulsory_day","orphan":false,"insurance":"resident"}]}`,
	`{"on":"2024-03-01","county":"371426","area":"rural","hukou":"local","income_per_capita_month":390,"income_12m":9360,"financial_assets_per_capita":2000,"houses":1,"cars":0,"business_with_staff":false,"rigid_12m":4200,"house_grade":"C","statuses":["dibao"],"shocks":[],"members":[{"ref":"m","relation":"applicant","age":59,"sex":"female","disability":{},"work_ability":"partial","employment":"idle","pension":"resident","insurance":"resident","illness":"none"},{"ref":"s","relation":"child","age":33,"sex":"male","disability":{"kind":"limb","grade":1},"adl_failed":5,"needs_long_term_care":true,"work_ability":"none","employment":"idle","pension":"resident","insurance":"resident","illness":"none","supporter":"incapable"}]}`,
	`{"on":"2024-03-01","county":"371402","area":"urban","hukou":"local","income_per_capita_month":6200,"income_12m":148800,"financial_assets_per_capita":90000,"houses":2,"cars":1,"business_with_staff":false,"medical_12m":1200,"education_12m":0,"rehab_12m":0,"house_grade":"A","renting":false,"floor_area_per_capita":38,"shocks":[],"statuses":[],"members":[{"ref":"a","relation":"applicant","age":41,"sex":"male","disability":{},"work_ability":"full","employment":"employed","insurance":"employee","pension":"employee","illness":"none","veteran":false,"union_member":false,"lost_only_child":false},{"ref":"b","relation":"spouse","age":40,"sex":"female","disability":{},"work_ability":"full","employment":"employed","insurance":"employee","pension":"employee","illness":"none"}]}`,
	`{"on":"2024-03-01","county":"371481","area":"rural","hukou":"local","members":[{"ref":"a","relation":"applicant","age":84,"sex":"female"},{"ref":"b","age":86},{"ref":"c","age":55}]}`,
}
