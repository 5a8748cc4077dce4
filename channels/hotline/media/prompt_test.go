package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
)

// wavOf makes a WAV file of a form; says is the size its data chunk claims.
func wavOf(tag, channels, rate, bits, says int, sound []byte) []byte {
	b := []byte("RIFF\xff\xff\xff\xffWAVELIST\x03\x00\x00\x00abc\x00fmt \x10\x00\x00\x00")
	le := binary.LittleEndian
	for _, n := range []int{tag, channels} {
		b = le.AppendUint16(b, uint16(n))
	}
	b = le.AppendUint32(b, uint32(rate))
	b = le.AppendUint32(b, uint32(rate*channels*bits/8))
	b = le.AppendUint16(b, uint16(channels*bits/8))
	b = le.AppendUint16(b, uint16(bits))
	b = le.AppendUint32(append(b, "data"...), uint32(says))
	return append(b, sound...)
}

func TestPromptsAreReadInThreeForms(t *testing.T) {
	t.Parallel()
	pcm := make([]byte, 2*frame)
	for i := range frame {
		binary.LittleEndian.PutUint16(pcm[2*i:], uint16(alawLinear[0x34]))
	}
	want := bytes.Repeat([]byte{0x34}, frame)
	for name, file := range map[string][]byte{
		"PCM":     wavOf(1, 1, 8000, 16, len(pcm), pcm),
		"A-law":   wavOf(6, 1, 8000, 8, frame, want),
		"unknown": wavOf(6, 1, 8000, 8, 0xffffffff, want),
	} {
		p, err := ReadPrompt(bytes.NewReader(file))
		if err != nil || !bytes.Equal(p.alaw, want) || len(p.ulaw) != frame {
			t.Errorf("%s: %v", name, err)
		}
	}
	p, err := ReadPrompt(bytes.NewReader(wavOf(7, 1, 8000, 8, 3, []byte{0x1E, 0x1E, 0x1E})))
	if err != nil || len(p.alaw) != frame || p.alaw[0] != alawOfULaw[0x1E] || p.alaw[3] != silence {
		t.Errorf("µ-law: %v", err)
	}
	for name, file := range map[string][]byte{
		"stereo": wavOf(1, 2, 8000, 16, len(pcm), pcm), "16 kHz": wavOf(1, 1, 16000, 16, len(pcm), pcm), "8 bits": wavOf(1, 1, 8000, 8, len(pcm), pcm),
		"empty": wavOf(1, 1, 8000, 16, 0, nil), "cut": wavOf(1, 1, 8000, 16, 0, nil)[:40], "text": []byte("hello"), "huge": make([]byte, maxPrompt+1),
		"a chunk that lies": []byte("RIFF\xff\xff\xff\xffWAVEfmt \xff\xff\xff\x7f"),
	} {
		if _, err := ReadPrompt(bytes.NewReader(file)); !errors.Is(err, ErrPrompt) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzReadPrompt(f *testing.F) {
	f.Add(wavOf(1, 1, 8000, 16, 4, []byte{1, 2, 3, 4}))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ReadPrompt(bytes.NewReader(b))
		if err == nil && (len(p.alaw)%frame != 0 || len(p.alaw) == 0 || len(p.alaw) != len(p.ulaw)) {
			t.Fatalf("a prompt of %d and %d bytes", len(p.alaw), len(p.ulaw))
		}
	})
}
