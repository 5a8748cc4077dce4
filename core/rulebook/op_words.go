package rulebook

import (
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"lianou/core"
)

// A Criterion changes one field of a named condition: its limit, or a sentence.
type Criterion struct {
	Name  string `json:"name"`
	Field string `json:"field"` // one of criterionFields
	Value string `json:"value"`
}

// An Item changes one field of an item, in the version that begins on a day: "the newest"
// would be another one when the step is done again on a newer edition.
type Item struct {
	Code  core.ItemCode `json:"code"`
	From  core.Date     `json:"from"`
	Field string        `json:"field"` // one of itemFields
	Value string        `json:"value"`
}

// field is how a value is written.
type field int

const (
	sentence field = iota
	figure
	ident
)

var (
	criterionFields = map[string]field{"value": figure, "range.0": figure, "range.1": figure, "limit.param": ident, "limit.by": ident, "limit.times": figure,
		"pass": sentence, "fail": sentence, "unknown": sentence, "law": sentence}
	itemFields = map[string]field{"name": sentence, "everyday": sentence, "body": sentence, "benefit.text": sentence, "benefit.formula": sentence,
		"limit.days": figure, "limit.county": figure, "limit.mark": ident, "limit.text": sentence, "notice.days": figure, "ceiling": ident}
	plainName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.]{0,60}$`)
)

// written checks a value and writes it as it shall stand in the file.
func (f field) written(v string) (string, error) {
	switch f {
	case figure:
		if strings.HasPrefix(v, "-") {
			return "", core.Invalid("value", "这里不能写负数。")
		}
		if !number.MatchString(v) {
			return "", core.Invalid("value", "这里请只写数字。")
		}
		return v, nil
	case ident:
		if !plainName.MatchString(v) {
			return "", core.Invalid("value", "这里请写政策文件里的名称。")
		}
	}
	return scalar(v)
}

func (c *Criterion) apply(s Sources) (Sources, error) {
	f, known := criterionFields[c.Field]
	if !known {
		return Sources{}, ErrOp
	}
	found, err := find(s, "criteria", "name", c.Name)
	if err != nil {
		return Sources{}, err
	}
	return found[0].change(s, c.Field, f, c.Value)
}

func (i *Item) apply(s Sources) (Sources, error) {
	f, known := itemFields[i.Field]
	if !known {
		return Sources{}, ErrOp
	}
	versions, err := versionsOf(s, i.Code)
	if err != nil {
		return Sources{}, err
	}
	for _, v := range slices.Backward(versions) {
		if v.from == i.From {
			return v.change(s, i.Field, f, i.Value)
		}
	}
	return Sources{}, ErrNotThere
}

// change sets a field, which may lie one step inside: "limit.days", "range.0".
func (at place) change(s Sources, path string, f field, v string) (Sources, error) {
	written, err := f.written(v)
	if err != nil {
		return Sources{}, err
	}
	outer, inner, deep := strings.Cut(path, ".")
	switch in := value(at.node, outer).(type) {
	case *ast.SequenceNode:
		n := int(inner[0] - '0')
		if n >= len(in.Values) {
			return Sources{}, ErrNotThere
		}
		from, to, err := at.page.span(in.Values[n])
		if err != nil {
			return Sources{}, err
		}
		at.page.replace(from, to, written)
	case nil:
		if deep {
			return Sources{}, ErrNotThere
		}
		err = at.page.set(at.node, outer, written)
	default:
		if deep {
			err = at.page.set(in, inner, written)
		} else {
			err = at.page.set(at.node, outer, written)
		}
	}
	if err != nil {
		return Sources{}, err
	}
	return at.page.close(s)
}

// version is one dated version of an item.
type version struct {
	place
	from, until core.Date
	off         bool
}

// versionsOf lists the versions of an item, the oldest first.
func versionsOf(s Sources, code core.ItemCode) ([]version, error) {
	found, err := find(s, "items", "code", string(code))
	if err != nil {
		return nil, err
	}
	var out []version
	for _, at := range found {
		v := version{place: at, off: word(at.node, "when") == suspended}
		if v.from, err = core.ParseDate(word(at.node, "from")); err != nil {
			return nil, err
		}
		if until := word(at.node, "until"); until != "" {
			if v.until, err = core.ParseDate(until); err != nil {
				return nil, err
			}
		}
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b version) int { return int(a.from - b.from) })
	return out, nil
}
