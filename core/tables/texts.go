package tables

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"

	"lianou/core"
)

// texts is the shared texts of a workbook, end to end in blocks: a million small
// strings would cost three times as much, and one growing piece twice its size.
type texts struct {
	blocks [][]byte
	ends   []uint32 // counted through all blocks; no text lies across two
}

// blockSize holds any one text: the meter stops longer ones.
const blockSize = 1 << 20

// at gives a text; false when there is none of that number.
func (t *texts) at(n int) (string, bool) {
	if n < 0 || n >= len(t.ends) {
		return "", false
	}
	from, to := uint32(0), t.ends[n]
	if n > 0 {
		from = t.ends[n-1]
	}
	if from == to {
		return "", true
	}
	block := (to - 1) / blockSize
	from = max(from, block*blockSize)
	return string(t.blocks[block][from-block*blockSize : to-block*blockSize]), true
}

// put keeps a text; false when there are too many.
func (t *texts) put(b []byte) bool {
	last := len(t.blocks) - 1
	if len(b) > 0 && (last < 0 || len(t.blocks[last])+len(b) > blockSize) {
		t.blocks = append(t.blocks, make([]byte, 0, blockSize))
		last++
	}
	end := uint32(0)
	if last >= 0 {
		t.blocks[last] = append(t.blocks[last], b...)
		end = uint32(last*blockSize + len(t.blocks[last]))
	}
	t.ends = append(t.ends, end)
	return len(t.blocks)*blockSize+4*len(t.ends) <= maxArena
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
	var text []byte
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
		if text, err = appendText(text[:0], d, "si"); err != nil {
			return err
		}
		if !t.put(text) {
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
