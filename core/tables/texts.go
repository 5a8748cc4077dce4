package tables

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"

	"lianou/core"
)

// texts is the shared texts of a workbook, end to end in one piece of memory: a
// million small strings would cost three times as much.
type texts struct {
	all  []byte
	ends []uint32
}

// at gives a text; false when there is none of that number.
func (t *texts) at(n int) (string, bool) {
	if n < 0 || n >= len(t.ends) {
		return "", false
	}
	from := uint32(0)
	if n > 0 {
		from = t.ends[n-1]
	}
	return string(t.all[from:t.ends[n]]), true
}

func readTexts(archive *zip.Reader, name string) (*texts, error) {
	t := &texts{}
	part := find(archive, name)
	if part == nil {
		return t, nil
	}
	in, err := part.Open()
	if err != nil {
		return nil, notBook(errors.New("the texts do not unpack"))
	}
	defer in.Close()
	m := &meter{from: io.LimitReader(in, maxStrings), most: 4 * MaxRow}
	return t, t.read(m, xml.NewDecoder(m))
}

func (t *texts) read(m *meter, d *xml.Decoder) error {
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return notBook(errors.New("the texts are no XML"))
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "si" {
			continue
		}
		m.next()
		if t.all, err = appendText(t.all, d, "si"); err != nil {
			return err
		}
		t.ends = append(t.ends, uint32(len(t.all)))
		if len(t.all)+4*len(t.ends) > maxArena {
			return core.E(core.KindTooLarge, "table_texts", "这个 xlsx 表太大。请另存为 CSV(UTF-8)再导入。")
		}
	}
}

// appendText gathers the text of an element up to its end: all its runs, and not
// how they are pronounced (rPh).
func appendText(b []byte, d *xml.Decoder, until string) ([]byte, error) {
	inText, spoken := false, false
	for {
		token, err := d.RawToken()
		if err != nil {
			return b, notBook(errors.New("a text does not end"))
		}
		switch t := token.(type) {
		case xml.StartElement:
			inText = inText || t.Name.Local == "t"
			spoken = spoken || t.Name.Local == "rPh"
		case xml.EndElement:
			switch t.Name.Local {
			case until:
				return b, nil
			case "t":
				inText = false
			case "rPh":
				spoken = false
			}
		case xml.CharData:
			if inText && !spoken {
				b = append(b, t...)
			}
		}
	}
}
