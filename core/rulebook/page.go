package rulebook

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"lianou/core"
)

// ErrByHand says that a place is written in a way that single changes do not reach, such
// as a sentence over several lines: the whole file can be replaced instead.
var ErrByHand = core.E(core.KindUnsupported, "rulebook_by_hand", "这一处的写法不能单独改,请换掉整个文件。")

// page is one file under change. The tree says where things stand; changes are made in the
// text, so that every comment, space and order outside of them stays as people wrote it.
type page struct {
	name, text string
	starts     []int // offsets of the lines
	root       ast.Node
	edits      []edit
}

type edit struct {
	from, to int
	with     string
}

func openPage(f File) (*page, error) {
	tree, err := parser.ParseBytes([]byte(f.Text), 0)
	if err != nil || len(tree.Docs) != 1 {
		return nil, named(ErrByHand, f.Name)
	}
	p := &page{name: f.Name, text: f.Text, starts: []int{0}, root: tree.Docs[0].Body}
	for i := range f.Text {
		if f.Text[i] == '\n' {
			p.starts = append(p.starts, i+1)
		}
	}
	return p, nil
}

// done gives the text with every change made.
func (p *page) done() (string, error) {
	slices.SortStableFunc(p.edits, func(a, b edit) int { return a.from - b.from })
	var out strings.Builder
	at := 0
	for _, e := range p.edits {
		if e.from < at {
			return "", named(ErrByHand, p.name)
		}
		out.WriteString(p.text[at:e.from])
		out.WriteString(e.with)
		at = e.to
	}
	out.WriteString(p.text[at:])
	return out.String(), nil
}

func (p *page) replace(from, to int, with string) { p.edits = append(p.edits, edit{from, to, with}) }

// offset is where a token begins, in bytes; the library counts columns in runes.
func (p *page) offset(t *token.Token) int {
	at := p.starts[t.Position.Line-1]
	for range t.Position.Column - 1 {
		_, size := utf8.DecodeRuneInString(p.text[at:])
		at += size
	}
	return at
}

// line is the 0-based line that an offset stands in.
func (p *page) line(offset int) int {
	i, found := slices.BinarySearch(p.starts, offset)
	if !found {
		i--
	}
	return i
}

// lineEnd is the offset behind the last byte of a line, before its line break.
func (p *page) lineEnd(line int) int {
	if line+1 < len(p.starts) {
		return p.starts[line+1] - 1
	}
	return len(p.text)
}

// span is where a node stands, if it is a scalar of one line or written with brackets.
func (p *page) span(n ast.Node) (from, to int, err error) {
	switch n := n.(type) {
	case *ast.MappingNode:
		if n.IsFlowStyle {
			return p.offset(n.Start), p.offset(n.End) + 1, nil
		}
	case *ast.SequenceNode:
		if n.IsFlowStyle {
			return p.offset(n.Start), p.offset(n.End) + 1, nil
		}
	case ast.ScalarNode:
		t := n.GetToken()
		from = p.offset(t)
		if to, ok := scalarEnd(p.text[from:], t); ok {
			return from, from + to, nil
		}
	}
	return 0, 0, named(ErrByHand, p.name)
}

// scalarEnd is the length of the scalar at the head of a text; false for one that goes on
// in the next line.
func scalarEnd(text string, t *token.Token) (int, bool) {
	if text == "" {
		return 0, false
	}
	switch quote := text[0]; quote {
	case '\'', '"':
		for i := 1; i < len(text) && text[i] != '\n'; i++ {
			switch {
			case quote == '"' && text[i] == '\\':
				i++
			case text[i] == quote && quote == '\'' && i+1 < len(text) && text[i+1] == quote:
				i++
			case text[i] == quote:
				return i + 1, true
			}
		}
		return 0, false
	}
	return len(t.Value), t.Value != "" && strings.HasPrefix(text, t.Value)
}

// entries lists the keys and values of a mapping.
func entries(n ast.Node) []*ast.MappingValueNode {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	}
	return nil
}

func entry(n ast.Node, key string) *ast.MappingValueNode {
	for _, e := range entries(n) {
		if e.Key.GetToken().Value == key {
			return e
		}
	}
	return nil
}

// value gives what stands under a key, nil for nothing.
func value(n ast.Node, key string) ast.Node {
	if e := entry(n, key); e != nil {
		return e.Value
	}
	return nil
}

// word gives the text of a scalar under a key, "" for none.
func word(n ast.Node, key string) string {
	if s, ok := value(n, key).(ast.ScalarNode); ok {
		return s.GetToken().Value
	}
	return ""
}

// sequence is a node as a list; an empty one for what is none.
func sequence(n ast.Node) *ast.SequenceNode {
	if s, ok := n.(*ast.SequenceNode); ok {
		return s
	}
	return &ast.SequenceNode{}
}

func elements(n ast.Node) []ast.Node { return sequence(n).Values }

// scalar writes a text so that it reads back as that text, inside brackets or outside:
// plain where that is safe, as people write it, or else in quotes. Errors are KindInvalid.
func scalar(text string) (string, error) {
	if text == "" || len(text) > 2000 || strings.TrimSpace(text) != text || !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", core.Invalid("text", "请写一行字,不能空着,也不要太长(2000 字节以内)。")
	}
	var plain, quoted struct {
		K any `yaml:"k"`
	}
	if err := yaml.Unmarshal([]byte("{k: "+text+"}\n"), &plain); err == nil && plain.K == text {
		if err = yaml.Unmarshal([]byte("k: "+text+"\n"), &plain); err == nil && plain.K == text {
			return text, nil
		}
	}
	out := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
	if err := yaml.Unmarshal([]byte("{k: "+out+"}\n"), &quoted); err != nil || quoted.K != text {
		return "", core.Invalid("text", "这句话里有写不进文件的字符。").Wrap(errors.New("scalar"))
	}
	return out, nil
}
