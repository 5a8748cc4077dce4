package tables

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Next gives the next row that says anything.
func (r *bookReader) Next() (Row, error) {
	for !r.ended {
		token, err := r.xml.RawToken()
		if err != nil {
			return Row{}, r.broken(err)
		}
		switch t := token.(type) {
		case xml.EndElement:
			if t.Name.Local == "sheetData" { // what follows is looks, and may be long
				r.ended = true
			}
		case xml.StartElement:
			if t.Name.Local != "row" {
				continue
			}
			row, err := r.row(t)
			if err != nil {
				return Row{}, err
			}
			if row.Fault == nil && blank(row.Cells) {
				continue
			}
			return row, nil
		}
	}
	return Row{}, io.EOF
}

// broken tells a sheet that does not end from one whose row does not end.
func (r *bookReader) broken(err error) error {
	if errors.Is(err, errLong) {
		return tooLarge(r.at + 1)
	}
	return r.fault()
}

// fault says behind which row the sheet is broken, and nothing of what stands there.
func (r *bookReader) fault() error {
	return notBook(fmt.Errorf("the sheet is broken after row %d", r.at))
}

// row reads the cells of one row up to its end.
func (r *bookReader) row(start xml.StartElement) (Row, error) {
	r.meter.next()
	number := r.at + 1
	if s := attribute(start, "r"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n <= r.at {
			return Row{}, r.fault()
		}
		number = n
	}
	if number > MaxRows {
		return Row{}, tooLarge(number)
	}
	r.at, r.cells = number, r.cells[:0]
	row := Row{Number: number, Early: r.early}
	for {
		token, err := r.xml.RawToken()
		if err != nil {
			return Row{}, r.broken(err)
		}
		switch t := token.(type) {
		case xml.EndElement:
			if t.Name.Local == "row" {
				return r.done(row), nil
			}
		case xml.StartElement:
			if t.Name.Local != "c" {
				continue
			}
			if err := r.cell(t, &row); err != nil {
				return Row{}, err
			}
		}
	}
}

// done holds a row to the width of the header, which the first row is.
func (r *bookReader) done(row Row) Row {
	row.Cells = r.cells
	if r.width == 0 {
		r.width = len(r.cells)
	}
	if row.Fault == nil && len(r.cells) > r.width && !blank(r.cells[r.width:]) {
		row.Fault = &Fault{r.width + 1, Columns}
	}
	return row
}

// cell reads one cell and puts it where its reference says.
func (r *bookReader) cell(start xml.StartElement, row *Row) error {
	column := len(r.cells)
	if ref := attribute(start, "r"); ref != "" {
		column = columnOf(ref)
	}
	c, err := r.value(attribute(start, "t"))
	if err != nil {
		return err
	}
	if column < len(r.cells) || column >= MaxColumns {
		if row.Fault == nil && (c.Text != "" || column < len(r.cells)) {
			row.Fault = &Fault{min(column, MaxColumns) + 1, Columns}
		}
		return nil
	}
	for len(r.cells) < column {
		r.cells = append(r.cells, Cell{})
	}
	if row.Fault == nil {
		if row.Fault = textFault(c.Text, column+1); row.Fault == nil && c.Kind == Failed {
			row.Fault = &Fault{column + 1, Formula}
		}
	}
	r.cells = append(r.cells, c)
	return nil
}

// value reads what is in a cell: <v> of most, <is> of a text that stands there
// itself. The formula in <f> is not looked at.
func (r *bookReader) value(kind string) (Cell, error) {
	var raw []byte
	inValue := false
	for {
		token, err := r.xml.RawToken()
		if err != nil {
			return Cell{}, r.broken(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "v":
				inValue = true
			case "is":
				if raw, err = appendText(raw, r.xml, "is"); err != nil {
					return Cell{}, err
				}
			}
		case xml.CharData:
			if inValue {
				raw = append(raw, t...)
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "v":
				inValue = false
			case "c":
				return r.typed(kind, string(raw))
			}
		}
	}
}

func (r *bookReader) typed(kind, raw string) (Cell, error) {
	switch kind {
	case "s":
		n, err := strconv.Atoi(raw)
		if err != nil {
			return Cell{}, r.fault()
		}
		text, ok := r.strings.at(n)
		if !ok {
			return Cell{}, r.fault()
		}
		return Cell{Text: strings.TrimSpace(text)}, nil
	case "str", "inlineStr", "d":
		return Cell{Text: strings.TrimSpace(raw)}, nil
	case "b":
		return Cell{Text: map[string]string{"1": "TRUE", "0": "FALSE"}[raw]}, nil
	case "e":
		return Cell{Text: raw, Kind: Failed}, nil
	}
	return r.number(raw)
}

// number writes a number as people do as long as it has all its digits; beyond
// fifteen a workbook has lost some, and it stays as it stands in the file.
func (r *bookReader) number(raw string) (Cell, error) {
	if raw == "" {
		return Cell{}, nil
	}
	v, err := strconv.ParseFloat(raw, 64)
	if err != nil {
		return Cell{}, r.fault()
	}
	if v == float64(int64(v)) && v > -1e15 && v < 1e15 {
		raw = strconv.FormatInt(int64(v), 10)
	}
	return Cell{Text: raw, Kind: Number}, nil
}

// columnOf turns the letters of a reference such as "AB7" into a column from 0;
// what is none gives MaxColumns, which no cell has.
func columnOf(ref string) int {
	n := 0
	for i := range len(ref) {
		c := ref[i]
		if c < 'A' || c > 'Z' {
			if i == 0 {
				return MaxColumns
			}
			break
		}
		if n = n*26 + int(c-'A') + 1; n > MaxColumns {
			return MaxColumns
		}
	}
	return n - 1
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}
