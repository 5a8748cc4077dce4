package policy

import (
	"errors"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// maxFaults bounds how often one file is taken in anew, each time without what was at fault.
const maxFaults = 100

// decode takes the document of a file. What cannot be read is noted with its place and left
// out, and the rest is read: whoever mends rules sees every fault in one go. It reports
// whether the rest could be read.
func (f *file) decode() (bad Problems, whole bool) {
	for range maxFaults {
		var doc document
		err := yaml.NodeToValue(f.root, &doc, yaml.Strict())
		if err == nil {
			f.doc = doc
			return bad, true
		}
		bad = append(bad, *problemOf(err))
		way := append([]ast.Node{f.root}, wayTo(f.root, faulty(err))...)
		for i := 1; i < len(way); i++ { // the entry is what stands in the list of a section
			if _, isList := way[i-1].(*ast.SequenceNode); isList {
				f.spoils(way[i])
				break
			}
		}
		if !cutOut(way) {
			return bad, false
		}
	}
	return bad, false
}

// faulty reports of a node whether it is the one that an error is about.
func faulty(err error) func(ast.Node) bool {
	var own *fault
	if errors.As(err, &own) {
		return func(n ast.Node) bool { return n == own.node }
	}
	var known yaml.Error
	if !errors.As(err, &known) || known.GetToken() == nil {
		return func(ast.Node) bool { return false }
	}
	at := known.GetToken()
	return func(n ast.Node) bool {
		if entry, isEntry := n.(*ast.MappingValueNode); isEntry {
			return entry.Key.GetToken() == at
		}
		return n.GetToken() == at
	}
}

// wayTo lists the nodes from below n down to the one that is meant, nil where it is not there.
func wayTo(n ast.Node, meant func(ast.Node) bool) []ast.Node {
	for _, kid := range kids(n) {
		if meant(kid) {
			return []ast.Node{kid}
		}
		if rest := wayTo(kid, meant); rest != nil {
			return append([]ast.Node{kid}, rest...)
		}
	}
	return nil
}

func kids(n ast.Node) (out []ast.Node) {
	switch m := n.(type) {
	case *ast.MappingNode:
		for _, v := range m.Values {
			out = append(out, v)
		}
	case *ast.MappingValueNode:
		out = append(out, m.Value)
	case *ast.SequenceNode:
		out = m.Values
	}
	return out
}

// cutOut takes what stands at the end of a way out of the map or list that holds it.
func cutOut(way []ast.Node) bool {
	for i := len(way) - 1; i > 0; i-- {
		switch holder := way[i-1].(type) {
		case *ast.MappingNode:
			for k, v := range holder.Values {
				if v == way[i] {
					holder.Values = append(holder.Values[:k:k], holder.Values[k+1:]...)
					return true
				}
			}
		case *ast.SequenceNode:
			for k, v := range holder.Values {
				if v == way[i] {
					holder.Values = append(holder.Values[:k:k], holder.Values[k+1:]...)
					return true
				}
			}
		}
	}
	return false
}

// spoils notes the names of an entry that lacks something from now on.
func (f *file) spoils(entry ast.Node) {
	for _, key := range []string{"name", "code", "key", "a", "b", "of"} {
		if v := child(entry, key); v != nil {
			f.spoiled = append(f.spoiled, v.GetToken().Value)
		}
	}
	if child(entry, "year") != nil {
		f.spoiled = append(f.spoiled, "calendar")
	}
}

// named finds what a file that cannot be read says names of.
var named = regexp.MustCompile(`(?m)\b(?:name|code|key): *["']?([A-Za-z][A-Za-z0-9_.-]*)`)

// spoilsAll notes every name of a file that cannot be read.
func (f *file) spoilsAll() {
	for _, m := range named.FindAllSubmatch(f.raw, -1) {
		f.spoiled = append(f.spoiled, string(m[1]))
	}
}

// word is a name inside a problem.
var word = regexp.MustCompile(`[A-Za-z0-9_.-]+`)

// own keeps the problems that do not speak of anything spoiled: what a fault already told
// brings about is no fault of its own.
func (p Problems) own(spoiled []string) (out Problems) {
	bad := map[string]bool{}
	for _, name := range spoiled {
		bad[varName(name)] = true
	}
	for _, one := range p {
		rests := false
		for _, w := range word.FindAllString(one.Item+" "+one.What, -1) {
			rests = rests || bad[varName(strings.TrimPrefix(strings.Trim(w, "."), "status."))]
		}
		if !rests {
			out = append(out, one)
		}
	}
	return out
}
