package standin

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"lianou/transcription"
	"lianou/transcription/funasr"
	"lianou/transcription/openai"
)

const spoken = "俺想问问低保。家住平原县王庙镇。"

// sound makes a second of one channel that the engine hears `spoken` in.
func sound(t *testing.T, s *Server, rate int) transcription.Request {
	t.Helper()
	samples := make([]byte, 2*rate)
	for i := range samples {
		samples[i] = byte(i * 7)
	}
	s.Say(samples, spoken)
	form := transcription.Form{Codec: transcription.CodecPCM, Channels: 1, Rate: rate, Bits: 16}
	open := func() (io.ReadCloser, error) {
		r, err := transcription.One(bytes.NewReader(samples), form, 0, int64(rate))
		return io.NopCloser(r), err
	}
	return transcription.Request{AudioID: "ab12", Open: open, MIME: "audio/wav", SampleRate: rate, Channels: 1, LengthMS: 1000, Language: "zh",
		Hotwords: []transcription.Hotword{{Text: "低保", Weight: 20}, {Text: "平原县", Weight: 30}}}
}

func joined(res transcription.Result) string {
	var b strings.Builder
	for _, s := range res.Segments {
		b.WriteString(s.Text)
	}
	return b.String()
}

// The product's HTTP engine meets the server, on its bad days too. Control: status 500
// read as rejected; a body without a limit (flood).
func TestProductMeetsSpeechOverHTTP(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		form  string
		fault Fault
		want  error
		text  string
	}{
		"verbose":     {openai.Verbose, Fault{}, nil, spoken},
		"json":        {openai.JSON, Fault{}, nil, spoken},
		"500":         {openai.Verbose, Fault{Mode: ModeError, Code: "500"}, transcription.ErrTemporary, ""},
		"429":         {openai.Verbose, Fault{Mode: ModeError, Code: "429"}, transcription.ErrTemporary, ""},
		"401":         {openai.Verbose, Fault{Mode: ModeError, Code: "401"}, transcription.ErrTemporary, ""},
		"422":         {openai.Verbose, Fault{Mode: ModeError, Code: "422"}, transcription.ErrRejected, ""},
		"400":         {openai.Verbose, Fault{Mode: ModeError, Code: "400"}, transcription.ErrRejected, ""},
		"415":         {openai.Verbose, Fault{Mode: ModeError, Code: "415"}, transcription.ErrUnsupportedAudio, ""},
		"502 page":    {openai.Verbose, Fault{Mode: ModeStatus}, transcription.ErrTemporary, ""},
		"cut":         {openai.Verbose, Fault{Mode: ModeCut}, transcription.ErrTemporary, ""},
		"no answer":   {openai.Verbose, Fault{Mode: ModeSlow, Delay: time.Minute}, transcription.ErrTemporary, ""},
		"truncated":   {openai.Verbose, Fault{Mode: ModeTruncated}, transcription.ErrTemporary, ""},
		"flood":       {openai.Verbose, Fault{Mode: ModeFlood}, transcription.ErrRejected, ""},
		"lying times": {openai.Verbose, Fault{Mode: ModeLies}, nil, spoken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, base, _ := world(t, nil)
			if c.fault.Mode != "" {
				c.fault.Service, c.fault.Times = Speech, -1
				if err := s.Break(c.fault); err != nil {
					t.Fatal(err)
				}
			}
			patience := time.Minute
			if c.fault.Mode == ModeSlow {
				patience = time.Second
			}
			e, err := openai.New(openai.Config{BaseURL: base + "/speech", Model: "sensevoice", Key: "k", Form: c.form, Timeout: patience})
			if err != nil {
				t.Fatal(err)
			}
			r := sound(t, s, 8000)
			res, err := e.Transcribe(t.Context(), r)
			if !errors.Is(err, c.want) || (c.want == nil && err != nil) {
				t.Fatalf("%v, want %v", err, c.want)
			}
			if err != nil {
				if strings.Contains(err.Error(), base) || strings.Contains(err.Error(), "谢谢") {
					t.Errorf("the error says too much: %v", err)
				}
				return
			}
			res = transcription.Check(res, r, 1)
			if joined(res) != c.text || res.Model != "sensevoice" {
				t.Errorf("%+v", res)
			}
			for _, g := range res.Segments {
				if g.StartMS < 0 || g.EndMS > 1000 || g.EndMS < g.StartMS || g.Channel != 1 || g.Confidence < 0 || g.Confidence > 1 {
					t.Errorf("believed %+v", g)
				}
			}
			if n, asked := s.SpeechAsked(); n != 1 || asked.Language != "zh" || asked.Prompt != "低保、平原县" || asked.Key != "Bearer k" || asked.Format != c.form || asked.Bytes != 44+16000 {
				t.Errorf("asked %d, %+v", n, asked)
			}
		})
	}
}

func TestSpeechOnWhispersPath(t *testing.T) {
	t.Parallel()
	s, base, _ := world(t, nil)
	e, err := openai.New(openai.Config{BaseURL: base, Path: "/speech/inference"})
	if err != nil {
		t.Fatal(err)
	}
	if res, err := e.Transcribe(t.Context(), sound(t, s, 16000)); err != nil || joined(res) != spoken {
		t.Errorf("%+v, %v", res, err)
	}
}

func ws(base string) string { return "ws" + strings.TrimPrefix(base, "http") + "/speech/funasr" }

// The product's websocket engine meets all three servers with whole files. Control:
// is_final believed whatever came before (inverted, in the stream test below).
func TestProductMeetsFunASRWithFiles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault Fault
		want  error
	}{
		"C++":        {Fault{}, nil},
		"old Python": {Fault{Mode: ModeInverted}, nil},
		"new Python": {Fault{Mode: ModeIsEnd}, nil},
		"silent end": {Fault{Mode: ModeSilent}, transcription.ErrTemporary},
		"slow":       {Fault{Mode: ModeSlow, Delay: time.Minute}, transcription.ErrTemporary},
		"truncated":  {Fault{Mode: ModeTruncated}, transcription.ErrTemporary},
		"flood":      {Fault{Mode: ModeFlood}, transcription.ErrRejected},
		"502":        {Fault{Mode: ModeStatus}, transcription.ErrTemporary},
		"cut":        {Fault{Mode: ModeCut}, transcription.ErrTemporary},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, base, _ := world(t, func(c *Config) { c.Hang = 10 * time.Second })
			if c.fault.Mode != "" {
				c.fault.Service, c.fault.Times = Speech, -1
				if err := s.Break(c.fault); err != nil {
					t.Fatal(err)
				}
			}
			patience := 10 * time.Second
			if c.fault.Mode == ModeSilent || c.fault.Mode == ModeSlow {
				patience = time.Second
			}
			e, err := funasr.New(funasr.Config{URL: ws(base), Timeout: patience, Quiet: 200 * time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			res, err := e.Transcribe(t.Context(), sound(t, s, 8000))
			if !errors.Is(err, c.want) || (c.want == nil && err != nil) {
				t.Fatalf("%v, want %v", err, c.want)
			}
			if err == nil && (joined(res) != spoken || len(res.Segments) != 2 || res.Segments[1].EndMS < 990) {
				t.Errorf("%+v", res.Segments)
			}
			if _, asked := s.SpeechAsked(); err == nil && (asked.Hotwords != `{"低保":20,"平原县":30}` || asked.Hotword != asked.Hotwords || asked.Mode != "offline" || asked.WavFormat != "wav" || asked.Rate != 8000) {
				t.Errorf("asked %+v", asked)
			}
		})
	}
}

// Live captions with all three servers: drafts that grow, finals that stay, and an end.
// Control: ended that believes is_final without looking for the inverted server.
func TestProductMeetsFunASRLive(t *testing.T) {
	t.Parallel()
	for _, mode := range []Mode{"", ModeInverted, ModeIsEnd, ModeSilent} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			s, base, _ := world(t, func(c *Config) { c.Hang = 10 * time.Second })
			if mode != "" {
				if err := s.Break(Fault{Service: Speech, Mode: mode}); err != nil {
					t.Fatal(err)
				}
			}
			e, err := funasr.New(funasr.Config{URL: ws(base), Quiet: 300 * time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			pcm, out := make(chan []byte), make(chan transcription.Segment, 1000)
			ended := make(chan error, 1)
			go func() {
				ended <- e.Stream(t.Context(), transcription.Request{AudioID: "abc", SampleRate: 8000, Channels: 1}, pcm, out)
			}()
			for range 20 * 5 { // 20 s in fifths
				pcm <- make([]byte, 2*1600)
			}
			close(pcm)
			if err := <-ended; err != nil {
				t.Fatal(err)
			}
			drafts, finals := 0, ""
			var last transcription.Segment
			for g := range out {
				if g.Final {
					finals += g.Text
					last = g
				} else if drafts++; g.EndMS < last.EndMS || !strings.HasPrefix(talks[0], finals+g.Text) {
					t.Errorf("draft %+v after %q", g, finals)
				}
			}
			want := talks[0]
			if mode == ModeSilent { // what was not final when the sound ended is never said
				want = finals
			}
			if drafts < 10 || finals == "" || !strings.HasPrefix(want, finals) || mode != ModeSilent && len([]rune(finals)) < len([]rune(talks[0]))-3 {
				t.Errorf("%d drafts, finals %q", drafts, finals)
			}
		})
	}
}

func TestFunASRRefusesOtherSound(t *testing.T) {
	t.Parallel()
	_, base, _ := world(t, nil)
	e, err := funasr.New(funasr.Config{URL: ws(base), Quiet: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	err = e.Stream(ctx, transcription.Request{AudioID: "x", SampleRate: 44100}, make(chan []byte), make(chan transcription.Segment, 10))
	if !errors.Is(err, transcription.ErrUnsupportedAudio) {
		t.Error(err)
	}
}
