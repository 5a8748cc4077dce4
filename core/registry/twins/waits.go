package twins

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Waits is what one line of a pair waits for: of two rows, as the words stood when their
// consequence was last drawn; of two that are one, as they stand. Each township reads it of its
// own line, and nothing of the other's words.
type Waits string

// What a pair waits for; "" for nobody's word in particular.
const (
	WaitsSecond  Waits = "second"  // a word of this township, of somebody who is none of the Sayers
	WaitsBeyond  Waits = "beyond"  // a word of the other township
	WaitsApart   Waits = "apart"   // somebody other than who asked agrees that two who are one be two again
	WaitsParting Waits = "parting" // nobody any more: that was agreed to, and they are about to be two
)

// Uncounted gives the staff whose words about a pair count for nothing, wherever it stands: kin
// of either row or of somebody of their households, who say nothing about it once they are known
// to be, and those who said something and are on the staff no more.
func (t *Twins) Uncounted(ctx context.Context, tx *pg.Tx, pair int64) ([]core.StaffID, error) {
	rows, err := tx.Query(ctx, `select pair_uncounted($1)`, pair)
	if err != nil {
		return nil, pg.Fail(err, "look for kin of a pair")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[core.StaffID])
	return list, pg.Fail(err, "look for kin of a pair")
}

// PutOff reports whether a pair of which somebody else than who asks says that it is one person was
// put off since: nobody does so twice.
func (t *Twins) PutOff(ctx context.Context, tx *pg.Tx, pair int64, who core.StaffID) (off bool, err error) {
	err = tx.QueryRow(ctx, `select pair_put_off($1, $2)`, pair, int64(who)).Scan(&off)
	return off, pg.Fail(err, "look whether a pair was put off")
}

// forOne gives, of words that stand, those that count for two rows being one.
func (t *Twins) forOne(ctx context.Context, tx *pg.Tx, pair int64, words []Word) ([]Word, error) {
	none, err := t.Uncounted(ctx, tx, pair)
	return ForOne(words, none), err
}

// ForOne gives, of words that stand, those that count for two rows being one: not what the
// uncounted said.
func ForOne(standing []Word, uncounted []core.StaffID) []Word {
	return slices.DeleteFunc(slices.Clone(standing), func(w Word) bool { return w.Say != SaySame || slices.Contains(uncounted, w.Staff) })
}

// Sayers gives who said some words, each once, in order.
func Sayers(words []Word) (list []core.StaffID) {
	for _, w := range words {
		if !slices.Contains(list, w.Staff) {
			list = append(list, w.Staff)
		}
	}
	return list
}

func saidIn(words []Word, town core.RegionCode) bool {
	return slices.ContainsFunc(words, func(w Word) bool { return w.Town == town })
}

// waitForSecond notes what a pair waits for that was put off: it is asked again one day.
func (t *Twins) waitForSecond(ctx context.Context, tx *pg.Tx, lines []Pair, words []Word) error {
	words, err := t.forOne(ctx, tx, lines[0].ID, words)
	if err != nil {
		return err
	}
	return waitForWords(ctx, tx, lines, words)
}

// waitForWords notes on each line what is missing beside the words that count.
func waitForWords(ctx context.Context, tx *pg.Tx, lines []Pair, words []Word) error {
	for _, line := range lines {
		what := WaitsSecond
		switch {
		case len(words) == 0:
			what = ""
		case saidIn(words, line.Town) && !saidIn(words, line.OtherTown):
			what = WaitsBeyond
		}
		if err := wait(ctx, tx, line, what, Sayers(words)...); err != nil {
			return err
		}
	}
	return nil
}

func wait(ctx context.Context, tx *pg.Tx, line Pair, what Waits, sayers ...core.StaffID) error {
	const sql = `update person_pair set waits = nullif($3, ''), sayers = $4 where pair = $1 and person = $2`
	plain := make([]int64, 0, len(sayers))
	for _, id := range sayers {
		plain = append(plain, int64(id))
	}
	_, err := tx.Exec(ctx, sql, line.ID, int64(line.Person), string(what), plain)
	return pg.Fail(err, "note what a pair waits for")
}

// ForSecond lists the pairs of the scope that wait for the word of a second person, to
// become one or two again, the longest found first: those that me may second, and those of
// whose Sayers me is. Of which me is kin, none.
func (t *Twins) ForSecond(ctx context.Context, tx *pg.Tx, me core.StaffID) ([]Pair, error) {
	const sql = `select pair, person, region, case when seen then other else 0 end, other_region, case when seen then total else 0 end, found, state, until, waits, sayers, since
		from (select distinct on (pair) ` + pairColumns + `, exists (select from person o where o.id = other) as seen from person_pair
			where ` + isForSecond + ` order by pair, person) p
		order by found, pair limit $3`
	rows, err := tx.Query(ctx, sql, int64(me), tx.Today().Time(), maxList)
	if err != nil {
		return nil, pg.Fail(err, "list pairs that wait for a second person")
	}
	list, err := pgx.CollectRows(rows, scanPair)
	return list, pg.Fail(err, "list pairs that wait for a second person")
}

const isForSecond = `waits in ('second', 'apart') and (state <> 'later' or until <= $2) and not exists (select from pair_kin(pair) k where k = $1)`

// CountForSecond counts in townships what ForSecond lists: how many pairs wait for somebody
// else than who said so, and at how many of them me is who did. It names nobody, so that no
// entry is written of it.
func CountForSecond(ctx context.Context, tx *pg.Tx, me core.StaffID, towns ...core.RegionCode) (others, mine int, err error) {
	const sql = `select count(distinct pair) filter (where not $1 = any (sayers)), count(distinct pair) filter (where $1 = any (sayers))
		from person_pair where ` + isForSecond + ` and region = any ($3)`
	within := make([]string, 0, len(towns))
	for _, town := range towns {
		within = append(within, string(town))
	}
	err = tx.QueryRow(ctx, sql, int64(me), tx.Today().Time(), within).Scan(&others, &mine)
	return others, mine, pg.Fail(err, "count pairs that wait for a second person")
}
