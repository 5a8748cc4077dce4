package twins

import (
	"context"
	"slices"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/pg"
	pairs "lianou/core/registry/twins"
)

// secondRow is one pair that waits for the word of a second person.
type secondRow struct {
	row
	Part   bool   // to become two again
	Who    string // said so first
	Mine   bool   // and is who looks
	Reason string // "" where it was said in another township
	At     time.Time
	by     core.StaffID
}

// seconds lists what waits for a second person, for whoever looks to second what is not
// theirs. Why somebody said so is read where the scope sees it.
func (t *Room) seconds(ctx context.Context, tx *pg.Tx, at desk.At) (list []pairs.Pair, out []secondRow, err error) {
	if list, err = t.d.Twins.ForSecond(ctx, tx, at.Staff.ID); err != nil {
		return nil, nil, err
	}
	for _, pair := range list {
		one := secondRow{row: t.row(pair), Part: pair.Waits == pairs.WaitsApart, Mine: slices.Contains(pair.Sayers, at.Staff.ID)}
		words, err := t.d.Twins.Words(ctx, tx, pair.ID)
		if err != nil {
			return nil, nil, err
		}
		one.by = pair.Sayers[0]
		if w, seen := first(pair, words); seen {
			one.by, one.Reason, one.At = w.Staff, w.Reason, w.At
		}
		out = append(out, one)
	}
	return list, out, nil
}

// first is the word that waits for a second one, where the scope sees it.
func first(pair pairs.Pair, words []pairs.Word) (pairs.Word, bool) {
	if pair.Waits == pairs.WaitsApart {
		return pair.Asked(words)
	}
	for _, w := range pairs.ForOne(pair.Standing(words), nil) {
		if slices.Contains(pair.Sayers, w.Staff) {
			return w, true
		}
	}
	return pairs.Word{}, false
}

// nameSeconds names who said so first.
func (t *Room) nameSeconds(ctx context.Context, rows []secondRow) error {
	ids := make([]core.StaffID, 0, len(rows))
	for _, row := range rows {
		ids = append(ids, row.by)
	}
	names, err := t.d.Staff.Names(ctx, ids...)
	for i, row := range rows {
		rows[i].Who = names[row.by]
	}
	return err
}
