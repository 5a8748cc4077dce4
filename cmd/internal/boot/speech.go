package boot

import (
	"net/url"
	"slices"

	"lianou/transcription"
	"lianou/transcription/funasr"
	"lianou/transcription/openai"
)

// The engines that LIANOU_ASR_ENGINE names.
const (
	OpenAI = "openai"
	FunASR = "funasr"
	Manual = "manual"
)

// SpeechEngine is the engine in use.
func SpeechEngine(cfg *Config) string {
	c := cfg.Speech
	switch scheme := schemeOf(c.URL); {
	case c.Engine != "":
		return c.Engine
	case scheme == "ws" || scheme == "wss":
		return FunASR
	case scheme != "":
		return OpenAI
	}
	return Manual
}

// Recognizer makes the engine that hears recordings; nil when agents type.
func Recognizer(cfg *Config) (transcription.Recognizer, error) {
	c := cfg.Speech
	switch SpeechEngine(cfg) {
	case OpenAI:
		return openai.New(openai.Config{BaseURL: c.URL, Path: c.Path, Model: c.Model, Key: c.Key.Reveal(), KeyHeader: c.KeyHeader, Form: c.Form, Timeout: c.Timeout})
	case FunASR:
		return funasr.New(funasr.Config{URL: c.URL, Timeout: c.Timeout})
	}
	return nil, nil
}

// mostLive bounds the calls with live captions: what they hold in memory is theirs.
const mostLive = 200

// Streamer makes the engine that hears running calls; nil without live captions.
func Streamer(cfg *Config) (transcription.Streamer, error) {
	if cfg.Speech.Live == "" {
		return nil, nil
	}
	return funasr.New(funasr.Config{URL: cfg.Speech.Live})
}

func schemeOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme
}

// check finds settings of the speech engine that do not go together.
func (s Speech) check() []string {
	var faults []string
	fits := map[string][]string{"": {"http", "https", "ws", "wss"}, OpenAI: {"http", "https"}, FunASR: {"ws", "wss"}, Manual: {"", "http", "https", "ws", "wss"}}
	schemes, known := fits[s.Engine]
	if !known {
		return append(faults, "LIANOU_ASR_ENGINE is none of openai, funasr, manual")
	}
	if scheme := schemeOf(s.URL); !(s.URL == "" && s.Engine == "") && !slices.Contains(schemes, scheme) {
		faults = append(faults, "LIANOU_ASR_URL is no address of such an engine: http(s)://host for openai, ws(s)://host for funasr")
	}
	if s.Form != openai.Verbose && s.Form != openai.JSON {
		faults = append(faults, "LIANOU_ASR_FORM is neither verbose_json nor json")
	}
	if s.Timeout <= 0 || s.Parallel <= 0 {
		faults = append(faults, "LIANOU_ASR_TIMEOUT and LIANOU_ASR_PARALLEL must be above zero")
	}
	if scheme := schemeOf(s.Live); s.Live != "" && scheme != "ws" && scheme != "wss" {
		faults = append(faults, "LIANOU_ASR_LIVE_URL is no address of a FunASR websocket: ws(s)://host")
	}
	if s.LiveCalls < 1 || s.LiveCalls > mostLive {
		faults = append(faults, "LIANOU_ASR_LIVE_CALLS must be from 1 to 200")
	}
	return faults
}
