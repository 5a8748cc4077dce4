package recheck

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lianou/core"
)

func hashOf(n uint64) Hash { return sha256.Sum256(binary.BigEndian.AppendUint64(nil, n)) }

// Over many seeds every case is drawn equally often. 40 cases, 12 drawn, 20,000 seeds: the
// statistic has 39 degrees of freedom; 1 in a million runs lies above 100. Draws without
// replacement vary less than the bound assumes. The seeds are fixed, so is the answer.
func TestTheDrawIsUniform(t *testing.T) {
	t.Parallel()
	const n, percent, seeds = 40, 30, 20000
	list := make([]core.CaseID, n)
	for i := range list {
		list[i] = core.CaseID(1000 + 3*i)
	}
	count := map[core.CaseID]int{}
	for s := range seeds {
		for _, id := range Draw(Mix(hashOf(uint64(s)), hashOf(7), 1), list, percent, nil) {
			count[id]++
		}
	}
	want, chi := float64(seeds)*float64(Need(n, percent))/n, 0.0
	for _, id := range list {
		d := float64(count[id]) - want
		chi += d * d / want
	}
	if chi > 100 {
		t.Errorf("chi-square %.1f over %d cases, want 100 at most: %v", chi, n, count)
	}
}

// A draw has its share and all relatives, and hangs on no order of the list.
//
// Controls: Draw without kin ("case 1 is not drawn"); Need rounded down ("0 of 2 are less than 30 %").
func TestADrawHasItsShareAndAllRelatives(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) core.CaseID { return core.CaseID(rapid.Int64Range(1, 1<<40).Draw(t, "id")) }), 0, 60, rapid.ID[core.CaseID]).Draw(t, "list")
		slices.Sort(list)
		var kin []core.CaseID
		for _, id := range list {
			if rapid.IntRange(0, 4).Draw(t, "kin") == 0 {
				kin = append(kin, id)
			}
		}
		percent := rapid.IntRange(30, 100).Draw(t, "percent")
		key := Mix(hashOf(rapid.Uint64().Draw(t, "seed")), hashOf(2), 1)
		drawn, lot := Draw(key, list, percent, kin), Draw(key, list, percent, nil)
		if len(lot)*100 < len(list)*percent {
			t.Fatalf("%d of %d are less than %d %%", len(lot), len(list), percent)
		}
		for _, id := range slices.Concat(kin, lot) {
			if !slices.Contains(drawn, id) {
				t.Fatalf("case %d is not drawn", id)
			}
		}
		for _, id := range drawn {
			if !slices.Contains(kin, id) && !slices.Contains(lot, id) {
				t.Fatalf("case %d is drawn and was in no lot", id)
			}
		}
		turned := slices.Clone(list)
		slices.Reverse(turned)
		if !slices.Equal(Draw(key, turned, percent, kin), drawn) {
			t.Fatal("another order draws otherwise")
		}
	})
}

// Another id, order, place, day, county, share or number has another digest; another seed, head or
// round has another key.
//
// Control: a line of the list without its place and end ("joined has the digest of as it is").
func TestEveryChangeHasAnotherDigest(t *testing.T) {
	t.Parallel()
	f := Frame{ID: 7, County: "371426", Since: core.NewDate(2026, 1, 1), Until: core.NewDate(2026, 3, 31), Percent: 30}
	list := []core.CaseID{11, 12, 23}
	seen := map[Hash]string{ListDigest(f, list): "as it is"}
	add := func(name string, h Hash) {
		if was, twice := seen[h]; twice {
			t.Errorf("%s has the digest of %s", name, was)
		}
		seen[h] = name
	}
	for name, l := range map[string][]core.CaseID{"one id": {11, 12, 24}, "one less": {11, 12}, "one more": {11, 12, 23, 24}, "another order": {12, 11, 23}, "joined": {1112, 23}} {
		add(name, ListDigest(f, l))
	}
	for name, g := range map[string]Frame{"number": {8, f.County, f.Since, f.Until, 30}, "county": {7, "371424", f.Since, f.Until, 30}, "share": {7, f.County, f.Since, f.Until, 31},
		"first day": {7, f.County, f.Since + 1, f.Until, 30}, "last day": {7, f.County, f.Since, f.Until + 1, 30}} {
		add(name, ListDigest(g, list))
	}
	add("a key", Mix(hashOf(1), hashOf(2), 1))
	add("seed", Mix(hashOf(3), hashOf(2), 1))
	add("head", Mix(hashOf(1), hashOf(3), 1))
	add("round", Mix(hashOf(1), hashOf(2), 2))
	add("a register", KinHash(hashOf(1), list))
	add("salt", KinHash(hashOf(2), list))
	add("relative", KinHash(hashOf(1), list[1:]))
}
