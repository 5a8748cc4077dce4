package rulebook

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"lianou/core"
)

// An Outline is what of a set can be changed step by step, as it stands in the files.
type Outline struct {
	Params   []ParamLine
	Criteria []FieldLine
	Items    []FieldLine
	Bodies   []string // who decides an item anywhere in the set, and its departments
}

// A ParamLine is one parameter with every row it ever had.
type ParamLine struct {
	Name, Label, Unit string
	Rows              []RowLine
}

// A RowLine is one amount.
type RowLine struct {
	Counties    []core.RegionCode
	Area        core.Area
	Value       string
	From, Until core.Date
	Source      string
	Sample      bool
}

// A FieldLine is one criterion, or one version of an item, with its fields that can be
// changed and what they say; a field that is not there is "".
type FieldLine struct {
	Name   string // of a criterion, or an item's code
	Title  string // its first sentence, or the item's name
	Fact   string // that a criterion asks, by its key; "" of an item
	From   core.Date
	Until  core.Date
	Off    bool
	Fields map[string]string
}

// Outline reads a set that loads. Errors: ErrByHand for a file of another shape.
func (s Sources) Outline() (Outline, error) {
	var out Outline
	for _, f := range s.files {
		p, err := openPage(f)
		if err != nil {
			return Outline{}, err
		}
		for _, n := range elements(value(p.root, "parameters")) {
			line, err := paramLine(n)
			if err != nil {
				return Outline{}, err
			}
			out.Params = append(out.Params, line)
		}
		for _, n := range elements(value(p.root, "criteria")) {
			out.Criteria = append(out.Criteria, criterionLine(n))
		}
		for _, n := range elements(value(p.root, "items")) {
			line := FieldLine{Name: word(n, "code"), Title: word(n, "name"), Off: word(n, "when") == suspended, Fields: fieldsOf(n, itemFields)}
			if line.From, err = core.ParseDate(word(n, "from")); err != nil {
				return Outline{}, err
			}
			if until := word(n, "until"); until != "" {
				if line.Until, err = core.ParseDate(until); err != nil {
					return Outline{}, err
				}
			}
			out.Items = append(out.Items, line)
		}
		out.Bodies = append(out.Bodies, p.bodies()...)
	}
	slices.Sort(out.Bodies)
	out.Bodies = slices.Compact(out.Bodies)
	return out, nil
}

// bodies are who decides an item of a file, and its departments.
func (p *page) bodies() (out []string) {
	for _, at := range [][2]string{{"items", "body"}, {"departments", "name"}} {
		for _, n := range elements(value(p.root, at[0])) {
			if body := word(n, at[1]); body != "" {
				out = append(out, body)
			}
		}
	}
	return out
}

func criterionLine(n ast.Node) FieldLine {
	return FieldLine{Name: word(n, "name"), Title: word(n, "pass"), Fact: word(n, "fact"), Fields: fieldsOf(n, criterionFields)}
}

func paramLine(n ast.Node) (ParamLine, error) {
	line := ParamLine{Name: word(n, "name"), Label: word(n, "label"), Unit: word(n, "unit")}
	for _, e := range elements(value(n, "rows")) {
		r, err := readRow(e)
		if err != nil {
			return ParamLine{}, err
		}
		line.Rows = append(line.Rows, RowLine{r.counties, r.area, r.value, r.from, r.until, r.source, r.sample})
	}
	return line, nil
}

func fieldsOf(n ast.Node, fields map[string]field) map[string]string {
	out := map[string]string{}
	for path := range fields {
		outer, inner, deep := strings.Cut(path, ".")
		switch in := value(n, outer).(type) {
		case *ast.SequenceNode:
			if i := int(inner[0] - '0'); i < len(in.Values) {
				out[path] = in.Values[i].GetToken().Value
			}
		case nil:
		default:
			if deep {
				out[path] = word(in, inner)
			} else {
				out[path] = word(n, outer)
			}
		}
	}
	return out
}
