package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"lianou/core"
	tabular "lianou/core/tables"
)

// staffRows is a table of kin or of leave, and where its refused rows go: row number,
// log-in and reason, and nothing else of the row.
type staffRows struct {
	File    string `arg:"" type:"existingfile" help:"CSV (UTF-8, GB18030) or XLSX, its first row the header."`
	Refused string `help:"Where refused rows go, with what is wrong; beside the file when not said."`
}

// errRepeated is a row that stands already: it counts for no refusal.
var errRepeated = errors.New("stands already")

// bring has each row put in by itself, so that one refused row holds up no other, and the
// same file again changes nothing. The first column is whose row it is.
func (c staffRows) bring(t *tool, columns []string, put func(row map[string]string) error) error {
	path := c.Refused
	if path == "" {
		path = strings.TrimSuffix(c.File, filepath.Ext(c.File)) + ".refused.csv"
	}
	if err := apart(path, c.File); err != nil {
		return err
	}
	table, err := openTable(t.ctx, c.File)
	if err != nil {
		return err
	}
	defer table.close()
	rows, err := table.Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	b := bringing{columns: columns, put: put}
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = b.row(row)
		}
		if err != nil {
			return err
		}
	}
	fmt.Fprintf(t.out, "%d rows were put in, %d stood already, %d were refused\n", b.done, b.repeated, len(b.refused))
	if len(b.refused) == 0 {
		return nil
	}
	if err := writeRefused(path, columns[0], b.refused); err != nil {
		return err
	}
	return fmt.Errorf("%d rows were refused; what is wrong with each stands in %s", len(b.refused), path)
}

// bringing is how far a table is.
type bringing struct {
	columns        []string
	put            func(map[string]string) error
	names          []string // of the header, nil before it
	done, repeated int
	refused        [][]string // row number, whose, reason
}

// row puts one row in, or into what is refused. Other errors end the table.
func (b *bringing) row(row tabular.Row) error {
	cells := make([]string, len(row.Cells))
	for i, cell := range row.Cells {
		cells[i] = strings.TrimSpace(cell.Text)
	}
	if b.names == nil {
		if b.names = cells; !holdsAll(cells, b.columns) {
			return fmt.Errorf("the first row must name the columns %s", strings.Join(b.columns, ", "))
		}
		return nil
	}
	said := map[string]string{}
	for i, name := range b.names[:min(len(b.names), len(cells))] {
		said[name] = cells[i]
	}
	err := rowFault(row.Fault != nil)
	if err == nil {
		err = b.put(said)
	}
	known := core.Known(err)
	switch {
	case err == nil:
		b.done++
	case errors.Is(err, errRepeated):
		b.repeated++
	case known.Kind == core.KindInternal || known.Kind == core.KindUnavailable:
		return err
	default:
		b.refused = append(b.refused, []string{strconv.Itoa(row.Number), said[b.columns[0]], known.Say})
	}
	return nil
}

func rowFault(faulty bool) error {
	if faulty {
		return core.Invalid("row", "这一行读不出来,请看看引号和列数。")
	}
	return nil
}

func holdsAll(names, columns []string) bool {
	return !slices.ContainsFunc(columns, func(c string) bool { return !slices.Contains(names, c) })
}

func writeRefused(path, whose string, refused [][]string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write what was refused: %w", err)
	}
	w := csv.NewWriter(f)
	_ = w.Write([]string{"行号", whose, "原因"}) // Flush keeps the error
	_ = w.WriteAll(refused)
	w.Flush()
	if err := errors.Join(w.Error(), f.Close()); err != nil {
		return fmt.Errorf("write what was refused: %w", err)
	}
	return nil
}
