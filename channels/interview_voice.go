package channels

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"

	"lianou/core"
	"lianou/core/blob"
	"lianou/core/citizen"
	"lianou/intake"
	"lianou/intake/talks"
	"lianou/transcription"
)

// Bounds of an answer that is said aloud: a minute of 16 kHz, 16 bits and one channel is
// 1.92 MB.
const (
	MaxVoice     = 2 << 20
	longestVoice = time.Minute + time.Second // recorders stop a little late
	maxVoiceBody = MaxVoice + 4<<10
)

var (
	errVoiceForm  = core.E(core.KindUnsupported, "voice_form", "这段录音打不开。请再说一遍,或者打字。")
	errVoiceLong  = core.E(core.KindTooLarge, "voice_long", "一次最多说一分钟。请分几次说,或者打字。")
	errVoiceShort = core.E(core.KindInvalid, "voice_short", "没听到声音。请离手机近一点再说一遍,或者打字。")
	errVoiceBroke = core.E(core.KindInvalid, "voice_broken", "录音没有传好。请再说一遍,或者打字。")
	errVoiceNone  = core.E(core.KindNotFound, "voice_none", "没有这段录音了。请再说一遍,或者打字。")
)

// voiceUnheard is what is said when nobody could make words of it.
const voiceUnheard = "没听清,请再说一遍,或者打字。"

// VoiceTaken is the answer to a recording: its words are asked for under this id.
type VoiceTaken struct {
	ID string `json:"id" doc:"Ask GET interview/voice/{id} for the words"`
}

// VoiceAnswer is how far a recording is. What a machine heard is shown to the person and
// is no answer before they send it as one.
type VoiceAnswer struct {
	State talks.AnswerState `json:"state" enum:"hearing,heard,not_heard"`
	Said  string            `json:"said" doc:"What was heard, to be shown and put right"`
	Say   string            `json:"say,omitempty" doc:"What to do, where nothing was heard"`
}

// TakeVoice reads a recording, part file, and keeps it to be heard. Its head's sizes are
// not believed, and a head of our own is what the engine gets. The same key again is the
// same recording. Errors: KindUnsupported, KindTooLarge, KindInvalid where there is no
// sound in it, KindTooMany.
func (d *CitizenDoor) TakeVoice(r *http.Request, who citizen.Citizen) (VoiceTaken, error) {
	key := IdempotencyKey(r)
	if len(key) > 200 {
		return VoiceTaken{}, errVoiceBroke
	}
	data, err := readVoice(r)
	if err != nil {
		return VoiceTaken{}, err
	}
	a, err := voiceOf(data)
	if err != nil {
		return VoiceTaken{}, err
	}
	a.ID, a.Citizen = uuid.NewString(), who.ID
	if key != "" {
		a.ID = uuid.NewSHA1(uuid.NameSpaceOID, []byte("voice\n"+who.ID+"\n"+key)).String()
	}
	return VoiceTaken{a.ID}, d.env.Talks.KeepAnswer(r.Context(), a)
}

// Voice tells how far one's own recording is. Errors: KindNotFound, also for another's.
func (d *CitizenDoor) Voice(r *http.Request, who citizen.Citizen) (VoiceAnswer, error) {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		return VoiceAnswer{}, errVoiceNone
	}
	state, words, err := d.env.Talks.AnswerOf(r.Context(), who.ID, id.String())
	if err != nil {
		return VoiceAnswer{}, err
	}
	v := VoiceAnswer{State: state, Said: intake.Cut(words, mostSaid)}
	if state == talks.AnswerNotHeard {
		v.Say = voiceUnheard
	}
	return v, nil
}

func (d *CitizenDoor) postVoice(w http.ResponseWriter, r *http.Request, who citizen.Citizen) error {
	got, err := d.TakeVoice(r, who)
	if err == nil {
		WriteJSON(w, http.StatusAccepted, got)
	}
	return err
}

func (d *CitizenDoor) getVoice(w http.ResponseWriter, r *http.Request, who citizen.Citizen) error {
	got, err := d.Voice(r, who)
	if err == nil {
		w.Header().Set("Cache-Control", "no-store")
		WriteJSON(w, http.StatusOK, got)
	}
	return err
}

// readVoice reads the one part of a recording, without a temporary file.
func readVoice(r *http.Request) (data []byte, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, errVoiceBroke
	}
	for {
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF) && len(data) > 0:
			return data, nil
		case err != nil:
			return nil, voiceFault(err)
		case part.FormName() != "file" || data != nil:
			return nil, core.E(core.KindInvalid, "unknown_field", errVoiceBroke.Say)
		}
		if data, err = io.ReadAll(io.LimitReader(part, MaxVoice+1)); err != nil {
			return nil, voiceFault(err)
		}
		if len(data) > MaxVoice {
			return nil, errVoiceLong
		}
	}
}

func voiceFault(err error) error {
	if errors.As(err, new(*http.MaxBytesError)) {
		return errVoiceLong
	}
	return errVoiceBroke
}

// voiceOf makes a spoken answer of a WAV file. A head that lies about its size changes
// nothing: the samples that came are counted.
func voiceOf(data []byte) (a talks.SpokenAnswer, err error) {
	head, _, err := blob.CheckAudio(bytes.NewReader(data), "audio/wav")
	if err != nil || head.Codec != transcription.CodecPCM || head.Bits != 16 || head.Channels > 2 || head.Rate < 8000 || head.Rate > 48_000 {
		return a, errVoiceForm
	}
	form := transcription.Form{Codec: head.Codec, Channels: head.Channels, Rate: head.Rate, Bits: head.Bits}
	samples := form.Samples(int64(len(data) - head.Data))
	a.Rate, a.Length = form.Rate, form.Length(samples)
	switch {
	case a.Length > longestVoice:
		return a, errVoiceLong
	case a.Length < 200*time.Millisecond:
		return a, errVoiceShort
	}
	one, err := transcription.One(bytes.NewReader(data[head.Data:]), form, 0, samples)
	if err != nil {
		return a, errVoiceForm
	}
	if a.Sound, err = io.ReadAll(one); err != nil {
		return a, errVoiceForm
	}
	if silent, err := transcription.Silent(bytes.NewReader(a.Sound)); err != nil || silent {
		return a, errVoiceShort // engines hear things in silence
	}
	return a, nil
}
