package bulk

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/tables"
)

// RefusalFile is where refused rows go: CSV in UTF-8 with a mark at its front, which
// spreadsheets need, the columns of the sender and four more. It goes back to the
// sender, so numbers stand in it as they came; nobody else may read it. It appears
// under its name when it is whole.
type RefusalFile struct{ Path string }

// addedHeads are the columns of a refusal file beside the sender's.
func addedHeads() []string { return []string{"行号", "列", "原因", "怎么改"} }

// inOriginal ends what to do where no row of the file came in.
const inOriginal = "。这次一行都没写:改在原来的文件里,再导入原来的文件"

// textMark in front of a cell has spreadsheets take it for a text.
const textMark = "'"

// refusals writes the refusal file, by reading the file once more beside what was
// noted; nothing of a row is kept in the database. Where nothing is refused there is no such
// file, and one of before in its place goes: it would be taken for this file's.
func (w *work) refusals(ctx context.Context) (err error) {
	if w.Refused == nil {
		return nil
	}
	if w.state.refused == 0 {
		return w.Refused.clear()
	}
	tmp, err := os.CreateTemp(filepath.Dir(w.Refused.Path), ".refused-*") // 0600
	if err != nil {
		return cannotWrite(err)
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	buffered := bufio.NewWriter(tmp)
	if err := w.writeRefusals(ctx, buffered); err != nil {
		return err
	}
	if err := errors.Join(buffered.Flush(), tmp.Sync(), tmp.Close()); err != nil {
		return cannotWrite(err)
	}
	if err := os.Rename(tmp.Name(), w.Refused.Path); err != nil {
		return cannotWrite(err)
	}
	return nil
}

// clear takes a refusal file of before away, and leaves whatever else lies in its place.
func (f RefusalFile) clear() error {
	there, err := os.Open(f.Path)
	if err != nil {
		return nil // none is there, or not ours to read
	}
	first, _ := bufio.NewReader(there).ReadString('\n')
	there.Close()
	if !strings.HasPrefix(first, "\ufeff") || !strings.HasSuffix(strings.TrimRight(first, "\r\n"), strings.Join(addedHeads(), ",")) {
		return nil
	}
	if err := os.Remove(f.Path); err != nil {
		return cannotWrite(err)
	}
	return nil
}

func cannotWrite(err error) error {
	return core.E(core.KindInvalid, "refusal_file", "退回文件写不进去。请用 --refused 换个能写的地方。").Wrap(err)
}

func (w *work) writeRefusals(ctx context.Context, to io.Writer) error {
	if _, err := io.WriteString(to, "\ufeff"); err != nil {
		return cannotWrite(err)
	}
	var head []string
	for _, i := range w.layout.sent() {
		head = append(head, w.layout.heads[i])
	}
	if err := writeLine(to, quoteAll(append(head, addedHeads()...))); err != nil {
		return err
	}
	rows, err := w.File.Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	// The file is read as far as the last refused row, in step with what was noted.
	var now tables.Row
	return w.eachRefusal(ctx, func(f refusal) error {
		for now.Number < f.row {
			now, err = rows.Next()
			if errors.Is(err, io.EOF) {
				now, err = tables.Row{Number: f.row}, nil
			}
			if err != nil {
				return err
			}
		}
		return writeLine(to, w.refusedLine(now, f))
	})
}

// writeLine writes one line of CSV (RFC 4180). encoding/csv quotes what holds a comma; a
// spreadsheet set to semicolons or tabs would part at those, and read a formula from where
// they stood.
func writeLine(to io.Writer, cells []string) error {
	var line strings.Builder
	for i, s := range cells {
		if i > 0 {
			line.WriteByte(',')
		}
		if strings.ContainsAny(s, "\",;\t\r\n") || strings.TrimSpace(s) != s {
			s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
		}
		line.WriteString(s)
	}
	line.WriteString("\r\n")
	if _, err := io.WriteString(to, line.String()); err != nil {
		return cannotWrite(err)
	}
	return nil
}

// eachRefusal goes through what was noted, by row, a page at a time.
func (w *work) eachRefusal(ctx context.Context, fn func(refusal) error) error {
	const sql = `select row, col, code, other from bulk_refusal where run = $1 and row > $2 order by row limit $3`
	for after := 0; ; {
		var page []refusal
		err := w.cfg.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
			rows, err := tx.Query(ctx, sql, w.state.id, after, chunkRows)
			if err != nil {
				return pg.Fail(err, "read refused rows")
			}
			page, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (f refusal, err error) {
				err = row.Scan(&f.row, &f.column, &f.why, &f.other)
				return f, err
			})
			return pg.Fail(err, "read refused rows")
		})
		if err != nil || len(page) == 0 {
			return err
		}
		for _, f := range page {
			if err := fn(f); err != nil {
				return err
			}
		}
		after = page[len(page)-1].row
	}
}

// refusedLine is the row as it came and what is wrong with it.
func (w *work) refusedLine(row tables.Row, f refusal) []string {
	line := make([]string, 0, len(w.layout.heads)+len(addedHeads()))
	for _, i := range w.layout.sent() {
		text := ""
		if i < len(row.Cells) && row.Number == f.row {
			text = strings.ToValidUTF8(row.Cells[i].Text, "\ufffd")
		}
		line = append(line, text)
	}
	column := ""
	if f.column > 0 && f.column <= len(w.layout.heads) {
		column = w.layout.heads[f.column-1]
	} else if f.column > 0 {
		column = "第 " + strconv.Itoa(f.column) + " 列"
	}
	a := adviseField(f.why, w.layout.fieldAt(f.column), w.cfg.Registry.Regions())
	why := a.why
	if f.other > 0 {
		why += "(另见第 " + strconv.Itoa(f.other) + " 行)"
	}
	if w.nothing { // whoever mends these rows here and brings them in loses all the others
		a.mend += inOriginal
	}
	return quoteAll(append(line, strconv.Itoa(f.row), column, why, a.mend))
}

// quoteAll keeps a spreadsheet from computing what somebody wrote into a cell, or
// from making a figure of a long number.
func quoteAll(cells []string) []string {
	for i, s := range cells {
		s = strings.ReplaceAll(s, "\x00", "")
		if s != "" && (strings.ContainsRune("=+-@\t\r\uff1d\uff0b\uff0d\uff20", first(s))) || len(s) > 11 && strings.Trim(s, "0123456789xX") == "" {
			s = textMark + s
		}
		cells[i] = s
	}
	return cells
}
