// Package openai asks a speech engine that speaks the OpenAI transcription form over
// HTTP: FunASR's own server, whisper.cpp, speaches, OpenAI itself.
//
// One request is one channel of one recording, sent while it is read, never held in
// memory. The engine's idea of how long the sound lasts is not asked: FunASR's server
// gives its own latency there. An answer is bounded, and an error of ours never quotes
// one. The package must not try again by itself: whoever asked decides.
package openai

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-resty/resty/v2"

	"lianou/core"
	"lianou/transcription"
)

// Forms of answer.
const (
	Verbose = "verbose_json" // with times
	JSON    = "json"         // text alone: models that know no times
)

// mostAnswer bounds one answer. Two hours of talk with times take less.
const mostAnswer = 4 << 20

// Config is where the engine is and how it is asked.
type Config struct {
	// BaseURL is http(s)://host[:port]. Required.
	BaseURL string
	// Path is of the endpoint. Defaults to /v1/audio/transcriptions; whisper.cpp's own
	// server has /inference.
	Path string
	// Model names what answers. Empty: the field is not sent.
	Model string
	// Key is sent in KeyHeader: "Bearer <key>" in Authorization, as it is in any other.
	Key, KeyHeader string
	// Form is Verbose or JSON. Defaults to Verbose.
	Form string
	// Timeout bounds one request. Defaults to 5 minutes.
	Timeout time.Duration
}

// Engine is one such server. Safe for concurrent use.
type Engine struct {
	cfg  Config
	http *resty.Client
}

var _ transcription.Recognizer = (*Engine)(nil)

// New checks the configuration.
func New(cfg Config) (*Engine, error) {
	u, err := url.Parse(cfg.BaseURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil {
		return nil, core.E(core.KindInvalid, "speech_url", "")
	}
	if cfg.Path == "" {
		cfg.Path = "/v1/audio/transcriptions"
	}
	if cfg.KeyHeader == "" {
		cfg.KeyHeader = "Authorization"
	}
	if cfg.Form == "" {
		cfg.Form = Verbose
	}
	if cfg.Form != Verbose && cfg.Form != JSON || !strings.HasPrefix(cfg.Path, "/") {
		return nil, core.E(core.KindInvalid, "speech_config", "")
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 5 * time.Minute
	}
	client := resty.New().RemoveProxy().SetBaseURL(strings.TrimSuffix(u.Scheme+"://"+u.Host+u.Path, "/")).SetTimeout(cfg.Timeout).
		SetRedirectPolicy(resty.NoRedirectPolicy()).SetResponseBodyLimit(mostAnswer)
	if cfg.Key != "" {
		value := cfg.Key
		if cfg.KeyHeader == "Authorization" {
			value = "Bearer " + cfg.Key
		}
		client.SetHeader(cfg.KeyHeader, value)
	}
	return &Engine{cfg: cfg, http: client}, nil
}

// Transcribe sends one channel and reads the answer.
func (e *Engine) Transcribe(ctx context.Context, r transcription.Request) (transcription.Result, error) {
	sound, err := r.Open()
	if err != nil {
		return transcription.Result{}, err
	}
	body, out := io.Pipe()
	form := multipart.NewWriter(out)
	source := &watched{r: sound}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = out.CloseWithError(errors.Join(e.write(form, r, source), sound.Close()))
	}()
	answer, err := e.http.R().SetContext(ctx).SetHeader("Content-Type", form.FormDataContentType()).SetBody(body).Post(e.cfg.Path)
	_ = body.Close()
	<-done
	switch {
	case source.err != nil:
		return transcription.Result{}, source.err // ours, not the engine's
	case errors.Is(err, resty.ErrResponseBodyTooLarge):
		return transcription.Result{}, transcription.ErrRejected.Wrap(errors.New("an answer of more than 4 MiB"))
	case err != nil:
		return transcription.Result{}, transcription.ErrTemporary.Wrap(errors.New("no answer")) // the client's text holds the address
	}
	if err := ofStatus(answer.StatusCode()); err != nil {
		return transcription.Result{}, err
	}
	res, err := read(answer.Body())
	res.Engine, res.Model = "openai", e.cfg.Model
	return res, err
}

// watched keeps what went wrong with the sound itself.
type watched struct {
	r   io.Reader
	err error
}

func (w *watched) Read(b []byte) (int, error) {
	n, err := w.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	return n, err
}

// write sends the form: what is asked first, the sound last.
func (e *Engine) write(form *multipart.Writer, r transcription.Request, sound io.Reader) error {
	fields := [][2]string{{"model", e.cfg.Model}, {"language", r.Language}, {"response_format", e.cfg.Form}, {"temperature", "0"}, {"prompt", prompt(r.Hotwords)}}
	if e.cfg.Form == Verbose {
		fields = append(fields, [2]string{"timestamp_granularities[]", "segment"})
	}
	for _, f := range fields {
		if f[1] == "" {
			continue
		}
		if err := form.WriteField(f[0], f[1]); err != nil {
			return err
		}
	}
	part, err := form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="` + fileName(r.MIME) + `"`}, "Content-Type": {r.MIME}})
	if err != nil {
		return err
	}
	if _, err := io.Copy(part, sound); err != nil {
		return err
	}
	return form.Close()
}

// fileName names the sound: engines of this kind tell its form by the ending.
func fileName(mime string) string {
	ending := map[string]string{"audio/amr": "amr", "audio/amr-wb": "awb", "audio/speex": "spx", "audio/ogg": "ogg", "audio/mpeg": "mp3"}[mime]
	if ending == "" {
		return "call.wav"
	}
	return "voice." + ending
}

// mostPrompt bounds the prompt in runes: engines of this kind read the last 224 tokens.
const mostPrompt = 160

// prompt lists words that are likely, the first first.
func prompt(words []transcription.Hotword) string {
	var b strings.Builder
	n := 0
	for _, w := range words {
		if n += utf8.RuneCountInString(w.Text) + 1; n > mostPrompt {
			break
		}
		if b.Len() > 0 {
			b.WriteString("、")
		}
		b.WriteString(w.Text)
	}
	return b.String()
}

// ofStatus tells what may pass from what will not. A wrong key or path is an operator's
// to mend, and the recording waits for that.
func ofStatus(status int) error {
	cause := errors.New("status " + strconv.Itoa(status))
	switch status {
	case http.StatusOK:
		return nil
	case http.StatusUnsupportedMediaType:
		return transcription.ErrUnsupportedAudio.Wrap(cause)
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return transcription.ErrRejected.Wrap(cause)
	}
	return transcription.ErrTemporary.Wrap(cause)
}
