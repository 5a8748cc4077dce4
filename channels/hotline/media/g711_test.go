package media

import (
	"math"
	"testing"
)

// Control: `segment > 0` taken as `segment > 1` in transcription.ALaw.
func TestG711KnowsTheTablesOfTheITU(t *testing.T) {
	t.Parallel()
	// G.711 tables 1 and 2: the ends of the scale, zero, and a value of each part.
	for _, c := range []struct {
		codec Codec
		code  byte
		value int16
	}{
		{PCMA, 0xD5, 8}, {PCMA, 0x55, -8}, {PCMA, 0xAA, 32256}, {PCMA, 0x2A, -32256}, {PCMA, 0x80, 5504}, {PCMA, 0xC5, 264},
		{PCMU, 0xFF, 0}, {PCMU, 0x7F, 0}, {PCMU, 0x80, 32124}, {PCMU, 0x00, -32124}, {PCMU, 0xF0, 120}, {PCMU, 0xEF, 132},
	} {
		var got [1]int16
		c.codec.Decode(got[:], []byte{c.code})
		if got[0] != c.value {
			t.Errorf("codec %d: %#x is %d, want %d", c.codec, c.code, got[0], c.value)
		}
	}
}

// The 1 kHz test tone of G.711, tables 5 and 6, is a sine of 0 dBm0 when decoded.
func TestG711PlaysTheTestTone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		codec    Codec
		tone     [8]byte
		overload float64 // dBm0 of a sine that fills the scale
	}{
		{PCMA, [8]byte{0x34, 0x21, 0x21, 0x34, 0xB4, 0xA1, 0xA1, 0xB4}, 3.14},
		{PCMU, [8]byte{0x1E, 0x0B, 0x0B, 0x1E, 0x9E, 0x8B, 0x8B, 0x9E}, 3.17},
	} {
		var got [8]int16
		c.codec.Decode(got[:], c.tone[:])
		peak := 32636 * math.Pow(10, -c.overload/20)
		for i, x := range got {
			want := -peak * math.Sin(math.Pi/8*float64(2*i+1))
			if math.Abs(float64(x)-want) > 0.03*peak {
				t.Errorf("codec %d sample %d: %d, want %.0f", c.codec, i, x, want)
			}
		}
	}
}

// Control: the mask of negative samples 0xd5 in alawOfLinear.
func TestG711GoesThereAndBack(t *testing.T) {
	t.Parallel()
	for _, codec := range []Codec{PCMA, PCMU} {
		var back, last [1]int16
		var code [1]byte
		last[0] = math.MinInt16
		for x := math.MinInt16; x <= math.MaxInt16; x++ {
			codec.Encode(code[:], []int16{int16(x)})
			codec.Decode(back[:], code[:])
			if back[0] < last[0] {
				t.Fatalf("codec %d falls at %d", codec, x)
			}
			last = back
			// Half a step is a 33rd of the value and the bias; the top is clipped.
			if off := math.Abs(float64(x) - float64(back[0])); off > (math.Abs(float64(x))+132)/32+4 && x > -32256 && x < 32256 {
				t.Fatalf("codec %d: %d came back as %d", codec, x, back[0])
			}
			again := code
			if codec.Encode(again[:], back[:]); again != code {
				t.Fatalf("codec %d: %#x became %#x on the second way", codec, code, again)
			}
		}
		if codec.Encode(code[:], []int16{0}); code[0] != codec.Silence() {
			t.Errorf("codec %d: zero is %#x, silence %#x", codec, code[0], codec.Silence())
		}
	}
	if alawOfULaw[0xFF] != silence || alawOfULaw[0x7F] != silence {
		t.Errorf("silence is not translated to silence: %#x, %#x", alawOfULaw[0xFF], alawOfULaw[0x7F])
	}
}
