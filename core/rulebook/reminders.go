package rulebook

import (
	"context"
	"fmt"
	"strings"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/pg"
	"lianou/core/policy"
)

// ErrApart: a standard is no longer the multiple of another one that is declared of it, or the
// days that urgent aid looks back on are not those of the program. Whoever signs has to say that they
// read it; the law may set other sums, so nothing is refused for it.
var ErrApart = core.Invalid("apart", "有标准和别处对不上了。请改数额,或者看清楚,勾上「看过了,就这样定」。")

// Reminders says where a set has standards that are not what it declares of them (policy.Relation),
// or days that the program does not follow, from a day on, and the other set had not just so. With nil for the other it says all.
func Reminders(old, new *policy.Library, from core.Date, names Names) (out []string) {
	t, libs := teller{names: names, today: from}, []*policy.Library{new}
	if old != nil {
		libs = append(libs, old)
	}
	for _, s := range spans(from, libs...) {
		if s.gone {
			continue
		}
		t.before, t.now = t.now, map[string]int{}
		var was *policy.Book
		if old != nil {
			was = old.OrEmpty(s.from)
		}
		for _, l := range t.apart(was, new.OrEmpty(s.from)) {
			t.line(s, l)
		}
	}
	for i := range t.lines {
		out = append(out, t.lines[i].say())
	}
	return out
}

// RemindersOf says it of two Books, whatever their days; old may be nil.
func RemindersOf(old, new *policy.Book, names Names) (out []string) {
	t := teller{names: names}
	for _, l := range t.apart(old, new) {
		out = append(out, l.text+l.kept)
	}
	return out
}

// window is the standard that says how many days urgent aid looks back.
const window = "shock.window"

// unfollowed writes a line for each number of days that urgent aid looks back on and the word that
// nothing happened does not stand for: that one is the program's own (facts.Silence), for packed rows
// are read without a Book. More days, and a family of whom nobody asked is told no.
func (t *teller) unfollowed(old, new *policy.Book) (out []line) {
	id, found := new.Param(window)
	if !found {
		return nil
	}
	told := map[int64]bool{}
	for _, county := range append([]core.RegionCode{""}, rowCounties(&new.Params[id])...) {
		for _, area := range policy.Areas {
			is, has := new.Amount(id, county, area)
			if !has || is.Value == facts.Silence || told[is.Value] || old != nil && hasAmount(old, policy.Place{County: county, Area: area}, is.Value) {
				continue
			}
			told[is.Value] = true
			out = append(out, line{kind: ofAmount, text: fmt.Sprintf("%s是 %d 天,可是登记的“没出过事”只管 %d 天,这个数在程序里,不跟着标准变,请先请管程序的人一起改", new.Params[id].Label, is.Value, facts.Silence)})
		}
	}
	return out
}

// hasAmount reports whether a Book has that many days at a place.
func hasAmount(b *policy.Book, at policy.Place, days int64) bool {
	id, found := b.Param(window)
	if !found {
		return false
	}
	row, has := b.Amount(id, at.County, at.Area)
	return has && row.Value == days
}

// apart writes a line for each standard and sum that is below its multiple, with the places.
func (t *teller) apart(old, new *policy.Book) (out []line) {
	known := map[string]bool{}
	if old != nil {
		for _, b := range old.Breaches() {
			known[breachKey(old, &b)] = true
		}
	}
	where, counties := map[string][]policy.Place{}, map[core.RegionCode]bool{}
	var order []line
	for _, b := range new.Breaches() {
		for _, id := range []policy.ParamID{b.Of, b.Base} {
			for _, c := range rowCounties(&new.Params[id]) {
				counties[c] = true
			}
		}
		if known[breachKey(new, &b)] {
			continue
		}
		l := line{kind: ofAmount, text: breachWords(new, &b), kept: "。依据:" + b.Law}
		if where[l.text] == nil {
			order = append(order, l)
		}
		where[l.text] = append(where[l.text], b.Place)
	}
	out = t.unfollowed(old, new)
	for _, l := range order {
		l.text = t.where(where[l.text], len(counties)) + "的" + l.text
		out = append(out, l)
	}
	return out
}

// breachKey tells one breach from another: the same sums at the same place are no news.
func breachKey(b *policy.Book, of *policy.Breach) string {
	is, least := policy.UnitFen.Number(of.Is), policy.UnitFen.Number(of.Least)
	return strings.Join([]string{b.Params[of.Of].Name, b.Params[of.Base].Name, string(of.County), string(of.Place.Area), is, least}, " ")
}

// breachWords says what stands there, what it should be, and by how much it is less.
func breachWords(b *policy.Book, of *policy.Breach) string {
	say := func(id policy.ParamID, v int64) string {
		return grouped(b.Params[id].Unit.Number(v)) + " " + b.UnitOf(id)
	}
	return b.Params[of.Of].Label + "是 " + say(of.Of, of.Is) + ",不到" + b.Params[of.Base].Label + " " + say(of.Base, of.Against) + "的 " +
		policy.UnitRatio.Number(of.Times) + " 倍(" + say(of.Of, of.Least) + "),少 " + say(of.Of, of.Least-of.Is)
}

// relationWords says a declared multiple.
func relationWords(b *policy.Book, r *policy.Relation) string {
	area := AreaWord(r.Area)
	if area != "" {
		area += "的"
	}
	return area + b.Params[r.Of].Label + "不低于" + b.Params[r.Base].Label + "的 " + policy.UnitRatio.Number(r.Times) + " 倍"
}

// RelationWords says each declared multiple of a Book, and its law.
func RelationWords(b *policy.Book) (out []PrintedRelation) {
	for i := range b.Relations {
		out = append(out, PrintedRelation{relationWords(b, &b.Relations[i]), b.Relations[i].Law})
	}
	return out
}

// A PrintedRelation is a declared multiple as people read it.
type PrintedRelation struct{ Say, Law string }

// Apart gives the reminders of a draft as it stands, beside its edition. Errors: ErrNoDraft and
// those of Load.
func (s *Store) Apart(ctx context.Context, id int64, names Names) ([]string, error) {
	f, err := s.Draft(ctx, id)
	if err != nil {
		return nil, err
	}
	base, err := s.Sources(ctx, f.Base)
	if err != nil {
		return nil, err
	}
	return s.apart(ctx, base, f.Files, names, s.loader())
}

func (s *Store) apart(ctx context.Context, base, files Sources, names Names, load loads) ([]string, error) {
	var today core.Date
	if err := s.DB.Read(ctx, pg.NoScope(), func(_ context.Context, tx *pg.Tx) error { today = tx.Today(); return nil }); err != nil {
		return nil, err
	}
	new, err := load(files)
	if err != nil {
		return nil, faulty(err)
	}
	old, err := load(base)
	if err != nil {
		return nil, faulty(err)
	}
	return Reminders(old, new, today, names), nil
}
