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
	Past      bool // answered: the rows were made two since
}

// ask is that somebody wants two who are one to be two again.
type ask struct {
	Who  string
	Town string // where it may have been said, where that is out of sight; "" elsewhere
	Mine bool
	by   core.StaffID
}

var saidOf = map[pairs.Say]string{pairs.SaySame: "说是同一个人", pairs.SayDifferent: "说不是,是两个人", pairs.SayLater: "说先放着,以后再看", pairs.SayUndo: "撤销了合并",
	pairs.SayApart: "提了撤销合并", pairs.SayAgree: "同意撤销合并", pairs.SayKeep: "说不撤,还是一个人", pairs.SayBack: "收回了撤销"}

// settling is how long it may take until a word has its consequence.
const settling = time.Minute

// heard fills in what was said about a pair, whether the officer has said theirs, and what is
// waited for.
func (t *Room) heard(ctx context.Context, tx *pg.Tx, at desk.At, p *layPage) error {
	all, err := t.d.Twins.Words(ctx, tx, p.Row.ID)
	if err != nil {
		return err
	}
	kin, err := t.d.Twins.Uncounted(ctx, tx, p.Row.ID)
	if err != nil {
		return err
	}
	p.Words = nil
	for _, w := range pairs.Once(all) {
		p.Words = append(p.Words, word{Word: w, Said: saidOf[w.Say], Mine: w.Staff == at.Staff.ID, Past: w.Say == pairs.SaySame && p.Row.Past(w)})
	}
	slices.Reverse(p.Words)
	if p.Merged {
		parting(p, all, at.Staff.ID)
		return nil
	}
	if p.PutOff, err = t.d.Twins.PutOff(ctx, tx, p.Row.ID, at.Staff.ID); err != nil {
		return err
	}
	standing := p.Row.Standing(all)
	p.counted = slices.DeleteFunc(slices.Clone(p.Row.Sayers), func(id core.StaffID) bool { return slices.Contains(kin, id) })
	p.against = p.Row.State == pairs.Different && !slices.ContainsFunc(standing, func(w pairs.Word) bool { return w.Say == pairs.SayDifferent && w.Staff == at.Staff.ID })
	back := p.Row.State == pairs.Later && p.Row.Until <= tx.Today() // asked again
	p.Mine = !back && slices.ContainsFunc(standing, func(w pairs.Word) bool { return w.Staff == at.Staff.ID })
	if p.Row.State == pairs.Open || back {
		p.Waits = t.waits(p, pairs.ForOne(standing, kin), at.Staff.ID, tx.Now())
	}
	return nil
}

// parting says whether somebody asks for two who are one to be two again, or whether they
// are about to be. The line of the pair tells: of the words, some may be out of sight.
func parting(p *layPage, all []pairs.Word, me core.StaffID) {
	switch p.Row.Waits {
	case pairs.WaitsParting:
		p.Going = true
	case pairs.WaitsApart:
		p.Ask = &ask{by: p.Row.Sayers[0], Mine: p.Row.Sayers[0] == me}
		if _, seen := p.Row.Asked(all); !seen {
			p.Ask.Town = p.Row.Beyond
		}
	}
	p.Kept = p.Row.Declined(all)
}

// waits says what is missing until two rows are one, where somebody said that they are. The
// words are those that count.
func (t *Room) waits(p *layPage, yes []pairs.Word, me core.StaffID, now time.Time) string {
	said := func(town core.RegionCode) bool {
		return slices.ContainsFunc(yes, func(w pairs.Word) bool { return w.Town == town })
	}
	mine, theirs := said(p.Row.Pair.Town), said(p.Row.OtherTown)
	unseen := p.Row.Other == 0 // the other town's words
	switch sayers := pairs.Sayers(yes); {
	case p.Blocked && (len(sayers) > 0 || p.Row.Waits == pairs.WaitsSecond):
		return blocked
	case unseen && !mine && p.Row.Waits == pairs.WaitsSecond && len(p.counted) > 0:
		return t.town(p.Row.OtherTown) + "的同事说是同一个人,凭什么请打电话问。您也核对过、也说是,就合。"
	case len(sayers) == 0 && p.Row.Parted():
		return "合过一次,后来两个人撤了。以前说的都不算了,请重新核对再定。"
	case len(sayers) == 0:
		return ""
	case !theirs && !(unseen && p.Row.Waits == "" && now.Sub(yes[len(yes)-1].At) > settling):
		return "还没有合。" + t.town(p.Row.OtherTown) + "也说是,才会合。"
	case !mine:
		return "还没有合。" + t.town(p.Row.Pair.Town) + "也说是,才会合。"
	case len(sayers) < 2 && theirs && sayers[0] == me:
		return "还没有合。要再有一位同事核对过、也说是,才会合。"
	case len(sayers) < 2 && theirs:
		return "有一位同事说是同一个人。您也核对过、也说是,就合。"
	case now.Sub(yes[len(yes)-1].At) <= settling:
		return merging
	case unseen:
		return "还没有合上。多半是" + p.Row.Beyond + "那一条已经和别的登记合过:先撤那一次,再来说一遍。"
	}
	return "两个人都说了是,还没有合上。再说一遍,就合。"
}

const (
	merging = "正在合,几秒钟就好。"
	blocked = "现在合不上:其中一条已经和别的登记合过。先撤那一次,再来说一遍。"
)

// nameWords names who said what.
func (t *Room) nameWords(ctx context.Context, at desk.At, p *layPage) error {
	ids := make([]core.StaffID, 0, len(p.Words))
	for _, w := range p.Words {
		ids = append(ids, w.Staff)
	}
	names, err := t.d.Staff.Names(ctx, ids...)
	for i, w := range p.Words {
		p.Words[i].Who = names[w.Staff]
		if w.Staff == at.Staff.ID {
			p.Words[i].Who += "(您)"
		}
	}
	if p.Ask != nil && p.Ask.by != 0 {
		p.Ask.Who = names[p.Ask.by]
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
