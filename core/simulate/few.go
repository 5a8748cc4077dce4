package simulate

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"lianou/core"
	"lianou/core/discreet"
	"lianou/core/pg"
)

// Bounds of one choosing: a page is waited for. Forty thousand packed rows are three or more
// of the largest townships; no more than fewPerTown come of one, so that a page is not about
// one street.
const (
	fewMost    = 40_000
	fewWithin  = 4 * time.Second
	fewPerTown = 3
)

// A Choosing is a few households that are wanted to see a change on.
type Choosing struct {
	Books Books
	Draw  string            // digest of what is looked at: the same draws the same townships in the same order
	Towns []core.RegionCode // to choose from; within the scope of the transaction
	N     int
	Now   func() time.Time // the clock of who waits for the page, which is no city's; required
}

// A Chosen is one household that the change touches.
type Chosen struct {
	Household core.HouseholdID
	Town      core.RegionCode
	Worse     bool // it loses something, or is given less

	key uint64
}

// Few is what was chosen and what it was chosen from.
type Few struct {
	Chosen     []Chosen // those that lose first
	Households int      // judged, or left out because nothing can differ for them
	Touched    int      // of them
	Worse      int
	Better     int // of them; some of these are among Worse too
	Beside     int // of them, neither; as of a Tally
	Towns, Of  int // townships looked through, of how many
}

// Both is how many lose something and are given more of something else; less than nought for
// what was chosen before Better and Beside were kept.
func (f Few) Both() int { return f.Worse + f.Better + f.Beside - f.Touched }

// A ShownFew is what pages may have of a Few: what core/discreet hides is not in it. That the few
// households themselves are looked at, each counted and in the log, makes none of these numbers
// of the others known.
type ShownFew struct {
	Households, Touched, Worse, Better, Beside, Both discreet.Count

	Hides bool
}

// Shown hides what must not be shown, by the rule of Result.Shown.
func (f Few) Shown() ShownFew {
	homes := discreet.Alone(f.Households)
	s := ShownFew{Households: homes, Worse: discreet.Part(f.Worse, homes), Better: discreet.Part(f.Better, homes)}
	all := discreet.Part(f.Touched, homes)
	hide := all.Hidden() || s.Worse.Hidden() || s.Better.Hidden() || discreet.Part(f.Worse, all).Hidden() || discreet.Part(f.Better, all).Hidden()
	s.Touched = discreet.If(hide, f.Touched)
	s.Beside, s.Both = apart(s.Touched, f.parts())
	s.Hides = homes.Hidden() || s.Worse.Hidden() || s.Better.Hidden() || hide || f.Both() >= 0 && s.Both.Hidden()
	return s
}

func (f Few) parts() parts {
	return parts{touched: f.Touched, worse: f.Worse, better: f.Better, beside: f.Beside, both: f.Both()}
}

// errEnough ends the reading of a township.
var errEnough = errors.New("enough was read")

// Choose looks for households that a change touches, township by township, until it has
// enough that lose, or has read as much as a page may. It reads packed rows and shows
// nobody; the caller counts and logs whom it shows. The order is drawn from c.Draw, so that
// two of one scope see the same, unless time ran out or one has a simulation; townships in which a
// simulation of the draft found somebody come before the others.
func (s *Simulator) Choose(ctx context.Context, tx *pg.Tx, c Choosing, found *Result) (f Few, err error) {
	pair, err := NewPair(c.Books.Before, c.Books.After, c.Books.On)
	if err != nil {
		return f, core.E(core.KindInternal, "simulation_books", "").Wrap(err)
	}
	f.Of = len(c.Towns)
	if len(pair.Items()) == 0 {
		f.Towns = f.Of
		return f, nil
	}
	r := reading{Simulator: s, pair: pair, tally: pair.NewTally(), draw: c.Draw, now: c.Now, until: c.Now().Add(fewWithin)}
	for _, town := range drawn(c, found) {
		list, err := r.town(ctx, tx, town)
		if err != nil && !errors.Is(err, errEnough) {
			return f, err
		}
		f.Chosen = append(f.Chosen, list...)
		if err != nil {
			break
		}
		if f.Towns++; enough(f.Chosen, c.N) || r.tally.Households >= fewMost || r.late() {
			break
		}
	}
	f.Households, f.Touched, f.Worse = r.tally.Households, r.tally.Touched, r.tally.Worse
	f.Better, f.Beside = r.tally.Better, r.tally.Beside
	slices.SortStableFunc(f.Chosen, before)
	f.Chosen = f.Chosen[:min(len(f.Chosen), c.N)]
	return f, nil
}

// before puts who loses first; of one kind those of the township that was drawn first stay
// before the others, as the sort is stable.
func before(a, b Chosen) int {
	switch {
	case a.Worse == b.Worse:
		return 0
	case a.Worse:
		return -1
	}
	return 1
}

func enough(list []Chosen, n int) bool {
	worse := 0
	for _, c := range list {
		if c.Worse {
			worse++
		}
	}
	return worse >= n
}

// drawn puts the townships into the order of the draw.
func drawn(c Choosing, found *Result) []core.RegionCode {
	towns := slices.Sorted(slices.Values(c.Towns))
	seed := sha256.Sum256([]byte(c.Draw))
	if b, err := hex.DecodeString(c.Draw); err == nil && len(b) == len(seed) {
		seed = [32]byte(b)
	}
	rand.New(rand.NewChaCha8(seed)).Shuffle(len(towns), func(i, j int) { towns[i], towns[j] = towns[j], towns[i] })
	if found == nil {
		return towns
	}
	rank := map[core.RegionCode]int{}
	for i := range found.ByTown {
		switch t := &found.ByTown[i]; {
		case t.Worse > 0:
			rank[t.Region] = -2
		case t.Touched > 0:
			rank[t.Region] = -1
		}
	}
	slices.SortStableFunc(towns, func(a, b core.RegionCode) int { return cmp.Compare(rank[a], rank[b]) })
	return towns
}

// A reading goes through townships.
type reading struct {
	*Simulator
	pair  *Pair
	tally *Tally
	draw  string
	now   func() time.Time
	until time.Time
}

// late reports whether who waits has waited enough.
func (r *reading) late() bool { return r.now().After(r.until) }

// town gives the few of one township that the draw puts first, those that lose before the
// others. Errors: errEnough, with what was found until then.
func (r *reading) town(ctx context.Context, tx *pg.Tx, town core.RegionCode) (list []Chosen, err error) {
	if r.pair.Nothing(town.County()) {
		counties, err := r.Registry.Counties(ctx, tx, town)
		if err != nil || r.pair.Nothing(counties...) {
			return nil, err
		}
	}
	err = r.Registry.Scan(ctx, tx, town, func(home core.HouseholdID, row []byte) error {
		if r.tally.Households%256 == 255 && r.late() {
			return errEnough
		}
		effect, err := r.pair.Effect(row, r.tally)
		if err != nil || effect == Same {
			return err
		}
		list = r.take(list, Chosen{home, town, effect == Worse, r.key(home)})
		return nil
	})
	return list, err
}

// take keeps the first few of a township.
func (r *reading) take(list []Chosen, c Chosen) []Chosen {
	at, _ := slices.BinarySearchFunc(list, c, func(a, b Chosen) int { return cmp.Or(before(a, b), cmp.Compare(a.key, b.key)) })
	list = slices.Insert(list, at, c)
	return list[:min(len(list), fewPerTown)]
}

// key draws a household's place.
func (r *reading) key(home core.HouseholdID) uint64 {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(r.draw), uint64(home)))
	return binary.BigEndian.Uint64(sum[:])
}
