package media

import (
	"math/bits"

	"lianou/transcription"
)

// Codec is an RTP payload type of ITU-T G.711 (RFC 3551, table 4).
type Codec uint8

// The two laws. China's public network speaks A.
const (
	PCMU Codec = 0
	PCMA Codec = 8
)

// Rate is the samples a second of everything here; in both laws a sample is a byte.
const Rate = 8000

// frame is what we send at a time: 20 ms (a=ptime:20).
const frame = 160

const silence = 0xD5 // zero in A-law; the µ-law byte for it is 0xFF

// The tables of both laws, filled once and never changed.
var (
	alawLinear, ulawLinear = expand(transcription.ALaw), expand(transcription.ULaw)
	alawOfULaw             = translate(&ulawLinear, alawOfLinear)
	ulawOfALaw             = translate(&alawLinear, ulawOfLinear)
)

func expand(one func(byte) int16) (t [256]int16) {
	for i := range t {
		t[i] = one(byte(i))
	}
	return t
}

func translate(from *[256]int16, to func(int16) byte) (t [256]byte) {
	for i := range t {
		t[i] = to(from[i])
	}
	return t
}

// Decode writes the linear samples of src to dst, which has room for as many.
func (c Codec) Decode(dst []int16, src []byte) {
	t := &alawLinear
	if c == PCMU {
		t = &ulawLinear
	}
	dst = dst[:len(src)]
	for i, b := range src {
		dst[i] = t[b]
	}
}

// Encode writes src in the law to dst, which has room for as many.
func (c Codec) Encode(dst []byte, src []int16) {
	dst = dst[:len(src)]
	for i, x := range src {
		if c == PCMU {
			dst[i] = ulawOfLinear(x)
		} else {
			dst[i] = alawOfLinear(x)
		}
	}
}

// Silence is the byte that is no sound in the law.
func (c Codec) Silence() byte {
	if c == PCMU {
		return 0xFF
	}
	return silence
}

// name is the codec's in an rtpmap line.
func (c Codec) name() string {
	if c == PCMU {
		return "PCMU"
	}
	return "PCMA"
}

func alawOfLinear(x int16) byte {
	v, mask := int(x)>>3, byte(0xd5)
	if v < 0 {
		v, mask = -v-1, 0x55
	}
	segment := bits.Len(uint(v >> 5))
	return byte(segment<<4|v>>max(segment, 1)&0x0f) ^ mask
}

func ulawOfLinear(x int16) byte {
	v, mask := int(x)>>2, byte(0xff)
	if v < 0 {
		v, mask = -v, 0x7f
	}
	v = min(v, 8158) + transcription.ULawBias
	segment := bits.Len(uint(v >> 6))
	return byte(segment<<4|v>>(segment+1)&0x0f) ^ mask
}
