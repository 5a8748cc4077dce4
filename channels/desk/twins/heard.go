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

// word is what a colleague said about a pair.
type word struct {
	pairs.Word
	Who, Said string
	Mine      bool
}

var saidOf = map[pairs.Say]string{pairs.SaySame: "说是同一个人", pairs.SayDifferent: "说不是,是两个人", pairs.SayLater: "说先放着,以后再看", pairs.SayUndo: "撤销了合并"}

// settling is how long it may take until a word has its consequence.
const settling = time.Minute

// heard fills in what was said about a pair, whether the officer has said theirs, and what is
// waited for.
func (t *Room) heard(ctx context.Context, tx *pg.Tx, at desk.At, p *layPage) error {
	all, err := t.d.Twins.Words(ctx, tx, p.Row.ID)
	if err != nil {
		return err
	}
	p.Words = nil
	for _, w := range pairs.Once(all) {
		p.Words = append(p.Words, word{Word: w, Said: saidOf[w.Say], Mine: w.Staff == at.Staff.ID})
	}
	slices.Reverse(p.Words)
	standing := pairs.Standing(all)
	back := p.Row.State == pairs.Later && p.Row.Until <= tx.Today() // asked again
	p.Mine = !back && slices.ContainsFunc(standing, func(w pairs.Word) bool { return w.Staff == at.Staff.ID && w.Say != pairs.SayUndo })
	if p.Row.State == pairs.Open && p.Mine {
		p.Waits = t.waits(p, standing, tx.Now())
	}
	return nil
}

// waits says what is missing until two rows are one, where somebody said that they are.
func (t *Room) waits(p *layPage, standing []pairs.Word, now time.Time) string {
	var towns []core.RegionCode
	var staff []core.StaffID
	last := time.Time{}
	for _, w := range standing {
		if w.Say == pairs.SaySame {
			towns, staff, last = append(towns, w.Town), append(staff, w.Staff), w.At
		}
	}
	slices.Sort(staff)
	switch {
	case len(staff) == 0:
		return ""
	case !slices.Contains(towns, p.Row.OtherTown):
		return "还没有合。" + t.town(p.Row.OtherTown) + "也说是,才会合。"
	case !slices.Contains(towns, p.Row.Pair.Town):
		return "还没有合。" + t.town(p.Row.Pair.Town) + "也说是,才会合。"
	case p.TwoNumbers && len(slices.Compact(staff)) < 2:
		return "还没有合。两个身份证号不一样,要再有一位同事核对过、也说是,才会合。"
	case now.Sub(last) > settling:
		return "还没有合上。多半是其中一条已经和别的登记合过:先撤那一次,再来说一遍。"
	}
	return "正在合,几秒钟就好。"
}

// nameWords names who said what.
func (t *Room) nameWords(ctx context.Context, at desk.At, words []word) error {
	ids := make([]core.StaffID, 0, len(words))
	for _, w := range words {
		ids = append(ids, w.Staff)
	}
	names, err := t.d.Staff.Names(ctx, ids...)
	for i, w := range words {
		words[i].Who = names[w.Staff]
		if w.Staff == at.Staff.ID {
			words[i].Who += "(您)"
		}
	}
	return err
}

// next is the first pair that waits beside this one.
func (t *Room) next(ctx context.Context, tx *pg.Tx, but int64) (int64, error) {
	list, err := t.d.Twins.Waiting(ctx, tx)
	if i := slices.IndexFunc(list, func(p pairs.Pair) bool { return p.ID != but }); err == nil && i >= 0 {
		return list[i].ID, nil
	}
	return 0, err
}
