package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// A Problem is one fault in the sources, with its place.
type Problem struct {
	File   string
	Line   int    // from 1; 0 when no line can be named
	Column int    // from 1, in characters
	Item   string // the item, criterion, parameter, ... that is wrong
	Place  string // inside it, such as "when.all[1]"
	What   string // for who writes rules, in English
	Say    string // for an officer: one sentence, what is wrong and what to do
}

// String is the form of compilers: file:line:column: what.
func (p Problem) String() string {
	where := make([]string, 0, 3)
	for _, s := range []string{p.position(), p.Item, p.Place} {
		if s != "" {
			where = append(where, s)
		}
	}
	return strings.Join(append(where, p.What), ": ")
}

func (p Problem) position() string {
	if p.Line == 0 {
		return p.File
	}
	return p.File + ":" + strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column)
}

// Problems is every fault found in one go. It is an error.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].String()
	}
	return fmt.Sprintf("%d problems in the policies:\n%s", len(p), strings.Join(lines, "\n"))
}

func (p Problems) sorted() Problems {
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line, a.Column-b.Column, strings.Compare(a.String(), b.String()))
	})
	return slices.Compact(p)
}

// sayRule is what an officer is told of a fault that editing figures, dates and
// sentences cannot cause.
const sayRule = "这条规则没写对,系统读不懂。请按左边的位置改过再试,改不了的找管规则的人。"

// at is where something is said, for problems: in words, and in the parsed file.
type at struct {
	file, item, place string
	node              ast.Node
}

// in goes on to a place below, such as "at_least.of". What is not written there
// leaves the position at what surrounds it.
func (a at) in(place string) at {
	out := at{a.file, a.item, place, a.node}
	if a.place != "" {
		out.place = a.place + "." + place
	}
	for _, key := range strings.Split(place, ".") {
		name, number, isElement := strings.Cut(strings.TrimSuffix(key, "]"), "[")
		next := child(out.node, name)
		if i, err := strconv.Atoi(number); isElement && err == nil {
			next = element(next, i)
		}
		if next == nil {
			break
		}
		out.node = next
	}
	return out
}

// nth goes on to an element of the list that a stands at.
func (a at) nth(i int) at {
	out := at{a.file, a.item, index(a.place, i), a.node}
	if n := element(a.node, i); n != nil {
		out.node = n
	}
	return out
}

func child(n ast.Node, key string) ast.Node {
	switch m := n.(type) {
	case *ast.MappingNode:
		for _, v := range m.Values {
			if v.Key.GetToken().Value == key {
				return v.Value
			}
		}
	case *ast.MappingValueNode:
		if m.Key.GetToken().Value == key {
			return m.Value
		}
	}
	return nil
}

func element(n ast.Node, i int) ast.Node {
	if list, isList := n.(*ast.SequenceNode); isList && i < len(list.Values) {
		return list.Values[i]
	}
	return nil
}

// position gives the line and column at which a node begins, from 1, and zeros for
// none.
func position(n ast.Node) (line, column int) {
	if n == nil {
		return 0, 0
	}
	t := n.GetToken()
	switch m := n.(type) {
	case *ast.MappingNode:
		if !m.IsFlowStyle && len(m.Values) > 0 {
			t = m.Values[0].Key.GetToken()
		}
	case *ast.MappingValueNode:
		t = m.Key.GetToken()
	}
	if t == nil || t.Position == nil {
		return 0, 0
	}
	return t.Position.Line, t.Position.Column
}

// problem notes a fault: say is for an officer, the rest for who writes rules.
func (b *builder) problem(a at, say, format string, args ...any) {
	line, column := position(a.node)
	b.bad = append(b.bad, Problem{
		File: a.file, Line: line, Column: column, Item: a.item, Place: a.place,
		What: fmt.Sprintf(format, args...), Say: say,
	})
}

// fault is a Problem that the decoder of one value found: it knows its node only.
type fault struct {
	node      ast.Node
	what, say string
}

func (f *fault) Error() string { return f.what }

// quoted puts what somebody wrote into a Chinese sentence, cut to a readable
// length.
func quoted(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return "「" + s + "」"
}
