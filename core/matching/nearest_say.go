package matching

import (
	"slices"
	"strconv"
	"strings"

	"lianou/core/policy"
)

const textUnsure = "这一项要请工作人员当面看。"

// say puts the steps into words that are read and heard alike. Where one of several can
// never come, the others are not told: nobody is to ask or wait for what changes nothing.
func (s *seeker) say(steps []Step) string {
	var b strings.Builder
	never := slices.DeleteFunc(slices.Clone(steps), func(st Step) bool { return st.Can != Never })
	told := s.told(steps)
	switch {
	case len(told) == 0:
		return textUnsure
	case len(steps) == 1:
		b.WriteString("只差一样。")
	case len(never) > 0:
		told = never
	case len(told) == len(steps):
		b.WriteString("差 " + strconv.Itoa(len(steps)) + " 样。")
	}
	steps = told
	for i := range steps {
		b.WriteString(steps[i].Text)
		if i == len(steps)-1 || endOf(&steps[i], "") != endOf(&steps[i+1], "") {
			b.WriteString(s.ending(&steps[i]))
		}
	}
	return b.String()
}

// told are the steps that say something to this household. An item for everybody but those of a
// status is no use to whoever has that status, or would have it: that alone is told, of each
// status once, and nobody is sent to ask or wait for the rest. A status that the household has
// not, and would only come to on the way there, is none of theirs to hear of: without it the
// plain conditions are told, uncounted.
func (s *seeker) told(steps []Step) []Step {
	if s.m.version < versionSilence {
		return steps
	}
	var theirs, plain []Step
	for i := range steps {
		st := &steps[i]
		switch {
		case st.Leaves == "":
			plain = append(plain, *st)
		case s.has(st) && !slices.ContainsFunc(theirs, func(o Step) bool { return o.Leaves == st.Leaves }):
			theirs = append(theirs, *st)
		}
	}
	if len(theirs) > 0 {
		return theirs
	}
	return plain
}

// has reports whether the status that stands in the way is one that the household has, or would
// have as things are.
func (s *seeker) has(st *Step) bool {
	return slices.ContainsFunc(s.standings, func(o Standing) bool { return o.Key == st.Leaves && o.Outcome == Eligible })
}

// stepText says how a fact stands and how far it is off: the condition's own sentence
// first, so that it reads as the reason did.
func (s *seeker) stepText(n *narrowed, st *Step) string {
	text := s.stands(n, st)
	switch {
	case st.Leaves != "": // how far a family is from a status that it is not to have is nobody's aim
		return text
	case n.fact == policy.Age && st.Early != 0:
		return text + s.ageText(n, st)
	}
	if n.test != nil && n.fact != n.test.Fact && st.Gap != "" {
		return text + n.fact.Of().Label + gapText(n.fact, st)
	}
	return text + gapText(n.fact, st)
}

// stands is the sentence on how the condition is now. A status that stands in the way is named
// to those who have it, or would as things are; to others the plain condition is told (told has
// why), which is the text of a Step and of no Miss.
func (s *seeker) stands(n *narrowed, st *Step) string {
	name := ""
	if n.member != house {
		name = MemberSaid(&s.h.Members[n.member])
	}
	switch {
	case st.Leaves != "" && (s.m.version < versionSilence || s.has(st)):
		return "这一项给" + s.m.book.Statuses[n.leaves-1].Name + "以外的人。"
	case n.test != nil && n.fact != n.test.Fact && !st.Known:
		return "还不知道" + n.fact.Of().Label + "。"
	case n.test != nil:
		text := &n.test.Unknown
		if now := judge(n.test, &s.place.limits[n.test.ID], &s.base, n.member); now == Eligible {
			text = &n.test.Pass
		} else if now == NotEligible {
			text = &n.test.Fail
		}
		value := st.Now
		if n.fact != n.test.Fact { // the line moves, not the value
			x, _ := read(&s.base, slot{n.test.Fact, n.member})
			value = string(appendValue(nil, n.test.Fact.Of(), x))
		}
		return string(text.Append(nil, name, []byte(value), []byte(s.limitNow(n, st))))
	case n.fact == policy.Area && !st.Known:
		return "还不知道家在城里还是农村。"
	case n.fact == policy.Area:
		return "家在" + st.Now + "。"
	}
	status := &s.m.book.Statuses[n.status]
	if !st.Known {
		return status.TextUnknown.String()
	}
	return status.TextFail.String()
}

// limitNow is the line as it is, where the fact it hangs on is the one to move.
func (s *seeker) limitNow(n *narrowed, st *Step) string {
	l := &s.place.limits[n.test.ID]
	if !l.fact || n.fact == n.test.Fact {
		return st.Limit
	}
	base, _ := read(&s.base, n.slot)
	return string(appendLimit(nil, n.fact.Of().Unit, base*l.factor/1000, l.sample))
}

// gapText says the distance where there is one to say.
func gapText(f policy.FactID, st *Step) string {
	u := f.Of().Unit
	if !st.Known || u != policy.UnitFen && u != policy.UnitM2 && u != policy.UnitMonths {
		return ""
	}
	each := ""
	if f == policy.IncomePerCapita {
		each = "每月"
	}
	switch {
	case st.Gap == "" && st.Limit != "" && max(st.To-st.From, st.From-st.To) == 1:
		return "正好在线上,就差一点。"
	case st.Gap == "":
		return ""
	case st.To < st.From:
		return each + "多 " + st.Gap + "。"
	}
	return each + "还差 " + st.Gap + "。"
}

func (s *seeker) ageText(n *narrowed, st *Step) string {
	if st.Early == st.Late {
		return "到 " + st.Early.SayWhole() + "就满 " + st.Need + "。"
	}
	return "还差 " + strconv.FormatInt(st.To-st.From, 10) + " 年,最晚 " + st.Late.SayWhole() + "满。"
}

// ending says what may come of it, in the voice of somebody who would help.
func (s *seeker) ending(st *Step) string { return endOf(st, nameOf(s.m.book, st.By)) }

func endOf(st *Step, item string) string {
	if st.Leaves != "" {
		return "你们有别的能办,不用等这一项。"
	}
	switch st.Can {
	case Ask:
		return "先问清这一样再看。"
	case ByItem:
		return "先申请" + item + ",批了这一项就能办。"
	case ByThem:
		return "有变化就再算一次。"
	case ByItself:
		return "到时候再来办。"
	case ByOthers:
		return othersText(st.Fact)
	case ByFate:
		return "情况有变化,随时再来说。"
	}
	return "这一样变不了。"
}

// othersText names the office that assesses.
func othersText(path string) string {
	switch {
	case strings.HasSuffix(path, "/disability"):
		return "残疾证由县残联评,可以去申请。"
	case path == "house_grade":
		return "可以请镇上找人来鉴定房子。"
	case path == "statuses":
		return "这个身份由镇上认定。"
	}
	return "这一样要由医院或镇上评定。"
}
