package registry

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"lianou/core/names"
	"lianou/core/pg"
)

// maxResults bounds a search. Nobody needs the hundredth hit; who gets so many
// asks for more of the name.
const maxResults = 50

// By is why somebody was found.
type By string

// The reasons, the surest first.
const (
	ByNumber    By = "id_number" // the whole identity number
	ByExact     By = "exact"     // all that was asked for, as it was written
	ByVariant   By = "variant"   // the name, in traditional or variant characters, or with its parts in another order
	ByPart      By = "part"      // the name holds what was asked for
	ByHomophone By = "homophone" // the name sounds like what was asked for
)

// Say is the reason in a few words for a list, "" where nothing needs saying.
func (b By) Say() string {
	switch b {
	case ByVariant:
		return "写法不同"
	case ByPart:
		return "名字里有"
	case ByHomophone:
		return "同音"
	}
	return ""
}

// Found is one person a search found, and why.
type Found struct {
	Person
	By By
	// As is the name under which they were found, where that is the name of another
	// row that stands aside for this one; else "".
	As string
}

// Search finds people by any mix of: name or two characters of it, pinyin
// initials or the whole pinyin, a whole identity number, the last four of the
// number or of a phone, a whole phone, a birth date of eight digits, a village,
// township or county. All parts must fit; beside a whole identity number nothing else is
// looked at. It gives at most 50, the surest first, within the scope of tx, and leaves one
// audit entry with the persons shown.
// Errors: KindInvalid when the query has nothing to find by.
func (r *Registry) Search(ctx context.Context, tx *pg.Tx, why Purpose, query string) ([]Person, error) {
	found, err := r.Find(ctx, tx, why, query)
	list := make([]Person, 0, len(found))
	for _, f := range found {
		list = append(list, f.Person)
	}
	return list, err
}

// Find is Search with the reason for each person. Names in other characters count as
// the name; those that only sound like it come last and say so.
func (r *Registry) Find(ctx context.Context, tx *pg.Tx, why Purpose, query string) ([]Found, error) {
	q, list, err := r.meant(ctx, tx, query)
	if err != nil {
		return nil, err
	}
	if list, err = r.followAll(ctx, tx, list); err != nil {
		return nil, err
	}
	detail := looked{By: strings.Join(q.by, " ")}
	for _, f := range list {
		detail.Persons = append(detail.Persons, f.ID)
	}
	return list, r.trace(ctx, tx, why, "person.searched", Person{}, detail)
}

// meant looks for a query as it reads first, and once more where nobody is called so and a
// part of it is a village without its 村: 王秀英 施家.
func (r *Registry) meant(ctx context.Context, tx *pg.Tx, query string) (terms, []Found, error) {
	q, err := r.parse(query, tx.Today(), false)
	if err != nil {
		return q, nil, err
	}
	list, err := r.find(ctx, tx, &q)
	if err != nil || len(list) > 0 || !q.hid {
		return q, list, err
	}
	village, err := r.parse(query, tx.Today(), true)
	if err != nil { // a place alone: what was asked stays a name that nobody has
		return q, list, nil
	}
	list, err = r.find(ctx, tx, &village)
	return village, list, err
}

// find looks in the order of what is sure, and no further than it needs to.
func (r *Registry) find(ctx context.Context, tx *pg.Tx, q *terms) ([]Found, error) {
	if q.id != nil {
		return r.byNumber(ctx, tx, *q)
	}
	// Planned once for a connection: to plan a look takes as long as to run it.
	tx.Later("look by plans that are made", `select set_config('plan_cache_mode', 'force_generic_plan', true)`)
	defer tx.Later("plan as before", `select set_config('plan_cache_mode', null, true)`)
	tied, err := r.tied(ctx, tx, q)
	if err != nil {
		return nil, err
	}
	var out []hit
	for _, sets := range q.looks() {
		if len(out) >= maxResults {
			break
		}
		if tied {
			sets = r.words.tie(sets)
		}
		people, err := r.having(ctx, tx, *q, sets)
		if err != nil {
			return nil, err
		}
		var fresh []hit
		for _, p := range people {
			if !slices.ContainsFunc(out, func(h hit) bool { return h.ID == p.ID }) {
				fresh = append(fresh, hit{p, r.reason(*q, p.Person)})
			}
		}
		slices.SortFunc(fresh, func(a, b hit) int {
			return cmp.Or(cmp.Compare(a.by.order(), b.by.order()), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
		})
		out = append(out, fresh...)
	}
	return r.unseal(tx, out[:min(len(out), maxResults)])
}

// tied reports whether the last four and the birth date may be looked for together with
// letters of the name: not before everybody has the tokens of both (renew.go). Until then
// whoever shares the digits is asked one by one, fifteen thousand at most, and the trace
// says so.
func (r *Registry) tied(ctx context.Context, tx *pg.Tx, q *terms) (bool, error) {
	if !slices.ContainsFunc(q.must, func(t term) bool { return t.with != nil }) || len(q.must)+len(q.names) < 2 {
		return false, nil
	}
	var done bool
	err := tx.QueryRow(ctx, `select done from tail_renewal`).Scan(&done)
	if err == nil && !done {
		q.by = append(q.by, "tokens_of_before")
	}
	return done, pg.Fail(err, "read how far the tokens are")
}

// A hit is somebody found, still sealed: of those who are not shown nothing is opened.
type hit struct {
	sealedPerson
	by By
}

func (r *Registry) unseal(tx *pg.Tx, hits []hit) ([]Found, error) {
	out := make([]Found, len(hits))
	for i := range hits {
		h := &hits[i]
		if err := r.open(&h.Person, h.key, h.id, h.phone, tx.Today()); err != nil {
			return nil, err
		}
		out[i] = Found{Person: h.Person, By: h.by}
	}
	return out, nil
}

func (b By) order() int {
	return slices.Index([]By{ByNumber, ByExact, ByVariant, ByPart, ByHomophone}, b)
}

// reason compares what was found with what was asked for: a token is a hash and may
// stand for another name once in a city.
func (r *Registry) reason(q terms, p Person) By {
	by := ByExact
	for _, c := range q.names {
		folded, b := r.words.names.Fold(p.Name), ByHomophone
		switch like := r.words.names.Compare(p.Name, c.said); {
		case like == names.Same:
			b = ByExact
		case like == names.Variant, like == names.Order:
			b = ByVariant
		case strings.Contains(folded, c.folded), c.outer(folded), c.pieces(folded):
			b = ByPart
		}
		if b.order() > by.order() {
			by = b
		}
	}
	return by
}

// byNumber needs no tokens: an identity number is one person's. What else was asked for is
// not looked at: a name that was misheard must not hide who the number is of.
func (r *Registry) byNumber(ctx context.Context, tx *pg.Tx, q terms) ([]Found, error) {
	const sql = `select ` + personColumns + ` from person p where p.id_blind = $1`
	people, err := r.people(ctx, tx, sql, q.id)
	var out []Found
	for _, p := range people {
		out = append(out, Found{Person: p, By: ByNumber})
	}
	return out, err
}

// looks lists the sets of terms to look for, one after the other: the names as they
// are, inside longer ones, and by ear.
func (q terms) looks() [][]term {
	if len(q.names) == 0 {
		return [][]term{q.must}
	}
	exact, part, heard := slices.Clone(q.must), slices.Clone(q.must), slices.Clone(q.must)
	parts, ears := true, true
	for _, c := range q.names {
		exact, part, heard = append(exact, c.whole), append(part, c.part...), append(heard, c.heard)
		parts, ears = parts && len(c.part) > 0, ears && len(c.heard.tokens) > 0
	}
	out := [][]term{exact}
	if parts {
		out = append(out, part)
	}
	if ears {
		out = append(out, heard)
	}
	return out
}

// having looks for people with tokens of every set, at most one more than are shown.
func (r *Registry) having(ctx context.Context, tx *pg.Tx, q terms, sets []term) ([]sealedPerson, error) {
	sets = slices.Clone(sets[:min(len(sets), maxTerms)])
	slices.SortStableFunc(sets, func(a, b term) int { return cmp.Compare(a.rank, b.rank) })
	first, whole := sets[0].tokens, len(q.towns) == 0 && r.seesAll(tx.Scope())
	limit := (maxResults + 1) * len(first) // a person may have several tokens of the first set
	sql, args := byMany, []any{first, limit, maxResults + 1}
	switch villages := len(q.villages) > 0; {
	case len(sets) == 1 && whole:
		sql = byOneInCity
	case len(sets) == 1 && villages:
		sql, args = byOneInVillage, append(args, q.villages, q.towns)
	case len(sets) == 1:
		sql, args = byOne, append(args, q.towns)
	case len(sets) == 2 && whole:
		sql, args = byTwoInCity, append(args, sets[1].tokens)
	case len(sets) == 2 && !villages:
		sql, args = byTwo, append(args, sets[1].tokens, q.towns)
	default:
		for i := 1; i < maxTerms; i++ {
			tokens := []int64(nil)
			if i < len(sets) {
				tokens = sets[i].tokens
			}
			args = append(args, tokens)
		}
		if whole {
			sql = byManyInCity
		} else {
			args = append(args, q.villages, q.towns)
		}
	}
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, pg.Fail(err, "look for people")
	}
	list, err := pgx.CollectRows(rows, readPerson)
	return list, pg.Fail(err, "look for people")
}

// seesAll reports whether a scope is the whole city: a job's, or one of as many townships
// as the city has. Policies hold whatever it says.
func (r *Registry) seesAll(s pg.Scope) bool { return s.Whole() || s.Townships() >= r.townships }
