package audit

import (
	"context"
	"crypto/sha256"
	"fmt"

	"lianou/core/pg"

	"github.com/jackc/pgx/v5"
)

// eachLeaf reads the log in order, each leaf with its entry if that still exists.
func (v *verification) eachLeaf(ctx context.Context, tx *pg.Tx) error {
	const sql = `select l.n, l.entry, l.hash, l.chain, coalesce(e.id, 0), coalesce(e.at, 'epoch'),
			coalesce(e.actor_kind, ''), coalesce(e.actor_id, ''), coalesce(e.act, ''), coalesce(e.case_id, 0),
			coalesce(e.application, ''), coalesce(e.subject, ''), coalesce(e.region, ''), coalesce(e.purpose, ''),
			e.commitment, e.wrapped, e.detail
		from audit_leaf l left join audit_entry e on e.id = l.entry order by l.n`
	rows, err := tx.Query(ctx, sql)
	if err != nil {
		return pg.Fail(err, "read the audit log")
	}
	defer rows.Close()
	var r record
	e := &r.Entry
	_, err = pgx.ForEachRow(rows, []any{&r.leaf, &r.entry, &r.hash, &r.chain, &r.ID, &r.At, &e.Actor.Kind, &e.Actor.ID, &e.Act,
		&e.Case, &e.Application, &e.Subject, &e.Region, &e.Purpose, &r.Commitment, &r.wrapped, &r.sealed}, func() error {
		v.leaf(&r)
		return nil
	})
	return pg.Fail(err, "read the audit log")
}

// digestTiles keeps the digest of each tile computed since the last call, so that
// a log of any length is verified in little memory.
func (v *verification) digestTiles() {
	for k, data := range v.edge.take() {
		v.tiles[k] = sha256.Sum256(data)
	}
}

// compareTiles compares the stored tiles with the computed ones.
func (v *verification) compareTiles(ctx context.Context, tx *pg.Tx) error {
	if v.broken {
		return nil
	}
	const sql = `select level, n, data from audit_tile order by level, n`
	rows, err := tx.Query(ctx, sql)
	if err != nil {
		return pg.Fail(err, "read audit tiles")
	}
	var level int16
	var n int64
	var data []byte
	_, err = pgx.ForEachRow(rows, []any{&level, &n, &data}, func() error {
		k := tileKey{int(level), n}
		want, known := v.tiles[k]
		if !known || sha256.Sum256(data) != want {
			v.found(Finding{Leaf: n << (tileHeight * (k.Level + 1)), What: fmt.Sprintf("tile %d/%d was changed", level, n)})
		}
		delete(v.tiles, k)
		return nil
	})
	if err != nil {
		return pg.Fail(err, "read audit tiles")
	}
	for k := range v.tiles {
		v.found(Finding{Leaf: k.N << (tileHeight * (k.Level + 1)), What: fmt.Sprintf("tile %d/%d is missing", k.Level, k.N)})
	}
	return nil
}

// compareHead compares the head with what was computed.
func (v *verification) compareHead(ctx context.Context, tx *pg.Tx) error {
	h, err := readHead(ctx, tx, false)
	if err != nil {
		return err
	}
	if v.broken {
		return nil
	}
	if v.report.Root, err = v.edge.root(); err != nil {
		return err
	}
	if h.Size != v.report.Entries || h.Root != v.report.Root || h.Chain != v.chain {
		v.found(Finding{Leaf: min(h.Size, v.report.Entries), What: "the head does not name this log"})
	}
	if n := v.report.Entries; n > 0 && v.good < n && v.report.OK() {
		v.found(Finding{Leaf: v.good, What: "no checkpoint was signed over the end of the log"})
	}
	return nil
}

// strays finds entries that the log does not know: not numbered, and not pending.
func (v *verification) strays(ctx context.Context, tx *pg.Tx) error {
	const lost = `select e.id from audit_entry e
		where not exists (select from audit_leaf l where l.entry = e.id)
		and not exists (select from audit_pending p where p.entry = e.id) order by e.id limit 20`
	const hollow = `select p.entry from audit_pending p
		where not exists (select from audit_entry e where e.id = p.entry) order by p.entry limit 20`
	const pending = `select count(*) from audit_pending`
	for _, q := range []struct{ sql, what string }{
		{lost, "it is neither in the log nor pending"},
		{hollow, "it was pending and its entry was deleted"},
	} {
		rows, err := tx.Query(ctx, q.sql)
		if err != nil {
			return pg.Fail(err, "read stray audit entries")
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return pg.Fail(err, "read stray audit entries")
		}
		for _, id := range ids {
			v.found(Finding{Leaf: -1, Entry: id, What: q.what})
		}
	}
	return pg.Fail(tx.QueryRow(ctx, pending).Scan(&v.report.Pending), "count pending audit entries")
}
