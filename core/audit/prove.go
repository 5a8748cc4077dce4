package audit

import (
	"context"
	"fmt"

	"lianou/core"
	"lianou/core/pg"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// ErrNotYet says that an entry is not in the log yet: the next round takes it.
var ErrNotYet = core.E(core.KindUnavailable, "audit_pending", "")

// Proof shows to anybody who holds the log's public key that one entry is in it.
type Proof struct {
	Entry      int64            // id of the entry
	Leaf       int64            // its number in the log
	Record     []byte           // the bytes that were hashed
	Hashes     tlog.RecordProof // audit path, RFC 6962
	Checkpoint string           // signed note over the tree it leads to
}

// Check recomputes the proof. It fails with ErrCheckpoint for a checkpoint that
// the key did not sign and ErrRewritten for a path that does not lead to it.
func (p Proof) Check(key note.Verifier) error {
	c, err := ParseCheckpoint(p.Checkpoint, key)
	if err != nil {
		return err
	}
	if tlog.CheckRecord(p.Hashes, c.Size, c.Root, p.Leaf, tlog.RecordHash(p.Record)) != nil {
		return ErrRewritten
	}
	return nil
}

// Prove makes the inclusion proof of an entry against the newest checkpoint. It
// needs a role that reads the whole log, lianou_audit. KindNotFound for an entry
// that does not exist, ErrNotYet for one no round has taken.
func Prove(ctx context.Context, db *pg.DB, entry int64) (Proof, error) {
	p := Proof{Entry: entry}
	err := db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		r, err := readRecord(ctx, tx, entry)
		if err != nil {
			return err
		}
		if !r.hasLeaf {
			return ErrNotYet
		}
		head, err := readHead(ctx, tx, false)
		if err != nil {
			return err
		}
		if p.Checkpoint, err = readNote(ctx, tx, head.Size); err != nil {
			return err
		}
		p.Leaf, p.Record = r.leaf, r.bytes()
		p.Hashes, err = tlog.ProveRecord(head.Size, r.leaf, tileReader(ctx, tx))
		return err
	})
	if err != nil {
		return Proof{}, fmt.Errorf("prove audit entry %d: %w", entry, err)
	}
	return p, nil
}

// tileReader reads hashes of the tree from stored tiles.
func tileReader(ctx context.Context, tx *pg.Tx) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		wanted := map[tileKey]bool{}
		var keys []tileKey
		for _, index := range indexes {
			t := tlog.TileForIndex(tileHeight, index)
			if k := (tileKey{t.L, t.N}); !wanted[k] {
				wanted[k] = true
				keys = append(keys, k)
			}
		}
		tiles, err := loadTiles(ctx, tx, keys)
		if err != nil {
			return nil, err
		}
		return hashesFrom(indexes, func(k tileKey) []byte { return tiles[k] })
	})
}

func readRecord(ctx context.Context, tx *pg.Tx, entry int64) (record, error) {
	const sql = `select e.id, e.at, e.actor_kind, e.actor_id, e.act, e.case_id, e.application, e.subject, e.region, e.purpose,
		e.commitment, l.n from audit_entry e left join audit_leaf l on l.entry = e.id where e.id = $1`
	var r record
	var n *int64
	e := &r.Entry
	err := tx.QueryRow(ctx, sql, entry).Scan(&r.ID, &r.At, &e.Actor.Kind, &e.Actor.ID, &e.Act, &e.Case, &e.Application,
		&e.Subject, &e.Region, &e.Purpose, &r.Commitment, &n)
	if n != nil {
		r.hasLeaf, r.leaf = true, *n
	}
	return r, pg.Fail(err, "read an audit entry")
}
