package policy

import (
	"slices"
	"strconv"
	"strings"

	"lianou/core"
)

// maxTree bounds a criterion with everything it names written out. Names let a few
// lines stand for a tree of any size.
const maxTree = 2000

// node resolves a tree. In person scope tests may ask facts of the member.
func (b *builder) node(a at, n *srcNode, person bool) *Node {
	out := b.resolve(a, n, person)
	if b.tooLarge {
		b.tooLarge = false
		b.problem(a, "这条规则套的条件太多了。请拆成几条。", "written out, the criterion has more than %d parts", maxTree)
	}
	return out
}

func (b *builder) resolve(a at, n *srcNode, person bool) *Node {
	forms := 0
	for _, set := range []bool{n.Name != "", n.All != nil, n.Any != nil, n.Not != nil, n.AnyMember != nil, n.AllMembers != nil, n.AtLeast != nil} {
		if set {
			forms++
		}
	}
	if forms != 1 {
		b.problem(a, sayRule, "a criterion is a name or exactly one of all, any, not, any_member, all_members, at_least")
		return b.newNode(Node{Kind: NodeAll})
	}
	switch {
	case n.Name != "":
		return b.named(a, n.Name, person)
	case n.All != nil:
		return b.several(a.in("all"), NodeAll, n.All, person)
	case n.Any != nil:
		return b.several(a.in("any"), NodeAny, n.Any, person)
	case n.Not != nil:
		return b.newNode(Node{Kind: NodeNot, Kids: []*Node{b.node(a.in("not"), n.Not, person)}})
	}
	if person {
		b.problem(a, "这里已经在看一个人了,不能再数家里人。", "members are not counted inside one member's criterion")
	}
	switch {
	case n.AnyMember != nil:
		return b.newNode(Node{Kind: NodeAnyMember, N: 1, Kids: []*Node{b.node(a.in("any_member"), n.AnyMember, true)}})
	case n.AllMembers != nil:
		return b.newNode(Node{Kind: NodeAllMembers, Kids: []*Node{b.node(a.in("all_members"), n.AllMembers, true)}})
	default:
		if n.AtLeast.N < 1 || n.AtLeast.N > core.MaxMembers {
			b.problem(a.in("at_least.n"), "几个人要写一个数,从 1 到 "+strconv.Itoa(core.MaxMembers)+"。", "n must be between 1 and %d", core.MaxMembers)
		}
		return b.newNode(Node{Kind: NodeAtLeast, N: int(n.AtLeast.N), Kids: []*Node{b.node(a.in("at_least.of"), &n.AtLeast.Of, true)}})
	}
}

func (b *builder) several(a at, kind NodeKind, list []srcNode, person bool) *Node {
	if len(list) == 0 {
		b.problem(a, "这里一条条件都没写。请补上,或者去掉这一栏。", "the list is empty")
	}
	out := Node{Kind: kind}
	for i := range list {
		out.Kids = append(out.Kids, b.node(a.nth(i), &list[i], person))
	}
	return b.newNode(out)
}

func (b *builder) named(a at, name string, person bool) *Node {
	if key, isStatus := strings.CutPrefix(name, "status."); isStatus {
		return b.status(a, key)
	}
	if id, found := b.testIDs[name]; found {
		t := b.tests[id]
		if t.Fact.IsMember() && !person {
			b.problem(a, quoted(name)+"看的是一个人的情况,这里还没说是谁。请放到 person 或者 any_member 下面。", "%s asks about one member, but no member is chosen here", name)
		}
		return b.newNode(Node{Kind: NodeTest, Test: t})
	}
	if _, found := b.groups[name]; found {
		return b.group(name, a, person)
	}
	b.problem(a, "没有叫"+quoted(name)+"的条件。请看看是不是写错了字。", "there is no criterion %q", name)
	return b.newNode(Node{Kind: NodeAll})
}

// group resolves a named tree once per scope, and finds cycles among names.
func (b *builder) group(name string, a at, person bool) *Node {
	if slices.Contains(b.path, name) {
		b.cycle(a, append(slices.Clone(b.path[slices.Index(b.path, name):]), name))
		return b.newNode(Node{Kind: NodeAll})
	}
	key := groupKey{name, person}
	if n := b.groupNodes[key]; n != nil {
		return n
	}
	b.path = append(b.path, name)
	defer func() { b.path = b.path[:len(b.path)-1] }()
	g := b.groups[name]
	n := b.node(b.groupAt[name].in("when"), &g.When, person)
	if n.Group == "" {
		n.Group = name
	}
	b.groupNodes[key] = n
	return n
}

// groupKey names a group as resolved for one scope.
type groupKey struct {
	name   string
	person bool
}

// newNode numbers a node and notes whether it asks anything of a member.
func (b *builder) newNode(n Node) *Node {
	n.size = 1
	for _, kid := range n.Kids {
		n.size += kid.size
	}
	if n.size > maxTree { // told by node; without its kids nothing walks it for ever
		n.Kids, n.size = nil, 1
		b.tooLarge = true
	}
	n.ID = b.nodes
	b.nodes++
	switch n.Kind {
	case NodeTest:
		n.House = !n.Test.Fact.IsMember()
	case NodeAll, NodeAny, NodeNot:
		n.House = !slices.ContainsFunc(n.Kids, func(k *Node) bool { return !k.House })
	default:
		n.House = true
	}
	return &n
}

// status refers to a status by number; the order of evaluation is the order in
// which they are written, so a status may only use earlier ones.
func (b *builder) status(a at, key string) *Node {
	for i := range b.statuses {
		if b.statuses[i].Key == key {
			return b.newNode(Node{Kind: NodeStatus, Status: i})
		}
	}
	if slices.ContainsFunc(b.statusSrc, func(s placedStatus) bool { return s.Key == key }) {
		b.cycle(a, b.statusCycle(key))
	} else {
		b.problem(a, "没有叫"+quoted(key)+"的身份。请看看是不是写错了字。", "there is no status %q", key)
	}
	return b.newNode(Node{Kind: NodeAll})
}

// addStatuses resolves the statuses in an order derived from what they use: one
// that needs another comes after it. What is left over is a cycle.
func (b *builder) addStatuses() {
	src := b.statusSrc
	left := make([]int, len(src))
	for i := range src {
		left[i] = i
	}
	for len(left) > 0 {
		next := slices.IndexFunc(left, func(i int) bool { return b.ready(&src[i].srcStatus) })
		if next < 0 {
			next = 0 // a cycle, or what waits for one: resolving it names the problem
		}
		b.addStatus(&src[left[next]])
		left = slices.Delete(left, next, next+1)
	}
}

// ready reports whether every status that s uses is resolved.
func (b *builder) ready(s *srcStatus) bool {
	if s.When == nil {
		return true
	}
	for _, key := range b.statusNames(s.When, map[string]bool{}) {
		if !slices.ContainsFunc(b.statuses, func(d Status) bool { return d.Key == key }) {
			return false
		}
	}
	return true
}

// statusNames lists the statuses a tree uses, through groups.
func (b *builder) statusNames(n *srcNode, seen map[string]bool) []string {
	var out []string
	if key, isStatus := strings.CutPrefix(n.Name, "status."); isStatus {
		return []string{key}
	}
	if g, found := b.groups[n.Name]; found && !seen[n.Name] {
		seen[n.Name] = true
		out = append(out, b.statusNames(&g.When, seen)...)
	}
	for i := range n.All {
		out = append(out, b.statusNames(&n.All[i], seen)...)
	}
	for i := range n.Any {
		out = append(out, b.statusNames(&n.Any[i], seen)...)
	}
	for _, kid := range []*srcNode{n.Not, n.AnyMember, n.AllMembers} {
		if kid != nil {
			out = append(out, b.statusNames(kid, seen)...)
		}
	}
	if n.AtLeast != nil {
		out = append(out, b.statusNames(&n.AtLeast.Of, seen)...)
	}
	return out
}

func (b *builder) addStatus(s *placedStatus) {
	a := s.at
	out := Status{Key: s.Key, Name: s.Name, GrantedBy: s.GrantedBy, Law: s.Law}
	if fact, found := FactByKey("recognised." + s.Key); found {
		out.Recognised = fact.ID
	} else {
		b.problem(a.in("key"), "身份"+quoted(s.Key)+"在系统里没有对应的情况,要先由开发的人加上。", "there is no fact recognised.%s", s.Key)
	}
	out.TextRecognised = b.text(a.in("recognised"), s.Recognised)
	out.TextFail = b.text(a.in("fail"), s.Fail)
	out.TextUnknown = b.text(a.in("unknown"), s.Unknown)
	if strings.TrimSpace(s.Law) == "" || strings.TrimSpace(s.Name) == "" {
		b.problem(a, "身份要写上名称和依据。", "a status needs its name and its legal source")
	}
	if s.When != nil {
		out.TextComputed = b.text(a.in("computed"), s.Computed)
		b.path = append(b.path, "status."+s.Key)
		out.When = b.node(a.in("when"), s.When, false)
		b.path = b.path[:len(b.path)-1]
	}
	b.statuses = append(b.statuses, out)
}
