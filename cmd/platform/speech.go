package main

import (
	"time"

	"lianou/cmd/internal/boot"
	"lianou/core"
	"lianou/intake/calls"
	"lianou/intake/talks"
)

// hear makes what turns sound into text, here because the platform alone opens it:
// recordings of calls, and voice messages of chats.
func (h *house) hear() error {
	engine, err := boot.Recognizer(h.cfg)
	if err != nil {
		return err
	}
	book, err := h.books.On(core.DateOf(time.Now()))
	if err != nil {
		return err
	}
	words, log := boot.Hotwords(book, h.regions), h.log.With(boot.KeyComponent, "speech")
	h.speech, err = calls.NewTranscriber(calls.Hearing{Log: h.calls, Blobs: h.blobs, Engine: engine, Hotwords: words, Timeout: h.cfg.Speech.Timeout, Warn: log})
	if err != nil {
		return err
	}
	h.voices, err = talks.NewListener(talks.ListenerDeps{Desk: h.chats, Blobs: h.blobs, Engine: engine, Hotwords: words, Log: log})
	return err
}
