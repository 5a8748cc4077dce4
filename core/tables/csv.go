package tables

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"lianou/core"
)

// csvReader reads the rows of a CSV file.
type csvReader struct {
	bytes *meter // of the file, for progress
	text  *meter // of the decoded text, for the length of a row
	rows  *csv.Reader
	cells []Cell
	at    int
	width int
	long  bool
}

func (f *File) openCSV() *csvReader {
	r := &csvReader{bytes: &meter{from: io.NewSectionReader(f.source, f.bom, f.Size-f.bom), most: 1 << 62}}
	r.text = &meter{from: f.decoded(r.bytes), most: MaxRow}
	r.rows = csv.NewReader(r.text)
	r.rows.Comma, r.rows.FieldsPerRecord, r.rows.ReuseRecord = f.Comma, -1, true
	return r
}

// decoded turns the file's encoding into UTF-8. What is no text becomes U+FFFD.
func (f *File) decoded(from io.Reader) io.Reader {
	switch f.Encoding {
	case GB18030:
		return simplifiedchinese.GB18030.NewDecoder().Reader(from)
	case UTF16:
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Reader(from)
	}
	return from
}

// sniffComma takes the one of the three separators that the header has most of.
func (f *File) sniffComma() error {
	most := 0
	head := bufio.NewReader(io.LimitReader(f.decoded(io.NewSectionReader(f.source, f.bom, f.Size-f.bom)), MaxRow))
	line, err := head.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return unreadable(err)
	}
	for _, c := range ",;\t" {
		if n := strings.Count(line, string(c)); n > most {
			f.Comma, most = c, n
		}
	}
	return nil
}

// Next gives the next row that says anything.
func (r *csvReader) Next() (Row, error) {
	for {
		if r.long || r.at >= MaxRows {
			return Row{}, tooLarge(r.next())
		}
		r.text.next()
		record, err := r.rows.Read()
		if errors.Is(err, io.EOF) {
			return Row{}, io.EOF
		}
		r.at++
		var parse *csv.ParseError
		switch {
		case errors.Is(err, errLong):
			// Where the next row begins can no longer be known.
			r.long = true
			return Row{Number: r.at, Fault: &Fault{0, LongRow}}, nil
		case errors.As(err, &parse):
			return Row{Number: r.at, Fault: &Fault{0, Quote}}, nil
		case err != nil:
			return Row{}, unreadable(err)
		}
		row := r.row(record)
		if row.Fault == nil && blank(row.Cells) {
			continue
		}
		return row, nil
	}
}

// next is the row that cannot be read: the long one itself, or the one too many.
func (r *csvReader) next() int {
	if r.long {
		return r.at
	}
	return r.at + 1
}

func (r *csvReader) row(record []string) Row {
	r.cells = r.cells[:0]
	if len(record) > MaxColumns {
		return Row{Number: r.at, Fault: &Fault{MaxColumns + 1, Columns}}
	}
	row := Row{Number: r.at}
	for i, s := range record {
		s = strings.TrimSpace(s)
		if row.Fault == nil {
			row.Fault = textFault(s, i+1)
		}
		r.cells = append(r.cells, Cell{Text: s})
	}
	if r.at == 1 {
		r.width = len(record)
	}
	// A comma too many moves every cell behind it under another heading.
	if row.Fault == nil && len(record) > r.width && !blank(r.cells[r.width:]) {
		row.Fault = &Fault{r.width + 1, Columns}
	}
	row.Cells = r.cells
	return row
}

// textFault says what is wrong with one cell as a text.
func textFault(s string, column int) *Fault {
	switch {
	case len(s) > MaxCell:
		return &Fault{column, LongCell}
	case strings.IndexByte(s, 0) >= 0:
		return &Fault{column, NUL}
	case !utf8.ValidString(s) || strings.ContainsRune(s, utf8.RuneError):
		return &Fault{column, Encoding}
	}
	return nil
}

// tooLarge says from which row on a file cannot be read: one that does not end, or
// one too many.
func tooLarge(row int) error {
	say := fmt.Sprintf("从第 %d 行起读不下去:这一行太长,多半是少了一个引号。请改好再导入。", row)
	if row > MaxRows {
		say = "表太大,请分成几个文件再导入。"
	}
	return core.E(core.KindTooLarge, "table_large", say)
}

// Done is how many bytes of the file were read.
func (r *csvReader) Done() int64 { return r.bytes.total }

// Close has nothing to do.
func (r *csvReader) Close() error { return nil }
