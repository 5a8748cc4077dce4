package rulebook

import (
	"strconv"
	"strings"

	"lianou/core/policy"
)

// A Clause is a condition in Chinese: a sentence, or one that says how many of those below
// it are needed. It never shows the name by which the files call it.
type Clause struct {
	Say   string
	Exact string // what is compared with what, where the sentence has no such thing; "" for none
	Law   string
	Kids  []Clause
}

// anyone stands for the member and the figures of no household.
var anyone = strings.NewReplacer("{member}", "这个人", "{value}", "多少", "{limit}", "标准")

// joints say how many of the clauses below are needed.
var joints = map[policy.NodeKind]string{policy.NodeAll: "下面每一条都要够:", policy.NodeAny: "下面够一条就行:", policy.NodeNot: "不能是下面这样:",
	policy.NodeAnyMember: "家里有一个人,下面的都够:", policy.NodeAllMembers: "家里每个人,下面的都够:"}

// clauseOf says a tree of conditions. A joint over a single clause of its own kind says
// nothing and is left out.
func clauseOf(b *policy.Book, n *policy.Node) Clause {
	switch n.Kind {
	case policy.NodeTest:
		return testClause(b, n.Test)
	case policy.NodeStatus:
		return Clause{Say: "已经认定是、或者算得上" + b.Statuses[n.Status].Name + "。"}
	case policy.NodeAll, policy.NodeAny:
		if len(n.Kids) == 1 {
			return clauseOf(b, n.Kids[0])
		}
	}
	out := Clause{Say: joints[n.Kind]}
	if n.Kind == policy.NodeAtLeast {
		out.Say = "家里至少 " + strconv.Itoa(n.N) + " 个人,下面的都够:"
	}
	for _, kid := range n.Kids {
		one := clauseOf(b, kid)
		if n.Kind == policy.NodeAll && kid.Kind == policy.NodeAll || n.Kind == policy.NodeAny && kid.Kind == policy.NodeAny {
			if len(one.Kids) > 0 {
				out.Kids = append(out.Kids, one.Kids...)
				continue
			}
		}
		out.Kids = append(out.Kids, one)
	}
	return out
}

// testClause says a single condition: its own sentence where that names no figure of a
// household, and what is compared, which the sentence may have fallen behind.
func testClause(b *policy.Book, t *policy.Test) Clause {
	said, compared := t.Pass.String(), limitWords(b, t)
	if strings.Contains(said, "{value}") || strings.Contains(said, "{limit}") {
		return Clause{Say: compared + "。", Law: t.Law}
	}
	out := Clause{Say: anyone.Replace(said), Law: t.Law}
	if t.Fact.Of().Unit != policy.UnitBool {
		out.Exact = compared
	}
	return out
}

// clauses says a tree, nil for none. What is needed all together stands side by side.
func clauses(b *policy.Book, n *policy.Node) []Clause {
	if n == nil {
		return nil
	}
	one := clauseOf(b, n)
	if n.Kind == policy.NodeAll && len(one.Kids) > 0 {
		return one.Kids
	}
	return []Clause{one}
}
