package blob

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"mime"
	"time"

	"lianou/core"
	"lianou/transcription"
)

// The errors of recordings.
var (
	ErrNoAudio     = core.E(core.KindUnsupported, "audio_unsupported", "这不是能播放的录音,请用 WAV 格式的录音。")
	ErrAudioBroken = core.E(core.KindInvalid, "audio_broken", "录音没有传完整,请再传一次。")
)

// Audio is what the head of a WAV file says.
type Audio struct {
	Codec    int // transcription.CodecPCM, CodecALaw or CodecULaw
	Channels int
	Rate     int // samples a second
	Bits     int // a sample
	Data     int // offset of the first sample, in bytes
}

// Duration is how long `size` bytes of file play. The head's own sizes are not
// asked: exchanges write 0 or 0xFFFFFFFF when they did not know the end.
func (a Audio) Duration(size int64) time.Duration {
	perSecond := int64(a.Rate) * int64(a.Channels) * int64(a.Bits) / 8
	if perSecond == 0 || size <= int64(a.Data) {
		return 0
	}
	return time.Duration((size - int64(a.Data)) * int64(time.Second) / perSecond)
}

const audioHead = 64 << 10 // the samples must begin within

// CheckAudio accepts a WAV recording stated to be one (audio/wav and its older
// names) and being one by content. It reads the head of r and gives a reader of
// the whole, head included. Errors: ErrNoAudio, ErrAudioBroken.
func CheckAudio(r io.Reader, contentType string) (Audio, io.Reader, error) {
	mediaType, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return Audio{}, nil, ErrNoAudio
	}
	switch mediaType {
	case "audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave":
	default:
		return Audio{}, nil, ErrNoAudio
	}
	head := make([]byte, audioHead)
	n, err := readChunk(r, head)
	if err != nil {
		return Audio{}, nil, brokenSource(err)
	}
	a, err := parseWAV(head[:n])
	if err != nil {
		return Audio{}, nil, err
	}
	return a, io.MultiReader(bytes.NewReader(head[:n]), r), nil
}

func parseWAV(b []byte) (Audio, error) {
	if len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE" {
		return Audio{}, ErrNoAudio
	}
	var a Audio
	for p := int64(12); p+8 <= int64(len(b)); {
		id, n := string(b[p:p+4]), int64(binary.LittleEndian.Uint32(b[p+4:]))
		if id == "data" {
			if a.Rate == 0 || p+8 >= int64(len(b)) {
				return Audio{}, ErrAudioBroken
			}
			a.Data = int(p + 8)
			return a, nil
		}
		end := p + 8 + n + n%2
		if end > int64(len(b)) {
			return Audio{}, ErrAudioBroken
		}
		if id == "fmt " {
			if err := a.format(b[p+8 : p+8+n]); err != nil {
				return Audio{}, err
			}
		}
		p = end
	}
	return Audio{}, ErrAudioBroken
}

// format reads a "fmt " chunk and refuses what our players cannot play.
func (a *Audio) format(f []byte) error {
	if len(f) < 16 {
		return ErrAudioBroken
	}
	u16 := func(i int) int { return int(binary.LittleEndian.Uint16(f[i:])) }
	a.Codec, a.Channels, a.Bits = u16(0), u16(2), u16(14)
	a.Rate = int(binary.LittleEndian.Uint32(f[4:]))
	if a.Codec == 0xfffe && len(f) >= 26 { // extensible: the codec leads the sub-format
		a.Codec = u16(24)
	}
	bits := map[int][]int{transcription.CodecPCM: {8, 16, 24, 32}, transcription.CodecALaw: {8}, transcription.CodecULaw: {8}}
	known := false
	for _, b := range bits[a.Codec] {
		known = known || b == a.Bits
	}
	if !known || a.Channels < 1 || a.Channels > 8 || a.Rate < 4000 || a.Rate > 192_000 {
		return ErrNoAudio.Wrap(errors.New("a codec, rate or number of channels we do not play"))
	}
	return nil
}
