package pg

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"lianou/core"
)

// Behind counts the migrations this program was built with and the database has
// not had. A database that is ahead of the program is no fault: columns are
// enumerated, so that programs run before and after a migration.
func (db *DB) Behind(ctx context.Context) (int, error) {
	built, err := versions()
	if err != nil {
		return 0, err
	}
	rows, err := db.pool.Query(ctx, `select version_id from lianou_migration where is_applied`)
	var applied []int64
	if err == nil {
		applied, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	}
	if state := SQLState(err); state == "42P01" || state == "42501" {
		return len(built), nil // no such table, or one from before this could be asked
	}
	if err != nil {
		return 0, Fail(err, "read the history of migrations")
	}
	for _, v := range applied {
		delete(built, v)
	}
	return len(built), nil
}

// ErrBehind says that the database is older than the program.
var ErrBehind = core.E(core.KindForbidden, "database_behind", "")

// CheckCurrent refuses a database that lacks a migration: ErrBehind.
func (db *DB) CheckCurrent(ctx context.Context) error {
	n, err := db.Behind(ctx)
	if err == nil && n > 0 {
		return ErrBehind.Wrap(fmt.Errorf("the database lacks %d migrations of this version; run: lianou migrate", n))
	}
	return err
}

// versions are the numbers of the embedded migrations.
func versions() (map[int64]bool, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, fmt.Errorf("read embedded migrations: %w", err)
	}
	out := map[int64]bool{}
	for _, name := range names {
		number, _, _ := strings.Cut(path.Base(name), "_")
		v, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("migration %s has no number: %w", name, err)
		}
		out[v] = true
	}
	return out, nil
}
