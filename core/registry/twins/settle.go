package twins

import (
	"context"
	"slices"

	"github.com/riverqueue/river"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
)

// laterDays is after how many days a pair that was put off comes back.
const laterDays = 14

// Settle draws the consequence of what people said about a pair.
type Settle struct {
	Pair    int64 `json:"pair" river:"unique"`
	Verdict int64 `json:"verdict" river:"unique"`
}

// Kind is the stable name.
func (Settle) Kind() string { return "pair_settle" }

// InsertOpts makes the job unique by verdict.
func (Settle) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// Settle draws the consequence of the words about a pair as they are now: whoever comes
// later, or runs it twice, comes to the same.
//
// Two rows become one only when two people said so, and people of each of their townships
// did; they become two again when one person asked and another agreed. One who says that
// they are two is enough to leave them two: that takes nothing from anybody. The database
// holds both (00592).
func (t *Twins) Settle(ctx context.Context, job Settle) error {
	return t.DB.Tx(ctx, citywide(), func(ctx context.Context, tx *pg.Tx) error {
		lines, err := t.lines(ctx, tx, job.Pair, true)
		if err != nil {
			return err
		}
		if len(lines) != 2 {
			return core.E(core.KindInternal, "pair_half", "")
		}
		all, err := wordsAbout(ctx, tx, job.Pair)
		if err != nil {
			return err
		}
		none, err := t.Uncounted(ctx, tx, job.Pair)
		if err != nil {
			return err
		}
		words := slices.DeleteFunc(lines[0].Standing(all), func(w Word) bool { return slices.Contains(none, w.Staff) })
		different := slices.ContainsFunc(words, func(w Word) bool { return w.Say == SayDifferent })
		if lines[0].State == Different && !different { // whose word it was, counts no more
			if err := settle(ctx, tx, job.Pair, Open); err != nil {
				return err
			}
		}
		switch {
		case lines[0].State == One && lines[0].Waits != WaitsParting:
			return nil // what waits, the database wrote on both lines with the word
		case lines[0].State == One:
			return t.undo(ctx, tx, lines, all)
		case len(words) == 0:
			return waitForWords(ctx, tx, lines, nil)
		case different:
			return settle(ctx, tx, job.Pair, Different)
		case words[len(words)-1].Say == SayLater:
			if err := later(ctx, tx, job.Pair); err != nil {
				return err
			}
			return t.waitForSecond(ctx, tx, lines, words)
		}
		return t.merge(ctx, tx, lines, words)
	})
}

// merge makes the two one where the words suffice; else the pair waits, on the list: whoever had
// put it off before somebody said so hides it no more.
func (t *Twins) merge(ctx context.Context, tx *pg.Tx, lines []Pair, words []Word) error {
	if lines[0].State == Later {
		if err := settle(ctx, tx, lines[0].ID, Open); err != nil {
			return err
		}
	}
	words, err := t.forOne(ctx, tx, lines[0].ID, words)
	if err != nil {
		return err
	}
	staff := Sayers(words)
	if len(staff) < 2 || !saidIn(words, lines[0].Town) || !saidIn(words, lines[1].Town) {
		return waitForWords(ctx, tx, lines, words)
	}
	a := registry.Alias{Decider: staff[0], Second: staff[1]}
	ready, err := t.ready(ctx, tx, lines, &a)
	if err != nil {
		return err
	}
	if !ready {
		return waitForWords(ctx, tx, lines, nil) // for another merge to be undone, and for nobody's word
	}
	if err := t.Registry.Merge(ctx, tx, purpose(), a); err != nil {
		return err
	}
	if err := t.became(ctx, tx, words[len(words)-1], a, false); err != nil {
		return err
	}
	return settle(ctx, tx, lines[0].ID, One)
}

// undo makes the two rows two again, and the pair a question again. Where no row stands
// aside any more they are two already.
func (t *Twins) undo(ctx context.Context, tx *pg.Tx, lines []Pair, all []Word) error {
	last := all[len(all)-1]
	asked := slices.IndexFunc(backwards(all), func(w Word) bool { return w.Say == SayApart })
	if asked < 0 {
		return core.E(core.KindInternal, "pair_unasked", "") // the database takes no answer without
	}
	asker := backwards(all)[asked].Staff
	for _, line := range lines {
		s, err := t.Registry.Aside(ctx, tx, line.Person)
		if err != nil {
			return err
		}
		if s.For != line.Other {
			continue
		}
		if err := t.Registry.Unmerge(ctx, tx, purpose(), line.Person, asker, last.Staff); err != nil {
			return err
		}
		if err := t.became(ctx, tx, last, registry.Alias{Kept: line.Other, Gone: line.Person}, true); err != nil {
			return err
		}
	}
	return settle(ctx, tx, lines[0].ID, Open)
}

func backwards(all []Word) []Word {
	out := slices.Clone(all)
	slices.Reverse(out)
	return out
}

func purpose() registry.Purpose { return registry.Purpose{Actor: machine(), Why: "registry.twins"} }

// settle writes what has become of a pair on both of its lines.
func settle(ctx context.Context, tx *pg.Tx, pair int64, state State) error {
	const sql = `update person_pair set state = $2, until = null, waits = null, sayers = '{}', settled = case when $2 in ('same', 'different') then $3::timestamptz end where pair = $1`
	_, err := tx.Exec(ctx, sql, pair, string(state), tx.Now())
	return pg.Fail(err, "settle a pair")
}

func later(ctx context.Context, tx *pg.Tx, pair int64) error {
	const sql = `update person_pair set state = 'later', until = $2, settled = null where pair = $1`
	_, err := tx.Exec(ctx, sql, pair, (tx.Today() + laterDays).Time())
	return pg.Fail(err, "put a pair off")
}
