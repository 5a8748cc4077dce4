package registry_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/registry"
)

// wentOrCame is one event of the naive model: somebody joins or leaves on a day, known
// since, and perhaps taken back.
type wentOrCame struct {
	person core.PersonID
	joins  bool
	day    core.Date
	known  time.Time
	undone time.Time
	since  core.Date // of the stay that a leave ends
}

// TestAHundredThousandFamilies: over random comings, goings and undos of three people,
// going back over what changed gives for any day and moment the members of the naive
// model, which plays what was known from the beginning (F34). LIANOU_HISTORY_SEED repeats
// a run. Control: stays that goes over the changes forwards.
func TestAHundredThousandFamilies(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if s, err := strconv.ParseUint(os.Getenv("LIANOU_HISTORY_SEED"), 10, 64); err == nil {
		seed = s
	}
	for n := range uint64(100_000) {
		r := rand.New(rand.NewPCG(seed, n))
		var store registry.Stays
		log := someComings(r, &store)
		for range 2 {
			as := registry.AsOf{On: dayOf(r.IntN(8)), Known: momentOf(r.IntN(10))}
			got, err := store.Present(as)
			if want := presentIn(log, as); err != nil || !slices.Equal(got, want) {
				t.Fatalf("seed %d, family %d, on %v known %v: %v, want %v, %v\n%s", seed, n, as.On, as.Known, got, want, err, tellComings(log))
			}
		}
	}
}

// someComings lets up to eight things happen, and tells the store of each as an event does.
func someComings(r *rand.Rand, store *registry.Stays) []wentOrCame {
	var log []wentOrCame
	last := map[core.PersonID][]int{} // what stands of somebody, in order
	at := 0
	for range r.IntN(9) {
		at += r.IntN(3)
		known, p := momentOf(at), core.PersonID(1+r.IntN(3))
		stands := last[p]
		if len(stands) > 0 && r.IntN(4) == 0 {
			e := &log[stands[len(stands)-1]]
			e.undone, last[p] = known, stands[:len(stands)-1]
			if e.joins {
				store.Set(p, e.day, e.day, known)
			} else {
				store.Set(p, e.since, 0, known)
			}
			continue
		}
		e := wentOrCame{person: p, joins: true, day: dayOf(r.IntN(4)), known: known}
		if len(stands) > 0 {
			before := log[stands[len(stands)-1]]
			e.joins, e.since, e.day = !before.joins, before.day, before.day+core.Date(60*(1+r.IntN(3)))
		}
		if e.joins {
			store.Set(p, e.day, 0, known)
		} else {
			store.Set(p, e.since, e.day, known)
		}
		last[p], log = append(stands, len(log)), append(log, e)
	}
	return log
}

func presentIn(log []wentOrCame, as registry.AsOf) []core.PersonID {
	there := map[core.PersonID]bool{}
	for _, e := range log {
		if e.day <= as.On && !e.known.After(as.Known) && (e.undone.IsZero() || e.undone.After(as.Known)) {
			there[e.person] = e.joins
		}
	}
	var out []core.PersonID
	for p := core.PersonID(1); p <= 3; p++ {
		if there[p] {
			out = append(out, p)
		}
	}
	return out
}

func tellComings(log []wentOrCame) (text string) {
	for _, e := range log {
		text += fmt.Sprintf("  %d joins %v on %v, known %v, undone %v\n", e.person, e.joins, e.day, e.known, e.undone)
	}
	return text
}
