package tables

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"

	"lianou/core"
)

// Limits on a workbook. Parts are read as a stream, so a part that grows without end
// costs time until its limit and never memory.
const (
	maxParts   = 5_000
	maxSmall   = 8 << 20   // workbook.xml and its relations
	maxSheet   = 8 << 30   // one sheet, unpacked
	maxStrings = 1 << 30   // the shared texts, unpacked
	maxArena   = 128 << 20 // the shared texts, as kept
)

// bookReader reads the rows of the first sheet of a workbook that is not hidden.
// Excelize was not taken for it: it holds the whole file in memory, unpacks large
// sheets in clear into the folder of temporary files, and does not tell a number
// from a text, which is what gives a ruined identity number away.
type bookReader struct {
	packed  io.ReadCloser
	meter   *meter
	scale   float64 // packed bytes of the file for each unpacked byte of the sheet
	xml     *xml.Decoder
	strings *texts
	early   int
	cells   []Cell
	at      int
	width   int
	ended   bool
}

func notBook(why error) error {
	return core.E(core.KindInvalid, "table_broken", "这个 xlsx 表打不开,请在表格软件里另存一次再导入。").Wrap(why)
}

func openBook(f *File) (_ *bookReader, err error) {
	archive, err := zip.NewReader(f.source, f.Size)
	if err != nil {
		return nil, notBook(errors.New("no zip archive"))
	}
	if len(archive.File) > maxParts {
		return nil, notBook(errors.New("too many parts"))
	}
	book, err := readBook(archive)
	if err != nil {
		return nil, err
	}
	r := &bookReader{scale: float64(f.Size), early: book.early}
	if r.strings, err = readTexts(archive, book.texts); err != nil {
		return nil, err
	}
	part := find(archive, book.sheet)
	if part == nil {
		return nil, notBook(errors.New("the sheet is missing"))
	}
	if n := part.UncompressedSize64; n > 0 {
		r.scale = float64(f.Size) / float64(n)
	}
	if r.packed, err = part.Open(); err != nil {
		return nil, notBook(errors.New("the sheet does not unpack"))
	}
	r.meter = &meter{from: io.LimitReader(r.packed, maxSheet), most: 4 * MaxRow}
	r.xml = xml.NewDecoder(r.meter)
	return r, nil
}

// book is where the parts of a workbook lie.
type book struct {
	sheet, texts string
	early        int
}

func readBook(archive *zip.Reader) (book, error) {
	var b book
	var doc struct {
		Pr struct {
			Early string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			State string `xml:"state,attr"`
			ID    string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
			Other string `xml:"http://purl.oclc.org/ooxml/officeDocument/relationships id,attr"` // the strict form of ISO 29500
		} `xml:"sheets>sheet"`
	}
	var rels struct {
		List []struct {
			ID     string `xml:"Id,attr"`
			Type   string `xml:"Type,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if err := readSmall(archive, "xl/workbook.xml", &doc); err != nil {
		return b, err
	}
	if err := readSmall(archive, "xl/_rels/workbook.xml.rels", &rels); err != nil {
		return b, err
	}
	if doc.Pr.Early == "1" || doc.Pr.Early == "true" {
		b.early = 1462
	}
	wanted := ""
	for _, s := range doc.Sheets {
		if wanted == "" && s.State != "hidden" && s.State != "veryHidden" {
			wanted = s.ID + s.Other
		}
	}
	for _, rel := range rels.List {
		target := path.Join("xl", rel.Target)
		if strings.HasPrefix(rel.Target, "/") {
			target = strings.TrimPrefix(path.Clean(rel.Target), "/")
		}
		switch {
		case rel.ID == wanted && wanted != "":
			b.sheet = target
		case strings.HasSuffix(rel.Type, "/sharedStrings"):
			b.texts = target
		}
	}
	if b.sheet == "" {
		return b, notBook(errors.New("no sheet"))
	}
	return b, nil
}

func find(archive *zip.Reader, name string) *zip.File {
	for _, f := range archive.File {
		if f.Name == name {
			return f
		}
	}
	return nil
}

func readSmall(archive *zip.Reader, name string, into any) error {
	part := find(archive, name)
	if part == nil {
		return notBook(errors.New(name + " is missing"))
	}
	in, err := part.Open()
	if err != nil {
		return notBook(errors.New(name + " does not unpack"))
	}
	defer in.Close()
	if err := xml.NewDecoder(io.LimitReader(in, maxSmall)).Decode(into); err != nil {
		return notBook(errors.New(name + " is no XML"))
	}
	return nil
}

// Done is about how many bytes of the file were read.
func (r *bookReader) Done() int64 { return int64(float64(r.meter.total) * r.scale) }

// Close ends the reading.
func (r *bookReader) Close() error { return r.packed.Close() }
