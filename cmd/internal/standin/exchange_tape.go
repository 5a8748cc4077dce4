package standin

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"os/exec"
	"time"
)

const tapeRate = 8000 // Hz, telephone quality

// render makes the recording of a call: speech where the machine can speak, else
// tones in the rhythm of syllables, then silence up to the wished length.
func (e *exchange) render(r Ring) []byte {
	samples := speak(r.Say)
	if samples == nil {
		samples = hum(max(len([]rune(r.Say))/4, min(r.Seconds, 30), 1))
	}
	if want := r.Seconds * tapeRate; len(samples) < want {
		samples = append(samples, make([]int16, want-len(samples))...)
	}
	samples = samples[:min(len(samples), maxSeconds*tapeRate)]
	if r.ALaw {
		body := make([]byte, len(samples))
		for i, s := range samples {
			body[i] = alaw(s)
		}
		return append(wavHead(len(body), true), body...)
	}
	body := wavHead(2*len(samples), false)
	for _, s := range samples {
		body = binary.LittleEndian.AppendUint16(body, uint16(s))
	}
	return body
}

func tapeSeconds(tape []byte, alaw bool) int {
	bytesPerSecond := 2 * tapeRate
	if alaw {
		bytesPerSecond = tapeRate
	}
	return max(1, (len(tape)-len(wavHead(0, alaw)))/bytesPerSecond)
}

// speak asks espeak-ng; nil when the machine has none or it does not answer.
func speak(text string) []int16 {
	path, err := exec.LookPath("espeak-ng")
	if err != nil || text == "" {
		return nil
	}
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	defer stop()
	cmd := exec.CommandContext(ctx, path, "-v", "cmn", "-s", "150", "--stdin", "--stdout")
	cmd.Stdin = bytes.NewReader([]byte(text))
	wav, err := cmd.Output()
	if err != nil || len(wav) < 44 {
		return nil
	}
	return resample(wav[44:], int(binary.LittleEndian.Uint32(wav[24:28])))
}

// resample brings 16-bit mono samples to telephone rate; each output sample is
// the mean of the input it covers, which also keeps the high tones out.
func resample(pcm []byte, rate int) []int16 {
	if rate < tapeRate || rate > 96000 {
		return nil
	}
	n := len(pcm) / 2
	out := make([]int16, 0, n*tapeRate/rate+1)
	for i := 0; ; i++ {
		from, to := i*rate/tapeRate, (i+1)*rate/tapeRate
		if to > n {
			return out
		}
		sum := 0
		for k := from; k < to; k++ {
			sum += int(int16(binary.LittleEndian.Uint16(pcm[2*k:])))
		}
		out = append(out, int16(sum/(to-from)))
	}
}

// hum is a wordless voice: four soft syllables a second on changing notes.
func hum(seconds int) []int16 {
	notes := []float64{196, 220, 247, 220, 175}
	out := make([]int16, seconds*tapeRate)
	for i := range out {
		syllable, phase := i/(tapeRate/4), float64(i%(tapeRate/4))/(tapeRate/4)
		swell := math.Sin(math.Pi * phase)
		t := float64(i) / tapeRate
		f := notes[syllable%len(notes)]
		out[i] = int16(6000 * swell * (math.Sin(2*math.Pi*f*t) + 0.4*math.Sin(4*math.Pi*f*t)))
	}
	return out
}

// wavHead is a RIFF header for n bytes of mono audio at telephone rate.
func wavHead(n int, alaw bool) []byte {
	tag, width, fmtLen := uint16(1), uint16(2), uint32(16)
	if alaw {
		tag, width, fmtLen = 6, 1, 18
	}
	le := binary.LittleEndian
	b := append([]byte("RIFF"), 0, 0, 0, 0)
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, fmtLen)
	b = le.AppendUint16(le.AppendUint16(b, tag), 1)
	b = le.AppendUint32(le.AppendUint32(b, tapeRate), tapeRate*uint32(width))
	b = le.AppendUint16(le.AppendUint16(b, width), 8*width)
	if alaw { // compressed formats carry an empty extension and a fact chunk
		b = append(le.AppendUint16(b, 0), "fact"...)
		b = le.AppendUint32(le.AppendUint32(b, 4), uint32(n))
	}
	b = le.AppendUint32(append(b, "data"...), uint32(n))
	le.PutUint32(b[4:], uint32(len(b)-8+n))
	return b
}

// alaw compresses one sample by ITU-T G.711.
func alaw(s int16) byte {
	sign, v := byte(0x80), int(s)
	if v < 0 {
		sign, v = 0, -v-1
	}
	v >>= 3 // thirteen bits
	var code byte
	if v < 32 {
		code = byte(v >> 1)
	} else {
		seg := 1
		for v>>(seg+5) != 0 {
			seg++
		}
		code = byte(seg<<4 | v>>seg&0x0F)
	}
	return (sign | code) ^ 0x55
}
