package drafts

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/seal"
)

// most bounds a draft in bytes; the longest story and twelve members take a tenth.
const most = 256 << 10

// kept is how long a draft waits for somebody to come back to it. Whoever comes later
// asks the family again: what was never sent is not kept for ever (PIPL art. 19).
const kept = "30 days"

// Draft is one form on its way.
type Draft struct {
	Form  url.Values // nil when there is none
	Rev   int64      // how often it was saved; 0 when there is none
	Staff core.StaffID
	Saved time.Time
	Page  string // the page that types, by a name it gave itself; "" for one that gives none
	Again int64  // how often that page has saved, counted by itself
}

// Store keeps drafts. It is safe for use by many goroutines.
type Store struct {
	db   *pg.DB
	ring *seal.Ring
}

// New makes a Store; ring seals a draft to this program itself. Errors: KindInvalid.
func New(db *pg.DB, ring *seal.Ring) (*Store, error) {
	if db == nil || ring == nil {
		return nil, core.E(core.KindInvalid, "drafts_deps", "").Wrap(errors.New("drafts.New needs a database and a ring"))
	}
	return &Store{db, ring}, nil
}

// ErrElsewhere says that the same draft was saved from another page meanwhile.
var ErrElsewhere = core.E(core.KindConflict, "draft_elsewhere", "这张表在另一个页面上改过。请刷新,接着那边的填;这边刚改的几格要重填。")

func at(place string) seal.At { return seal.At{Table: "draft", Row: place, Column: "form"} }

// Save keeps a form at its place. Rev is the one the page has seen: 0 for a page that
// found no draft. A page that has not seen the newest is shut out, but for the page that
// saved it: its answer got lost on the way, and what it typed since is to be kept.
// Errors: ErrElsewhere, KindTooLarge, KindInvalid for what no database keeps.
func (s *Store) Save(ctx context.Context, place string, d Draft) (Draft, error) {
	plain, err := json.Marshal(d.Form)
	switch {
	case err != nil || strings.Contains(string(plain), `\u0000`) || len(d.Page) > 40 || d.Again < 0:
		return Draft{}, core.Invalid("draft", "表里有电脑存不下的字,请删掉。")
	case len(plain) > most:
		return Draft{}, core.E(core.KindTooLarge, "draft_too_large", "填得太多了,存不下。请把难处写短一些。")
	}
	sealed, err := s.ring.Seal(plain, at(place))
	if err != nil {
		return Draft{}, err
	}
	err = s.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		const first = `insert into draft as d (place, staff, form, rev, saved, page, again) select $1, $2, $3, 1, $5, $6, $7 where $4 = 0
			on conflict (place) do nothing returning rev, saved`
		const next = `update draft set staff = $2, form = $3, rev = rev + 1, saved = $5, page = $6, again = $7
			where place = $1 and (rev = $4 or page = $6 and page <> '' and staff = $2 and again < $7) returning rev, saved`
		const late = `select rev, saved from draft where place = $1 and page = $2 and page <> '' and staff = $3`
		err := pgx.ErrNoRows
		if d.Rev == 0 {
			err = tx.QueryRow(ctx, first, place, int64(d.Staff), sealed, d.Rev, tx.Now(), d.Page, d.Again).Scan(&d.Rev, &d.Saved)
		}
		if errors.Is(err, pgx.ErrNoRows) {
			err = tx.QueryRow(ctx, next, place, int64(d.Staff), sealed, d.Rev, tx.Now(), d.Page, d.Again).Scan(&d.Rev, &d.Saved)
		}
		if errors.Is(err, pgx.ErrNoRows) { // what lies there is newer, and the page's own
			err = tx.QueryRow(ctx, late, place, d.Page, int64(d.Staff)).Scan(&d.Rev, &d.Saved)
		}
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrElsewhere
		}
		return pg.Fail(err, "save a draft")
	})
	return d, err
}

// Lock gives the key under which a page may leave, on the machine it stands on, what it
// could not send: nobody reads it there who is not given this page again.
func (s *Store) Lock(place string, who core.StaffID) []byte {
	return s.ring.Blind("draft.lock", strconv.FormatInt(int64(who), 10)+" "+place)
}

// Load reads the draft of a place; an empty one when there is none.
func (s *Store) Load(ctx context.Context, place string) (d Draft, err error) {
	var sealed []byte
	err = s.db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		const sql = `select staff, form, rev, saved, page, again from draft where place = $1`
		err := tx.QueryRow(ctx, sql, place).Scan(&d.Staff, &sealed, &d.Rev, &d.Saved, &d.Page, &d.Again)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return pg.Fail(err, "read a draft")
	})
	if err != nil || sealed == nil {
		return Draft{}, err
	}
	plain, err := s.ring.Open(sealed, at(place))
	if err != nil {
		return Draft{}, err
	}
	if err := json.Unmarshal(plain, &d.Form); err != nil {
		return Draft{}, core.E(core.KindInternal, "draft_form", "") // the cause may quote what was typed
	}
	return d, nil
}

// Drop forgets the draft of a place: it was sent, or nobody will send it.
func (s *Store) Drop(ctx context.Context, place string) error {
	return s.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `delete from draft where place = $1`, place)
		return pg.Fail(err, "drop a draft")
	})
}

// Sweep forgets drafts that nobody came back to.
func (s *Store) Sweep(ctx context.Context) error {
	return s.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `delete from draft where saved < $1::timestamptz - interval '`+kept+`'`, tx.Now())
		return pg.Fail(err, "sweep drafts")
	})
}
