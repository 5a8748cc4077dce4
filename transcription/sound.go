package transcription

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"time"
)

// The codecs of WAV files that we take (RFC 2361 and the registry behind it).
const (
	CodecPCM  = 1
	CodecALaw = 6
	CodecULaw = 7
)

// Form is how the samples of a recording lie.
type Form struct {
	Codec, Channels, Rate, Bits int
}

// frame is the bytes of one moment of every channel.
func (f Form) frame() int64 { return int64(f.Channels) * int64(f.Bits/8) }

// Samples is how many whole moments `size` bytes hold.
func (f Form) Samples(size int64) int64 {
	if f.frame() <= 0 {
		return 0
	}
	return max(size, 0) / f.frame()
}

// Length is how long that many moments last.
func (f Form) Length(samples int64) time.Duration {
	if f.Rate <= 0 {
		return 0
	}
	return time.Duration(samples) * time.Second / time.Duration(f.Rate)
}

// known tells forms we can read from those we cannot.
func (f Form) known() bool {
	switch f.Codec {
	case CodecPCM:
		return (f.Bits == 8 || f.Bits == 16 || f.Bits == 24 || f.Bits == 32) && f.Channels > 0
	case CodecALaw, CodecULaw:
		return f.Bits == 8 && f.Channels > 0
	}
	return false
}

// One gives one channel of a recording as a WAV file of its own, 16 bits. r stands at
// the first sample; samples says how many moments there are. Errors:
// ErrUnsupportedAudio.
func One(r io.Reader, f Form, channel int, samples int64) (io.Reader, error) {
	if !f.known() || channel < 0 || channel >= f.Channels || samples < 0 || samples > (1<<31-64)/2 {
		return nil, ErrUnsupportedAudio.Wrap(errors.New("a form of sound that is not read"))
	}
	head := wavHead(f.Rate, samples)
	body := &picker{r: bufio.NewReaderSize(io.LimitReader(r, samples*f.frame()), 32<<10), form: f, channel: channel, frame: make([]byte, f.frame())}
	return io.MultiReader(bytes.NewReader(head), body), nil
}

// wavHead is that of a file with one channel of 16-bit samples.
func wavHead(rate int, samples int64) []byte {
	le := binary.LittleEndian
	b := append([]byte("RIFF"), 0, 0, 0, 0)
	le.PutUint32(b[4:], uint32(36+2*samples))
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, CodecPCM)
	b = le.AppendUint16(b, 1)
	b = le.AppendUint32(b, uint32(rate))
	b = le.AppendUint32(b, uint32(2*rate))
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, 16)
	b = append(b, "data"...)
	return le.AppendUint32(b, uint32(2*samples))
}

// picker reads frames and gives the samples of one channel.
type picker struct {
	r       io.Reader
	form    Form
	channel int
	frame   []byte
	half    []byte // of a sample that did not fit
}

// Read gives 16-bit samples.
func (p *picker) Read(b []byte) (n int, err error) {
	for n < len(b) {
		if len(p.half) == 0 {
			if _, err = io.ReadFull(p.r, p.frame); err != nil {
				break
			}
			width := p.form.Bits / 8
			v := p.form.sample(p.frame[p.channel*width : (p.channel+1)*width])
			p.half = []byte{byte(v), byte(uint16(v) >> 8)}
		}
		k := copy(b[n:], p.half)
		p.half, n = p.half[k:], n+k
	}
	if n > 0 {
		return n, nil
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return 0, err
}

func (f Form) sample(b []byte) int16 {
	switch {
	case f.Codec == CodecALaw:
		return ALaw(b[0])
	case f.Codec == CodecULaw:
		return ULaw(b[0])
	case f.Bits == 8: // PCM of 8 bits has no sign
		return int16(int(b[0])-128) << 8
	}
	return int16(binary.LittleEndian.Uint16(b[len(b)-2:]))
}

// whisper is as loud as no line noise is and any voice.
const whisper = 200

// Silent reports that in a file as One gives it nothing is as loud as a whisper.
func Silent(r io.Reader) (bool, error) {
	b := bufio.NewReaderSize(r, 32<<10)
	if _, err := b.Discard(wavHeadSize); err != nil {
		return false, ErrUnsupportedAudio.Wrap(errors.New("a file without a head"))
	}
	var sample [2]byte
	for {
		if _, err := io.ReadFull(b, sample[:]); err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				return true, nil
			}
			return false, err
		}
		if v := int(int16(binary.LittleEndian.Uint16(sample[:]))); v > whisper || v < -whisper {
			return false, nil
		}
	}
}

const wavHeadSize = 44
