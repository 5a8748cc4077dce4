package blob

import (
	"bytes"
	"encoding/binary"
)

// orientation reads the EXIF orientation of a JPEG (tag 0x0112 of the first
// directory, CIPA DC-008): 1 to 8, or 1 when there is none or it makes no sense.
// A phone held upright nearly always writes 6.
func orientation(data []byte) int {
	for p := 2; p+4 <= len(data) && data[p] == 0xff; {
		mark, n := data[p+1], int(binary.BigEndian.Uint16(data[p+2:]))
		if mark == 0xda || n < 2 || p+2+n > len(data) { // the picture itself begins
			return 1
		}
		body := data[p+4 : p+2+n]
		if mark == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return tiffOrientation(body[6:])
		}
		p += 2 + n
	}
	return 1
}

func tiffOrientation(t []byte) int {
	if len(t) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if string(t[:2]) == "MM" {
		order = binary.BigEndian
	}
	dir := int64(order.Uint32(t[4:]))
	if dir < 8 || dir+2 > int64(len(t)) {
		return 1
	}
	entries := int(order.Uint16(t[dir:]))
	for i := range min(entries, 512) {
		e := dir + 2 + int64(i)*12
		if e+12 > int64(len(t)) {
			return 1
		}
		if order.Uint16(t[e:]) == 0x0112 {
			if o := int(order.Uint16(t[e+8:])); o >= 1 && o <= 8 {
				return o
			}
			return 1
		}
	}
	return 1
}
