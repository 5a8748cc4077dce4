package registry

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// batch holds rows of every table of the store, sealed and ready to be written.
type batch struct {
	households, people, memberships, householdSheets, personSheets, tokens, packed [][]any
}

// table is one table's share of a batch. insert has the same columns as columns.
type table struct {
	name    string
	columns []string
	insert  string
	rows    [][]any
}

// tables lists the rows in the order in which keys allow them to be written.
func (b *batch) tables() []table {
	return []table{
		{"household", []string{"id", "region", "village", "hukou", "address", "made"},
			`insert into household (id, region, village, hukou, address, made) values ($1, $2, $3, $4, $5, $6)`, b.households},
		{"person", []string{"id", "region", "village", "name", "birth", "sex", "data_key", "id_number", "id_blind", "phone", "account", "made"},
			`insert into person (id, region, village, name, birth, sex, data_key, id_number, id_blind, phone, account, made)
				values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`, b.people},
		{"membership", []string{"household", "person", "region", "ref", "relation", "since"},
			`insert into membership (household, person, region, ref, relation, since) values ($1, $2, $3, $4, $5, $6)`, b.memberships},
		{"household_sheet", []string{"region", "household", "source", "valid_from", "known_at", "confidence", "facts"},
			`insert into household_sheet (region, household, source, valid_from, known_at, confidence, facts)
				values ($1, $2, $3, $4, $5, $6, $7)`, b.householdSheets},
		{"person_sheet", []string{"region", "person", "source", "valid_from", "known_at", "confidence", "facts"},
			`insert into person_sheet (region, person, source, valid_from, known_at, confidence, facts)
				values ($1, $2, $3, $4, $5, $6, $7)`, b.personSheets},
		{"person_token", []string{"token", "region", "person"},
			`insert into person_token (token, region, person) values ($1, $2, $3)`, b.tokens},
		{"fact_row", []string{"region", "household", "facts", "due"},
			`insert into fact_row (region, household, facts, due) values ($1, $2, $3, $4)`, b.packed},
	}
}

// sort puts the tokens in the order of their index: neighbours go into the same page
// while it is at hand.
func (b *batch) sort() {
	slices.SortFunc(b.tokens, func(x, y []any) int { return cmp.Compare(x[0].(int64), y[0].(int64)) })
}

func (b *batch) copyTo(ctx context.Context, tx *pg.Tx) error {
	return packed(ctx, tx, func() error { return b.copyTables(ctx, tx) })
}

// packed runs a load that brings its packed rows with it: the tables need not note its
// households for packing. What the transaction writes afterwards is noted again.
func packed(ctx context.Context, tx *pg.Tx, load func() error) error {
	const say = `select set_config('lianou.packed', $1, true)`
	if _, err := tx.Exec(ctx, say, "on"); err != nil {
		return pg.Fail(err, "say that rows come packed")
	}
	if err := load(); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, say, "off")
	return pg.Fail(err, "say that rows came packed")
}

func (b *batch) copyTables(ctx context.Context, tx *pg.Tx) error {
	for _, t := range b.tables() {
		if len(t.rows) == 0 {
			continue
		}
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, pgx.CopyFromRows(t.rows)); err != nil {
			return pg.Fail(err, "copy into "+t.name)
		}
	}
	return nil
}

// add seals one household and appends its rows.
func (b *batch) add(r *Registry, h NewHousehold, now time.Time) error {
	town, village := string(h.Live.Region.Township()), ""
	if len(h.Live.Region) == 12 {
		village = string(h.Live.Region)
	}
	var address []byte
	if h.Live.Detail != "" {
		var err error
		if address, err = r.ring.Seal([]byte(h.Live.Detail), at("household", int64(h.ID), "address")); err != nil {
			return err
		}
	}
	b.households = append(b.households, []any{int64(h.ID), town, village, string(h.Hukou), address, now})
	for _, s := range h.Sheets {
		b.householdSheets = append(b.householdSheets, s.row(town, int64(h.ID), now))
	}
	row, due, err := packNew(&h, now)
	if err != nil {
		return err
	}
	b.packed = append(b.packed, []any{town, int64(h.ID), row, nullDate(due)})
	for i := range h.Members {
		m := &h.Members[i]
		row, err := r.sealPerson(m, town, village, now)
		if err != nil {
			return err
		}
		b.people = append(b.people, row)
		b.memberships = append(b.memberships, []any{int64(h.ID), int64(m.ID), town, string(m.Ref), string(m.Relation), pgDate(h.Since)})
		for _, s := range m.Sheets {
			b.personSheets = append(b.personSheets, s.row(town, int64(m.ID), now))
		}
		for _, token := range r.words.of(m.Name, m.Birth, m.IDNumber, m.Phone) {
			b.tokens = append(b.tokens, []any{token, town, int64(m.ID)})
		}
	}
	return nil
}

func (s Sheet) row(town string, about int64, now time.Time) []any {
	return []any{town, about, s.Source, pgDate(s.ValidFrom), s.knownAt(now), int16(s.Confidence), s.Facts}
}

// sealPerson makes the row of a person under a fresh key of their own.
func (r *Registry) sealPerson(m *NewPerson, town, village string, now time.Time) ([]any, error) {
	wrapped, key, err := r.ring.NewDataKey(at("person", int64(m.ID), "data_key"))
	if err != nil {
		return nil, err
	}
	var sealed [3][]byte
	for i, f := range [3]struct{ column, plain string }{
		{"id_number", m.IDNumber.Reveal()}, {"phone", m.Phone.Reveal()}, {"account", m.Account.Reveal()},
	} {
		if f.plain == "" {
			continue
		}
		if sealed[i], err = key.Seal([]byte(f.plain), at("person", int64(m.ID), f.column)); err != nil {
			return nil, err
		}
	}
	var blind []byte
	if !m.IDNumber.IsZero() {
		blind = r.words.idBlind(m.IDNumber)
	}
	return []any{int64(m.ID), town, village, m.Name, nullDate(m.Birth), nullWord(string(m.Sex)), wrapped, sealed[0], blind, sealed[1], sealed[2], now}, nil
}

func nullDate(d core.Date) any {
	if d.IsZero() {
		return nil
	}
	return pgDate(d)
}

func nullWord(s string) any {
	if s == "" {
		return nil
	}
	return s
}
