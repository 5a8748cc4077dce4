package tables

// Kind says what the sender's program took a cell for. CSV has only Text.
type Kind uint8

// The kinds of cells.
const (
	Text   Kind = iota
	Number      // a workbook's number: dates are numbers too, and long numbers have lost digits
	Failed      // a formula that could not be computed, such as #DIV/0!
)

// Cell is one cell. A formula counts as its value.
type Cell struct {
	Text string
	Kind Kind
}

// Row is one row. Number counts as a spreadsheet does: the header is 1. Cells is
// valid until the next row is read.
type Row struct {
	Number int
	Cells  []Cell
	Fault  *Fault // nil: the row could be read
	Early  int    // days to add to a number that stands for a date: some workbooks count from 1904
}

// Code names what is wrong with a row.
type Code string

// What can be wrong with a row before anybody looks at what it means.
const (
	NUL      Code = "nul"       // a zero byte
	Encoding Code = "encoding"  // bytes that are no text in the file's encoding
	LongCell Code = "cell_long" // more than MaxCell bytes
	LongRow  Code = "row_long"  // more than MaxRow bytes
	Columns  Code = "columns"   // more cells than MaxColumns, or than the header has
	Quote    Code = "quote"     // a quotation mark that does not close
	Formula  Code = "formula"   // a formula that gives an error
)

// Fault is what is wrong with a row. Column counts from 1; 0 is the row as a whole.
type Fault struct {
	Column int
	Code   Code
}

// Limits on what comes in. They are far beyond any table of people.
const (
	MaxColumns = 256
	MaxCell    = 4_000   // bytes of UTF-8
	MaxRow     = 128_000 // bytes as they stand in the file
	MaxRows    = 20_000_000
)

// blank reports whether a row says nothing: spreadsheets end with such rows.
func blank(cells []Cell) bool {
	for _, c := range cells {
		if c.Text != "" || c.Kind != Text {
			return false
		}
	}
	return true
}
