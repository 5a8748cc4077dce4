package audit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/seal"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"
)

// The eight tamperings of a superuser who also understands the log: after each
// change `rebuild` recomputes leaves, chain, tiles and head as a perfect forger
// without the signing key would.

const quiet = `set session_replication_role = replica` // no trigger binds a superuser

type tampering struct {
	name    string
	sql     []string
	rebuild bool // recompute leaves from the entries as they stand
	leaf    int64
	missed  bool // by one who has no copy outside and trusts what is signed inside
}

func tamperings() []tampering {
	cut := []string{`delete from audit_entry where id > 250`, `delete from audit_leaf where n >= 250`,
		`delete from audit_checkpoint where size > 250`}
	return []tampering{
		{name: "a byte of an entry", leaf: 122, sql: []string{`update audit_entry set purpose = 'decisioN' where id = 123`}},
		{name: "a byte of a sealed detail", leaf: 122, sql: []string{`update audit_entry set detail = set_byte(detail, 50, get_byte(detail, 50) # 1) where id = 123`}},
		{name: "a row deleted", leaf: 122, sql: []string{`delete from audit_entry where id = 123`}},
		{name: "two rows swapped", leaf: 122, sql: []string{
			`update audit_entry set id = -1 where id = 123`, `update audit_entry set id = 123 where id = 200`, `update audit_entry set id = 200 where id = -1`}},
		{name: "the end cut off", leaf: 250, sql: cut, rebuild: true, missed: true},
		{name: "edited and recomputed", leaf: 122, rebuild: true, sql: []string{`update audit_entry set purpose = 'nothing' where id = 123`}},
		{name: "deleted, renumbered and recomputed", leaf: 122, rebuild: true, sql: []string{
			`delete from audit_entry where id = 123`, `delete from audit_leaf where entry = 123`}},
		{name: "back-dated insert and recomputed", leaf: 122, rebuild: true, sql: []string{
			`update audit_entry set id = id + 1000 where id >= 123`, `update audit_leaf set entry = entry + 1000 where entry >= 123`,
			`insert into audit_entry (id, at, actor_kind, actor_id, act, case_id, application, subject, region, purpose, commitment, detail)
				select 123, at, actor_kind, actor_id, act, case_id, application, 'person:99', region, purpose, commitment, detail from audit_entry where id = 122`,
			`insert into audit_leaf (n, entry, hash, chain) select max(n) + 1, 123, hash, chain from audit_leaf group by hash, chain order by 1 desc limit 1`}},
		{name: "the database of yesterday", leaf: 200, rebuild: true, missed: true, sql: []string{
			`delete from audit_entry where id > 200`, `delete from audit_leaf where n >= 200`, `delete from audit_checkpoint where size > 200`}},
	}
}

// TestTampering: each is found and located to the leaf. The control is the same
// verification without the copy outside: it misses what cuts the end off.
func TestTampering(t *testing.T) {
	t.Parallel()
	for _, c := range tamperings() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			for range 6 { // checkpoints at 50, 100 ... 300
				h.write(t, entries(50)...)
				h.round(t)
			}
			if r := h.verify(t, nil); !r.OK() {
				t.Fatalf("before: %s", r)
			}
			h.super(t, append([]string{quiet}, c.sql...)...)
			if c.rebuild {
				h.forge(t)
			}
			r := h.verify(t, nil)
			if r.OK() || !r.Findings[0].Exact || r.Findings[0].Leaf != c.leaf {
				t.Errorf("found %s; want leaf %d exactly", r, c.leaf)
			}
			if !strings.HasPrefix(r.String(), fmt.Sprintf("audit broken: leaf %d", c.leaf)) {
				t.Errorf("the report does not name it: %s", r)
			}
			inside := h.verify(t, func(cfg *VerifyConfig) { cfg.Dir = "" })
			if inside.OK() != c.missed {
				t.Errorf("without the copy outside: %s", inside)
			}
			// The integrator does not sign over what it can see was rewritten.
			if c.rebuild {
				h.write(t, entry(1))
				if _, err := h.in.Round(t.Context()); !errors.Is(err, ErrRewritten) {
					t.Errorf("the integrator went on: %v", err)
				}
			}
		})
	}
}

// forge recomputes leaves, chain, tiles and head from the entries.
func (h *house) forge(t *testing.T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), h.env.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	run := func(sql string, args ...any) {
		if _, err := conn.Exec(t.Context(), sql, args...); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	raw, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	run(`insert into audit_pending select id from audit_entry on conflict do nothing`)
	list, err := readPending(t.Context(), &pg.Tx{Tx: raw}, 100000)
	if err != nil {
		t.Fatal(err)
	}
	if err := raw.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	run(quiet)
	for _, s := range []string{`delete from audit_pending`, `delete from audit_leaf`, `delete from audit_tile`} {
		run(s)
	}
	e, chain := newEdge(), [32]byte{}
	for i := range list {
		hash := list[i].leafHash()
		chain = link(chain, hash)
		e.add(hash)
		run(`insert into audit_leaf (n, entry, hash, chain) values ($1, $2, $3, $4)`, i, list[i].ID, hash[:], chain[:])
	}
	root, err := e.root()
	if err != nil {
		t.Fatal(err)
	}
	for k, data := range e.take() {
		run(`insert into audit_tile (level, n, data) values ($1, $2, $3)`, k.Level, k.N, data)
	}
	run(`update audit_head set size = $1, root = $2, chain = $3`, e.size, root[:], chain[:])
}

// TestStructureTampering: what stands beside the entries.
func TestStructureTampering(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ sql, want string }{
		"a leaf deleted":         {`delete from audit_leaf where n = 122`, "leaf 122: the leaf is missing"},
		"a leaf hash":            {`update audit_leaf set hash = set_byte(hash, 0, get_byte(hash, 0) # 1) where n = 122`, "leaf 122 (entry 123): its entry was changed"},
		"a chain value":          {`update audit_leaf set chain = set_byte(chain, 0, get_byte(chain, 0) # 1) where n = 122`, "leaf 122 (entry 123): the chain does not lead to it"},
		"a tile":                 {`update audit_tile set data = set_byte(data, 0, get_byte(data, 0) # 1) where level = 0 and n = 1`, "at or after leaf 256: tile 0/1 was changed"},
		"a tile deleted":         {`delete from audit_tile where level = 1`, "at or after leaf 0: tile 1/0 is missing"},
		"the head":               {`update audit_head set size = 299`, "at or after leaf 299: the head does not name this log"},
		"a checkpoint":           {`update audit_checkpoint set note = replace(note, '300', '301') where size = 300`, "a checkpoint in the database is not signed by the key"},
		"an entry slipped in":    {`insert into audit_entry (at, actor_kind, actor_id, act, case_id, application, subject, region, purpose, commitment, detail) select at, actor_kind, actor_id, act, case_id, application, subject, region, purpose, commitment, detail from audit_entry where id = 1`, "entry 301: it is neither in the log nor pending"},
		"a pending entry erased": {`insert into audit_pending values (999)`, "entry 999: it was pending and its entry was deleted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.write(t, entries(300)...)
			h.round(t)
			h.super(t, quiet, c.sql)
			if r := h.verify(t, nil); r.OK() || r.Findings[0].String() != c.want {
				t.Errorf("found %s; want %s", r, c.want)
			}
		})
	}
}

// TestOutsideTampering: the copy itself is checked against its signatures.
func TestOutsideTampering(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(t, entries(10)...)
	h.round(t)
	path := filepath.Join(h.dir, leavesFile)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[5*tlog.HashSize] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if r := h.verify(t, nil); r.OK() || r.Findings[0].Leaf != 5 {
		t.Errorf("a leaf of the copy: %s", r)
	}
	other, err := seal.NewKeys(seal.SM4)
	if err != nil {
		t.Fatal(err)
	}
	if r := h.verify(t, func(c *VerifyConfig) { c.Key = other.Gateway.Audit }); r.OK() {
		t.Error("another log's key verified this one")
	}
	if _, err := Verify(t.Context(), VerifyConfig{DB: h.env.DB(pgtest.Audit), Key: h.keys.Gateway.Audit, Dir: filepath.Join(h.dir, "none")}); err == nil {
		t.Error("a missing copy was verified; it is: could not check")
	}
}

func BenchmarkWrite64(b *testing.B) {
	h := newHouse(b)
	list := entries(64)
	db := h.env.DB(pgtest.Platform)
	for b.Loop() {
		err := db.Tx(b.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error { return h.log.Write(ctx, tx, list...) })
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*64)/b.Elapsed().Seconds(), "entries/s")
}

func BenchmarkVerify(b *testing.B) {
	h := newHouse(b)
	for range 20 {
		h.write(b, entries(1000)...)
	}
	for h.round(b) > 0 {
	}
	h.super(b, `analyze`) // autovacuum does this where data stays
	for b.Loop() {
		if r := h.verify(b, nil); !r.OK() {
			b.Fatal(r)
		}
	}
	b.ReportMetric(20000*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}
