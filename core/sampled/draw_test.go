package sampled

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"slices"
	"testing"

	"lianou/core"
)

func hashOf(n uint64) Hash { return sha256.Sum256(binary.BigEndian.AppendUint64(nil, n)) }

// Whatever is paid: the share is kept, one at least is asked about, nobody twice, everybody is of the
// list, and who adds a payment pushes one out at most.
//
// Controls: Need rounded down ("93 payments at 19 %: 17 drawn, want 18"); the ticket over the place in the
// list ("one payment more changed 14 of 32").
func TestAShareIsDrawnAndNobodyTwice(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(6, 58))
	for trial := range 300 {
		list := make([]Line, 1+r.IntN(200))
		for i := range list {
			list[i] = Line{ID: int64(1 + i*3 + r.IntN(3)), Weight: 1 + 2*r.IntN(4)}
		}
		percent := 1 + r.IntN(100)
		key := Mix(hashOf(uint64(trial)), hashOf(7), int64(trial))
		got := Draw(key, list, percent)
		want := 0
		for want*100 < len(list)*percent {
			want++
		}
		if len(got) != want || want == 0 {
			t.Errorf("%d payments at %d %%: %d drawn, want %d", len(list), percent, len(got), want)
		}
		for i, id := range got {
			if i > 0 && got[i-1] >= id || !slices.ContainsFunc(list, func(l Line) bool { return l.ID == id }) {
				t.Errorf("%d of %v is there twice or of no list", id, got)
			}
		}
		more := Draw(key, slices.Concat([]Line{{ID: 9999, Weight: 1}}, list), percent)
		gone := 0
		for _, id := range got {
			if !slices.Contains(more, id) {
				gone++
			}
		}
		if gone > 1 {
			t.Errorf("one payment more changed %d of %d", gone, len(got))
		}
	}
}

// What weighs five is drawn more often than what weighs one: of two payments of which one is drawn, in
// five of six draws.
//
// Control: one ticket for everybody ("drawn 1460 of 3000 times").
func TestWeightCounts(t *testing.T) {
	t.Parallel()
	heavy := 0
	for i := range 3000 {
		if Draw(Mix(hashOf(uint64(i)), hashOf(1), 1), []Line{{ID: 1, Weight: 1}, {ID: 2, Weight: 5}}, 50)[0] == 2 {
			heavy++
		}
	}
	if heavy < 2400 || heavy > 2600 {
		t.Errorf("drawn %d of 3000 times, want about 2500", heavy)
	}
}

// Everything that a stranger needs is in what is hashed, once each.
//
// Control: ListDigest without More ("more and a list are one").
func TestEveryPartIsHashed(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	add := func(name string, h Hash) {
		text := hex.EncodeToString(h[:])
		if was, twice := seen[text]; twice {
			t.Errorf("%s and %s are one", name, was)
		}
		seen[text] = name
	}
	f := Frame{7, "371426", core.NewDate(2026, 11, 30), 5, 2}
	list := []Line{{ID: 3, Weight: 1}, {ID: 8, Weight: 5}}
	add("a list", ListDigest(f, list))
	add("weight", ListDigest(f, []Line{{ID: 3, Weight: 3}, {ID: 8, Weight: 5}}))
	add("shorter", ListDigest(f, list[:1]))
	for name, g := range map[string]Frame{"id": {8, f.County, f.Day, 5, 2}, "county": {7, "371427", f.Day, 5, 2}, "day": {7, f.County, f.Day + 1, 5, 2}, "percent": {7, f.County, f.Day, 6, 2}, "more": {7, f.County, f.Day, 5, 3}} {
		add(name, ListDigest(g, list))
	}
	add("a key", Mix(hashOf(1), hashOf(2), 1))
	add("seed", Mix(hashOf(3), hashOf(2), 1))
	add("head", Mix(hashOf(1), hashOf(3), 1))
	add("round", Mix(hashOf(1), hashOf(2), 2))
}
