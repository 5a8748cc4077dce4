package insight

import (
	"encoding/binary"
	"errors"

	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/policy"
)

// A Finding is what a scan keeps of one household.
type Finding struct {
	Household core.HouseholdID
	Eligible  Items // fits, as far as the facts say
	Open      Items // a fact is missing that could still decide
	Place     Place
}

// Items is a set of items by their number in the catalogue.
type Items uint64

// MaxItem is the highest number of an item that a set can hold.
const MaxItem = policy.MaxItem

// Has reports whether item number no is in the set.
func (s Items) Has(no int) bool { return no >= 1 && no <= MaxItem && s>>(no-1)&1 == 1 }

// With gives the set with item number no in it.
func (s Items) With(no int) Items { return s | 1<<(no-1) }

// A Place orders households: the higher, the earlier. It holds, from the highest bits
// down, the lowest possible index in tenths (10 bits), the highest possible one (10),
// the sum of the lowest of its two money parts, income and rigid burden (9), and
// whether a child or somebody of eighty is there (1). Equal places go by the number of
// the household, the lower first, so no two are left equal (domain.md 4.2; what an
// application adds, its time and its number, orders the queue and not this list).
type Place int32

// PlaceOf makes the place of an index.
func PlaceOf(p *hardship.Points, vulnerable bool) Place {
	low, high := min(max(p.Min(), 0), 1000), min(max(p.Max(), 0), 1000)
	money := min(max(int(p.Low[0])+int(p.Low[1]), 0), 511)
	out := low<<20 | high<<10 | money<<1
	if vulnerable {
		out |= 1
	}
	return Place(out)
}

// Low is the lowest possible index, in tenths.
func (p Place) Low() int { return int(p) >> 20 }

// High is the highest possible index, in tenths.
func (p Place) High() int { return int(p) >> 10 & 1023 }

// Listed reports whether the place stands in the ranking at all: from the lowest band
// up. Below it nobody's order matters, and five sixths of a city lie there.
func (p Place) Listed() bool { return hardship.BandOf(p.Low()) != hardship.None }

// pageVersion is the first byte of a page.
const pageVersion = 1

// Bounds of a page: it is split above the first and filled up to the second. A page of
// the most stays inside one page of the database.
const (
	mostInPage  = 320
	goodForPage = 200
)

// appendPage packs findings, which stand in the order of their households.
func appendPage(dst []byte, list []Finding) []byte {
	dst = append(dst, pageVersion)
	dst = binary.AppendUvarint(dst, uint64(len(list)))
	last := uint64(0)
	for i := range list {
		f := &list[i]
		dst = binary.AppendUvarint(dst, uint64(f.Household)-last)
		last = uint64(f.Household)
		dst = binary.AppendUvarint(dst, uint64(f.Eligible))
		dst = binary.AppendUvarint(dst, uint64(f.Open))
		dst = binary.AppendUvarint(dst, uint64(f.Place))
	}
	return dst
}

var errPage = errors.New("this is no page of findings")

// readPage appends what a page holds to dst.
func readPage(dst []Finding, b []byte) ([]Finding, error) {
	if len(b) < 2 || b[0] != pageVersion {
		return dst, errPage
	}
	b = b[1:]
	next := func() uint64 {
		x, n := binary.Uvarint(b)
		if n <= 0 {
			b = nil
			return 0
		}
		b = b[n:]
		return x
	}
	count, last := next(), uint64(0)
	if count > mostInPage {
		return dst, errPage
	}
	for range count {
		if len(b) < 4 {
			return dst, errPage
		}
		last += next()
		dst = append(dst, Finding{Household: core.HouseholdID(last), Eligible: Items(next()), Open: Items(next()), Place: Place(next())})
	}
	if len(b) != 0 {
		return dst, errPage
	}
	return dst, nil
}
