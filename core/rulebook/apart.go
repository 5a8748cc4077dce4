package rulebook

import (
	"slices"
	"strconv"
	"strings"

	"lianou/core/policy"
)

// mostUsers is how many of those who ask a condition name it.
const mostUsers = 3

// A condName tells a condition from the others that say the same sentence.
type condName struct{ limit, used, law string }

// condNames are those of a Book, by name.
func condNames(b *policy.Book) map[string]condName {
	users := map[string][]string{}
	add := func(who string, trees ...*policy.Node) {
		for _, tree := range trees {
			eachTest(tree, func(t *policy.Test) {
				if !slices.Contains(users[t.Name], who) {
					users[t.Name] = append(users[t.Name], who)
				}
			})
		}
	}
	for i := range b.Statuses {
		add("算不算"+b.Statuses[i].Name, b.Statuses[i].When)
	}
	for i := range b.Items {
		add(string(b.Items[i].Code)+" "+b.Items[i].Name, b.Items[i].When, b.Items[i].Person)
	}
	out := map[string]condName{}
	for _, t := range b.Tests {
		out[t.Name] = condName{limitWords(b, t), usedBy(users[t.Name]), t.Law}
	}
	return out
}

// eachTest goes through a tree, but not into statuses: they are named by themselves.
func eachTest(n *policy.Node, do func(*policy.Test)) {
	if n == nil {
		return
	}
	if n.Kind == policy.NodeTest {
		do(n.Test)
	}
	for _, kid := range n.Kids {
		eachTest(kid, do)
	}
}

func usedBy(list []string) string {
	switch n := len(list); {
	case n == 0:
		return "哪一项都没有用到"
	case n > mostUsers:
		return "用在 " + strings.Join(list[:mostUsers], "、") + " 等 " + strconv.Itoa(n) + " 处"
	}
	return "用在 " + strings.Join(list, "、")
}

// Conditions are the conditions to choose from, in the order of the files, no two of which read
// alike: where more say the same sentence, each says what it compares, where it is used, by
// which law, as far as that tells it from the others.
func (r *Reading) Conditions() (out []Choice) {
	for i := range r.Criteria {
		out = append(out, Choice{r.Criteria[i].Name, r.title(&r.Criteria[i])})
	}
	return out
}

// title is how a condition is called among those of the draft.
func (r *Reading) title(of *FieldLine) string {
	var twins []string
	for i := range r.Criteria {
		if r.Criteria[i].Title == of.Title {
			twins = append(twins, r.Criteria[i].Name)
		}
	}
	if len(twins) == 1 {
		return Shown(of.Title)
	}
	return Shown(of.Title) + "(" + apart(r.conditions, of.Name, twins) + ")"
}

// apart says what tells a condition from its twins: as little as does.
func apart(of map[string]condName, name string, twins []string) string {
	own, left := of[name], slices.DeleteFunc(slices.Clone(twins), func(n string) bool { return n == name })
	var says []string
	for _, part := range []func(condName) string{
		func(c condName) string { return c.limit },
		func(c condName) string { return c.used },
		func(c condName) string { return c.law },
	} {
		before := len(left)
		if left = slices.DeleteFunc(left, func(n string) bool { return part(of[n]) != part(own) }); len(left) < before {
			says = append(says, part(own))
		}
	}
	if len(left) > 0 {
		says = append(says, "第 "+strconv.Itoa(slices.Index(twins, name)+1)+" 条")
	}
	return strings.Join(says, ";")
}
