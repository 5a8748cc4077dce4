package policy

import (
	"maps"
	"slices"
	"strings"

	"lianou/core"
)

// cycle names a ring of rules in full; the first and the last name are the same.
func (b *builder) cycle(a at, names []string) {
	ring := strings.Join(names, " -> ")
	say := "这些规则互相等,绕成了一个圈:" + ring + "。请去掉其中一处。"
	if len(names) == 2 {
		say = quoted(names[0]) + "引用了自己。请去掉这一处。"
	}
	b.problem(a, say, "these refer to one another: %s", ring)
}

// statusCycle walks what each status uses, from key on, until one comes again. A
// status that only waits for a ring is led to it: the ring is what is named.
func (b *builder) statusCycle(key string) []string {
	path := []string{}
	for {
		name := "status." + key
		if i := slices.Index(path, name); i >= 0 {
			return append(path[i:], name)
		}
		path = append(path, name)
		i := slices.IndexFunc(b.statusSrc, func(s placedStatus) bool { return s.Key == key })
		if i < 0 || b.statusSrc[i].When == nil {
			return path
		}
		next := slices.IndexFunc(b.statusNames(b.statusSrc[i].When, map[string]bool{}), func(k string) bool { return !b.resolved(k) })
		if next < 0 {
			return append(path, path[len(path)-1])
		}
		key = b.statusNames(b.statusSrc[i].When, map[string]bool{})[next]
	}
}

func (b *builder) resolved(key string) bool {
	return slices.ContainsFunc(b.statuses, func(d Status) bool { return d.Key == key })
}

// checkOrder finds cycles of the kind "item A waits for item B, which waits for A":
// an item waits for the item that grants a status it uses.
func (b *builder) checkOrder() {
	waits := map[core.ItemCode][]core.ItemCode{}
	places := map[core.ItemCode]at{}
	for i := range b.items {
		it := &b.items[i]
		places[it.Code] = it.at
		for _, n := range []*Node{it.When, it.Person} {
			waits[it.Code] = append(waits[it.Code], b.granters(n)...)
		}
	}
	for i := range b.statuses {
		g := b.statuses[i].GrantedBy
		if _, found := places[g]; g != "" && !found {
			k := slices.IndexFunc(b.statusSrc, func(s placedStatus) bool { return s.Key == b.statuses[i].Key })
			b.problem(b.statusSrc[k].at.in("granted_by"), "没有编号是"+quoted(string(g))+"的事项。请看看是不是写错了。", "there is no item %q", g)
		}
	}
	b.rings(waits, places, func(a at, names []string) {
		b.problem(a, "这些事项互相等着,谁也办不成:"+strings.Join(names, " -> ")+"。请去掉其中一处。", "these wait for one another: %s", strings.Join(names, " -> "))
	})
}

// checkDeductions finds rings of items that are each deducted from the next: what
// is left of any of them could then not be told.
func (b *builder) checkDeductions() {
	next := map[core.ItemCode][]core.ItemCode{}
	places := map[core.ItemCode]at{}
	for i := range b.rules {
		if r := &b.rules[i]; r.Kind == Overlap && r.A != r.B {
			next[r.A] = append(next[r.A], r.B)
			places[r.A] = b.ruleAt[i]
		}
	}
	b.rings(next, places, func(a at, names []string) {
		b.problem(a, "这些事项互相抵扣,绕成了一个圈:"+strings.Join(names, " -> ")+"。请去掉其中一处。", "these are deducted from one another: %s", strings.Join(names, " -> "))
	})
}

// rings walks a graph of items and tells of every ring once.
func (b *builder) rings(next map[core.ItemCode][]core.ItemCode, places map[core.ItemCode]at, tell func(at, []string)) {
	done := map[core.ItemCode]bool{}
	var walk func(code core.ItemCode, path []core.ItemCode)
	walk = func(code core.ItemCode, path []core.ItemCode) {
		if i := slices.Index(path, code); i >= 0 {
			names := make([]string, 0, len(path)+1)
			for _, c := range append(slices.Clone(path[i:]), code) {
				names = append(names, string(c))
			}
			tell(places[code], names)
			return
		}
		if done[code] {
			return
		}
		for _, n := range next[code] {
			walk(n, append(slices.Clone(path), code))
		}
		done[code] = true
	}
	for _, code := range slices.Sorted(maps.Keys(next)) {
		walk(code, nil)
	}
}

// granters lists the items whose approval a tree hangs on. A status under `not`
// is no wait.
func (b *builder) granters(n *Node) []core.ItemCode {
	if n == nil || n.Kind == NodeNot {
		return nil
	}
	if n.Kind == NodeStatus {
		if g := b.statuses[n.Status].GrantedBy; g != "" {
			return []core.ItemCode{g}
		}
	}
	var out []core.ItemCode
	for _, kid := range n.Kids {
		out = append(out, b.granters(kid)...)
	}
	return out
}
