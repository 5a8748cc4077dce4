package rulebook

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/policy"
)

// An Edition is one published set of rules (版本). It never changes.
type Edition struct {
	Number    int
	Source    string    // digest of the files
	From      core.Date // the first day that is judged by it
	Published time.Time // and known
}

// Signed is an Edition with who made it and why. Of the first, which came with the
// program, Draft and the people are 0.
type Signed struct {
	Edition
	Why       string
	Draft     int64
	Author    core.StaffID
	Publisher core.StaffID
	Signed    time.Time
}

// ErrNoEdition says that there is no edition of that number.
var ErrNoEdition = core.E(core.KindNotFound, "rulebook_no_edition", "没有这一版政策。")

const editionColumns = `number, source, from_day, published`

func scanEdition(row pgx.CollectableRow) (e Edition, err error) {
	var from time.Time
	err = row.Scan(&e.Number, &e.Source, &from, &e.Published)
	e.From = core.NewDate(from.Date())
	return e, err
}

// editionsAfter lists the editions above a number, the oldest first.
func editionsAfter(ctx context.Context, tx *pg.Tx, number int) ([]Edition, error) {
	rows, err := tx.Query(ctx, `select `+editionColumns+` from rulebook_edition where number > $1 order by number`, number)
	if err != nil {
		return nil, pg.Fail(err, "read editions")
	}
	list, err := pgx.CollectRows(rows, scanEdition)
	return list, pg.Fail(err, "read editions")
}

// newest gives the newest edition. Errors: ErrNoEdition when there is none.
func newest(ctx context.Context, tx *pg.Tx) (Edition, error) {
	rows, err := tx.Query(ctx, `select `+editionColumns+` from rulebook_edition order by number desc limit 1`)
	if err != nil {
		return Edition{}, pg.Fail(err, "read the newest edition")
	}
	e, err := pgx.CollectExactlyOneRow(rows, scanEdition)
	if errors.Is(err, pgx.ErrNoRows) {
		return e, ErrNoEdition
	}
	return e, pg.Fail(err, "read the newest edition")
}

// EditionOf gives the edition by whose Book something was judged for a day, by what was
// published at a moment. Errors: ErrNoEdition where that Book came with the program and no
// edition has its files.
func EditionOf(ctx context.Context, tx *pg.Tx, book string, day core.Date, known time.Time) (Edition, error) {
	const sql = `select ` + editionColumns + ` from rulebook_edition where source = (select source from rulebook_book where digest = $1)
		and (number = 1 or from_day <= $2 and published <= $3) order by number desc limit 1`
	rows, err := tx.Query(ctx, sql, book, day.Time(), known)
	if err != nil {
		return Edition{}, pg.Fail(err, "read an edition")
	}
	e, err := pgx.CollectExactlyOneRow(rows, scanEdition)
	if errors.Is(err, pgx.ErrNoRows) {
		return e, ErrNoEdition
	}
	return e, pg.Fail(err, "read an edition")
}

// sourceOf reads the files of an edition. Errors: ErrNoEdition.
func sourceOf(ctx context.Context, tx *pg.Tx, number int) (Sources, error) {
	var packed []byte
	err := tx.QueryRow(ctx, `select s.files from rulebook_edition e join rulebook_source s on s.digest = e.source where e.number = $1`, number).Scan(&packed)
	if errors.Is(err, pgx.ErrNoRows) {
		return Sources{}, ErrNoEdition
	}
	if err != nil {
		return Sources{}, pg.Fail(err, "read the files of an edition")
	}
	return unpack(packed)
}

// keep loads a set and stores it.
func keep(ctx context.Context, tx *pg.Tx, s Sources) (string, error) {
	lib, err := s.Load()
	if err != nil {
		return "", err
	}
	return lib.Digest, keepLoaded(ctx, tx, lib, s)
}

// keepLoaded stores a set and its Books once, under their digests.
func keepLoaded(ctx context.Context, tx *pg.Tx, lib *policy.Library, s Sources) error {
	packed, err := s.pack()
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `insert into rulebook_source (digest, files) values ($1, $2) on conflict (digest) do nothing`, lib.Digest, packed); err != nil {
		return pg.Fail(err, "keep a set of rules")
	}
	var digests []string
	var days []time.Time
	for _, b := range lib.Books() {
		digests, days = append(digests, b.Digest), append(days, b.From.Time())
	}
	_, err = tx.Exec(ctx, `insert into rulebook_book (digest, source, from_day)
		select u.digest, $1, u.day from unnest($2::text[], $3::date[]) as u (digest, day) on conflict (digest) do nothing`, lib.Digest, digests, days)
	return pg.Fail(err, "keep the Books of a set")
}
