package main

import (
	"time"

	"lianou/cmd/internal/boot"
	"lianou/core"
	"lianou/intake/calls"
	"lianou/transcription"
)

// transcriber turns recordings into text, here because the platform alone opens them.
func (h *house) transcriber() (*calls.Transcriber, error) {
	engine, err := boot.Recognizer(h.cfg)
	if err != nil {
		return nil, err
	}
	words, err := h.hotwords()
	if err != nil {
		return nil, err
	}
	return calls.NewTranscriber(calls.Hearing{Log: h.calls, Blobs: h.blobs, Engine: engine, Hotwords: words, Timeout: h.cfg.Speech.Timeout,
		Warn: h.log.With(boot.KeyComponent, "speech")})
}

// hotwords are what callers ask for, as the Book of today names it, and where they
// live. The everyday names come first: an engine that reads only some reads those.
func (h *house) hotwords() ([]transcription.Hotword, error) {
	book, err := h.books.On(core.DateOf(time.Now()))
	if err != nil {
		return nil, err
	}
	var list []transcription.Hotword
	seen := map[string]bool{"": true}
	add := func(text string, weight int) {
		if !seen[text] {
			seen[text] = true
			list = append(list, transcription.Hotword{Text: text, Weight: weight})
		}
	}
	for _, it := range book.Items {
		add(it.Everyday, 30)
	}
	for _, p := range h.regions.Counties() {
		add(p.Name, 20)
	}
	for _, p := range h.regions.Townships(core.DezhouCity) {
		add(p.Name, 20)
	}
	for _, it := range book.Items {
		add(it.Name, 10)
	}
	return list, nil
}
