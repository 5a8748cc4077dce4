package registry_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/registry"
)

// histories is how many random histories TestAMillionHistories tries (F34).
const histories = 1_000_000

var (
	historyPaths   = []string{"floor_area_per_capita", "houses"}
	historySources = []string{"registry:housing", "registry:means", "visit:7", "visit:12", "citizen", "change:3"}
	historyBase    = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
)

// TestAMillionHistories: over a million random histories, late sheets, corrections and
// what was taken back among them, the laying-over gives for a random day and moment what
// the naive model gives: value, source, dates, standing and what was overruled (F34, F35).
// LIANOU_HISTORY_SEED repeats a run.
//
// Controls: order words by when they were known alone; let a word that takes back be
// passed over; forget the shelf life of what is beneath.
func TestAMillionHistories(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if s, err := strconv.ParseUint(os.Getenv("LIANOU_HISTORY_SEED"), 10, 64); err == nil {
		seed = s
	}
	var next, failed atomic.Int64
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			var history []said
			about := []asked{{0, historyPaths[0]}, {0, historyPaths[1]}, {1, historyPaths[0]}, {1, historyPaths[1]}}
			var words []registry.Word
			for failed.Load() < 3 {
				n := next.Add(1)
				if n > histories {
					return
				}
				r := rand.New(rand.NewPCG(seed, uint64(n)))
				history = someHistory(r, history[:0])
				as := registry.AsOf{On: dayOf(r.IntN(9)), Known: momentOf(r.IntN(9))}
				words = asWords(history, words[:0])
				if fault := compare(history, about, registry.LayOver(words, as), as); fault != "" {
					failed.Add(1)
					t.Errorf("seed %d, history %d, as of %v known %v: %s\n%s", seed, n, as.On, as.Known, fault, tell(history))
				}
			}
		})
	}
	group.Wait()
}

// dayOf and momentOf spread times over a year and a half, so that shelves run out.
func dayOf(n int) core.Date { return core.DateOf(historyBase) + core.Date(n*60) }

func momentOf(n int) time.Time { return historyBase.AddDate(0, 0, n*60) }

// someHistory makes up to ten statements. Few days, sources and values, so that all
// kinds of ties come about.
func someHistory(r *rand.Rand, history []said) []said {
	for i := range r.IntN(11) {
		history = append(history, said{
			about: core.PersonID(r.IntN(2)), path: historyPaths[r.IntN(2)], value: r.IntN(4) + taken, source: historySources[r.IntN(len(historySources))],
			from: dayOf(r.IntN(7)), known: momentOf(r.IntN(7)), sure: 1 + r.IntN(3), order: i,
		})
	}
	return history
}

var historyValues = []json.RawMessage{registry.Raw("null"), registry.Raw("0"), registry.Raw("1"), registry.Raw("2")}

func asWords(history []said, words []registry.Word) []registry.Word {
	for _, s := range history {
		sheet := registry.Sheet{Source: s.source, ValidFrom: s.from, KnownAt: s.known, Confidence: s.sure, Facts: historyValues[s.value-taken]}
		words = append(words, registry.NewWord(s.about, s.path, sheet, int64(s.order)))
	}
	return words
}

// asked is one fact of the household or of a member.
type asked struct {
	about core.PersonID
	path  string
}

// compare holds what the store says to the naive model, and gives "" when they agree.
func compare(history []said, about []asked, got []registry.Fact, as registry.AsOf) string {
	found := 0
	for _, q := range about {
		want := naive(history, q.about, q.path, as)
		i := slices.IndexFunc(got, func(f registry.Fact) bool { return f.Person == q.about && strings.HasSuffix(f.Path, q.path) })
		switch {
		case want == nil && i >= 0:
			return fmt.Sprintf("%v is %s, want nothing", q, got[i].Value)
		case want == nil:
			continue
		case i < 0:
			return fmt.Sprintf("%v is nothing, want %d", q, want.value)
		}
		found++
		f := got[i]
		if !same(f.Said, want.said) || f.Standing != want.standing || len(f.Against) != len(want.against) {
			return fmt.Sprintf("%v is %+v; want %+v", q, f, *want)
		}
		slices.SortFunc(want.against, func(a, b said) int { return cmp.Compare(flag(later(&a, &b)), flag(later(&b, &a))) })
		for n := range f.Against {
			if !same(f.Against[n], want.against[n]) {
				return fmt.Sprintf("%v has against it %+v, want %+v", q, f.Against[n], want.against[n])
			}
		}
	}
	if found != len(got) {
		return fmt.Sprintf("%d facts, want %d", len(got), found)
	}
	return ""
}

// flag orders what is later first.
func flag(later bool) int {
	if later {
		return 0
	}
	return 1
}

func same(a registry.Said, b said) bool {
	return string(a.Value) == strconv.Itoa(b.value) && a.Source == b.source && a.ValidFrom == b.from && a.KnownAt.Equal(b.known) && a.Confidence == b.sure
}

func tell(history []said) string {
	var out strings.Builder
	for _, s := range history {
		fmt.Fprintf(&out, "  %d/%s = %d says %s, true since %v, known since %v, sure %d\n", s.about, s.path, s.value, s.source, s.from, s.known, s.sure)
	}
	return out.String()
}
