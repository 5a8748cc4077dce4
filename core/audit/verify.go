package audit

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/seal"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// VerifyConfig is what Verify needs.
type VerifyConfig struct {
	// DB is a pool of a role that reads the whole log: lianou_audit. Required.
	DB *pg.DB
	// Key checks checkpoints. Required.
	Key note.Verifier
	// Dir is the copy outside the database. Defaults to none: then whoever owns the
	// database can cut the end of the log unseen.
	Dir string
	// Ring and Opener open details, to compare them with their commitments.
	// Default to none: then everything but the details is checked.
	Ring   *seal.Ring
	Opener *seal.Opener
}

// Finding is one thing that is wrong. Leaf is its number in the log, the first
// possible one when Exact is false, -1 when it concerns no leaf.
type Finding struct {
	Leaf  int64
	Entry int64 // 0 when unknown
	Exact bool
	What  string
}

func (f Finding) String() string {
	switch {
	case f.Leaf < 0 && f.Entry == 0:
		return f.What
	case f.Leaf < 0:
		return fmt.Sprintf("entry %d: %s", f.Entry, f.What)
	case !f.Exact:
		return fmt.Sprintf("at or after leaf %d: %s", f.Leaf, f.What)
	case f.Entry == 0:
		return fmt.Sprintf("leaf %d: %s", f.Leaf, f.What)
	}
	return fmt.Sprintf("leaf %d (entry %d): %s", f.Leaf, f.Entry, f.What)
}

// VerifyReport is the outcome of Verify.
type VerifyReport struct {
	Entries     int64 // leaves read
	Pending     int64 // entries that no round has taken yet
	Root        tlog.Hash
	Checkpoints int // inside and outside, each with a good signature and the right root
	Erased      int64
	Findings    []Finding // the wrong ones, exact ones first, by leaf; at most 100
}

// OK reports whether nothing is wrong.
func (r VerifyReport) OK() bool { return len(r.Findings) == 0 }

// String is the line the operator reads.
func (r VerifyReport) String() string {
	if r.OK() {
		return fmt.Sprintf("audit verified: %d entries, root %s, %d checkpoints", r.Entries, r.Root, r.Checkpoints)
	}
	return fmt.Sprintf("audit broken: %s; %d findings in %d entries", r.Findings[0], len(r.Findings), r.Entries)
}

const maxFindings = 100

// Verify recomputes the whole log: entries against leaves, leaves against chain,
// tiles, head and every checkpoint inside and outside, details against their
// commitments. An error says that it could not be checked; a wrong log is a report
// with findings, the first wrong leaf first.
func Verify(ctx context.Context, cfg VerifyConfig) (VerifyReport, error) {
	if cfg.DB == nil || cfg.Key == nil {
		return VerifyReport{}, core.E(core.KindInvalid, "audit_verify_config", "")
	}
	v := &verification{cfg: cfg}
	// The copy first: the database may only have grown since.
	if cfg.Dir != "" {
		if err := v.readOutside(); err != nil {
			return VerifyReport{}, fmt.Errorf("verify the audit log: %w", err)
		}
	}
	outside := *v
	err := cfg.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		*v = outside // what lost a race is run again
		v.signed, v.report.Findings = slices.Clone(outside.signed), slices.Clone(outside.report.Findings)
		v.edge, v.tiles, v.keys = newEdge(), map[tileKey][32]byte{}, map[[32]byte]*seal.DataKey{}
		return v.run(ctx, tx)
	})
	if err != nil {
		return VerifyReport{}, fmt.Errorf("verify the audit log: %w", err)
	}
	slices.SortStableFunc(v.report.Findings, func(a, b Finding) int {
		if a.Exact != b.Exact {
			if a.Exact {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.Leaf, b.Leaf)
	})
	return v.report, nil
}

// verification is the state of one run.
type verification struct {
	cfg    VerifyConfig
	report VerifyReport

	leaves  []byte // of the copy outside
	signed  []Checkpoint
	outside int // how many of signed came from outside

	edge   *edge
	chain  [32]byte
	broken bool // a leaf is missing: roots can no longer be computed
	tiles  map[tileKey][32]byte
	next   int // of signed
	good   int64
	keys   map[[32]byte]*seal.DataKey
}

func (v *verification) found(f Finding) {
	if len(v.report.Findings) < maxFindings {
		v.report.Findings = append(v.report.Findings, f)
	}
}

func (v *verification) readOutside() error {
	leaves, list, err := readOutside(v.cfg.Dir, v.cfg.Key)
	if errors.Is(err, ErrCheckpoint) {
		v.found(Finding{Leaf: -1, What: "a checkpoint outside the database is not signed by the key"})
		err = nil
	}
	v.leaves, v.signed, v.outside = leaves, list, len(list)
	return err
}

// run checks one snapshot of the database.
func (v *verification) run(ctx context.Context, tx *pg.Tx) error {
	if err := v.readCheckpoints(ctx, tx); err != nil {
		return err
	}
	if err := v.eachLeaf(ctx, tx); err != nil {
		return err
	}
	v.tail()
	v.digestTiles()
	if err := v.compareTiles(ctx, tx); err != nil {
		return err
	}
	if err := v.compareHead(ctx, tx); err != nil {
		return err
	}
	return v.strays(ctx, tx)
}

func (v *verification) readCheckpoints(ctx context.Context, tx *pg.Tx) error {
	notes, err := readNotes(ctx, tx, 0)
	if err != nil {
		return err
	}
	for _, n := range notes {
		c, err := ParseCheckpoint(n, v.cfg.Key)
		if err != nil {
			v.found(Finding{Leaf: -1, What: "a checkpoint in the database is not signed by the key"})
			continue
		}
		v.signed = append(v.signed, c)
	}
	slices.SortStableFunc(v.signed, func(a, b Checkpoint) int { return cmp.Compare(a.Size, b.Size) })
	return nil
}

// leaf checks one row of the log and the entry it stands for.
func (v *verification) leaf(r *record) {
	want := v.report.Entries
	v.report.Entries++
	if r.leaf != want && !v.broken {
		v.broken = true
		v.found(Finding{Leaf: want, Exact: true, What: "the leaf is missing"})
	}
	var stored tlog.Hash
	copy(stored[:], r.hash)
	switch {
	case r.ID == 0:
		v.found(Finding{Leaf: r.leaf, Entry: r.entry, Exact: true, What: "its entry was deleted"})
	case r.leafHash() != stored:
		v.found(Finding{Leaf: r.leaf, Entry: r.ID, Exact: true, What: "its entry was changed"})
	default:
		v.detail(r)
	}
	if at := r.leaf * tlog.HashSize; at+tlog.HashSize <= int64(len(v.leaves)) && !bytes.Equal(v.leaves[at:at+tlog.HashSize], stored[:]) {
		v.found(Finding{Leaf: r.leaf, Entry: r.entry, Exact: true, What: "it differs from the copy outside"})
	}
	if v.broken {
		return
	}
	v.chain = link(v.chain, stored)
	if !bytes.Equal(v.chain[:], r.chain) {
		v.found(Finding{Leaf: r.leaf, Entry: r.entry, Exact: true, What: "the chain does not lead to it"})
		copy(v.chain[:], r.chain) // go on from what is stored, or every later leaf would be named
	}
	v.edge.add(stored)
	if v.edge.size%4096 == 0 {
		v.digestTiles()
	}
	v.checkpointsAt(v.edge.size)
}

// detail compares a sealed detail with its commitment.
func (v *verification) detail(r *record) {
	plain, err := v.open(r)
	switch {
	case errors.Is(err, errNoKey):
		return
	case errors.Is(err, seal.ErrKeyUnknown):
		v.report.Erased++ // its key is gone; the commitment still stands
		return
	case err != nil:
		v.found(Finding{Leaf: r.leaf, Entry: r.ID, Exact: true, What: "its detail was changed"})
		return
	}
	if sum := sha256.Sum256(plain); !bytes.Equal(sum[:], r.Commitment) {
		v.found(Finding{Leaf: r.leaf, Entry: r.ID, Exact: true, What: "its detail is not what was committed to"})
	}
}

var errNoKey = errors.New("no key was given for these details")

// open opens a detail under the ring or under the envelope it was sealed in.
func (v *verification) open(r *record) ([]byte, error) {
	if r.wrapped == nil {
		if v.cfg.Ring == nil {
			return nil, errNoKey
		}
		return v.cfg.Ring.Open(r.sealed, detailAt(r.Commitment))
	}
	if v.cfg.Opener == nil {
		return nil, errNoKey
	}
	name := sha256.Sum256(r.wrapped)
	k, ok := v.keys[name]
	if !ok {
		var err error
		if k, err = v.cfg.Opener.Envelope(r.wrapped); err != nil {
			return nil, err
		}
		if len(v.keys) > 1000 {
			clear(v.keys)
		}
		v.keys[name] = k
	}
	return k.Open(r.sealed, detailAt(r.Commitment))
}

// checkpointsAt compares every checkpoint of this size with the tree so far.
func (v *verification) checkpointsAt(size int64) {
	for ; v.next < len(v.signed) && v.signed[v.next].Size <= size; v.next++ {
		c := v.signed[v.next]
		root, err := v.edge.root()
		if err != nil || root != c.Root || c.Chain != v.chain {
			v.found(Finding{Leaf: v.good, What: fmt.Sprintf("the signed checkpoint of size %d has another root", c.Size)})
			continue
		}
		v.good = size
		v.report.Checkpoints++
	}
}

// tail finds what was signed or copied and is no longer there.
func (v *verification) tail() {
	n := v.report.Entries
	if copied := int64(len(v.leaves)) / tlog.HashSize; copied > n {
		v.found(Finding{Leaf: n, Exact: true, What: fmt.Sprintf("the end is missing: %d leaves are outside", copied)})
	}
	if v.broken || v.next >= len(v.signed) {
		return
	}
	last := v.signed[len(v.signed)-1]
	v.found(Finding{Leaf: n, Exact: true, What: fmt.Sprintf("the end is missing: a checkpoint of size %d was signed", last.Size)})
}
