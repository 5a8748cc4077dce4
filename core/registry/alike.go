package registry

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// AlikeBlock is a reason for which two people are worth comparing.
type AlikeBlock string

// alikeBlocks finds groups of people who share something that a pair of one person's
// rows nearly always shares. Each is one pass over a range of the index of tokens and
// its people, slice by slice; none compares everybody with everybody. In a group that is
// larger than a family or a village's namesakes only those are who share one thing more.
var alikeBlocks = []struct {
	name AlikeBlock
	kind tokenKind // whose range of tokens is read
	sql  string    // of the slice from $1 to before $2
	most int
}{
	{"reading and birth", kindReading, `select array_agg(p.id order by p.id) from person_token t join person p on p.id = t.person
		where t.token >= $1 and t.token < $2 and p.birth is not null group by t.token, p.birth having count(*) > 1`, 30},
	{"telephone", kindPhone, `select array_agg(person order by person) from person_token where token >= $1 and token < $2 group by token having count(*) > 1`, 12},
	{"surname, birth and village", kindBirth, `select array_agg(p.id order by p.id) from person_token t join person p on p.id = t.person
		where t.token >= $1 and t.token < $2 and p.village <> '' group by t.token, left(p.name, 1), p.village having count(*) > 1`, 12},
	{"reading and village", kindReading, `select array_agg(p.id order by p.id) from person_token t join person p on p.id = t.person
		where t.token >= $1 and t.token < $2 and p.village <> '' group by t.token, p.village having count(*) > 1`, 12},
}

// alikeSlices is into how many slices a range of tokens is cut. Tokens are hashes, so each
// holds as many people: 44,000 of 5.6 million, and in the worst city, in which everybody
// is in a group of the largest size, 640,000 pairs: ten megabytes.
const alikeSlices = 128

// AlikeSteps is how many steps there are to Alike.
func (r *Registry) AlikeSteps() int { return len(alikeBlocks) * alikeSlices }

// Newest gives the last person and the last fact of a person that came in, by their ids, 0 for
// none: while both stay nobody is alike who was not before, but who moved. tx must see the whole city.
func (r *Registry) Newest(ctx context.Context, tx *pg.Tx) (person, sheet int64, err error) {
	const sql = `select coalesce((select max(id) from person), 0), coalesce((select max(id) from person_sheet), 0)`
	err = tx.QueryRow(ctx, sql).Scan(&person, &sheet)
	return person, sheet, pg.Fail(err, "read who came last")
}

// Alike lists the pairs of people worth comparing, from a step on, until there are enough
// or no more steps: each once and in order, and how many groups were too large to be compared
// whole; of more than two thousand nobody is. next is the step after those it has taken. A pair that is alike in two ways comes in
// the step of each. tx must see the whole city. Of people only those of large groups are
// read, as by Open.
func (r *Registry) Alike(ctx context.Context, tx *pg.Tx, from, enough int) (pairs [][2]core.PersonID, skipped, next int, err error) {
	for next = from; next < r.AlikeSteps() && len(pairs) < enough; next++ {
		more, large, err := r.alike(ctx, tx, next)
		if err != nil {
			return nil, 0, from, err
		}
		pairs, skipped = append(pairs, more...), skipped+large
	}
	slices.SortFunc(pairs, func(a, b [2]core.PersonID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(pairs), skipped, next, nil
}

// alike takes one step.
func (r *Registry) alike(ctx context.Context, tx *pg.Tx, step int) (pairs [][2]core.PersonID, skipped int, err error) {
	const width = int64(1) << 60 / alikeSlices
	b := alikeBlocks[step/alikeSlices]
	first := b.kind.token(0) + int64(step%alikeSlices)*width
	rows, err := tx.Query(ctx, b.sql, first, first+width)
	if err != nil {
		return nil, 0, pg.Fail(err, "look for people alike by "+string(b.name))
	}
	var group []core.PersonID
	var large [][]core.PersonID
	_, err = pgx.ForEachRow(rows, []any{&group}, func() error {
		switch {
		case len(group) > narrowMost:
			skipped++
		case len(group) > b.most:
			large = append(large, slices.Clone(group))
		default:
			pairs = appendPairs(pairs, group)
		}
		return nil
	})
	if err != nil {
		return nil, 0, pg.Fail(err, "look for people alike by "+string(b.name))
	}
	for _, group := range large {
		more, err := r.narrow(ctx, tx, group)
		if err != nil {
			return nil, 0, err
		}
		pairs = append(pairs, more...)
	}
	return pairs, skipped + len(large), nil
}

// Open reads people to compare them with one another by machine, and leaves no trace of
// its own: the caller writes one entry for the whole scan with its counts. It must not
// be used for anything that shows somebody.
func (r *Registry) Open(ctx context.Context, tx *pg.Tx, ids []core.PersonID) (map[core.PersonID]Person, error) {
	plain := make([]int64, len(ids))
	for i, id := range ids {
		plain[i] = int64(id)
	}
	list, err := r.people(ctx, tx, `select `+personColumns+` from person p where p.id = any($1)`, plain)
	out := make(map[core.PersonID]Person, len(list))
	for _, p := range list {
		out[p.ID] = p
	}
	return out, err
}

// OwnFact is one fact that a source stated about one row of a person.
type OwnFact struct {
	Path   string
	Value  json.RawMessage
	Source string
	From   core.Date // true since
	Known  time.Time
}

// OwnRow is one row of a person by itself.
type OwnRow struct {
	Person
	Made  time.Time // in the register since
	Facts []OwnFact // by path
}

// Own reads one row of the register by itself, whether or not it stands aside for
// another, with what sources stated about it: for comparing two rows side by side.
// Errors: ErrUnknown.
func (r *Registry) Own(ctx context.Context, tx *pg.Tx, why Purpose, id core.PersonID) (OwnRow, error) {
	list, err := r.people(ctx, tx, `select `+personColumns+` from person p where p.id = $1`, int64(id))
	if err != nil {
		return OwnRow{}, err
	}
	if len(list) == 0 {
		return OwnRow{}, ErrUnknown
	}
	row := OwnRow{Person: list[0]}
	if err := tx.QueryRow(ctx, `select made from person where id = $1`, int64(id)).Scan(&row.Made); err != nil {
		return OwnRow{}, pg.Fail(err, "read since when a person is registered")
	}
	const sql = `select id, source, valid_from, known_at, confidence, facts from person_sheet where person = $1`
	rows, err := tx.Query(ctx, sql, int64(id))
	if err != nil {
		return OwnRow{}, pg.Fail(err, "read sheets of facts")
	}
	sheets, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (storedSheet, error) {
		var s storedSheet
		var from pgDate
		err := row.Scan(&s.id, &s.Source, &from, &s.KnownAt, &s.Confidence, &s.Facts)
		s.ValidFrom = core.Date(from)
		return s, err
	})
	if err != nil {
		return OwnRow{}, pg.Fail(err, "read sheets of facts")
	}
	if row.Facts, err = newest(sheets); err != nil {
		return OwnRow{}, err
	}
	detail := looked{By: "id", Shown: []string{"name", "birth", "sex", "village", "id_number", "phone", "facts"}}
	return row, r.trace(ctx, tx, why, "person.read", row.Person, detail)
}

// newest keeps the last word on each path, of a day to come as well; null takes it back.
func newest(sheets []storedSheet) ([]OwnFact, error) {
	var said []word
	for _, s := range sheets {
		more, err := s.words()
		if err != nil {
			return nil, err
		}
		said = append(said, more...)
	}
	var out []OwnFact
	for _, f := range lay(said, always()) {
		out = append(out, OwnFact{Path: f.path, Value: f.value, Source: f.source, From: f.from, Known: f.known})
	}
	return out, nil
}

// always is after everything that can be written down.
func always() AsOf { return AsOf{On: math.MaxInt32, Known: time.Unix(1<<40, 0)} }
