package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Sheet is what one source said about one household or person: values by path,
// in the words and units of samples/household.schema.json (money in yuan). A null
// takes back what an older sheet said and leaves the fact unknown.
type Sheet struct {
	Source     string    // "registry:disability", "visit:12" ...; shown beside each fact
	ValidFrom  core.Date // true since
	KnownAt    time.Time // known to us since; the zero time means now
	Confidence int       // 1 to 100
	Facts      json.RawMessage
}

// AsOf picks one view out of the two times: what was true on a day, as far as it
// was known at a moment.
type AsOf struct {
	On    core.Date
	Known time.Time
}

// storedSheet is a sheet as read back. person is 0 for one about the household.
type storedSheet struct {
	Sheet
	id     int64
	person core.PersonID
}

// Learn adds a sheet about a household, or about one member when person is not 0.
// What is there already stays; the sheet overrules it from its valid day on.
// Errors: KindInvalid for a path or value outside the vocabulary, ErrVerified,
// ErrNoHousehold or ErrUnknown outside the scope.
func (r *Registry) Learn(ctx context.Context, tx *pg.Tx, why Purpose, household core.HouseholdID, person core.PersonID, s Sheet) error {
	if err := s.check(person != 0); err != nil {
		return err
	}
	if s.KnownAt.IsZero() {
		s.KnownAt = tx.Now()
	}
	if err := s.overrules(ctx, tx, household, person); err != nil {
		return err
	}
	const aboutHousehold = `insert into household_sheet (region, household, source, valid_from, known_at, confidence, facts)
		select region, id, $2, $3, $4, $5, $6 from household where id = $1 returning region`
	const aboutPerson = `insert into person_sheet (region, person, source, valid_from, known_at, confidence, facts)
		select region, id, $2, $3, $4, $5, $6 from person where id = $1 returning region`
	sql, id, unknown := aboutHousehold, int64(household), ErrNoHousehold
	if person != 0 {
		sql, id, unknown = aboutPerson, int64(person), ErrUnknown
	}
	var region core.RegionCode
	err := tx.QueryRow(ctx, sql, id, s.Source, pgDate(s.ValidFrom), s.KnownAt, s.Confidence, s.Facts).Scan(&region)
	if errors.Is(err, pgx.ErrNoRows) {
		return unknown
	}
	if err != nil {
		return pg.Fail(err, "write a sheet of facts")
	}
	about := Person{ID: person, Region: region}
	return r.trace(ctx, tx, why, "facts.learned", about, looked{Home: household, By: s.Source, Shown: paths(s.Facts)})
}

// check holds a sheet to the vocabulary by building the smallest household that
// contains it.
func (s Sheet) check(person bool) error {
	if s.Source == "" || len(s.Source) > 64 || s.ValidFrom.IsZero() || s.Confidence < 1 || s.Confidence > 100 {
		return core.E(core.KindInvalid, "invalid_sheet", "这份资料缺少来源、日期或可信度。")
	}
	named, err := object(s.Facts)
	if err != nil || len(named) == 0 || slices.ContainsFunc(named, func(n string) bool { return Fixed(n, person) }) {
		return core.Invalid("facts", "有一项填法不认识,请检查后再提交。")
	}
	var whole bytes.Buffer
	inner := bytes.TrimSuffix(bytes.TrimPrefix(bytes.TrimSpace(s.Facts), []byte("{")), []byte("}"))
	if person {
		whole.WriteString(`{"on":"2024-01-01","county":"371400","members":[{"ref":"x","age":1,`)
		whole.Write(inner)
		whole.WriteString(`}]}`)
	} else {
		whole.WriteString(`{"on":"2024-01-01","county":"371400","members":[{"ref":"x","age":1}],`)
		whole.Write(inner)
		whole.WriteString(`}`)
	}
	_, err = core.DecodeHousehold(whole.Bytes())
	return err
}

// Fixed reports whether no sheet says a fact of a household, or of a person: it follows
// from where they live and who they are.
func Fixed(fact string, person bool) bool {
	if person {
		return slices.Contains([]string{"ref", "age", "sex", "relation"}, fact)
	}
	return slices.Contains([]string{"on", "county", "members"}, fact)
}

// CheckFacts holds facts about a household, or about one person, to the vocabulary as
// Learn does. Errors: KindInvalid.
func CheckFacts(facts json.RawMessage, person bool) error {
	return Sheet{Source: "check", ValidFrom: 1, Confidence: 1, Facts: facts}.check(person)
}

// object lists the names of one JSON object and refuses one that repeats a name
// or is followed by anything.
func object(b []byte) ([]string, error) {
	bad := core.Invalid("facts", "")
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, bad
	}
	var names []string
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok || slices.Contains(names, name) {
			return nil, bad
		}
		names = append(names, name)
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, bad
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, bad
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, bad
	}
	return names, nil
}

func paths(facts []byte) []string {
	names, _ := object(facts) // checked before
	return names
}

// readWords reads all that the sheets of a household and its members say.
func readWords(ctx context.Context, tx *pg.Tx, household core.HouseholdID, members []core.PersonID, as AsOf) ([]word, error) {
	const sql = `select 0::bigint, id, source, valid_from, known_at, confidence, facts from household_sheet
			where household = $1 and valid_from <= $3 and known_at <= $4
		union all select person, id, source, valid_from, known_at, confidence, facts from person_sheet
			where person = any($2) and valid_from <= $3 and known_at <= $4
		union all select a.kept, s.id, s.source, s.valid_from, s.known_at, s.confidence, s.facts
			from (select distinct gone, kept from person_alias where kept = any($2) and at <= $4 and (ended is null or ended > $4)) a
			join person_sheet s on s.person = a.gone where s.valid_from <= $3 and s.known_at <= $4`
	ids := make([]int64, len(members))
	for i, m := range members {
		ids[i] = int64(m)
	}
	rows, err := tx.Query(ctx, sql, int64(household), ids, pgDate(as.On), as.Known)
	if err != nil {
		return nil, pg.Fail(err, "read sheets of facts")
	}
	var all []word
	var s storedSheet
	var from pgDate
	_, err = pgx.ForEachRow(rows, []any{&s.person, &s.id, &s.Source, &from, &s.KnownAt, &s.Confidence, &s.Facts}, func() error {
		s.ValidFrom = core.Date(from)
		said, err := s.words()
		all = append(all, said...)
		return err
	})
	return all, pg.Fail(err, "read sheets of facts")
}
