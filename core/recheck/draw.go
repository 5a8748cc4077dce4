package recheck

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"lianou/core"
)

// Share is the least share of a county's decided cases that is looked at again, in percent:
// 最低生活保障审核审批办法（试行） art. 26. A county may have a higher one (recheck_share).
const Share = 30

// After is how many entries the log grows by after a commitment before its head is mixed in: the
// acts of others, whose salts nobody foresees.
const After = 8

// Hash is a SHA-256 value, a seed or a salt.
type Hash [sha256.Size]byte

// Frame is what a round is about; it is part of what is hashed.
type Frame struct {
	ID      int64
	County  core.RegionCode // six digits
	Since   core.Date
	Until   core.Date // the last day
	Percent int       // of the decided cases, 30 to 100
}

// Mix makes the key of a draw from the seed of a round and the root of the log's head. All parts
// have a fixed length, so that no two inputs write the same bytes.
func Mix(seed, root Hash, round int64) Hash {
	b := []byte("lianou recheck 1\n")
	b = append(append(b, seed[:]...), root[:]...)
	return sha256.Sum256(binary.BigEndian.AppendUint64(b, uint64(round)))
}

// ticket is the number that a case draws. It hangs on the key and on that case alone: who adds
// or leaves out another case changes nobody's ticket.
func ticket(key Hash, id core.CaseID) Hash {
	return sha256.Sum256(binary.BigEndian.AppendUint64(append([]byte(nil), key[:]...), uint64(id)))
}

// Need is how many of n cases the lot takes: the share, rounded up.
func Need(n, percent int) int { return (n*percent + 99) / 100 }

// Draw gives the cases that are looked at again, by number: those with the lowest tickets, as
// many as the share says, and every one of the register of relatives besides. Those do not take
// the place of others, so that the lot is as large as it was announced.
func Draw(key Hash, list []core.CaseID, percent int, kin []core.CaseID) []core.CaseID {
	type drawn struct {
		id core.CaseID
		t  Hash
	}
	all := make([]drawn, len(list))
	for i, id := range list {
		all[i] = drawn{id, ticket(key, id)}
	}
	slices.SortFunc(all, func(a, b drawn) int { return bytes.Compare(a.t[:], b.t[:]) })
	out := slices.Clone(kin)
	for _, d := range all[:Need(len(all), percent)] {
		out = append(out, d.id)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// ListDigest is over a round and its list, in lines that anybody can write again.
func ListDigest(f Frame, list []core.CaseID) Hash {
	var b strings.Builder
	fmt.Fprintf(&b, "lianou recheck list 1\n%d %s %s %s %d\n", f.ID, f.County, f.Since, f.Until, f.Percent)
	for i, id := range list {
		fmt.Fprintf(&b, "%d %d\n", i+1, id)
	}
	return sha256.Sum256([]byte(b.String()))
}

// KinHash is over the register of relatives. The salt keeps who sees the hash from trying out
// which cases it holds.
func KinHash(salt Hash, kin []core.CaseID) Hash {
	b := append([]byte("lianou recheck kin 1\n"), salt[:]...)
	for _, id := range slices.Sorted(slices.Values(kin)) {
		b = binary.BigEndian.AppendUint64(b, uint64(id))
	}
	return sha256.Sum256(b)
}

// drawnDigest is over what was drawn.
func drawnDigest(round int64, drawn []core.CaseID) Hash {
	var b strings.Builder
	fmt.Fprintf(&b, "lianou recheck drawn 1\n%d\n", round)
	for _, id := range drawn {
		fmt.Fprintf(&b, "%d\n", id)
	}
	return sha256.Sum256([]byte(b.String()))
}
