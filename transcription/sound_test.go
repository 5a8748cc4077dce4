package transcription

import (
	"bytes"
	"encoding/binary"
	"io"
	"testing"
	"testing/iotest"
)

// One channel of two comes out whole and alone, whatever pieces it is read in.
// Control: picker that takes channel 0.
func TestOneChannel(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		form Form
		file []byte
		want []int16
	}{
		"A-law":        {Form{CodecALaw, 2, 8000, 8}, []byte{0xd5, 0x55, 0xd5, 0xaa, 0xd5}, []int16{-8, 32256}},
		"µ-law":        {Form{CodecULaw, 2, 8000, 8}, []byte{0xff, 0x80, 0xff, 0x00}, []int16{32124, -32124}},
		"16 bits":      {Form{CodecPCM, 2, 8000, 16}, []byte{1, 0, 2, 0, 3, 0, 0xff, 0xff}, []int16{2, -1}},
		"8 bits":       {Form{CodecPCM, 2, 8000, 8}, []byte{0, 128, 0, 255}, []int16{0, 127 << 8}},
		"24 bits":      {Form{CodecPCM, 2, 8000, 24}, []byte{9, 9, 9, 7, 1, 2, 9, 9, 9, 7, 0, 0x80}, []int16{0x0201, -0x8000}},
		"cut in a row": {Form{CodecPCM, 2, 8000, 16}, []byte{1, 0, 2, 0, 3}, []int16{2}},
	} {
		r, err := One(iotest.HalfReader(bytes.NewReader(c.file)), c.form, 1, c.form.Samples(int64(len(c.file))))
		if err != nil {
			t.Fatal(name, err)
		}
		wav, err := io.ReadAll(iotest.OneByteReader(r))
		if err != nil || len(wav) != 44+2*len(c.want) || binary.LittleEndian.Uint32(wav[40:]) != uint32(2*len(c.want)) {
			t.Errorf("%s: %d bytes, %v", name, len(wav), err)
			continue
		}
		for i, want := range c.want {
			if got := int16(binary.LittleEndian.Uint16(wav[44+2*i:])); got != want {
				t.Errorf("%s: sample %d is %d, want %d", name, i, got, want)
			}
		}
	}
	for _, bad := range []Form{{CodecPCM, 1, 8000, 12}, {2, 1, 8000, 8}, {CodecALaw, 0, 8000, 8}, {CodecALaw, 1, 8000, 16}} {
		if _, err := One(bytes.NewReader(nil), bad, 0, 0); err == nil {
			t.Errorf("%+v was read", bad)
		}
	}
}

func TestForeign(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"Thank you for watching, see you": true, "俺想问问低保咋办,我家住 Wangmiao": false, "OK": false, "": false} {
		if got := Foreign([]Segment{{Text: text}}); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
