package twins

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Word is what one member of staff said about a pair, for one township.
type Word struct {
	Say    Say
	Reason string // empty where only the consequence is drawn
	Staff  core.StaffID
	Town   core.RegionCode
	At     time.Time

	id int64
}

// Words gives what was said about a pair, in order and with its reasons, as far as the scope
// sees it: a township's words are its own.
func (t *Twins) Words(ctx context.Context, tx *pg.Tx, pair int64) ([]Word, error) {
	const sql = `select id, region, verdict, staff, at, reason, reason_clear from person_verdict where pair = $1 order by id`
	rows, err := tx.Query(ctx, sql, pair)
	if err != nil {
		return nil, pg.Fail(err, "read what was said about a pair")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (w Word, err error) {
		var sealed []byte
		if err := row.Scan(&w.id, &w.Town, &w.Say, &w.Staff, &w.At, &sealed, &w.Reason); err != nil || w.Reason != "" {
			return w, err
		}
		plain, err := t.Ring.Open(sealed, reasonAt(pair, w.Town))
		w.Reason = string(plain)
		return w, err
	})
	return list, pg.Fail(err, "read what was said about a pair")
}

// Once leaves out, of words in order, what somebody said in the same breath for another
// township: to read, it is one word.
func Once(words []Word) []Word {
	return slices.CompactFunc(slices.Clone(words), func(a, b Word) bool { return a.Staff == b.Staff && a.Say == b.Say && a.At.Equal(b.At) })
}

// wordsAbout reads the words about a pair, without their reasons.
func wordsAbout(ctx context.Context, tx *pg.Tx, pair int64) ([]Word, error) {
	rows, err := tx.Query(ctx, `select id, region, verdict, staff, at from person_verdict where pair = $1 order by id`, pair)
	if err != nil {
		return nil, pg.Fail(err, "read what was said about a pair")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (w Word, err error) {
		return w, row.Scan(&w.id, &w.Town, &w.Say, &w.Staff, &w.At)
	})
	return list, pg.Fail(err, "read what was said about a pair")
}

// Past reports whether the rows were two again since a word was said: what was said of whether
// they are one is answered. The word that made them two may be the other township's, and out of
// sight; the line of the pair has when it was said.
func (p Pair) Past(w Word) bool { return w.id <= p.since }

// Parted reports whether the rows were one once, and made two again.
func (p Pair) Parted() bool { return p.since > 0 }

// Standing gives, of words about the pair in order, the last of each member of staff in each
// township of whether its rows are one, of those that are not past.
func (p Pair) Standing(all []Word) (list []Word) {
	for _, w := range all {
		if p.Past(w) || w.Say.ofOne() {
			continue
		}
		list = slices.DeleteFunc(list, func(o Word) bool { return o.Staff == w.Staff && o.Town == w.Town })
		list = append(list, w)
	}
	return list
}

// Asked gives, of words about the pair, the one that asks for its rows to be two again while
// that waits for an answer; none where it was said out of sight. That it waits is read of the
// pair: the answer may have been given out of sight too.
func (p Pair) Asked(all []Word) (ask Word, seen bool) {
	if p.Waits != WaitsApart {
		return Word{}, false
	}
	for _, w := range all {
		if w.Say == SayApart && slices.Contains(p.Sayers, w.Staff) && !p.Past(w) {
			ask, seen = w, true
		}
	}
	return ask, seen
}

// Declined reports whether, of words about the pair as far as they are in sight, the last of
// whether its rows stay one asks for them to be two again, while nothing waits: somebody
// answered out of sight that they stay one.
func (p Pair) Declined(all []Word) (declined bool) {
	for _, w := range all {
		if w.Say.ofOne() {
			declined = w.Say == SayApart && !p.Past(w)
		}
	}
	return declined && p.State == One && p.Waits == ""
}

// Union is a pair that people found to be one person, with those words of theirs for it that
// the scope sees, and that of who asks for it to be undone; Waits tells where that one is out
// of scope.
type Union struct {
	Pair
	Words []Word
	Asked *Word // nil where nobody asks, or nobody in sight
}

// Unions gives the pairs of some rows that are one person now, the newest first. Found of
// each is when its rows became one.
func (t *Twins) Unions(ctx context.Context, tx *pg.Tx, people []core.PersonID) ([]Union, error) {
	plain := make([]int64, len(people))
	for i, id := range people {
		plain[i] = int64(id)
	}
	const sql = `select * from (select distinct on (pair) pair, person, region, other, other_region, total, settled, state, until, waits, sayers, since from person_pair
		where state = 'same' and person = any($1) order by pair, person) p order by settled desc, pair`
	rows, err := tx.Query(ctx, sql, plain)
	if err != nil {
		return nil, pg.Fail(err, "list merged rows")
	}
	list, err := pgx.CollectRows(rows, scanPair)
	if err != nil {
		return nil, pg.Fail(err, "list merged rows")
	}
	out := make([]Union, 0, len(list))
	for _, p := range list {
		words, err := t.Words(ctx, tx, p.ID)
		if err != nil {
			return nil, err
		}
		u := Union{Pair: p, Words: Once(ForOne(p.Standing(words), nil))}
		if ask, seen := p.Asked(words); seen {
			u.Asked = &ask
		}
		out = append(out, u)
	}
	return out, nil
}
