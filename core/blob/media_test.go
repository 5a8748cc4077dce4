package blob

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"testing"
	"time"

	"lianou/core"
)

// picture is white with a black square in its top left corner.
func picture(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = 0xff
	}
	for y := range h / 2 {
		for x := range w / 2 {
			img.Set(x, y, color.Black)
		}
	}
	return img
}

func jpegOf(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(w, h), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, picture(w, h)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withEXIF puts an orientation and a place into a JPEG.
func withEXIF(j []byte, o byte, order binary.ByteOrder) []byte {
	tiff := make([]byte, 8, 64)
	copy(tiff, "II")
	if order == binary.ByteOrder(binary.BigEndian) {
		copy(tiff, "MM")
	}
	order.PutUint16(tiff[2:], 42)
	order.PutUint32(tiff[4:], 8)
	entry := make([]byte, 2+12)
	order.PutUint16(entry, 1)
	order.PutUint16(entry[2:], 0x0112)
	order.PutUint16(entry[4:], 3)
	order.PutUint32(entry[6:], 1)
	order.PutUint16(entry[10:], uint16(o))
	body := append([]byte("Exif\x00\x00"), tiff...)
	body = append(body, entry...)
	body = append(body, "GPS 37.43N 116.36E"...)
	seg := append([]byte{0xff, 0xe1, 0, byte(len(body) + 2)}, body...)
	return append(append(bytes.Clone(j[:2]), seg...), j[2:]...)
}

func TestCheckImage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   []byte
		mime string
	}{
		"jpeg": {jpegOf(t, 40, 20), "image/jpeg"},
		"png":  {pngOf(t, 40, 20), "image/png"},
	} {
		img, err := CheckImage(append(bytes.Clone(c.in), "hidden"...))
		if err != nil || img.MIME != c.mime || img.Width != 40 || img.Height != 20 {
			t.Errorf("%s: %s %dx%d, %v", name, img.MIME, img.Width, img.Height, err)
		}
		if bytes.Contains(img.Data, []byte("hidden")) {
			t.Errorf("%s: what stood behind the picture is still there", name)
		}
	}
}

// TestImageForgetsPlace: EXIF is gone and the picture stands as it was shown.
// The control is returning the input when it decodes.
func TestImageForgetsPlace(t *testing.T) {
	t.Parallel()
	corner := map[byte]image.Point{1: {0, 0}, 2: {1, 0}, 3: {1, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 1}, 8: {0, 1}}
	for o, want := range corner {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			in := withEXIF(jpegOf(t, 64, 32), o, order)
			if got := orientation(in); got != int(o) {
				t.Fatalf("orientation %d read as %d", o, got)
			}
			got, err := CheckImage(in)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(got.Data, []byte("GPS")) || bytes.Contains(got.Data, []byte("Exif")) {
				t.Errorf("orientation %d: the place is still there", o)
			}
			side := o >= 5
			if (got.Width == 32) != side {
				t.Errorf("orientation %d: %dx%d", o, got.Width, got.Height)
			}
			img, err := jpeg.Decode(bytes.NewReader(got.Data))
			if err != nil {
				t.Fatal(err)
			}
			for _, q := range []image.Point{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
				y := color.GrayModel.Convert(img.At(got.Width/4+q.X*got.Width/2, got.Height/4+q.Y*got.Height/2)).(color.Gray).Y
				if (y < 128) != (q == want) {
					t.Errorf("orientation %d: corner %v has grey %d", o, q, y)
				}
			}
		}
	}
}

func TestCheckImageRefuses(t *testing.T) {
	t.Parallel()
	good := jpegOf(t, 40, 20)
	flood := bytes.Clone(pngOf(t, 40, 20)) // the same file, saying it is 20000 x 20000
	binary.BigEndian.PutUint32(flood[16:], 20000)
	binary.BigEndian.PutUint32(flood[20:], 20000)
	binary.BigEndian.PutUint32(flood[29:], crc32.ChecksumIEEE(flood[12:29]))
	for name, c := range map[string]struct {
		in   []byte
		want *core.Error
	}{
		"nothing":     {nil, ErrNoImage},
		"html":        {[]byte("<html><script>"), ErrNoImage},
		"gif":         {[]byte("GIF89a\x01\x00\x01\x00"), ErrNoImage},
		"cut":         {good[:len(good)/2], ErrImageBroken},
		"head only":   {good[:4], ErrImageBroken},
		"pixel flood": {flood, ErrImagePixels},
	} {
		_, err := CheckImage(c.in)
		var e *core.Error
		if !errors.Is(err, c.want) || !errors.As(err, &e) || e.Say == "" {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// wav makes a file of n seconds at 8 kHz; sizes are what the head claims.
func wav(codec, bits uint16, seconds int, riff, data uint32) []byte {
	le := binary.LittleEndian
	b := le.AppendUint32([]byte("RIFF"), riff)
	b = append(b, "WAVELIST\x03\x00\x00\x00abc\x00fmt \x10\x00\x00\x00"...)
	b = le.AppendUint16(b, codec)
	b = le.AppendUint16(b, 1)
	b = le.AppendUint32(b, 8000)
	b = le.AppendUint32(b, 8000*uint32(bits)/8)
	b = le.AppendUint16(b, bits/8)
	b = le.AppendUint16(b, bits)
	b = append(b, "data"...)
	b = le.AppendUint32(b, data)
	return append(b, make([]byte, seconds*8000*int(bits)/8)...)
}

func TestCheckAudio(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in          []byte
		contentType string
		want        *core.Error
	}{
		"pcm":                {wav(1, 16, 3, 0, 48000), "audio/wav", nil},
		"a-law":              {wav(6, 8, 3, 0, 24000), "audio/x-wav", nil},
		"mu-law":             {wav(7, 8, 3, 0, 24000), "audio/wave; codecs=7", nil},
		"sizes zero":         {wav(1, 16, 3, 0, 0), "audio/wav", nil},
		"sizes unknown":      {wav(1, 16, 3, 0xffffffff, 0xffffffff), "audio/wav", nil},
		"sizes lie":          {wav(1, 16, 3, 17, 5), "audio/wav", nil},
		"said to be mp3":     {wav(1, 16, 3, 0, 48000), "audio/mpeg", ErrNoAudio},
		"no type":            {wav(1, 16, 3, 0, 48000), "", ErrNoAudio},
		"mp3 said to be wav": {[]byte("ID3\x03rest of a file"), "audio/wav", ErrNoAudio},
		"unknown codec":      {wav(85, 8, 3, 0, 24000), "audio/wav", ErrNoAudio},
		"a-law of 16 bits":   {wav(6, 16, 3, 0, 48000), "audio/wav", ErrNoAudio},
		"no samples":         {wav(1, 16, 0, 0, 48000), "audio/wav", ErrAudioBroken},
		"head only":          {wav(1, 16, 3, 0, 48000)[:40], "audio/wav", ErrAudioBroken},
	} {
		a, r, err := CheckAudio(bytes.NewReader(c.in), c.contentType)
		if c.want != nil {
			if !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := a.Duration(int64(len(c.in))); d != 3*time.Second {
			t.Errorf("%s: %v long, want 3 s", name, d)
		}
		if whole, err := io.ReadAll(r); err != nil || !bytes.Equal(whole, c.in) {
			t.Errorf("%s: the reader gives %d of %d bytes, %v", name, len(whole), len(c.in), err)
		}
	}
}

func FuzzParseWAV(f *testing.F) {
	f.Add(wav(1, 16, 0, 0, 0))
	f.Add(wav(0xfffe, 16, 0, 0, 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, err := parseWAV(b); err == nil && (a.Data > len(b) || a.Duration(int64(len(b))) < 0) {
			t.Fatalf("%+v of %d bytes", a, len(b))
		}
	})
}

func FuzzOrientation(f *testing.F) {
	f.Add(withEXIF(jpegOf(f, 8, 8), 6, binary.BigEndian))
	f.Fuzz(func(t *testing.T, b []byte) {
		if o := orientation(b); o < 1 || o > 8 {
			t.Fatalf("orientation %d", o)
		}
	})
}

// What a picture costs is read from heads that anybody may write. Control: the loop over
// the segments without its bounds.
func FuzzCost(f *testing.F) {
	f.Add(jpegOf(f, 8, 8))
	f.Add(pngOf(f, 8, 8))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, kind := range []string{"image/jpeg", "image/png"} {
			if n := cost(kind, b, 20_000, 20_000); n < 0 || n > 0 && n < 20_000*20_000 {
				t.Fatalf("%s costs %d", kind, n)
			}
		}
	})
}

// Control: three bytes a pixel for all, and a progressive picture of 12 megapixels passes.
func TestCost(t *testing.T) {
	t.Parallel()
	grey := image.NewGray(image.Rect(0, 0, 8, 8))
	var b bytes.Buffer
	if err := jpeg.Encode(&b, grey, nil); err != nil {
		t.Fatal(err)
	}
	photo := jpegOf(t, 8, 8)
	progressive := bytes.Replace(photo, []byte("\xff\xc0"), []byte("\xff\xc2"), 1)
	for name, c := range map[string]struct {
		kind string
		in   []byte
		want int64 // of 1,000 pixels
	}{
		"a photo":         {"image/jpeg", photo, 1500},
		"grey":            {"image/jpeg", b.Bytes(), 1000},
		"a progressive":   {"image/jpeg", progressive, 7500},
		"no frame":        {"image/jpeg", photo[:20], 0},
		"a screenshot":    {"image/png", pngOf(t, 8, 8), 4000},
		"a png's ten":     {"image/png", pngOf(t, 8, 8)[:10], 0},
		"a negative size": {"image/png", nil, 0},
	} {
		if got := cost(c.kind, c.in, 100, 10); got != c.want {
			t.Errorf("%s costs %d, want %d", name, got, c.want)
		}
	}
}
