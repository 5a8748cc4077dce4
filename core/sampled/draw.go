package sampled

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"lianou/core"
)

// Percent and More are how much is asked about where a county has said nothing: sample figures.
const (
	Percent = 5 // of what was paid on a day, rounded up
	More    = 2 // tickets more for each reason to ask
)

// After is how many entries the log grows by after a commitment before its head is mixed in.
const After = 8

// Hash is a SHA-256 value or a seed.
type Hash [sha256.Size]byte

// Frame is what a round is about; it is part of what is hashed.
type Frame struct {
	ID      int64
	County  core.RegionCode // six digits
	Day     core.Date       // on which it was paid
	Percent int             // 1 to 100
	More    int             // tickets more for each reason
}

// Line is one payment of a list.
type Line struct {
	ID     int64 // of payout_line
	Case   core.CaseID
	Region core.RegionCode
	Weight int // tickets, at least one
}

// Mix makes the key of a draw from the seed of a round and the root of the log's head. All parts
// have a fixed length, so that no two inputs write the same bytes.
func Mix(seed, root Hash, round int64) Hash {
	b := []byte("lianou sampled 1\n")
	b = append(append(b, seed[:]...), root[:]...)
	return sha256.Sum256(binary.BigEndian.AppendUint64(b, uint64(round)))
}

// ticket is the lowest of the tickets that a payment has. It hangs on the key, that payment and its
// weight alone: who adds or leaves out another changes nobody's.
func ticket(key Hash, l Line) (low Hash) {
	for k := range l.Weight {
		b := binary.BigEndian.AppendUint64(slices.Clone(key[:]), uint64(l.ID))
		t := Hash(sha256.Sum256(binary.BigEndian.AppendUint32(b, uint32(k))))
		if k == 0 || bytes.Compare(t[:], low[:]) < 0 {
			low = t
		}
	}
	return low
}

// Need is how many of n payments the lot takes: the share, rounded up, so one at least where any
// was paid.
func Need(n, percent int) int { return (n*percent + 99) / 100 }

// Draw gives the payments that are asked about, by number: those with the lowest tickets.
func Draw(key Hash, list []Line, percent int) []int64 {
	type drawn struct {
		id int64
		t  Hash
	}
	all := make([]drawn, len(list))
	for i, l := range list {
		all[i] = drawn{l.ID, ticket(key, l)}
	}
	slices.SortFunc(all, func(a, b drawn) int { return bytes.Compare(a.t[:], b.t[:]) })
	var out []int64
	for _, d := range all[:Need(len(all), percent)] {
		out = append(out, d.id)
	}
	slices.Sort(out)
	return out
}

// ListDigest is over a round and its list, in lines that anybody can write again.
func ListDigest(f Frame, list []Line) Hash {
	var b strings.Builder
	fmt.Fprintf(&b, "lianou sampled list 1\n%d %s %s %d %d\n", f.ID, f.County, f.Day, f.Percent, f.More)
	for i, l := range list {
		fmt.Fprintf(&b, "%d %d %d\n", i+1, l.ID, l.Weight)
	}
	return sha256.Sum256([]byte(b.String()))
}

// drawnDigest is over what was drawn.
func drawnDigest(round int64, drawn []int64) Hash {
	var b strings.Builder
	fmt.Fprintf(&b, "lianou sampled drawn 1\n%d\n", round)
	for _, id := range drawn {
		fmt.Fprintf(&b, "%d\n", id)
	}
	return sha256.Sum256([]byte(b.String()))
}
