package tables

import (
	"errors"
	"io"
)

// errLong says that one row, or one text of a workbook, does not end.
var errLong = errors.New("longer than a row may be")

// meter counts what is read and stops a reader that wants too much for one row: the
// decoders behind it gather a row in memory before they give it.
type meter struct {
	from        io.Reader
	total       int64
	since, most int64
}

// slack is what decoders read ahead.
const slack = 8 << 10

func (m *meter) Read(p []byte) (int, error) {
	if m.since > m.most+slack {
		return 0, errLong
	}
	n, err := m.from.Read(p)
	m.total += int64(n)
	m.since += int64(n)
	return n, err
}

// next begins a new row.
func (m *meter) next() { m.since = 0 }
