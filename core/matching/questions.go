package matching

import (
	"cmp"
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/policy"
)

// A Question is a fact that is not known and could still decide something.
type Question struct {
	Path     string // such as "income_12m" or "members/m1/disability"
	Key      string // the path without the member, such as "disability"
	Member   core.MemberRef
	Label    string          // what it is called in Chinese
	Items    []core.ItemCode // undecided items that the answer could settle, by number
	Unlikely bool            // hardly ever so at this member's age: ask last, if at all
}

// Questions lists what is worth asking about h, the most useful first: likely
// before unlikely, then by the number of undecided items the answer could settle,
// the household before its members, and the order of the vocabulary. What has no
// key in the facts is not asked: people find it out. An empty list means that no
// further answer can change an outcome.
func (m *Matcher) Questions(h *core.Household) []Question {
	r := m.Explain(h)
	return m.QuestionsOf(h, &r)
}

// QuestionsOf is Questions for a household that has been explained already.
func (m *Matcher) QuestionsOf(h *core.Household, r *Result) []Question {
	byPath := map[string]*Question{}
	var order []*Question
	for i := range r.Findings {
		f := &r.Findings[i]
		for _, path := range f.Missing {
			q := byPath[path]
			if q == nil {
				if q = newQuestion(h, path); q == nil {
					continue
				}
				byPath[path] = q
				order = append(order, q)
			}
			q.Items = append(q.Items, f.Item)
		}
	}
	slices.SortStableFunc(order, compareQuestions)
	out := make([]Question, len(order))
	for i, q := range order {
		out[i] = *q
	}
	return out
}

func compareQuestions(a, b *Question) int {
	if a.Unlikely != b.Unlikely {
		return int(truth(a.Unlikely)) - int(truth(b.Unlikely))
	}
	return cmp.Or(
		len(b.Items)-len(a.Items),
		rankOf(a)-rankOf(b),
		strings.Compare(a.Path, b.Path),
	)
}

// rankOf is the place of a question's fact in the vocabulary, which lists the
// household's facts first.
func rankOf(q *Question) int {
	f := factAt(q.Key, q.Member != "")
	if f == nil {
		return len(policy.Facts())
	}
	return int(f.ID)
}

// newQuestion makes the question for a path, nil for what nobody is asked.
func newQuestion(h *core.Household, path string) *Question {
	q := &Question{Path: path, Key: path}
	if rest, member := strings.CutPrefix(path, "members/"); member {
		ref, key, _ := strings.Cut(rest, "/")
		q.Member, q.Key = core.MemberRef(ref), key
	}
	f := factAt(q.Key, q.Member != "")
	if f == nil || !f.Asked {
		return nil
	}
	q.Label = f.Label
	if i := slices.IndexFunc(h.Members, func(m core.Member) bool { return m.Ref == q.Member }); q.Member != "" && i >= 0 {
		q.Unlikely = unlikely(f.ID, &h.Members[i])
	}
	return q
}

// factAt finds the first fact that a key of the household facts answers.
func factAt(key string, member bool) *policy.Fact {
	for _, f := range policy.Facts() {
		if f.Path == key && f.ID.IsMember() == member {
			return f
		}
	}
	return nil
}

// ages are the usual ages of some facts. They order questions and decide nothing.
var ages = map[policy.FactID][2]int{
	policy.SchoolStage: {3, 30}, policy.Orphan: {0, 17}, policy.Unattended: {0, 17},
	policy.WorkAbility: {16, 64}, policy.Employment: {16, 64}, policy.UnemployedMonths: {16, 64},
	policy.Pension: {16, 64}, policy.Veteran: {18, 120}, policy.UnionMember: {18, 64},
	policy.LostOnlyChild: {40, 120}, policy.Supporter: {60, 120},
}

// Unlikely reports whether a fact of a member, by its key in the household schema, is none that
// people of that age have to do with: a question about it comes last, or not at all. It
// decides nothing, and whose age is not known is asked everything.
func Unlikely(key string, m *core.Member) bool {
	f := factAt(key, true)
	return f != nil && unlikely(f.ID, m)
}

func unlikely(f policy.FactID, m *core.Member) bool {
	if f == policy.Supporter && (m.Age == nil || *m.Age < 16 || (m.Disability != nil && m.Disability.Grade > 0)) {
		return false
	}
	usual, bounded := ages[f]
	return bounded && m.Age != nil && (*m.Age < usual[0] || *m.Age > usual[1])
}
