package registry

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lianou/core"
	"lianou/core/pg"
)

// Limits of a search. Nobody needs the hundredth hit; who gets so many asks for
// more of the name.
const (
	maxQuery   = 120 // runes
	maxTerms   = 8
	maxResults = 50
)

// terms is a query taken apart.
type terms struct {
	id       []byte   // blind index of a whole identity number
	tokens   []int64  // all must be there
	villages []string // 12-digit codes, one of them
	towns    []string // 9-digit codes, one of them
	by       []string // kinds, for the trace
}

// Search finds people by any mix of: name or two characters of it, pinyin
// initials or the whole pinyin, a whole identity number, the last four of the
// number or of a phone, a whole phone, a birth date of eight digits, a village,
// township or county. All parts must fit. It gives at most 50, by name, within
// the scope of tx, and leaves one audit entry with the persons shown. Errors:
// KindInvalid when the query has nothing to find by.
func (r *Registry) Search(ctx context.Context, tx *pg.Tx, why Purpose, query string) ([]Person, error) {
	q, err := r.parse(query, tx.Today())
	if err != nil {
		return nil, err
	}
	list, err := r.find(ctx, tx, q)
	if err != nil {
		return nil, err
	}
	detail := looked{By: strings.Join(q.by, " ")}
	for _, p := range list {
		detail.Persons = append(detail.Persons, p.ID)
	}
	return list, r.trace(ctx, tx, why, "person.searched", Person{}, detail)
}

func (r *Registry) find(ctx context.Context, tx *pg.Tx, q terms) ([]Person, error) {
	// An identity number is unique: no tokens needed.
	const byID = `select ` + personColumns + ` from person p where p.id_blind = $1`
	// Each token names a set of persons by index; the answer is in all of them.
	const byTokens = `with hit as materialized (
			select t.person from person_token t where t.token = any($1) group by t.person having count(*) = $2)
		select ` + personColumns + ` from hit join person p on p.id = hit.person
		where (cardinality($3::text[]) = 0 or p.village = any($3)) and (cardinality($4::text[]) = 0 or p.region = any($4))
		order by p.name, p.id limit $5`
	if q.id != nil {
		return r.people(ctx, tx, byID, q.id)
	}
	slices.Sort(q.tokens)
	q.tokens = slices.Compact(q.tokens)
	return r.people(ctx, tx, byTokens, q.tokens, len(q.tokens), q.villages, q.towns, maxResults)
}

// parse takes a query apart, strictly: a part that cannot be understood is an
// error and not a wider search.
func (r *Registry) parse(query string, today core.Date) (terms, error) {
	q := terms{villages: []string{}, towns: []string{}}
	parts := strings.FieldsFunc(query, func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune(",;\uff0c\u3001\uff1b", c) })
	if !utf8.ValidString(query) || strings.ContainsRune(query, 0) || utf8.RuneCountInString(query) > maxQuery || len(parts) > maxTerms {
		return q, core.Invalid("query", "查询的内容太长或有不认识的字,请写短一些。")
	}
	for _, part := range parts {
		if !r.part(&q, part, today) {
			return q, core.Invalid("query", "请用姓名(至少两个字)、拼音首字母、身份证号、身份证或手机后四位、手机号、八位出生日期或村名来查。")
		}
	}
	if q.id == nil && len(q.tokens) == 0 {
		return q, core.Invalid("query", "只有地名还查不到人,请再写上姓名或号码。")
	}
	return q, nil
}

// part understands one part of a query, false when it cannot.
func (r *Registry) part(q *terms, s string, today core.Date) bool {
	digits := strings.Trim(s, "0123456789") == ""
	switch {
	case len(s) == 18 && strings.Trim(s[:17], "0123456789") == "", len(s) == 15 && digits:
		return r.number(q, s, today)
	case digits && len(s) == 8:
		day, err := time.Parse("20060102", s)
		if err != nil {
			return false
		}
		q.add("birth", r.words.keyed(blindBirth, core.NewDate(day.Date()).String()))
	case len(s) == 4 && strings.Trim(s[:3], "0123456789") == "" && strings.ContainsAny(s[3:], "0123456789xX"):
		q.add("tail", r.words.keyed(blindTail, strings.ToUpper(s)))
	case strings.Trim(s, "0123456789+-()\uff08\uff09") == "":
		phone, err := core.ParsePhone(s)
		if err != nil {
			return false
		}
		q.add("phone", r.words.keyed(blindPhone, phone.Reveal()))
	case strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz") == "" && len(s) >= 2:
		q.add("pinyin", plainToken('p', strings.ToLower(s)))
	default:
		return r.chinese(q, s)
	}
	return true
}

func (q *terms) add(by string, tokens ...int64) {
	q.by = append(q.by, by)
	q.tokens = append(q.tokens, tokens...)
}

// number takes a whole identity number; fifteen digits are widened for look-up.
func (r *Registry) number(q *terms, s string, today core.Date) bool {
	id, err := core.ParseID(s, today)
	if len(s) == 15 {
		id, err = core.Widen15(s, today)
	}
	if err != nil {
		return false
	}
	q.id, q.by = r.words.idBlind(id), append(q.by, "id_number")
	return true
}

// chinese takes Chinese: a place when it ends like one and is one, else a name.
func (r *Registry) chinese(q *terms, s string) bool {
	for _, c := range s {
		if !unicode.Is(unicode.Han, c) && c != '·' {
			return false
		}
	}
	if places := r.regions.Find(s); len(places) > 0 && endsLikePlace(s) {
		for _, code := range places {
			if len(code) == 12 {
				q.villages = append(q.villages, string(code))
				continue
			}
			for _, town := range r.regions.Expand(code) {
				q.towns = append(q.towns, string(town))
			}
		}
		q.by = append(q.by, "place")
		return true
	}
	tokens := nameTokens(s)
	if len(tokens) == 0 {
		return false
	}
	q.add("name", tokens...)
	return true
}

func endsLikePlace(s string) bool {
	return slices.ContainsFunc([]string{"村", "社区", "镇", "乡", "街道", "县", "市", "区"}, func(w string) bool {
		return strings.HasSuffix(s, w)
	})
}
