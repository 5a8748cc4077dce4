package audit

import (
	"context"
	"fmt"

	"lianou/core"
	"lianou/core/pg"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
	maxLevels  = 8 // enough for 2^63 leaves
)

// tileKey names a tile: the n-th of its level.
type tileKey struct {
	Level int
	N     int64
}

// edge is the growing right side of the tree: the last, partial tile of each
// level. It is all one needs to add leaves and to compute the root.
type edge struct {
	size  int64
	tiles [maxLevels][]byte
	dirty map[tileKey][]byte // tiles changed since take; full ones included
}

func newEdge() *edge { return &edge{dirty: map[tileKey][]byte{}} }

// add appends a leaf hash and fills tiles upward.
func (e *edge) add(h tlog.Hash) {
	n := e.size
	e.size++
	for level := range maxLevels {
		e.tiles[level] = append(e.tiles[level], h[:]...)
		key := tileKey{level, n / tileWidth}
		e.dirty[key] = e.tiles[level]
		if len(e.tiles[level]) < tileWidth*tlog.HashSize {
			return
		}
		h = tileRoot(e.tiles[level])
		e.tiles[level] = nil
		n /= tileWidth
	}
}

// tileRoot is the hash above a full tile.
func tileRoot(data []byte) tlog.Hash {
	hashes := make([]tlog.Hash, tileWidth)
	for i := range hashes {
		copy(hashes[i][:], data[i*tlog.HashSize:])
	}
	for n := tileWidth; n > 1; n /= 2 {
		for i := range n / 2 {
			hashes[i] = tlog.NodeHash(hashes[2*i], hashes[2*i+1])
		}
	}
	return hashes[0]
}

// root is the RFC 6962 tree hash of all leaves added.
func (e *edge) root() (tlog.Hash, error) {
	if e.size == 0 {
		return tlog.TreeHash(0, nil)
	}
	return tlog.TreeHash(e.size, tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		return hashesFrom(indexes, func(k tileKey) []byte {
			if k.Level < maxLevels && k.N == e.size>>(tileHeight*(k.Level+1)) {
				return e.tiles[k.Level]
			}
			return nil
		})
	}))
}

// take gives the changed tiles and forgets that they changed.
func (e *edge) take() map[tileKey][]byte {
	d := e.dirty
	e.dirty = map[tileKey][]byte{}
	return d
}

func hashesFrom(indexes []int64, tile func(tileKey) []byte) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		t := tlog.TileForIndex(tileHeight, index)
		h, err := tlog.HashFromTile(t, tile(tileKey{t.L, t.N}), index)
		if err != nil {
			return nil, core.E(core.KindInternal, "audit_tile", "").Wrap(fmt.Errorf("tile %d/%d is missing or short", t.L, t.N))
		}
		out[i] = h
	}
	return out, nil
}

// loadTiles reads tiles by name.
func loadTiles(ctx context.Context, tx *pg.Tx, keys []tileKey) (map[tileKey][]byte, error) {
	const sql = `select t.level, t.n, t.data from audit_tile t
		join unnest($1::smallint[], $2::bigint[]) as k(level, n) on t.level = k.level and t.n = k.n`
	levels, ns := make([]int16, len(keys)), make([]int64, len(keys))
	for i, k := range keys {
		levels[i], ns[i] = int16(k.Level), k.N
	}
	rows, err := tx.Query(ctx, sql, levels, ns)
	if err != nil {
		return nil, pg.Fail(err, "read audit tiles")
	}
	out := make(map[tileKey][]byte, len(keys))
	var level int16
	var n int64
	var data []byte
	_, err = pgx.ForEachRow(rows, []any{&level, &n, &data}, func() error {
		out[tileKey{int(level), n}] = append([]byte(nil), data...)
		return nil
	})
	return out, pg.Fail(err, "read audit tiles")
}

// loadEdge reads the right side of a tree of that size.
func loadEdge(ctx context.Context, tx *pg.Tx, size int64) (*edge, error) {
	e := newEdge()
	e.size = size
	var keys []tileKey
	for level := range maxLevels {
		if width := size >> (tileHeight * level) % tileWidth; width != 0 {
			keys = append(keys, tileKey{level, size >> (tileHeight * (level + 1))})
		}
	}
	tiles, err := loadTiles(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		width := int(size >> (tileHeight * k.Level) % tileWidth)
		if len(tiles[k]) != width*tlog.HashSize {
			return nil, core.E(core.KindInternal, "audit_tile", "").Wrap(fmt.Errorf("tile %d/%d has not %d hashes", k.Level, k.N, width))
		}
		e.tiles[k.Level] = tiles[k]
	}
	return e, nil
}

// saveTiles writes changed tiles in one statement.
func saveTiles(ctx context.Context, tx *pg.Tx, tiles map[tileKey][]byte) error {
	const sql = `insert into audit_tile (level, n, data)
		select level, n, data from unnest($1::smallint[], $2::bigint[], $3::bytea[]) as k(level, n, data)
		on conflict (level, n) do update set data = excluded.data`
	var levels []int16
	var ns []int64
	var data [][]byte
	for k, d := range tiles {
		levels, ns, data = append(levels, int16(k.Level)), append(ns, k.N), append(data, d)
	}
	_, err := tx.Exec(ctx, sql, levels, ns, data)
	return pg.Fail(err, "write audit tiles")
}
