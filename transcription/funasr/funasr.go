// Package funasr speaks to a FunASR runtime over its websocket: whole recordings
// (mode "offline"), and the sound of a running call with drafts that are mended a
// moment later (mode "2pass").
//
// Three servers speak this protocol and end it differently; wait.go says how each is
// understood. Answers are bounded, and no error of ours quotes one. The package must
// not try again by itself, and must not hold up whoever feeds it: that is the caller's
// buffer to decide.
package funasr

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/websocket"

	"lianou/core"
	"lianou/transcription"
)

// Bounds of one conversation.
const (
	mostMessage = 4 << 20
	mostRead    = 16 << 20 // of all answers about one sound: a day's talk with its times
	mostDraft   = 16 << 10 // what is said between two finals
	// mostSegments is far above what is said in the longest recording, drafts included.
	mostSegments = 100_000
	piece        = 64 << 10 // bytes of a file in one message
	sendTime     = 30 * time.Second
)

// Config is where the server is.
type Config struct {
	// URL is ws(s)://host:port. Required.
	URL string
	// Timeout bounds the answer to a whole file, from the end of the sound. Defaults to
	// 5 minutes.
	Timeout time.Duration
	// Quiet is the silence after which a server that says no end has ended. Defaults to
	// 5 s.
	Quiet time.Duration
}

// Engine is one server. Safe for concurrent use; a Python server serves one at a time
// and lets the others wait.
type Engine struct {
	cfg    Config
	dialer websocket.Dialer
}

var (
	_ transcription.Recognizer = (*Engine)(nil)
	_ transcription.Streamer   = (*Engine)(nil)
)

// New checks the configuration.
func New(cfg Config) (*Engine, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Host == "" || (u.Scheme != "ws" && u.Scheme != "wss") || u.User != nil {
		return nil, core.E(core.KindInvalid, "speech_url", "")
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 5 * time.Minute
	}
	if cfg.Quiet <= 0 {
		cfg.Quiet = 5 * time.Second
	}
	// The Python server turns away whoever does not ask for "binary"; no proxy of the
	// environment stands between us and an engine of our own.
	dialer := websocket.Dialer{Subprotocols: []string{"binary"}, HandshakeTimeout: 10 * time.Second}
	return &Engine{cfg: cfg, dialer: dialer}, nil
}

// start is the first message.
type start struct {
	Mode          string `json:"mode"`
	WavName       string `json:"wav_name"`
	WavFormat     string `json:"wav_format"`
	AudioFS       int    `json:"audio_fs"`
	IsSpeaking    bool   `json:"is_speaking"`
	ChunkSize     [3]int `json:"chunk_size"`
	ChunkInterval int    `json:"chunk_interval"`
	Hotwords      string `json:"hotwords,omitempty"` // a string of JSON
	Hotword       string `json:"hotword,omitempty"`  // what the Python demo server reads
	ITN           bool   `json:"itn"`
}

// stop ends the sound. The newer Python server waits for is_end.
type stop struct {
	IsSpeaking bool `json:"is_speaking"`
	IsEnd      bool `json:"is_end"`
}

func startOf(mode, format string, r transcription.Request) start {
	s := start{Mode: mode, WavName: r.AudioID, WavFormat: format, AudioFS: r.SampleRate, IsSpeaking: true, ChunkSize: [3]int{5, 10, 5}, ChunkInterval: 10, ITN: true}
	if len(r.Hotwords) > 0 {
		words := make(map[string]int, len(r.Hotwords))
		for _, w := range r.Hotwords {
			words[w.Text] = max(w.Weight, 1)
		}
		if b, err := json.Marshal(words); err == nil { // a map of numbers always encodes
			s.Hotwords, s.Hotword = string(b), string(b)
		}
	}
	return s
}

// Transcribe sends a whole file and waits for what was said in it.
func (e *Engine) Transcribe(ctx context.Context, r transcription.Request) (transcription.Result, error) {
	res := transcription.Result{Engine: "funasr", Language: r.Language}
	c, err := e.dial(ctx)
	if err != nil {
		return res, err
	}
	defer c.close()
	out := make(chan transcription.Segment)
	l := &listener{conn: c, mode: "offline", rate: r.SampleRate, quiet: e.cfg.Quiet, patience: e.cfg.Timeout}
	l.sent.Store(r.LengthMS * int64(r.SampleRate) / 1000)
	ended := make(chan error, 1)
	go func() { defer close(out); ended <- l.listen(ctx, out) }()
	sent := make(chan error, 1)
	go func() { sent <- c.sendFile(r, l) }()
	for s := range out {
		if s.Final { // a draft of a whole file is of no use once the file was heard
			res.Segments = append(res.Segments, s)
		}
	}
	err = <-ended
	c.close() // frees a sender that nobody listens to
	if source := <-sent; errors.As(source, new(sourceError)) {
		return res, errors.Unwrap(source)
	}
	return res, err
}

// sourceError is a fault of the sound itself, not of the engine.
type sourceError struct{ err error }

func (s sourceError) Error() string { return "read the sound: " + s.err.Error() }
func (s sourceError) Unwrap() error { return s.err }

// formatOf names the form of a file to the server, which decodes all but pcm with ffmpeg,
// where its keeper has that: its clients say "others" for whatever is no wav.
func formatOf(mime string) string {
	switch mime {
	case "", "audio/wav", "audio/x-wav":
		return "wav"
	}
	return "others"
}

func (c *conn) sendFile(r transcription.Request, l *listener) error {
	sound, err := r.Open()
	if err != nil {
		c.close()
		return sourceError{err}
	}
	defer sound.Close()
	if err := c.sendJSON(startOf("offline", formatOf(r.MIME), r)); err != nil {
		return err
	}
	for b := make([]byte, piece); ; {
		n, err := io.ReadFull(sound, b)
		if n > 0 {
			if err := c.send(websocket.BinaryMessage, b[:n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return c.sendStop(l)
		}
		if err != nil {
			c.close()
			return sourceError{err}
		}
	}
}

// Stream sends sound as it comes. It waits for the server, never for longer than the
// server may take to answer.
func (e *Engine) Stream(ctx context.Context, r transcription.Request, pcm <-chan []byte, out chan<- transcription.Segment) error {
	defer close(out)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c, err := e.dial(ctx)
	if err != nil {
		return err
	}
	defer c.close()
	l := &listener{conn: c, mode: "2pass", rate: r.SampleRate, quiet: e.cfg.Quiet, patience: e.cfg.Quiet}
	sent := make(chan error, 1)
	go func() { sent <- c.sendStream(ctx, r, pcm, l) }()
	err = l.listen(ctx, out)
	cancel()
	c.close()
	<-sent
	return err
}

func (c *conn) sendStream(ctx context.Context, r transcription.Request, pcm <-chan []byte, l *listener) error {
	if err := c.sendJSON(startOf("2pass", "pcm", r)); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case b, more := <-pcm:
			if !more {
				return c.sendStop(l)
			}
			if err := c.send(websocket.BinaryMessage, b); err != nil {
				return err
			}
			l.sent.Add(int64(len(b) / 2))
		}
	}
}

func (e *Engine) dial(ctx context.Context) (*conn, error) {
	d := e.dialer
	d.NetDialContext = func(dialing context.Context, network, addr string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(dialing, network, addr)
		if err == nil { // a server that takes the connection and says nothing: the library would wait its whole time
			context.AfterFunc(ctx, func() { _ = c.Close() })
		}
		return c, err
	}
	ws, resp, err := d.DialContext(ctx, e.cfg.URL, nil)
	if err != nil {
		if resp != nil && resp.StatusCode == http.StatusBadRequest {
			return nil, transcription.ErrTemporary.Wrap(errors.New("the server refused the websocket"))
		}
		return nil, transcription.ErrTemporary.Wrap(errors.New("no connection")) // the dialer's text holds the address
	}
	ws.SetReadLimit(mostMessage)
	c := &conn{ws: ws}
	c.unwatch = context.AfterFunc(ctx, c.close)
	return c, nil
}
