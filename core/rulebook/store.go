package rulebook

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/pg"
)

// Deps is what a Store works with. DB and Audit are required; without a Bell programs
// find a new edition by their poll; without Sensed no change of the index's weights is
// published.
type Deps struct {
	DB    *pg.DB // as lianou_platform
	Audit *audit.Log
	Bell  *bell.Bell

	Sensed Sensed
}

// Store writes drafts and editions. It is safe for use by many goroutines.
type Store struct {
	Deps
	kept readings
}

// New makes a Store. Errors are KindInvalid.
func New(d Deps) (*Store, error) {
	if d.DB == nil || d.Audit == nil {
		return nil, core.E(core.KindInvalid, "rulebook_config", "").Wrap(errors.New("rulebook.Deps needs DB and Audit"))
	}
	return &Store{Deps: d}, nil
}

// topic is the bell of new editions.
const topic = "rulebook"

func (s *Store) ring(ctx context.Context, number int) {
	if s.Bell != nil {
		s.Bell.Ring(ctx, topic, "edition", strconv.Itoa(number))
	}
}

// Found makes a set the first edition, where there is none yet, from its first Book on:
// each platform calls it when it starts. Of several at once one does it. A fault of the
// set is policy.Problems.
func (s *Store) Found(ctx context.Context, set Sources) error {
	founded := false
	err := s.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		founded = false
		if _, err := newest(ctx, tx); !errors.Is(err, ErrNoEdition) {
			return err
		}
		lib, err := set.Load()
		if err != nil {
			return err
		}
		source, err := keep(ctx, tx, set)
		if err != nil {
			return err
		}
		// The trigger would refuse the second of two before the index does.
		tag, err := tx.Exec(ctx, `insert into rulebook_edition (number, source, from_day, published, why)
			select 1, $1, $2, $3, $4 where not exists (select from rulebook_edition) on conflict (number) do nothing`,
			source, lib.Books()[0].From.Time(), tx.Now(), "随程序发布的第一版")
		if err != nil || tag.RowsAffected() == 0 {
			return pg.Fail(err, "found the first edition")
		}
		founded = true
		return s.Audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "job", ID: "rulebook"}, Act: "rulebook.founded", Subject: "edition:1",
			Detail: map[string]any{"source": source, "from": lib.Books()[0].From}})
	})
	if err != nil && pg.Constraint(err) == "rulebook_edition_pkey" {
		return nil // another platform was first
	}
	if err == nil && founded {
		s.ring(ctx, 1)
	}
	return err
}

// Editions lists every edition, the newest first.
func (s *Store) Editions(ctx context.Context) (list []Signed, err error) {
	const sql = `select number, source, from_day, published, why, coalesce(draft, 0), coalesce(author, 0), coalesce(publisher, 0), coalesce(signed, published)
		from rulebook_edition order by number desc`
	err = s.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, sql)
		if err != nil {
			return pg.Fail(err, "list editions")
		}
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Signed, err error) {
			var from time.Time
			err = row.Scan(&e.Number, &e.Source, &from, &e.Published, &e.Why, &e.Draft, &e.Author, &e.Publisher, &e.Signed)
			e.From = core.NewDate(from.Date())
			return e, err
		})
		return pg.Fail(err, "list editions")
	})
	return list, err
}

// Sources gives the files of an edition. Errors: ErrNoEdition.
func (s *Store) Sources(ctx context.Context, number int) (set Sources, err error) {
	err = s.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		set, err = sourceOf(ctx, tx, number)
		return err
	})
	return set, err
}
