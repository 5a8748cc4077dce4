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

// Standing gives, in order, the last word of each member of staff in each township of whether
// two rows are one, of those since the rows were last two again: what was said before that is
// answered.
func Standing(all []Word) (list []Word) {
	for _, w := range all {
		switch {
		case w.Say.parts():
			list = nil
		case !w.Say.ofOne():
			list = slices.DeleteFunc(list, func(o Word) bool { return o.Staff == w.Staff && o.Town == w.Town })
			list = append(list, w)
		}
	}
	return list
}

// Asked gives the word that asks for two rows that are one to be two again, while nobody has
// answered it and who asked has not taken it back.
func Asked(all []Word) (ask Word, stands bool) {
	for _, w := range all {
		switch {
		case w.Say == SayApart && !stands:
			ask, stands = w, true
		case w.Say != SayApart && (w.Say.ofOne() || w.Say.parts()):
			ask, stands = Word{}, false
		}
	}
	return ask, stands
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
	const sql = `select * from (select distinct on (pair) pair, person, region, other, other_region, total, settled, state, until, waits, sayers from person_pair
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
		u := Union{Pair: p, Words: Once(ForOne(Standing(words), nil))}
		if ask, asked := Asked(words); asked {
			u.Asked = &ask
		}
		out = append(out, u)
	}
	return out, nil
}
