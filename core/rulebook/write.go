package rulebook

import (
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// set writes a scalar, as it shall stand in the file, under a key of a mapping: in the
// place of what is there, or as a new key.
func (p *page) set(mapping ast.Node, key, written string) error {
	if old := value(mapping, key); old != nil {
		from, to, err := p.span(old)
		if err != nil {
			return err
		}
		p.replace(from, to, written)
		return nil
	}
	all := entries(mapping)
	for i := len(all) - 1; i >= 0; i-- {
		if err := p.setAfter(mapping, all[i], key, written); err == nil {
			return nil
		}
	}
	return named(ErrByHand, p.name)
}

// setAfter writes a new key behind another of the same mapping.
func (p *page) setAfter(mapping ast.Node, after *ast.MappingValueNode, key, written string) error {
	_, to, err := p.span(after.Value)
	if err != nil {
		return err
	}
	if m, ok := mapping.(*ast.MappingNode); ok && m.IsFlowStyle {
		p.replace(to, to, ", "+key+": "+written)
		return nil
	}
	line := p.line(to)
	if p.line(p.offset(after.Key.GetToken())) != line {
		return named(ErrByHand, p.name)
	}
	end := p.lineEnd(line)
	p.replace(end, end, "\n"+strings.Repeat(" ", after.Key.GetToken().Position.Column-1)+key+": "+written)
	return nil
}

// drop takes a key with its value out of a mapping of several lines.
func (p *page) drop(mapping ast.Node, key string) error {
	e := entry(mapping, key)
	if e == nil {
		return nil
	}
	if m, ok := mapping.(*ast.MappingNode); !ok || m.IsFlowStyle || entries(mapping)[0] == e {
		return named(ErrByHand, p.name)
	}
	first := p.line(p.offset(e.Key.GetToken()))
	last := p.block(first, e.Key.GetToken().Position.Column-1)
	p.replace(p.starts[first], p.after(last), "")
	return nil
}

// element is the lines of one element of a sequence written with dashes: the first, which
// holds the dash, the last, and the column of the dash.
func (p *page) element(n ast.Node) (first, last, dash int, err error) {
	at := n.GetToken()
	if all := entries(n); len(all) > 0 {
		at = all[0].Key.GetToken() // a mapping's own token is a colon
	}
	if m, ok := n.(*ast.MappingNode); ok && m.IsFlowStyle {
		at = m.Start
	}
	first = p.line(p.offset(at))
	text := p.text[p.starts[first]:p.lineEnd(first)]
	dash = len(text) - len(strings.TrimLeft(text, " "))
	if !strings.HasPrefix(text[dash:], "- ") {
		return 0, 0, 0, named(ErrByHand, p.name)
	}
	return first, p.block(first, dash), dash, nil
}

// block is the last line of what begins in a line and stands further in than a column.
// Blank lines and comments at its end are those of what follows.
func (p *page) block(first, column int) int {
	last := first
	for i := first + 1; i < len(p.starts); i++ {
		text := strings.TrimRight(p.text[p.starts[i]:p.lineEnd(i)], " \r")
		body := strings.TrimLeft(text, " ")
		if body == "" || strings.HasPrefix(body, "#") {
			continue
		}
		if len(text)-len(body) <= column {
			break
		}
		last = i
	}
	return last
}

// after is the offset of the line behind a line.
func (p *page) after(line int) int { return min(p.lineEnd(line)+1, len(p.text)) }

// append writes an element, given as the lines of its text without a dash, behind another
// of the same sequence.
func (p *page) append(list *ast.SequenceNode, after ast.Node, lines ...string) error {
	if list.IsFlowStyle {
		_, to, err := p.span(after)
		if err != nil {
			return err
		}
		p.replace(to, to, ", "+strings.Join(lines, " "))
		return nil
	}
	_, last, dash, err := p.element(after)
	if err != nil {
		return err
	}
	var out strings.Builder
	for i, line := range lines {
		lead := "  "
		if i == 0 {
			lead = "- "
		}
		out.WriteString("\n" + strings.Repeat(" ", dash) + lead + line)
	}
	end := p.lineEnd(last)
	p.replace(end, end, out.String())
	return nil
}
