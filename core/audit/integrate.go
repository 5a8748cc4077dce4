package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"lianou/core"
	"lianou/core/pg"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// ErrRewritten says that the log is not what was signed before: the integrator
// stops rather than sign over it. `lianou audit verify` says where.
var ErrRewritten = core.E(core.KindConflict, "audit_rewritten", "")

// IntegratorConfig is what an Integrator needs.
type IntegratorConfig struct {
	// DB is a pool of the role lianou_audit. Required.
	DB *pg.DB
	// Signer signs checkpoints and Key checks them. Required.
	Signer note.Signer
	Key    note.Verifier
	// Dir is the folder outside the database that leaf hashes and checkpoints are
	// copied to. Required.
	Dir string
	// Every is the pause when nothing is pending. Until a round has taken an entry
	// it can be removed unseen by a superuser. Defaults to one second.
	Every time.Duration
	// Batch is the most entries of one round. Defaults to 5,000.
	Batch int
	// Log takes failures of rounds. Required.
	Log *slog.Logger
}

// Integrator takes pending entries into the log. Any number may run; a row lock
// lets one work at a time.
type Integrator struct{ cfg IntegratorConfig }

// NewIntegrator checks its configuration; errors are KindInvalid.
func NewIntegrator(cfg IntegratorConfig) (*Integrator, error) {
	if cfg.DB == nil || cfg.Signer == nil || cfg.Key == nil || cfg.Dir == "" || cfg.Log == nil {
		return nil, core.E(core.KindInvalid, "audit_integrator_config", "")
	}
	if cfg.Every <= 0 {
		cfg.Every = time.Second
	}
	if cfg.Batch <= 0 {
		cfg.Batch = 5000
	}
	return &Integrator{cfg: cfg}, nil
}

// Integrate runs rounds until ctx ends. A failed round is logged and tried again.
func (in *Integrator) Integrate(ctx context.Context) error {
	for {
		n, err := in.Round(ctx)
		if err != nil && ctx.Err() == nil {
			in.cfg.Log.ErrorContext(ctx, "audit round", "error", err.Error(), "kind", core.KindOf(err))
		}
		pause := in.cfg.Every
		if n == in.cfg.Batch {
			pause = 0
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}

// Round takes what is pending, once, and says how many entries that were. It
// fails with ErrRewritten when the database no longer agrees with what was signed.
func (in *Integrator) Round(ctx context.Context) (n int, err error) {
	out, err := openOutside(in.cfg.Dir, in.cfg.Key)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, out.close()) }()
	err = in.cfg.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		n, err = in.take(ctx, tx, out)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("integrate audit entries: %w", err)
	}
	return n, in.copyOut(ctx, out)
}

// take is one round inside its transaction.
func (in *Integrator) take(ctx context.Context, tx *pg.Tx, out *outside) (int, error) {
	// Step 1: the head, locked; it must be what was signed last.
	h, err := readHead(ctx, tx, true)
	if err != nil {
		return 0, err
	}
	h.Origin = in.cfg.Signer.Name()
	e, err := in.agree(ctx, tx, h, out)
	if err != nil {
		return 0, err
	}
	// Step 2: what is pending, as of after the lock. An entry that commits late is
	// still in audit_pending then; reading "id > last" would have passed it by.
	pending, err := readPending(ctx, tx, in.cfg.Batch)
	if err != nil || len(pending) == 0 {
		return 0, err
	}
	// Step 3: dense numbers, hashes, chain.
	leaves := make([]leafRow, len(pending))
	for i := range pending {
		hash := pending[i].leafHash()
		h.Chain = link(h.Chain, hash)
		leaves[i] = leafRow{n: h.Size + int64(i), entry: pending[i].ID, hash: hash, chain: h.Chain}
		e.add(hash)
	}
	h.Size = e.size
	if h.Root, err = e.root(); err != nil {
		return 0, err
	}
	// Step 4: all of it, with the signed checkpoint, in the same transaction.
	signed, err := h.sign(in.cfg.Signer)
	if err != nil {
		return 0, err
	}
	if err := saveTiles(ctx, tx, e.take()); err != nil {
		return 0, err
	}
	return len(pending), saveRound(ctx, tx, leaves, h, signed)
}

// agree compares head, newest checkpoint, tiles and the copy outside, and gives
// the edge to go on from.
func (in *Integrator) agree(ctx context.Context, tx *pg.Tx, h Checkpoint, out *outside) (*edge, error) {
	e, err := loadEdge(ctx, tx, h.Size)
	if err != nil {
		return nil, err
	}
	root, err := e.root()
	if err != nil {
		return nil, err
	}
	if root != h.Root || out.count > h.Size || out.last.Size > h.Size {
		return nil, ErrRewritten
	}
	if h.Size == 0 {
		return e, nil
	}
	for _, want := range []Checkpoint{h, out.last} {
		if want.Size == 0 {
			continue
		}
		if err := in.signedAs(ctx, tx, want); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// signedAs finds the stored checkpoint of want's size to be want, signed.
func (in *Integrator) signedAs(ctx context.Context, tx *pg.Tx, want Checkpoint) error {
	signed, err := readNote(ctx, tx, want.Size)
	if core.KindOf(err) == core.KindNotFound {
		return ErrRewritten
	}
	if err != nil {
		return err
	}
	if c, err := ParseCheckpoint(signed, in.cfg.Key); err != nil || c != want {
		return ErrRewritten
	}
	return nil
}

// copyOut brings the copy outside up to the committed log. A crash before it is
// healed by the next round.
func (in *Integrator) copyOut(ctx context.Context, out *outside) error {
	for {
		var leaves []byte
		var notes []string
		err := in.cfg.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
			if leaves, err = readLeaves(ctx, tx, out.count, 50_000); err != nil || len(leaves) == 50_000*tlog.HashSize {
				return err
			}
			notes, err = readNotes(ctx, tx, out.last.Size)
			return err
		})
		if err != nil {
			return err
		}
		if err := out.append(leaves, notes); err != nil || len(notes) > 0 || len(leaves) == 0 {
			return err
		}
	}
}

type leafRow struct {
	n, entry int64
	hash     tlog.Hash
	chain    [32]byte
}

// head columns are read into a Checkpoint without origin.
func readHead(ctx context.Context, tx *pg.Tx, lock bool) (Checkpoint, error) {
	const plain = `select size, root, chain from audit_head`
	const locked = `select size, root, chain from audit_head for update`
	sql := plain
	if lock {
		sql = locked
	}
	var c Checkpoint
	var root, chain []byte
	err := tx.QueryRow(ctx, sql).Scan(&c.Size, &root, &chain)
	copy(c.Root[:], root)
	copy(c.Chain[:], chain)
	return c, pg.Fail(err, "read the audit head")
}

func readPending(ctx context.Context, tx *pg.Tx, limit int) ([]record, error) {
	const sql = `select e.id, e.at, e.actor_kind, e.actor_id, e.act, e.case_id, e.application, e.subject, e.region, e.purpose, e.commitment
		from audit_pending p join audit_entry e on e.id = p.entry order by e.id limit $1`
	rows, err := tx.Query(ctx, sql, limit)
	if err != nil {
		return nil, pg.Fail(err, "read pending audit entries")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (record, error) {
		var r record
		e := &r.Entry
		err := row.Scan(&r.ID, &r.At, &e.Actor.Kind, &e.Actor.ID, &e.Act, &e.Case, &e.Application, &e.Subject, &e.Region, &e.Purpose, &r.Commitment)
		return r, err
	})
	return list, pg.Fail(err, "read pending audit entries")
}

// saveRound writes leaves, head and checkpoint, and forgets what was pending.
func saveRound(ctx context.Context, tx *pg.Tx, leaves []leafRow, h Checkpoint, signed string) error {
	const leafSQL = `insert into audit_leaf (n, entry, hash, chain)
		select n, entry, hash, chain from unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[]) as l(n, entry, hash, chain)`
	const doneSQL = `delete from audit_pending where entry = any($1)`
	const headSQL = `update audit_head set size = $1, root = $2, chain = $3, at = $4`
	const noteSQL = `insert into audit_checkpoint (size, root, note, at) values ($1, $2, $3, $4)`
	ns, entries := make([]int64, len(leaves)), make([]int64, len(leaves))
	hashes, chains := make([][]byte, len(leaves)), make([][]byte, len(leaves))
	for i := range leaves {
		l := &leaves[i]
		ns[i], entries[i], hashes[i], chains[i] = l.n, l.entry, l.hash[:], l.chain[:]
	}
	batch := &pgx.Batch{}
	batch.Queue(leafSQL, ns, entries, hashes, chains)
	batch.Queue(doneSQL, entries)
	batch.Queue(headSQL, h.Size, h.Root[:], h.Chain[:], tx.Now())
	batch.Queue(noteSQL, h.Size, h.Root[:], signed, tx.Now())
	return pg.Fail(tx.SendBatch(ctx, batch).Close(), "write an audit round")
}

func readLeaves(ctx context.Context, tx *pg.Tx, from int64, limit int) ([]byte, error) {
	const sql = `select hash from audit_leaf where n >= $1 order by n limit $2`
	rows, err := tx.Query(ctx, sql, from, limit)
	if err != nil {
		return nil, pg.Fail(err, "read audit leaves")
	}
	var out bytes.Buffer
	var hash []byte
	_, err = pgx.ForEachRow(rows, []any{&hash}, func() error { out.Write(hash); return nil })
	return out.Bytes(), pg.Fail(err, "read audit leaves")
}

func readNote(ctx context.Context, tx *pg.Tx, size int64) (string, error) {
	const sql = `select note from audit_checkpoint where size = $1`
	var s string
	err := tx.QueryRow(ctx, sql, size).Scan(&s)
	return s, pg.Fail(err, "read an audit checkpoint")
}

func readNotes(ctx context.Context, tx *pg.Tx, after int64) ([]string, error) {
	const sql = `select note from audit_checkpoint where size > $1 order by size`
	rows, err := tx.Query(ctx, sql, after)
	if err != nil {
		return nil, pg.Fail(err, "read audit checkpoints")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return list, pg.Fail(err, "read audit checkpoints")
}
