package interview

import (
	"slices"
	"strings"

	"lianou/core"
)

var (
	nobody = []string{"没有", "都没", "没人", "谁都", "没", "无", "不是"}
	all    = []string{"都是", "都有", "全都", "都在", "一家都", "都得", "都要"}
	self   = []string{"我", "俺", "咱", "本人"}
)

// hearRound reads who is named: "俺老伴", "71岁那个", "都没有". It says whom it asks about
// when the words fit two of them.
func (iv *Interviewer) hearRound(c *Conversation, step Step, said string) (Answer, error) {
	s := iv.form.state(c)
	var people []*core.Member
	var names []string
	for i := range s.household.Members {
		if m := &s.household.Members[i]; slices.Contains(step.About, m.Ref) {
			people, names = append(people, m), append(names, s.listed(m))
		}
	}
	named := namedIn(people, said)
	switch {
	case len(named) > 0:
		return Answer{Members: named}, nil
	case containsAny(said, all) && !containsAny(said, []string{"没", "不"}):
		return Answer{Members: step.About}, nil
	case containsAny(said, nobody):
		return Answer{None: true}, nil
	}
	return Answer{}, core.Invalid(step.Ref, "没听明白是谁。家里有:"+strings.Join(names, "、")+"。请说是谁,或者说都没有。")
}

// namedIn are the members whom the words fit, by relation or by age. A relation that fits
// several names nobody, unless an age beside it tells which.
func namedIn(people []*core.Member, said string) []core.MemberRef {
	var out []core.MemberRef
	add := func(m *core.Member) {
		if !slices.Contains(out, m.Ref) {
			out = append(out, m.Ref)
		}
	}
	for _, n := range numerals(said) {
		for _, m := range people {
			if m.Age != nil && int64(*m.Age)*100 == n.hundredths {
				add(m)
			}
		}
	}
	kinSaid := kinIn(said)
	for _, k := range kinSaid {
		fits := slices.DeleteFunc(slices.Clone(people), func(m *core.Member) bool {
			return m.Relation != k.relation || k.sex != "" && m.Sex != nil && *m.Sex != k.sex
		})
		if len(fits) == 1 || strings.Contains(said, "都") || strings.Contains(said, "俩") {
			for _, m := range fits {
				add(m)
			}
		}
	}
	if len(kinSaid) == 0 && containsAny(said, self) {
		for _, m := range people {
			if m.Relation == "applicant" {
				add(m)
			}
		}
	}
	if containsAny(said, []string{"没有", "都没", "没人"}) {
		return nil // "俺家没有"
	}
	return out
}
