package blob

import (
	"bytes"
	"encoding/binary"
)

// Decoding costs memory that a small file can claim: 389 kB of PNG say 20,000 x 20,000
// pixels. So what a picture will cost is read from its head, before anything is made for
// it.

// mostDecoded is what the pixels of one picture may take, in bytes, with the file itself:
// 24 megapixels of an ordinary photo (4:2:0, baseline), 10 of a screenshot, 6 of a
// progressive JPEG. The whole of an upload stays below 64 MB (security.md P28).
const mostDecoded = 44 << 20

// cost is how many bytes the pixels of a picture take while it is decoded; 0 for a head
// that makes no sense.
func cost(kind string, data []byte, width, height int) int64 {
	per := perPixel(kind, data) // in eighths of a byte
	if width <= 0 || height <= 0 || per == 0 || int64(width) > (1<<40)/int64(height) {
		return 0
	}
	return int64(width) * int64(height) * int64(per) / 8
}

func perPixel(kind string, data []byte) int {
	if kind == "image/png" {
		return pngPixel(data)
	}
	return jpegPixel(data)
}

// pngPixel reads the IHDR (PNG, 11.2.2): depth, kind of colour, interlacing. Go decodes
// colours of eight bits into four bytes, of sixteen into eight, and an interlaced picture
// pass by pass beside the whole.
func pngPixel(data []byte) int {
	if len(data) < 29 {
		return 0
	}
	depth, colour, interlaced := data[24], data[25], data[28]
	per := 4 * 8
	switch {
	case depth == 16:
		per = 8 * 8
	case colour == 3:
		per = 8
	}
	if interlaced != 0 {
		per += per / 2
	}
	return per
}

// jpegPixel reads the frame header (T.81, B.2.2): how many samples a pixel has, and
// whether the picture is progressive, whose coefficients are kept as 32-bit numbers until
// the last scan. It reads on to the first scan, because what a decoder makes of the colours
// may stand behind the frame header. A marker without a length before the scan is written
// by no camera: a decoder that skips it and a reader that takes a length from it would see
// two different pictures.
func jpegPixel(data []byte) int {
	plain := true // colours as luma and chroma
	var frame []byte
	progressive := false
	for p := 2; p+4 <= len(data) && data[p] == 0xff; {
		mark, n := data[p+1], int(binary.BigEndian.Uint16(data[p+2:]))
		if mark == 0xff { // a fill byte
			p++
			continue
		}
		if mark < 0xc0 || mark >= 0xd0 && mark <= 0xd9 || n < 2 || p+2+n > len(data) {
			return 0
		}
		body := data[p+4 : p+2+n]
		switch {
		case mark == 0xee && bytes.HasPrefix(body, []byte("Adobe")) && len(body) >= 12 && body[11] == 0:
			plain = false // Go makes RGBA or CMYK of it
		case mark >= 0xc0 && mark <= 0xc2:
			if frame != nil {
				return 0 // of two frames a decoder may take the other
			}
			frame, progressive = body, mark == 0xc2
		case mark == 0xda:
			return framePixel(frame, progressive, plain)
		}
		p += 2 + n
	}
	return 0
}

func framePixel(frame []byte, progressive, plain bool) int {
	if len(frame) < 6 || len(frame) < 6+3*int(frame[5]) {
		return 0
	}
	n := int(frame[5])
	most, sum := 1, 0
	for i := range n {
		h, v := int(frame[7+3*i]>>4), int(frame[7+3*i]&15)
		if h < 1 || h > 4 || v < 1 || v > 4 {
			return 0
		}
		most, sum = max(most, h*v), sum+h*v
	}
	if n == 1 {
		sum, most = 1, 1 // one component has no subsampling
	}
	per := 8 * sum / most
	if progressive {
		per *= 5
	}
	if n == 4 || n == 3 && (!plain || named(frame, "RGB")) {
		per += 4 * 8
	}
	return max(per, 8)
}

// named reports whether the components are called by these letters, which Go takes for
// what they are.
func named(frame []byte, letters string) bool {
	for i := range letters {
		if frame[6+3*i] != letters[i] {
			return false
		}
	}
	return true
}
