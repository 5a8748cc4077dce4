package blob

import (
	"bytes"
	"image"
	"image/jpeg"
	"testing"
)

// What a decoder would make of a JPEG is what is counted: a marker without a length, a
// second frame and colours told of behind the frame hide nothing.
//
// Controls: marks without a length passed over by a length; a return at the first frame.
func TestNothingHidesACostlyFrame(t *testing.T) {
	t.Parallel()
	frame := func(kind byte, components byte) []byte {
		b := []byte{0xff, kind, 0, 8 + 3*components, 8, 0x19, 0, 0x19, 0, components} // 6400 x 6400
		for i := range components {
			b = append(b, i+1, 0x11, 0)
		}
		return b
	}
	scan := []byte{0xff, 0xda, 0, 2}
	adobe := append([]byte{0xff, 0xee, 0, 14}, "Adobe\x00\x64\x00\x00\x00\x00\x00"...)
	join := func(parts ...[]byte) []byte { return append([]byte{0xff, 0xd8}, bytes.Join(parts, nil)...) }
	plain := cost("image/jpeg", join(frame(0xc0, 3), scan), 6400, 6400)
	for name, data := range map[string][]byte{
		"a restart before the frame": join([]byte{0xff, 0xd0}, frame(0xc2, 4), scan),
		"a zero before the frame":    join([]byte{0xff, 0x00}, frame(0xc2, 4), scan),
		"two frames":                 join(frame(0xc0, 1), frame(0xc2, 4), scan),
		"no scan":                    join(frame(0xc0, 3)),
	} {
		if got := cost("image/jpeg", data, 6400, 6400); got != 0 {
			t.Errorf("%s: %d bytes", name, got)
		}
	}
	if got := cost("image/jpeg", join(frame(0xc0, 3), adobe, scan), 6400, 6400); got <= plain {
		t.Errorf("colours told of behind the frame: %d of %d bytes", got, plain)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 64, 48)), nil); err != nil {
		t.Fatal(err)
	}
	if got := cost("image/jpeg", b.Bytes(), 64, 48); got == 0 {
		t.Error("an ordinary photo makes no sense")
	}
}
