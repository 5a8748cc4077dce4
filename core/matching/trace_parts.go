package matching

import (
	"fmt"
	"math"
	"slices"
	"time"

	"lianou/core"
	"lianou/core/policy"
)

// facts gives what is known of one entry of the vocabulary, of the household or of each
// member, where the Book asks for it.
func (t *tracer) facts(f *policy.Fact) []traceFact {
	if !t.asked(f.ID) {
		return nil
	}
	who := []int{house}
	if f.ID.IsMember() {
		who = who[:0]
		for i := range t.e.h.Members {
			who = append(who, i)
		}
	}
	var out []traceFact
	for _, i := range who {
		x, known := t.e.value(f.ID, i)
		if !known {
			continue
		}
		one := traceFact{Fact: f.Key, Path: t.e.path(f.ID, i), Unit: string(f.Unit), Value: x}
		if i != house {
			one.Member = string(t.e.h.Members[i].Ref)
		}
		if f.Unit == policy.UnitEnum {
			one.Word = f.Words[x]
		}
		for _, path := range t.r.paths(&Reason{Ground: &Ground{Fact: one.Path}}) {
			if from, told := t.sources[path]; told {
				one.Sources = append(one.Sources, t.source(from))
			}
		}
		out = append(out, one)
	}
	return out
}

// asked reports whether anything in the Book reads a fact.
func (t *tracer) asked(f policy.FactID) bool {
	book := t.e.m.book
	uses := func(list *policy.Formula) bool {
		return list != nil && slices.ContainsFunc(list.Uses, func(u policy.Use) bool { return u.Param < 0 && u.Fact == f })
	}
	return f == policy.Area ||
		slices.ContainsFunc(book.Tests, func(c *policy.Test) bool { return c.Fact == f || t.e.m.other[c.ID] == f }) ||
		slices.ContainsFunc(book.Statuses, func(s policy.Status) bool { return s.Recognised == f }) ||
		slices.ContainsFunc(book.Items, func(it policy.Item) bool { return uses(it.Benefit.Formula) }) ||
		slices.ContainsFunc(book.Rules, func(r policy.Rule) bool { return uses(r.Part) })
}

// source numbers where a fact came from.
func (t *tracer) source(from core.Provenance) string {
	one := traceSource{Said: from.Said, By: string(from.By)}
	if !from.At.IsZero() {
		one.At = from.At.UTC().Format(time.RFC3339)
	}
	for _, s := range t.ids {
		if s.Said == one.Said && s.By == one.By && s.At == one.At {
			return s.ID
		}
	}
	one.ID = fmt.Sprintf("s%d", len(t.ids)+1)
	t.ids = append(t.ids, one)
	return one.ID
}

func (t *tracer) param(id policy.ParamID) string {
	if id < 0 {
		return ""
	}
	return t.e.m.book.Params[id].Name
}

func (t *tracer) test(c *policy.Test) traceTest {
	out := traceTest{Name: c.Name, Fact: c.Fact.Of().Key, Op: string(c.Op), Law: c.Law}
	switch {
	case c.Limit != nil:
		out.Param, out.By, out.Times = t.param(c.Limit.Param), t.param(c.Limit.By), c.Limit.Times
		if c.Limit.Param < 0 {
			out.Other = c.Limit.Fact.Of().Key
		}
	case c.Fact.Of().Unit == policy.UnitEnum:
		for i, w := range c.Fact.Of().Words {
			if c.Words>>i&1 == 1 {
				out.Words = append(out.Words, w)
			}
		}
	case c.Fact.Of().Unit == policy.UnitBool: // "is": the fact is true
	default:
		if c.Low > math.MinInt64 {
			out.Low = &c.Low
		}
		if c.High < math.MaxInt64 {
			out.High = &c.High
		}
	}
	return out
}

var traceKinds = map[policy.NodeKind]string{
	policy.NodeAll: "all", policy.NodeAny: "any", policy.NodeNot: "not", policy.NodeAnyMember: "at_least",
	policy.NodeAllMembers: "all_members", policy.NodeAtLeast: "at_least", policy.NodeTest: "test", policy.NodeStatus: "status",
}

// tree writes a tree with its outcomes, of each member where it stands for one.
func (t *tracer) tree(n *policy.Node, each bool) *traceNode {
	if n == nil {
		return nil
	}
	out := &traceNode{Kind: traceKinds[n.Kind]}
	if each {
		for i := range t.e.h.Members {
			out.Is = append(out.Is, t.e.eval(n, i))
		}
	} else {
		out.Is = []Outcome{t.e.eval(n, house)}
	}
	switch n.Kind {
	case policy.NodeTest:
		out.Test = n.Test.Name
	case policy.NodeStatus:
		out.Status = t.e.m.book.Statuses[n.Status].Key
	case policy.NodeAnyMember, policy.NodeAtLeast:
		out.N, each = max(n.N, 1), true
	case policy.NodeAllMembers:
		each = true
	}
	for _, k := range n.Kids {
		out.Kids = append(out.Kids, t.tree(k, each))
	}
	return out
}

func told(fen core.Fen) *int64 {
	if fen == untold {
		return nil
	}
	n := int64(fen)
	return &n
}

func (t *tracer) item(i int) traceItem {
	it, f := &t.e.m.book.Items[i], &t.r.Findings[i]
	out := traceItem{Code: string(it.Code), Is: f.Outcome, When: t.tree(it.When, false), Person: t.tree(it.Person, true), For: refs(f.For),
		After: string(f.After), Outside: it.Decides == policy.ByOutside, Per: it.Benefit.Per, Each: it.Benefit.Each}
	if it.Benefit.Formula == nil || f.Outcome != Eligible {
		return out
	}
	out.Formula = it.Benefit.Formula.Source
	for _, share := range t.e.sharesOf(i) {
		out.Shares = append(out.Shares, told(share))
	}
	return out
}

func refs(list []core.MemberRef) []string {
	var out []string
	for _, r := range list {
		out = append(out, string(r))
	}
	return out
}

func (t *tracer) rule(r *policy.Rule) traceRule {
	out := traceRule{A: string(r.A), B: string(r.B), Kind: string(r.Kind), Person: r.Person, AtMost: t.param(r.AtMost), Law: r.Law}
	if r.Part != nil {
		out.Part = r.Part.Source
	}
	return out
}

func (t *tracer) bundle() traceBundle {
	out := traceBundle{Claims: []traceClaim{}, Acts: []traceAct{}, Items: []traceAmount{}}
	taken := t.b.solve()
	for i, c := range t.b.claims {
		one := traceClaim{Item: string(t.r.Findings[c.item].Item), Fen: told(c.fen), Per: c.per, Value: c.value,
			Held: c.held, Fixed: c.fixed, Barred: c.barred, Filed: c.filed, Taken: taken[i]}
		if c.member != house {
			one.Member = string(t.e.h.Members[c.member].Ref)
		}
		out.Claims = append(out.Claims, one)
		if taken[i] {
			out.Value += c.value
		}
	}
	off := make([]int64, len(t.b.claims))
	for i := range t.b.joints {
		j := &t.b.joints[i]
		rule := slices.IndexFunc(t.e.m.rules, func(r ruleAt) bool { return r.Rule == j.rule })
		out.Acts = append(out.Acts, traceAct{rule, j.a, j.b, j.deduct})
		if !j.exclude && taken[j.a] && taken[j.b] {
			off[j.b] += j.deduct
		}
	}
	for i, c := range t.b.claims {
		if taken[i] {
			out.Value -= c.value - max(c.value-off[i], 1)
		}
	}
	for _, code := range t.r.Bundle {
		f := t.r.Finding(code)
		out.Items = append(out.Items, traceAmount{string(code), int64(f.Benefit.Amount), refs(f.Benefit.For)})
	}
	return out
}
