package insight

import (
	"fmt"
	"math/big"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"lianou/core/hardship"
)

// order is a cohort by one set of weights: the place and the rank of each household, in
// the order of the cohort.
type order struct {
	places []Place
	ranks  []int32 // 0 is the hardest
}

// orderBy ranks everybody, the harder first, of equals the lower number (domain.md 4.2).
func (c *Cohort) orderBy(w *hardship.Weights) order {
	o := order{make([]Place, len(c.list)), make([]int32, len(c.list))}
	keys := make([]uint64, len(c.list))
	for i := range c.list {
		s := &c.list[i]
		p := s.points.By(w)
		o.places[i] = PlaceOf(&p, s.vulnerable)
		keys[i] = uint64(^uint32(o.places[i]))<<32 | uint64(i)
	}
	slices.Sort(keys)
	for rank, key := range keys {
		o.ranks[uint32(key)] = int32(rank)
	}
	return o
}

// top reports whether household i is among the hardest n and listed at all.
func (o *order) top(i, n int) bool { return int(o.ranks[i]) < n && o.places[i].Listed() }

// variation is by how many hundredths of itself each weight is moved.
const variation = 10

// Sense compares the order by the weights in force with a proposal, where there is one,
// and then moves each weight of it down and up. It is pure and gives the same for the
// same cohort.
func (c *Cohort) Sense(now hardship.Weights, proposed *hardship.Weights) *Sensing {
	s := &Sensing{Version: 1, Households: len(c.list), Most: (len(c.list)*3 + 99) / 100, Now: now, Proposed: proposed, Towns: c.towns}
	base := c.orderBy(s.Subject())
	var runs []Run
	if proposed != nil {
		before := c.orderBy(&now)
		runs = append(runs, c.compare(&before, &base, s.Most))
		runs[0].Name, runs[0].Weights = "proposed", *proposed
	}
	first := len(runs)
	for i := range hardship.Keys {
		for _, by := range []int64{-variation, variation} {
			runs = append(runs, Run{Name: fmt.Sprintf("%c%+d", hardship.Keys[i], by), Weights: s.Subject().Varied(i, by)})
		}
	}
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := first; i < len(runs); i++ {
		group.Go(func() error {
			after := c.orderBy(&runs[i].Weights)
			r := c.compare(&base, &after, s.Most)
			r.Name, r.Weights = runs[i].Name, runs[i].Weights
			runs[i] = r
			return nil
		})
	}
	_ = group.Wait() // none of them fails
	s.Runs = runs
	return s
}

// compare tells two orders of the cohort apart.
func (c *Cohort) compare(before, after *order, most int) Run {
	r := Run{Spearman: spearman(before.ranks, after.ranks), Bands: bandMoves(before.places, after.places)}
	shares := c.emptyShares()
	for i := range c.list {
		s := &c.list[i]
		was, is := before.top(i, most), after.top(i, most)
		if is && !was {
			r.Entered++
		} else if was && !is {
			r.Left++
		}
		for g, n := range s.counts {
			shares[g].add(int(n), was, is)
		}
		shares[groups+int(s.town)].add(1, was, is)
	}
	r.Shares = slices.DeleteFunc(shares, func(s Share) bool { return s.Of == 0 })
	return r
}

func (c *Cohort) emptyShares() []Share {
	out := make([]Share, 0, groups+len(c.towns))
	for _, name := range groupNames() {
		out = append(out, Share{Kind: name[0], Key: name[1]})
	}
	for _, t := range c.towns {
		out = append(out, Share{Kind: "town", Key: string(t)})
	}
	return out
}

func (s *Share) add(n int, was, is bool) {
	s.Of += n
	if was {
		s.Before += n
	}
	if is {
		s.After += n
	}
}

// bandMoves counts the bands, the hardest first, by the lowest possible index.
func bandMoves(before, after []Place) []BandMove {
	out := []BandMove{{Band: hardship.Red}, {Band: hardship.Orange}, {Band: hardship.Yellow}, {Band: hardship.Blue}, {Band: hardship.None}}
	at := func(p Place) int {
		b := hardship.BandOf(p.Low())
		return slices.IndexFunc(out, func(m BandMove) bool { return m.Band == b })
	}
	for i := range before {
		was, is := at(before[i]), at(after[i])
		out[was].Before++
		out[is].After++
		if was != is {
			out[was].Left++
			out[is].Entered++
		}
	}
	return out
}

// spearman is the rank correlation of two total orders, in ten-thousandths: one less six
// times the squared differences over n(n^2-1), which is rounded, a half away from 1. No ties
// are left, so the short formula is exact.
func spearman(a, b []int32) int {
	n := int64(len(a))
	if n < 2 {
		return 10_000
	}
	sum := int64(0) // at most n^3/3: fits for two million
	for i := range a {
		d := int64(a[i]) - int64(b[i])
		sum += d * d
	}
	whole := new(big.Int).Mul(big.NewInt(n), big.NewInt(n*n-1))
	off := new(big.Int).Mul(big.NewInt(sum), big.NewInt(120_000))
	off.Add(off, whole)
	return 10_000 - int(off.Quo(off, whole.Lsh(whole, 1)).Int64())
}
