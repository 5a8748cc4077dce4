package bulk

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"lianou/core"
	"lianou/core/registry"
	"lianou/core/tables"
)

// placeHeads are the headings of a list of places.
func placeHeads() map[string]string {
	return map[string]string{
		"code": "code", "编码": "code", "代码": "code", "区划代码": "code", "统计用区划代码": "code",
		"name": "name", "名称": "name", "区划名称": "name", "地名": "name",
		"old_codes": "old_codes", "旧代码": "old_codes", "旧编码": "old_codes", "曾用代码": "old_codes",
		"synthetic": "synthetic", "虚构": "synthetic",
	}
}

// ReadRegions reads a list of places from a table: code and name, and, where there
// are, old codes and a mark for invented ones, parents before what lies in them. A
// tree with holes is no tree: one bad row refuses the whole list, and is named.
func ReadRegions(f *tables.File, m Mapping) (*registry.Regions, error) {
	rows, err := f.Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	head, err := rows.Next()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	columns, err := placeColumns(head, m)
	if err != nil {
		return nil, err
	}
	var plain bytes.Buffer
	out := csv.NewWriter(&plain)
	if err := out.Write(columns.names()); err != nil {
		return nil, core.E(core.KindInternal, "regions_write", "").Wrap(err)
	}
	for n := 0; ; n++ {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if row.Fault != nil || n > registry.MaxRegions {
			return nil, core.Invalid("regions", fmt.Sprintf("区划表第 %d 行读不出来:%s。", row.Number, adviseRow(row).why))
		}
		if err := out.Write(columns.of(row)); err != nil {
			return nil, core.E(core.KindInternal, "regions_write", "").Wrap(err)
		}
	}
	out.Flush()
	return registry.ParseRegions(&plain)
}

func adviseRow(row tables.Row) advice {
	if row.Fault == nil {
		return advise(reason(tables.LongRow))
	}
	return advise(reason(row.Fault.Code))
}

// placeLayout is where the four columns stand; -1 for one that is not there.
type placeLayout [4]int

func (placeLayout) names() []string { return []string{"code", "name", "old_codes", "synthetic"} }

func placeColumns(head tables.Row, m Mapping) (placeLayout, error) {
	l, known := placeLayout{-1, -1, -1, -1}, placeHeads()
	for h, field := range m.Columns {
		known[plainHead(h)] = field
	}
	for _, h := range m.Ignore {
		known[plainHead(h)] = "-"
	}
	for i, c := range head.Cells {
		field, at := known[plainHead(c.Text)], -1
		for n, name := range l.names() {
			if name == field {
				at = n
			}
		}
		switch {
		case field == "-":
		case at < 0:
			return l, core.Invalid("header", fmt.Sprintf("表头里的“%s”不认识。请用 --map 写明它是哪一项,或者写在 ignore 里。", shorten(c.Text)))
		case l[at] >= 0:
			return l, core.Invalid("header", fmt.Sprintf("第 %d 列和第 %d 列是同一样内容,请只留一列。", l[at]+1, i+1))
		default:
			l[at] = i
		}
	}
	if l[0] < 0 || l[1] < 0 {
		return l, core.Invalid("header", "表里要有区划代码和名称两列。")
	}
	return l, nil
}

func (l placeLayout) of(row tables.Row) []string {
	out := make([]string, len(l))
	for n, i := range l {
		if i >= 0 && i < len(row.Cells) {
			out[n] = row.Cells[i].Text
		}
	}
	switch strings.ToLower(out[3]) {
	case "是", "true":
		out[3] = "1"
	case "否", "false", "0":
		out[3] = ""
	}
	return out
}
