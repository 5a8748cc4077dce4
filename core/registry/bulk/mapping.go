package bulk

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"lianou/core"
	"lianou/core/tables"
)

// Mapping says which column of a sender's table is which field, where the headings
// alone do not. The zero Mapping takes the usual headings.
type Mapping struct {
	// Columns maps headings of the file to fields.
	Columns map[string]string `yaml:"columns"`
	// Ignore lists headings that are not read. Others that nobody knows are refused.
	Ignore []string `yaml:"ignore"`
	// Constant gives fields that have one value for the whole file.
	Constant map[string]string `yaml:"constant"`
	// Values translates what the sender writes, by field.
	Values map[string]map[string]string `yaml:"values"`
}

// maxMapping bounds a mapping file.
const maxMapping = 256 << 10

// ParseMapping reads a mapping from YAML, strictly. Errors are KindInvalid.
func ParseMapping(b []byte) (Mapping, error) {
	var m Mapping
	if len(b) > maxMapping {
		return m, core.E(core.KindTooLarge, "mapping_large", "对照文件太大,不超过 256 KB。")
	}
	if err := yaml.UnmarshalWithOptions(b, &m, yaml.Strict()); err != nil {
		return Mapping{}, core.Invalid("mapping", "对照文件有一项不认识。只写 columns、ignore、constant、values 四样。")
	}
	return m, nil
}

// canonical is the same bytes for the same mapping, for the key of a run.
func (m Mapping) canonical() []byte {
	m.Ignore = slices.Sorted(slices.Values(m.Ignore))
	b, _ := json.Marshal(m) // of strings only; maps are sorted
	return b
}

// layout is which field stands in which column of one file.
type layout struct {
	kind     Kind
	heads    []string
	fields   []string       // by column; "" for one that is ignored
	added    []bool         // by column: of a refusal file that comes back; all false in any other
	columns  map[string]int // by field
	constant map[string]string
	values   map[string]map[string]string
}

// layoutOf reads the header. It refuses before a row is read: a column that nobody
// knows, a field that stands twice, a field that is missing.
func layoutOf(kind Kind, m Mapping, head tables.Row) (*layout, error) {
	if head.Fault != nil {
		return nil, core.Invalid("header", fmt.Sprintf("表头读不出来:%s。", advise(reason(head.Fault.Code)).why))
	}
	known, fields := map[string]string{}, heads(kind)
	for field, list := range fields {
		known[field] = field
		for _, h := range list {
			known[plainHead(h)] = field
		}
	}
	l := &layout{kind: kind, columns: map[string]int{}, constant: m.Constant, values: m.Values}
	own := map[string]string{}
	for h, field := range m.Columns {
		own[plainHead(h)] = field
	}
	l.added = addedAt(head)
	ignored := addedHeads() // one that lost some of its own columns on the way
	for _, h := range m.Ignore {
		ignored = append(ignored, plainHead(h))
	}
	for i, c := range head.Cells {
		if l.added[i] {
			l.heads, l.fields = append(l.heads, c.Text), append(l.fields, "")
			continue
		}
		field, err := fieldOf(plainHead(c.Text), own, known, ignored)
		if err != nil {
			return nil, err
		}
		if _, double := l.columns[field]; double && field != "" {
			return nil, core.Invalid("header", fmt.Sprintf("第 %d 列和第 %d 列是同一样内容(%s),请只留一列,或在对照文件里写明忽略哪一列。", l.columns[field]+1, i+1, field))
		}
		if field != "" {
			l.columns[field] = i
		}
		l.heads, l.fields = append(l.heads, c.Text), append(l.fields, field)
	}
	for _, f := range slices.Sorted(maps.Keys(m.Constant)) {
		if _, ok := fields[f]; !ok {
			return nil, core.Invalid("mapping", "对照文件里写了不认识的一项:"+f+"。")
		}
	}
	for _, f := range m.Columns {
		if _, ok := fields[f]; !ok {
			return nil, core.Invalid("mapping", "对照文件里写了不认识的一项:"+f+"。")
		}
	}
	return l, l.complete()
}

// addedAt finds the columns that a refusal file has beside the sender's: the last of each of
// their headings, where all four stand there, and once more where a file came back twice.
func addedAt(head tables.Row) []bool {
	out := make([]bool, len(head.Cells))
	for {
		var at []int
		for _, h := range addedHeads() {
			for i := len(out) - 1; i >= 0; i-- {
				if !out[i] && plainHead(head.Cells[i].Text) == h {
					at = append(at, i)
					break
				}
			}
		}
		if len(at) < len(addedHeads()) {
			return out
		}
		for _, i := range at {
			out[i] = true
		}
	}
}

// back reports whether the file is one of refused rows that comes back mended.
func (l *layout) back() bool { return slices.Contains(l.added, true) }

// sent lists the columns of the sender.
func (l *layout) sent() (out []int) {
	for i, added := range l.added {
		if !added {
			out = append(out, i)
		}
	}
	return out
}

func fieldOf(head string, own, known map[string]string, ignored []string) (string, error) {
	if field, ok := own[head]; ok {
		return field, nil
	}
	if slices.Contains(ignored, head) {
		return "", nil
	}
	if field, ok := known[head]; ok && head != "" {
		return field, nil
	}
	return "", core.Invalid("header", fmt.Sprintf("表头里的“%s”不认识。请用 --map 写明它是哪一项,或者写在 ignore 里。", shorten(head)))
}

// shorten keeps a heading that is none from filling a screen.
func shorten(s string) string {
	if r := []rune(s); len(r) > 20 {
		return string(r[:20]) + "…"
	}
	return s
}

func (l *layout) has(field string) bool {
	_, column := l.columns[field]
	return column || l.constant[field] != ""
}

// complete refuses a table that lacks what every row needs.
func (l *layout) complete() error {
	lacks := func(what string) error {
		return core.Invalid("header", "表里缺少一列:"+what+"。请补上再导入。")
	}
	if l.kind == Facts {
		if !l.has(fID) && !l.has(fHome) {
			return lacks("身份证号(或户号)")
		}
		if !slices.ContainsFunc(factPaths(), l.has) {
			return lacks("要记的内容,例如残疾类别、全家一年收入")
		}
		return nil
	}
	switch {
	case !l.has(fName):
		return lacks("姓名")
	case !l.has(fHome):
		return lacks("户号")
	case !l.has(fID) && !l.has(fBirth):
		return lacks("身份证号(或出生日期)")
	case !l.has(fRegion) && !l.has(fTown) && !l.has(fVillage):
		return lacks("村,或区划代码")
	}
	return nil
}

// column gives the column of a field counted from 1, 0 for a constant.
func (l *layout) column(field string) int {
	if i, ok := l.columns[field]; ok {
		return i + 1
	}
	return 0
}

// fieldAt gives the field of a column counted from 1, "" for none.
func (l *layout) fieldAt(column int) string {
	if column < 1 || column > len(l.fields) {
		return ""
	}
	return l.fields[column-1]
}

// cell gives what stands in a field of a row, in the mapping's words.
func (l *layout) cell(row tables.Row, field string) tables.Cell {
	var c tables.Cell
	if i, ok := l.columns[field]; ok && i < len(row.Cells) {
		c = row.Cells[i]
	}
	c.Text = strings.TrimPrefix(c.Text, textMark)
	if c.Text == "" {
		c = tables.Cell{Text: l.constant[field]}
	}
	if w, ok := l.values[field][c.Text]; ok {
		c = tables.Cell{Text: strings.TrimSpace(w)}
	}
	return c
}
