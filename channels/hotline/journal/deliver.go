package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"lianou/core"
	"lianou/core/blob"
	"lianou/intake/calls"
)

// deliver brings the record of calls up to what is known here. Done twice it changes
// nothing the second time.
func (j *Journal) deliver(ctx context.Context, name string) error {
	e, known, err := j.entry(name)
	if err != nil || !known {
		return err
	}
	phone, _ := core.ParsePhone(e.Caller) // a withheld or foreign number is none
	report := calls.Report{ID: e.Call, Exchange: e.Exchange, Caller: phone, Called: e.Called, Began: e.Began, Answered: e.Answered,
		Ended: e.Ended, Wish: calls.Wish(e.Wish), Partial: e.Partial}
	if !e.Ended.IsZero() && !e.Answered.IsZero() {
		report.Sound = calls.SoundLost
		if e.Sound {
			report.Sound = calls.SoundPending
		}
	}
	id, err := j.deps.Calls.HeardOwn(ctx, report)
	if err != nil {
		return fmt.Errorf("record a call: %w", err)
	}
	if e.Ended.IsZero() {
		return nil
	}
	if e.Sound {
		if err := j.store(ctx, name, id); err != nil {
			return err
		}
	}
	j.mu.Lock()
	delete(j.open, name)
	j.mu.Unlock()
	return j.remove(name)
}

// entry is how a call stands: in memory while it goes on, on the disk after.
func (j *Journal) entry(name string) (e Entry, known bool, err error) {
	j.mu.Lock()
	c, live := j.open[name]
	j.mu.Unlock()
	if live {
		return c.entry, true, nil
	}
	e, err = j.read(name)
	if errors.Is(err, os.ErrNotExist) {
		return e, false, nil // delivered already: it was queued more than once
	}
	return e, err == nil, err
}

// store puts the sound into the blob store, sealed to the platform, and notes it.
func (j *Journal) store(ctx context.Context, name, id string) error {
	f, err := os.Open(filepath.Join(j.dir, name+soundSuffix))
	if errors.Is(err, os.ErrNotExist) {
		return nil // removed by a delivery that died before it removed the entry
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := j.deps.Blobs.Put(ctx, f, blob.PutOptions{Class: "recording", MIME: "audio/wav", Max: j.most})
	if err != nil {
		return fmt.Errorf("store a recording: %w", err)
	}
	return j.deps.Calls.Stored(ctx, id, info.Digest)
}
