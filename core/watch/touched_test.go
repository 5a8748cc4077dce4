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
	"lianou/core/watch"
)

// kept are Books that are found by their digest, as on the shelf.
type kept struct {
	*policy.Library
	all map[string]*policy.Book
}

func (k kept) Book(digest string) (*policy.Book, error) {
	if b := k.all[digest]; b != nil {
		return b, nil
	}
	return nil, core.E(core.KindNotFound, "none", "")
}

// keeping makes the watch go by an edited Book and know the ones before.
func (h *house) keeping(t *testing.T, all map[string]*policy.Book, old, new string) {
	t.Helper()
	h.judgeBy(t, old, new)
	lib := h.watch.Books.(*policy.Library)
	for _, b := range lib.Books() {
		all[b.Digest] = b
	}
	w, err := watch.New(watch.Deps{DB: h.db, Registry: h.reg, Books: kept{lib, all}, Audit: h.log})
	if err != nil {
		t.Fatal(err)
	}
	h.watch = w
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
	thin, whole := newHouse(t, 250), newHouse(t, 250)
	all := map[string]*policy.Book{}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 6))
	both := func(do func(h *house)) { do(thin); do(whole) }
	thin.keeping(t, all, "", "")
	both(func(h *house) {
		h.foreign(t)
		h.scan(t)
	})
	left, judged := 0, 0
	order := r.Perm(len(editions))
	for round, n := range order {
		e := editions[n]
		for range r.IntN(3) {
			who, facts := r.IntN(70), []string{`{"statuses":["dibao"],"hukou":"local"}`, `{"income_per_capita_month":100,"area":"rural"}`, `{"statuses":[],"income_per_capita_month":90000}`}[r.IntN(3)]
			both(func(h *house) { h.learn(t, h.nth(t, who), facts) })
		}
		if round%4 == 3 {
			both(func(h *house) { h.env.Advance(24 * time.Hour * time.Duration(1+round*20)) })
		}
		if r.IntN(2) == 0 { // single households by a Book between the two
			x := editions[r.IntN(len(editions))]
			who := r.IntN(70)
			thin.keeping(t, all, x[0], x[1])
			whole.judgeBy(t, x[0], x[1])
			both(func(h *house) {
				id := h.nth(t, who)
				if err := h.watch.Touch(t.Context(), h.townOf(t, id), id); err != nil {
					t.Fatal(err)
				}
			})
		}
		thin.keeping(t, all, e[0], e[1])
		whole.judgeBy(t, e[0], e[1])
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
// wherever they live. Control: Nobody by the township's own county alone.
func TestAmountsOfAnotherCounty(t *testing.T) {
	t.Parallel()
	h, all := newHouse(t, 250), map[string]*policy.Book{}
	h.foreign(t)
	h.keeping(t, all, "", "")
	h.scan(t)
	h.keeping(t, all, editions[2][0], editions[2][1])
	thin := h.scan(t)
	h.judgeBy(t, "", "")
	h.scan(t)
	h.judgeBy(t, editions[2][0], editions[2][1])
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
