package rulebook

import (
	"regexp"
	"strings"

	"lianou/core"
	"lianou/core/policy"
)

// plain refuses sentences with angle brackets: they are printed to citizens, who would read a
// web page's marks.
func plain(o Op) error {
	switch {
	case o.Amount != nil:
		return plainText("source", o.Amount.Source)
	case o.Weights != nil:
		return plainText("source", o.Weights.Source)
	case o.Criterion != nil && criterionFields[o.Criterion.Field] == sentence:
		return plainText(ErrSentence.Field, o.Criterion.Value)
	case o.Item != nil && isSaid(o.Item.Field):
		return plainText(ErrSentence.Field, o.Item.Value)
	}
	return nil
}

// isSaid reports whether a field of an item is a sentence; a formula compares with < and >.
func isSaid(field string) bool { return itemFields[field] == sentence && field != "benefit.formula" }

func plainText(field, text string) error {
	if !strings.ContainsAny(text, "<>") {
		return nil
	}
	return core.Invalid(field, "句子里不能有尖括号 < 和 >。这句话会印给居民看,请只写字,书名用《》。").Wrap(ErrSentence)
}

// plainFiles is plain of the sentences that whole files bring.
func plainFiles(was, is *Outline) error {
	known := map[string]bool{}
	for _, l := range append(append([]FieldLine{}, was.Criteria...), was.Items...) {
		for _, text := range l.Fields {
			known[text] = true
		}
	}
	check := func(list []FieldLine, said func(string) bool) error {
		for _, l := range list {
			for field, text := range l.Fields {
				if !said(field) || known[text] {
					continue
				}
				if err := plainText(ErrSentence.Field, text); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if err := check(is.Criteria, func(f string) bool { return criterionFields[f] == sentence }); err != nil {
		return err
	}
	return check(is.Items, isSaid)
}

// inYuan is a number of yuan in a sentence.
var inYuan = regexp.MustCompile(`([0-9][0-9,]*(?:\.[0-9]+)?) *(万?)元`)

// yuan are the numbers of yuan that a sentence says, in fen, and how they are written there.
func yuan(text string) map[int64]string {
	out := map[int64]string{}
	for _, m := range inYuan.FindAllStringSubmatch(text, -1) {
		fen := thousandths(strings.ReplaceAll(m[1], ",", "")) / 10
		if m[2] != "" {
			fen *= 10000
		}
		out[fen] = m[0]
	}
	return out
}

// askYuan asks about a sentence of an item with a number of yuan that it did not say before, and
// that no standard of the item has: its formula has no numbers of yuan of its own.
func (sp Speaker) askYuan(before Sources, step Step, was string, on core.Date) error {
	i := step.Op.Item
	book := sp.lib.OrEmpty(on)
	it, known := book.Item(i.Code)
	if step.Sure || !known {
		return nil
	}
	said := yuan(i.Value)
	for fen := range yuan(was) {
		delete(said, fen)
	}
	for _, id := range book.Standards(it) {
		if p := &book.Params[id]; p.Unit == policy.UnitFen {
			for _, r := range p.Rows {
				delete(said, r.Value)
			}
		}
	}
	for _, text := range inYuan.FindAllString(i.Value, -1) { // the first as it stands
		for _, left := range said {
			if text == left {
				return core.E(ErrSaid.Kind, ErrSaid.Code, sp.From(before, step.Op)+"。句子里写着“"+text+"”,这个事项的算法和它用的标准里都没有这个数,居民读到的会和领到的不一样。").Wrap(ErrSaid)
			}
		}
	}
	return nil
}
