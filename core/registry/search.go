package registry

import (
	"cmp"
	"context"
	"slices"
	"strings"

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
	q, err := r.parse(query, tx.Today())
	if err != nil {
		return nil, err
	}
	list, err := r.find(ctx, tx, q)
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

// find looks in the order of what is sure, and no further than it needs to.
func (r *Registry) find(ctx context.Context, tx *pg.Tx, q terms) ([]Found, error) {
	if q.id != nil {
		return r.byNumber(ctx, tx, q)
	}
	var out []Found
	for _, sets := range q.looks() {
		if len(out) >= maxResults {
			break
		}
		people, err := r.having(ctx, tx, q, sets)
		if err != nil {
			return nil, err
		}
		var fresh []Found
		for _, p := range people {
			if !slices.ContainsFunc(out, func(f Found) bool { return f.ID == p.ID }) {
				fresh = append(fresh, Found{Person: p, By: r.reason(q, p)})
			}
		}
		slices.SortFunc(fresh, func(a, b Found) int {
			return cmp.Or(cmp.Compare(a.By.order(), b.By.order()), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
		})
		out = append(out, fresh...)
	}
	return out[:min(len(out), maxResults)], nil
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

// The look for people with tokens of each of up to eight sets. It starts from the set
// that the fewest have, township by township, so that each step is a search of the
// index and none a filter of what a common surname has in the whole city; and it stops
// at the limit, before anything is sorted or a row of a person is read: of the ten
// thousand of one name it touches those it gives.
const (
	hitsIn = `with hit as materialized (select distinct person from (
			select t.person from unnest(case when cardinality($9::text[]) > 0 then $9 else string_to_array(current_setting('lianou.regions', true), ',') end) s(region)
			cross join unnest($1::bigint[]) k(token)
			cross join lateral (select t.person from person_token t where t.token = k.token and t.region = s.region`
	hitsInCity = `with hit as materialized (select distinct person from (
			select t.person from unnest($1::bigint[]) k(token)
			cross join lateral (select t.person from person_token t where t.token = k.token and (cardinality($9::text[]) = 0 or t.region = any($9))`
	hitsHaving = `
			and ($2::bigint[] is null or exists (select from person_token o where o.token = any($2) and o.region = t.region and o.person = t.person))
			and ($3::bigint[] is null or exists (select from person_token o where o.token = any($3) and o.region = t.region and o.person = t.person))
			and ($4::bigint[] is null or exists (select from person_token o where o.token = any($4) and o.region = t.region and o.person = t.person))
			and ($5::bigint[] is null or exists (select from person_token o where o.token = any($5) and o.region = t.region and o.person = t.person))
			and ($6::bigint[] is null or exists (select from person_token o where o.token = any($6) and o.region = t.region and o.person = t.person))
			and ($7::bigint[] is null or exists (select from person_token o where o.token = any($7) and o.region = t.region and o.person = t.person))
			and ($8::bigint[] is null or exists (select from person_token o where o.token = any($8) and o.region = t.region and o.person = t.person))
			and (cardinality($10::text[]) = 0 or exists (select from person v where v.id = t.person and v.village = any($10)))
			limit $12) t limit $11) found limit $12)
		select ` + personColumns + ` from hit join person p on p.id = hit.person`

	byTerms       = hitsIn + hitsHaving
	byTermsInCity = hitsInCity + hitsHaving // a job's sight, which names no townships

	// The commonest look, for one set in whole townships, is a statement of its own: to
	// plan the one above takes longer than to run it.
	byTerm = `with hit as materialized (select distinct person from (
			select t.person from unnest(case when cardinality($2::text[]) > 0 then $2 else string_to_array(current_setting('lianou.regions', true), ',') end) s(region)
			cross join unnest($1::bigint[]) k(token)
			cross join lateral (select t.person from person_token t where t.token = k.token and t.region = s.region limit $4) t limit $3) found limit $4)
		select ` + personColumns + ` from hit join person p on p.id = hit.person`
)

func (r *Registry) having(ctx context.Context, tx *pg.Tx, q terms, sets []term) ([]Person, error) {
	sets = slices.Clone(sets)
	slices.SortStableFunc(sets, func(a, b term) int { return cmp.Compare(a.rank, b.rank) })
	limit := (maxResults + 1) * len(sets[0].tokens) // a person may have several tokens of the first set
	if len(sets) == 1 && len(q.villages) == 0 && !tx.Scope().Whole() {
		return r.people(ctx, tx, byTerm, sets[0].tokens, q.towns, limit, maxResults+1)
	}
	args := make([]any, maxTerms, maxTerms+4)
	for i := range args {
		args[i] = []int64(nil)
	}
	for i, set := range sets[:min(len(sets), maxTerms)] {
		args[i] = set.tokens
	}
	args = append(args, q.towns, q.villages, limit, maxResults+1)
	if tx.Scope().Whole() {
		return r.people(ctx, tx, byTermsInCity, args...)
	}
	return r.people(ctx, tx, byTerms, args...)
}
