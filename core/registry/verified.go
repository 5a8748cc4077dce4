package registry

import (
	"context"
	"math"
	"time"

	"lianou/core"
	"lianou/core/pg"
)

// ErrVerified says that a hand entry would overrule a fact that is verified; Field names
// it. It is asked for instead, and another person decides (core/registry/change).
var ErrVerified = core.E(core.KindConflict, "fact_verified", "这一项是部门登记或者两人入户核实过的,不能直接改。请提出修改申请,由另一位同事审核。")

// overrules refuses a sheet of one hand that would stand over a verified word within its
// shelf life and say something else. A verified word that is out of date protects nothing:
// it is to be asked again.
func (s Sheet) overrules(ctx context.Context, tx *pg.Tx, household core.HouseholdID, person core.PersonID) error {
	if Verified(s.Source) {
		return nil
	}
	mine, err := storedSheet{Sheet: s, id: math.MaxInt64, person: person}.words()
	if err != nil {
		return err
	}
	about, members := household, []core.PersonID(nil)
	if person != 0 {
		about, members = 0, []core.PersonID{person}
	}
	as := AsOf{On: s.ValidFrom, Known: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}
	words, err := readWords(ctx, tx, about, members, as)
	if err != nil {
		return err
	}
	return refused(mine, words, as, tx.Now())
}

// refused compares the words of a hand with the verified ones.
func refused(mine, words []word, as AsOf, now time.Time) error {
	verified := make([]word, 0, len(words))
	for _, w := range words {
		if Verified(w.source) {
			verified = append(verified, w)
		}
	}
	said := map[string]word{}
	for _, w := range mine {
		said[w.path] = w
	}
	for _, f := range lay(verified, as) {
		w, ours := said[f.path]
		if ours && over(w, f.word) > 0 && Fresh(f.source, f.path, f.known, now) && !SameValue(w.value, f.value) {
			e := *ErrVerified
			e.Field = f.path
			return &e
		}
	}
	return nil
}
