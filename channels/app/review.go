package app

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"lianou/channels"
	"lianou/core/wording"
)

// review is the summary as it is looked over before signing: what lacks, then what was said,
// by person, a fact on a line. The same answer for several people stands once, and what
// nobody knew is counted and folded: it hinders nothing. Nothing of the summary is left out.
type review struct {
	Recorded bool                     // a register gave some of it
	Told     string                   // who hears what becomes of it
	Lacks    []channels.InterviewOpen // what no application goes without
	Unsure   reviewGroup
	Groups   []reviewGroup
	May      []channels.InterviewItem
}

// reviewGroup is what was said of one person, or of the household.
type reviewGroup struct {
	Title  string
	Facts  []reviewFact
	Change []channels.InterviewLine // the questions, each to be put right
}

// reviewFact is one line.
type reviewFact struct{ Name, Say, From string }

// unsure is the answer of who does not know.
const unsure = "不清楚"

// looked arranges a summary.
func looked(s *channels.InterviewSummary) review {
	r := review{Recorded: s.Recorded(), Told: s.Told, May: s.May, Unsure: reviewGroup{Title: unsure}}
	for _, o := range s.Open {
		if o.Needed {
			r.Lacks = append(r.Lacks, o)
		}
	}
	household := people(s.Lines)
	said := map[string][]channels.InterviewLine{}
	for _, l := range s.Lines {
		if l.Say == unsure {
			said[unsure] = append(said[unsure], l)
		} else {
			said[placeOf(l)] = append(said[placeOf(l)], l)
		}
	}
	r.Unsure.add(household, said[unsure], true)
	household.detailed(s.Lines)
	same := alike(household, said)
	for _, of := range []struct{ place, title string }{{"who", "姓名和住址"}, {"trouble", "遇到的难处"}, {"home", "家里的情况"}} {
		g := reviewGroup{Title: of.title}
		g.add(household, said[of.place], false)
		if of.place == "home" {
			g.add(household, same, true)
		}
		r.put(g)
	}
	for n := 1; n <= household.most; n++ {
		g := reviewGroup{Title: household.name(n)}
		g.add(household, said["m"+strconv.Itoa(n)], false)
		r.put(g)
	}
	return r
}

func (r *review) put(g reviewGroup) {
	if len(g.Facts) > 0 {
		r.Groups = append(r.Groups, g)
	}
}

// add puts lines into a group. together joins those of several people that say the same.
func (g *reviewGroup) add(h household, lines []channels.InterviewLine, together bool) {
	whose := map[string][]string{}
	for _, l := range lines {
		if n, key := memberLine(l.Ref); together && n > 0 {
			whose[key] = append(whose[key], h.name(n))
		}
	}
	done := map[string]bool{}
	for _, l := range lines {
		if l.Ref != "" {
			g.Change = append(g.Change, l)
		}
		if h.told[l.Ref] {
			continue
		}
		f := reviewFact{Name: nameOf(l), Say: l.Say, From: l.From}
		if _, key := memberLine(l.Ref); whose[key] != nil {
			if done[key] {
				continue
			}
			done[key] = true
			f.Say += "(" + strings.Join(whose[key], "、") + ")"
		}
		g.Facts = append(g.Facts, f)
	}
}

// alike takes out of the people's lines what two or more of them answered alike, with
// nobody who answered otherwise.
func alike(h household, said map[string][]channels.InterviewLine) (same []channels.InterviewLine) {
	of := map[string][]channels.InterviewLine{}
	for n := 1; n <= h.most; n++ {
		for _, l := range said["m"+strconv.Itoa(n)] {
			_, key := memberLine(l.Ref)
			of[key] = append(of[key], l)
		}
	}
	agreed := func(l channels.InterviewLine) bool {
		_, key := memberLine(l.Ref)
		return key != "" && len(of[key]) > 1 && !slices.ContainsFunc(of[key], func(o channels.InterviewLine) bool { return o.Say != l.Say })
	}
	for n := 1; n <= h.most; n++ {
		place := "m" + strconv.Itoa(n)
		for _, l := range said[place] {
			if agreed(l) {
				same = append(same, l)
			}
		}
		said[place] = slices.DeleteFunc(said[place], agreed)
	}
	slices.SortStableFunc(same, func(a, b channels.InterviewLine) int {
		_, x := memberLine(a.Ref)
		_, y := memberLine(b.Ref)
		return cmp.Compare(x, y)
	})
	return same
}

// household is how the members are called who live there besides the applicant.
type household struct {
	others []string
	self   bool            // the applicant speaks
	most   int             // the highest member of whom something was said
	told   map[string]bool // rounds that the named people's own answers tell as well
}

// detailed notes the rounds of which more was said of each: who has a certificate stands with
// the person, with its grade.
func (h *household) detailed(lines []channels.InterviewLine) {
	h.told = map[string]bool{}
	for _, l := range lines {
		if _, key := memberLine(l.Ref); key != "" && l.Say != unsure {
			h.told["round/"+key] = true
		}
	}
}

func people(lines []channels.InterviewLine) household {
	var h household
	for _, l := range lines {
		switch l.Ref {
		case "members":
			h.others = strings.Split(l.Say, "、")
		case channels.CapacityStep:
			h.self = l.Say == "我自己"
		}
		n, _ := memberLine(l.Ref)
		h.most = max(h.most, n)
	}
	return h
}

func (h household) name(n int) string {
	switch {
	case n == 1 && h.self:
		return "您自己"
	case n == 1:
		return "要救助的人"
	case n-2 < len(h.others):
		return h.others[n-2]
	}
	return "家里第 " + strconv.Itoa(n) + " 位"
}

// memberLine takes the step of one member apart: members/m2/disability; 0 for any other.
func memberLine(ref string) (n int, key string) {
	rest, inside := strings.CutPrefix(ref, "members/m")
	number, key, cut := strings.Cut(rest, "/")
	n, err := strconv.Atoi(number)
	if !inside || !cut || err != nil {
		return 0, ""
	}
	return n, key
}

// placeOf is the group of a line.
func placeOf(l channels.InterviewLine) string {
	if n, _ := memberLine(l.Ref); n > 0 {
		return "m" + strconv.Itoa(n)
	}
	switch l.Ref {
	case "form/story", "form/urgent", "shocks", "shocks/day":
		return "trouble"
	}
	if strings.HasPrefix(l.Ref, "form/") {
		return "who"
	}
	return "home"
}

// nameOf is a question in a word or two, or the question itself.
func nameOf(l channels.InterviewLine) string {
	if name, ok := shortNames()[l.Ref]; ok {
		return name
	}
	path := l.Ref
	if key, round := strings.CutPrefix(l.Ref, "round/"); round {
		path = "members/m1/" + key
	}
	if _, key := memberLine(path); key != "" {
		if name, ok := shortNames()[key]; ok {
			return name
		}
	}
	if name := wording.FactLabel(path); name != path {
		return name
	}
	return strings.TrimRight(l.Ask, "?？")
}

// shortNames are for who speaks of their own; wording's are the desk's.
func shortNames() map[string]string {
	return map[string]string{
		"form/contact.phone": "电话", "form/contact.capacity": "替谁报", "form/applicant.name": "姓名", "form/applicant.id_number": "身份证号",
		"form/live.region": "住在", "form/live.village": "村、社区", "form/live.detail": "门牌", "form/account": "银行卡",
		"form/story": "难处", "form/urgent": "马上就过不去", "members": "还有谁", "area": "家在", "hukou": "户口",
		"self_paid_medical_12m": "一年看病自己掏", "medical_12m": "全家一年看病自己掏", "supporter": "该照顾的家人", "statuses": "已经是低保这些",
		"rigid_12m": "一年省不下的花费", "education_12m": "一年上学花费", "disability": "残疾证", "veteran": "当过兵", "union_member": "入了工会",
	}
}
