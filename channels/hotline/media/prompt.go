package media

import (
	"encoding/binary"
	"errors"
	"io"
	"sync"
)

// maxPrompt bounds a prompt's file: four minutes of PCM.
const maxPrompt = 4 << 20

// Prompt is something to say, ready to be sent. Any number of calls may say it at once.
type Prompt struct{ alaw, ulaw []byte }

// ReadPrompt reads a WAV file of 8 kHz, one channel, in PCM of 16 bits, A-law or
// µ-law. Returns ErrPrompt for anything else.
func ReadPrompt(r io.Reader) (*Prompt, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxPrompt+1))
	if err != nil {
		return nil, ErrPrompt.Wrap(err)
	}
	if len(b) > maxPrompt || len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE" {
		return nil, ErrPrompt
	}
	var form []byte
	for b = b[12:]; len(b) >= 8; {
		id, n := string(b[:4]), int(binary.LittleEndian.Uint32(b[4:]))
		b = b[8:]
		if id == "data" {
			return promptOf(form, b[:min(n, len(b))]) // a size of "unknown" is the rest
		}
		if n > len(b) {
			break
		}
		if id == "fmt " {
			form = b[:n]
		}
		b = b[min(n+n%2, len(b)):]
	}
	return nil, ErrPrompt.Wrap(errors.New("no sound in the file"))
}

func promptOf(form, sound []byte) (*Prompt, error) {
	if len(form) < 16 || len(sound) < 2 { // one byte is no sample of PCM
		return nil, ErrPrompt
	}
	le := binary.LittleEndian
	tag, channels, rate, depth := le.Uint16(form), le.Uint16(form[2:]), le.Uint32(form[4:]), le.Uint16(form[14:])
	if channels != 1 || rate != Rate {
		return nil, ErrPrompt
	}
	switch {
	case tag == 1 && depth == 16:
		alaw := make([]byte, len(sound)/2)
		for i := range alaw {
			alaw[i] = alawOfLinear(int16(le.Uint16(sound[2*i:])))
		}
		return newPrompt(alaw), nil
	case tag == tagALaw && depth == 8:
		return newPrompt(append([]byte(nil), sound...)), nil
	case tag == 7 && depth == 8:
		alaw := make([]byte, len(sound))
		for i, b := range sound {
			alaw[i] = alawOfULaw[b]
		}
		return newPrompt(alaw), nil
	}
	return nil, ErrPrompt
}

// newPrompt fills the last frame up with silence.
func newPrompt(alaw []byte) *Prompt {
	for len(alaw)%frame != 0 {
		alaw = append(alaw, silence)
	}
	p := &Prompt{alaw: alaw, ulaw: make([]byte, len(alaw))}
	for i, b := range alaw {
		p.ulaw[i] = ulawOfALaw[b]
	}
	return p
}

// yield is what a prompt falls silent at.
type yield int

const (
	yieldsToNothing yield = iota
	yieldsToKey
	yieldsToSpeech // and to a key
)

// Playback is a prompt being said.
type Playback struct {
	prompt *Prompt
	next   int // the frame to send
	to     yield
	once   sync.Once
	done   chan struct{}
	whole  bool
}

// Done is closed when the prompt was said to its end, stopped, replaced by another, or
// the call is over.
func (p *Playback) Done() <-chan struct{} { return p.done }

// Whole reports, after Done, whether all of it was said.
func (p *Playback) Whole() bool {
	select {
	case <-p.done:
		return p.whole
	default:
		return false
	}
}

func (p *Playback) end(whole bool) {
	p.once.Do(func() { p.whole = whole; close(p.done) })
}
