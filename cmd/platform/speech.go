package main

import (
	"time"

	"lianou/cmd/internal/boot"
	"lianou/core"
	"lianou/intake/calls"
)

// transcriber turns recordings into text, here because the platform alone opens them.
func (h *house) transcriber() (*calls.Transcriber, error) {
	engine, err := boot.Recognizer(h.cfg)
	if err != nil {
		return nil, err
	}
	book, err := h.books.On(core.DateOf(time.Now()))
	if err != nil {
		return nil, err
	}
	return calls.NewTranscriber(calls.Hearing{Log: h.calls, Blobs: h.blobs, Engine: engine, Hotwords: boot.Hotwords(book, h.regions), Timeout: h.cfg.Speech.Timeout,
		Warn: h.log.With(boot.KeyComponent, "speech")})
}
