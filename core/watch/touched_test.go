package watch_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/policy"
)

// shelf keeps every edition of a test, each loaded once, and finds Books by their digest.
type shelf struct {
	editions map[[2]string]*policy.Library
	all      map[string]*policy.Book
}

func newShelf() *shelf {
	return &shelf{map[[2]string]*policy.Library{}, map[string]*policy.Book{}}
}

func (s *shelf) edition(t *testing.T, e [2]string) *policy.Library {
	t.Helper()
	if s.editions[e] == nil {
		s.editions[e] = edition(t, e[0], e[1])
		for _, b := range s.editions[e].Books() {
			s.all[b.Digest] = b
		}
	}
	return s.editions[e]
}

// kept are Books that know those before, as on the shelf.
type kept struct {
	*policy.Library
	*shelf
}

func (k kept) Book(digest string) (*policy.Book, error) {
	if b := k.all[digest]; b != nil {
		return b, nil
	}
	return nil, core.E(core.KindNotFound, "none", "")
}

// keeping makes the watch go by an edited Book and know the ones before.
func (h *house) keeping(t *testing.T, s *shelf, e [2]string) {
	t.Helper()
	h.goBy(t, kept{s.edition(t, e), s})
}

// crowded makes a city of which the scans look at the dozen townships with the most
// households only: what a scan costs is the townships.
func crowded(t *testing.T) (h *house, who []core.HouseholdID) {
	t.Helper()
	h = newHouse(t, 900)
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		err := tx.QueryRow(ctx, `select array_agg(region order by region) from
			(select region from household group by region order by count(*) desc, region limit 12) as most`).Scan(&h.towns)
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `select array_agg(id order by id) from household where region = any($1)`, h.towns).Scan(&who)
	})
	return h, who
}

// editions change the rules by one place each: a criterion, the index with every outcome by
// it, one county, a sentence, an amount, nothing.
var editions = [][2]string{
	{"value: 1.5, from: 2016-07-01", "value: 3, from: 2016-07-01"},
	{"area: rural, value: ", "area: rural, value: 1"},
	{"      - {area: rural, value: 480, from: 2020-07-01", "      - {counties: [\"371426\"], area: rural, value: 9000, from: 2020-07-01, source: x}\n      - {area: rural, value: 480, from: 2020-07-01"},
	{"pass: 户口在德州,或有德州的居住证。", "pass: 户口在德州。"},
	{"label: 取暖救助(每季)\n    rows: [{value: 300", "label: 取暖救助(每季)\n    rows: [{value: 350"},
	{"  - name: eighty\n    fact: age\n    op: \">=\"\n    value: 80", "  - name: eighty\n    fact: age\n    op: \">=\"\n    value: 60"},
	{"", ""},
}

// TestTouchedIsEverybody is B6: after any change of the rules, with facts that change
// before it and looks at single households by either Book in between, a scan that judges
// only whom the change can touch leaves what a scan of everybody leaves, leads and log
// included. Control: ReachFrom without its comparisons ("another thing is left than by a scan
// of everybody").
func TestTouchedIsEverybody(t *testing.T) {
	t.Parallel()
	thin, who := crowded(t)
	whole, _ := crowded(t)
	books := newShelf()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 6))
	both := func(do func(h *house)) { do(thin); do(whole) }
	thin.keeping(t, books, [2]string{})
	both(func(h *house) {
		h.foreign(t)
		h.scan(t)
	})
	left, judged := 0, 0
	order := r.Perm(len(editions))
	for round, n := range order {
		e := editions[n]
		for range r.IntN(3) {
			id, facts := who[r.IntN(len(who))], []string{`{"statuses":["dibao"],"hukou":"local"}`, `{"income_per_capita_month":100,"area":"rural"}`, `{"statuses":[],"income_per_capita_month":90000}`}[r.IntN(3)]
			both(func(h *house) { h.learn(t, id, facts) })
		}
		if round%4 == 3 {
			both(func(h *house) { h.env.Advance(24 * time.Hour * time.Duration(1+round*20)) })
		}
		if r.IntN(2) == 0 { // single households by a Book between the two
			x := editions[r.IntN(len(editions))]
			id := who[r.IntN(len(who))]
			thin.keeping(t, books, x)
			whole.goBy(t, books.edition(t, x))
			both(func(h *house) {
				if err := h.watch.Touch(t.Context(), h.townOf(t, id), id); err != nil {
					t.Fatal(err)
				}
			})
		}
		thin.keeping(t, books, e)
		whole.goBy(t, books.edition(t, e))
		p, want := thin.scan(t), whole.scan(t)
		if want.Judged != want.Households || p.Households != want.Households || p.Changed != want.Changed || p.Newly != want.Newly || p.Lost != want.Lost || p.Packed != want.Packed {
			t.Errorf("%q: %+v, everybody %+v", e[1], p, want)
		}
		if d := cmp.Diff(strings.Split(whole.dump(t), "\n"), strings.Split(thin.dump(t), "\n")); d != "" {
			t.Fatalf("after %q another thing is left than by a scan of everybody: %s", e[1], d)
		}
		left, judged = left+p.Households-p.Judged, judged+p.Judged
	}
	if left < judged/20 || judged == 0 {
		t.Errorf("%d judged and %d left: the changes test nothing", judged, left)
	}
	t.Logf("%d judged, %d left", judged, left)
}

// foreign registers a fifth of the households in a county in which they do not live: the
// amounts of that one are theirs.
func (h *house) foreign(t *testing.T) {
	t.Helper()
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update household set hukou = '371426' where id % 5 = 0`)
		return err
	})
}

// TestAmountsOfAnotherCounty: an amount of one county touches whoever is registered there,
// wherever they live. Control: Nobody by the township's own county alone ("0 findings changed,
// 2 of everybody", in the city of 900).
func TestAmountsOfAnotherCounty(t *testing.T) {
	t.Parallel()
	h, _ := crowded(t)
	books := newShelf()
	h.foreign(t)
	h.keeping(t, books, [2]string{})
	h.scan(t)
	h.keeping(t, books, editions[2])
	thin := h.scan(t)
	h.goBy(t, books.edition(t, [2]string{}))
	h.scan(t)
	h.goBy(t, books.edition(t, editions[2]))
	if whole := h.scan(t); thin.Changed != whole.Changed || thin.Changed == 0 {
		t.Errorf("%d findings changed, %d of everybody", thin.Changed, whole.Changed)
	}
}

func (h *house) townOf(t *testing.T, id core.HouseholdID) (town core.RegionCode) {
	t.Helper()
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select region from household where id = $1`, int64(id)).Scan(&town)
	})
	return town
}
