package casefile

import (
	"cmp"
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
)

// shown picks the objections whose words a page reads, and marks the others: those that are open
// come first, oldest first, each with all that is kept of it, so that an answer is about whole
// ones; then those that are answered, by their newest word. kept is how many words each has in full.
func shown(list []Objection, kept []int) (ids []int64) {
	left := MostShown
	take := func(i int) {
		need := max(kept[i], 1)
		if left -= need; left < 0 {
			list[i].Later = true
			return
		}
		ids = append(ids, list[i].ID)
	}
	var answered []int
	for i := range list {
		if list[i].Answered.IsZero() {
			take(i)
		} else {
			answered = append(answered, i)
		}
	}
	slices.SortFunc(answered, func(a, b int) int { return cmp.Compare(list[b].Last, list[a].Last) })
	for _, i := range answered {
		take(i)
	}
	return ids
}

// objectionWords reads what is kept in full of objections, by their ids, oldest first.
func (s *Store) objectionWords(ctx context.Context, tx *pg.Tx, ids []int64, b box) (map[int64][]ObjectionWord, error) {
	rows, err := tx.Query(ctx, `select w.objection_id, w.id, w.at, w.door, w.says, w.who is not null, w.receipt, coalesce(w.taken_by, 0), o.answered is not null and w.id > o.heard
		from objection_word w join objection o on o.id = w.objection_id where o.id = any ($1) and w.says is not null order by w.id`, ids)
	if err != nil {
		return nil, pg.Fail(err, "read what was said of a notice")
	}
	var of int64
	var w ObjectionWord
	var sealed, receipt []byte
	all := map[int64][]ObjectionWord{}
	_, err = pgx.ForEachRow(rows, []any{&of, &w.ID, &w.At, &w.Door, &sealed, &w.Left, &receipt, &w.TakenBy, &w.After}, func() (err error) {
		w.Says, err = b.get("objection_word", "says/"+wordAt(receipt), sealed)
		all[of] = append(all[of], w)
		return err
	})
	return all, pg.Fail(err, "read what was said of a notice")
}
