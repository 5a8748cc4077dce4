package tables

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"unicode/utf8"

	"lianou/core"
)

// Format is how a file is built.
type Format string

// The formats that are read.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
)

// The encodings of a CSV file. A workbook is always UTF-8.
const (
	UTF8    = "UTF-8"
	GB18030 = "GB18030"
	UTF16   = "UTF-16"
)

// File is a table that was looked at as a whole: its digest is known and how to
// read it. It may be read any number of times.
type File struct {
	Format   Format
	Encoding string // of a CSV file
	Comma    rune   // of a CSV file
	Digest   [sha256.Size]byte
	Size     int64

	source io.ReaderAt
	bom    int64
}

// Reader gives the rows of one table in their order; io.EOF after the last. Blank
// rows are left out. Other errors are KindInvalid or KindTooLarge and end the file.
type Reader interface {
	Next() (Row, error)
	// Done is how many bytes of the file were read, for progress.
	Done() int64
	Close() error
}

// The first bytes of what is no table of ours.
var (
	zipMark = []byte("PK\x03\x04")
	oleMark = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") // xls, or xlsx under a password
)

// Look reads a file once from end to end and finds out how it is to be read.
// Errors: KindUnsupported for an old or locked workbook, KindInvalid for an empty
// file.
func Look(ctx context.Context, source io.ReaderAt, size int64) (*File, error) {
	f := &File{Format: CSV, Encoding: UTF8, Comma: ',', Size: size, source: source}
	var head [8]byte
	n, err := source.ReadAt(head[:min(size, 8)], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, unreadable(err)
	}
	switch {
	case size == 0:
		return nil, core.E(core.KindInvalid, "table_empty", "文件是空的,请核对后再导入。")
	case bytes.HasPrefix(head[:n], oleMark):
		return nil, core.E(core.KindUnsupported, "table_old", "这是老的 xls 表,或者加了密码。请另存为 xlsx,不加密码,再导入。")
	case bytes.HasPrefix(head[:n], zipMark):
		f.Format = XLSX
	}
	text := textScan{}
	if err := f.scan(ctx, &text); err != nil {
		return nil, err
	}
	if f.Format == CSV {
		f.Encoding, f.bom = text.encoding(head[:n])
		return f, f.sniffComma()
	}
	return f, nil
}

// scan digests the file and, of a text, counts what is UTF-8 and what is not.
func (f *File) scan(ctx context.Context, text *textScan) error {
	sum := sha256.New()
	in := io.NewSectionReader(f.source, 0, f.Size)
	buf := make([]byte, 256<<10)
	for {
		n, err := in.Read(buf)
		sum.Write(buf[:n])
		if f.Format == CSV {
			text.feed(buf[:n])
		}
		switch {
		case errors.Is(err, io.EOF):
			sum.Sum(f.Digest[:0])
			return nil
		case err != nil:
			return unreadable(err)
		case ctx.Err() != nil:
			return core.E(core.KindUnavailable, "table_stopped", "").Wrap(ctx.Err())
		}
	}
}

func unreadable(err error) error {
	return core.E(core.KindUnavailable, "table_unreadable", "文件读不出来,请重新拷贝后再导入。").Wrap(err)
}

// textScan counts the characters of more than one byte and the bytes that are no
// UTF-8.
type textScan struct {
	wide, broken int
	rest         [utf8.UTFMax]byte
	kept         int
}

func (s *textScan) feed(b []byte) {
	// A character may be cut in two by the buffer.
	for s.kept > 0 && len(b) > 0 {
		s.rest[s.kept] = b[0]
		s.kept, b = s.kept+1, b[1:]
		if utf8.FullRune(s.rest[:s.kept]) {
			s.count(s.rest[:s.kept])
			s.kept = 0
		}
	}
	whole := len(b)
	for cut := 1; cut < utf8.UTFMax && cut <= len(b); cut++ {
		if tail := b[len(b)-cut:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				whole = len(b) - cut
				s.kept = copy(s.rest[:], tail)
			}
			break
		}
	}
	s.count(b[:whole])
}

func (s *textScan) count(b []byte) {
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf {
			b = b[1:]
			continue
		}
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			s.broken++
		} else {
			s.wide++
		}
		b = b[n:]
	}
}

// encoding says what the text is written in, and how long the mark at its front is.
// Chinese in GB18030 is nearly all broken as UTF-8; a few broken bytes in much
// Chinese are damage, and are told row by row.
func (s *textScan) encoding(head []byte) (string, int64) {
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return UTF8, 3
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return UTF16, 0
	case (s.broken+s.kept)*10 > s.wide:
		return GB18030, 0
	}
	return UTF8, 0
}

// Rows opens the table for reading from its first row, the header.
func (f *File) Rows() (Reader, error) {
	if f.Format == XLSX {
		return openBook(f)
	}
	return f.openCSV(), nil
}
