package transcription

import (
	"context"
	"encoding/json"
	"io"

	"lianou/core"
)

// Hotword is a word that is likely to be said, such as a village or an item.
type Hotword struct {
	Text   string
	Weight int // 1 to 100, as FunASR counts it; engines without weights ignore it
}

// Request is one channel of one recording.
type Request struct {
	AudioID    string                        // names the sound to the engine; nothing personal
	Open       func() (io.ReadCloser, error) // may be called again
	MIME       string
	SampleRate int
	Channels   int
	LengthMS   int64  // as we measured it; no engine is asked
	Language   string // "zh"
	Hotwords   []Hotword
	Diarize    bool
}

// Segment is one utterance. Times count from the beginning of the recording.
type Segment struct {
	Channel    int     `json:"channel"`
	Speaker    string  `json:"speaker,omitempty"`
	StartMS    int64   `json:"start_ms"`
	EndMS      int64   `json:"end_ms"`
	Text       string  `json:"text"`
	Final      bool    `json:"final"`
	Confidence float64 `json:"confidence"` // 0 to 1; 0 is unknown
}

// Result is what an engine made of one Request.
type Result struct {
	Engine, Model, EngineVersion string
	Segments                     []Segment
	Text                         string
	Language                     string // as the engine says; "" when it says nothing
	Partial                      bool   // the engine stopped before the end
	Raw                          json.RawMessage
}

// Recognizer turns a recording into text.
type Recognizer interface {
	Transcribe(ctx context.Context, r Request) (Result, error)
}

// Streamer turns sound into text while it is being said: PCM of 16 bits, little
// endian, one channel. It ends when pcm is closed and the engine has said the rest,
// and closes out. Drafts come with Final false and are replaced by what follows.
type Streamer interface {
	Stream(ctx context.Context, r Request, pcm <-chan []byte, out chan<- Segment) error
}

// The three ways in which an engine fails. Nobody but an operator reads them.
var (
	// ErrTemporary says that the same may succeed later.
	ErrTemporary = core.E(core.KindUnavailable, "speech_away", "")
	// ErrUnsupportedAudio says that the engine will never take this sound.
	ErrUnsupportedAudio = core.E(core.KindUnsupported, "speech_audio", "")
	// ErrRejected says that the request, or what came back, is of no use.
	ErrRejected = core.E(core.KindInvalid, "speech_rejected", "")
)
