package oracle

import (
	"fmt"
	"math"
	"math/bits"
	"strings"

	"lianou/core/policy"
)

// criterion is the SQL of a tree: true, false, or null where it cannot be told.
func criterion(n *policy.Node) string {
	if n == nil {
		return "true"
	}
	kids := make([]string, len(n.Kids))
	for i, kid := range n.Kids {
		kids[i] = criterion(kid)
	}
	switch n.Kind {
	case policy.NodeAll:
		return "(" + strings.Join(append(kids, "true"), " and ") + ")"
	case policy.NodeAny:
		return "(" + strings.Join(append(kids, "false"), " or ") + ")"
	case policy.NodeNot:
		return "(not " + kids[0] + ")"
	case policy.NodeTest:
		return test(n.Test)
	case policy.NodeStatus:
		return fmt.Sprintf("s_%d", n.Status)
	case policy.NodeAllMembers:
		return fmt.Sprintf(`(select case when count(*) filter (where not x) > 0 then false when count(*) filter (where x is null) > 0 then null else true end
			from (select %s as x from o_member m where m.household = h.id) q)`, kids[0])
	default:
		return atLeast(max(n.N, 1), kids[0])
	}
}

// atLeast counts the members who meet a criterion, and those who may.
func atLeast(n int, kid string) string {
	return fmt.Sprintf(`(select case when count(*) filter (where x) >= %[1]d then true when count(*) filter (where x is distinct from false) >= %[1]d then null else false end
		from (select %[2]s as x from o_member m where m.household = h.id) q)`, n, kid)
}

// fact is where a fact stands.
func fact(id policy.FactID) string {
	if id.IsMember() {
		return "m." + column(id)
	}
	return "h." + column(id)
}

// compared are the comparisons with a limit that is no constant.
var compared = map[policy.Op]string{policy.Less: "<", policy.AtMost: "<=", policy.More: ">", policy.AtLeast: ">=", policy.Equal: "="}

func test(t *policy.Test) string {
	x := fact(t.Fact)
	if t.Limit != nil {
		base := "h." + fmt.Sprintf("p_%d", max(t.Limit.Param, 0))
		if t.Limit.Param < 0 {
			base = fact(t.Limit.Fact)
		}
		factor := "1000"
		if t.Limit.By >= 0 {
			factor = fmt.Sprintf("h.p_%d", t.Limit.By)
		}
		return fmt.Sprintf("(%s * 1000::bigint %s %s * %s * %d)", x, compared[t.Op], base, factor, t.Limit.Times)
	}
	if unit := t.Fact.Of().Unit; unit == policy.UnitBool || unit == policy.UnitEnum {
		list := []string{"-1"}
		for rest := t.Words; rest != 0; rest &= rest - 1 {
			list = append(list, fmt.Sprint(bits.TrailingZeros64(rest)))
		}
		return fmt.Sprintf("(%s in (%s))", x, strings.Join(list, ", "))
	}
	var parts []string
	if t.Low != math.MinInt64 {
		parts = append(parts, fmt.Sprintf("%s >= %d", x, t.Low))
	}
	if t.High != math.MaxInt64 {
		parts = append(parts, fmt.Sprintf("%s <= %d", x, t.High))
	}
	return "(" + strings.Join(parts, " and ") + ")"
}

// judged is the query of everything: of each household which items fit and which are open,
// as sets of bits in the order of the Book.
func judged(book *policy.Book) string {
	var b strings.Builder
	var eligible, open []string
	for i := range book.Items {
		eligible = append(eligible, fmt.Sprintf("(case when i_%d then %d else 0 end)", i, uint64(1)<<i))
		open = append(open, fmt.Sprintf("(case when i_%d is null then %d else 0 end)", i, uint64(1)<<i))
	}
	fmt.Fprintf(&b, "select h.id, %s, %s from (select o.*, p.* from o_home o join o_place p on p.county = o.county and p.known = coalesce(o.area, 2)) h",
		strings.Join(eligible, " | "), strings.Join(open, " | "))
	for i := range book.Statuses {
		s := &book.Statuses[i]
		when := "false"
		if s.When != nil {
			when = criterion(s.When)
		}
		fmt.Fprintf(&b, "\ncross join lateral (select (%s = 1 or %s) as s_%d offset 0) ls_%d", fact(s.Recognised), when, i, i)
	}
	for i := range book.Items {
		it := &book.Items[i]
		person := "true"
		if it.Person != nil {
			person = atLeast(1, criterion(it.Person))
		}
		fmt.Fprintf(&b, "\ncross join lateral (select (%s and %s) as i_%d offset 0) li_%d", criterion(it.When), person, i, i)
	}
	return b.String()
}
