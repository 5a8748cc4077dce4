package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"lianou/channels/hotline/media"
	"lianou/core"
	"lianou/core/blob"
	"lianou/intake/calls"
)

// deliver brings the record of calls up to what is known here. Done twice it changes
// nothing the second time. Whatever fails leaves the files as they are: an entry that
// cannot be read today, because a key or the disk is away, may be read tomorrow.
func (j *Journal) deliver(ctx context.Context, name string) error {
	e, known, err := j.entry(name)
	if err != nil || !known {
		return err
	}
	id, err := j.deps.Calls.HeardOwn(ctx, reportOf(e))
	if err != nil {
		return fmt.Errorf("record a call: %w", err)
	}
	if e.Ended.IsZero() {
		j.mu.Lock()
		j.ids[name] = id
		j.mu.Unlock()
		return nil
	}
	if e.Sound {
		err := j.store(ctx, name, id, e.Digest)
		if errors.Is(err, calls.ErrOtherSound) {
			err = j.apart(ctx, name, e)
		}
		if err != nil {
			return err
		}
	}
	j.mu.Lock()
	delete(j.open, name)
	delete(j.ids, name)
	j.mu.Unlock()
	return j.remove(name, e.Sound || e.Answered.IsZero()) // nobody was heard in a call that was not answered
}

// apart makes a second stream of one call, such as a connection that broke and came
// again, a call of its own: the first one's record bears the first one's sound, and what
// was said afterwards must be heard too.
func (j *Journal) apart(ctx context.Context, name string, e Entry) error {
	report := reportOf(e)
	report.ID = calls.Marked(e.Call, e.Began)
	if _, err := j.deps.Calls.Heard(ctx, report); err != nil {
		return fmt.Errorf("record another stream of a call: %w", err)
	}
	return j.store(ctx, name, report.ID, e.Digest)
}

func reportOf(e Entry) calls.Report {
	phone := core.CallerPhone(e.Caller) // a withheld or foreign number is none
	report := calls.Report{ID: e.Call, Exchange: e.Exchange, Caller: phone, Called: e.Called, Began: e.Began, Answered: e.Answered,
		Ended: e.Ended, Wish: calls.Wish(e.Wish), Keyed: calls.Keyed(e.About), Partial: e.Partial}
	if !e.Ended.IsZero() && !e.Answered.IsZero() {
		report.Sound = calls.SoundLost
		if e.Sound {
			report.Sound = calls.SoundPending
		}
	}
	return report
}

// entry is how a call stands: in memory while it goes on, on the disk after. One that
// goes on on the disk alone was cut off with its process.
func (j *Journal) entry(name string) (e Entry, known bool, err error) {
	j.mu.Lock()
	c, live := j.open[name]
	j.mu.Unlock()
	if live {
		return c.entry, true, nil
	}
	e, err = j.read(name)
	if errors.Is(err, os.ErrNotExist) {
		return e, false, nil // delivered already
	}
	if err == nil && e.Ended.IsZero() {
		err = j.mend(name, &e)
	}
	return e, err == nil, err
}

// mend ends an entry whose process died, when its last sound was written. Only a
// recording that is not there, or that has no sound, means that nothing was said: one
// that cannot be mended is put aside for a person, and the call says that it has one
// no more.
func (j *Journal) mend(name string, e *Entry) error {
	e.Ended, e.Partial = e.Began, true
	path := filepath.Join(j.dir, name+soundSuffix)
	switch done, err := media.Repair(path); {
	case err == nil && done.Length > 0:
		e.Sound, e.Answered, e.Ended = true, e.Began, e.Began.Add(done.Length)
	case err == nil, errors.Is(err, os.ErrNotExist):
	case errors.Is(err, media.ErrRecording):
		if err := j.putAside(name); err != nil {
			return err
		}
		e.Answered = e.Began
	default:
		return err
	}
	j.deps.Log.Warn("a call was cut off by a stop; what was recorded is kept", "entry", name, "sound", e.Sound)
	return j.write(name, *e)
}

// store puts the sound into the blob store, sealed to the platform, and notes it. A
// recording that is not there any more is lost, unless an earlier delivery brought it. One
// that is not what it was when its call ended is kept as it is: a person hears it, and the
// log says that the disk, or somebody, changed it.
func (j *Journal) store(ctx context.Context, name, id string, was core.BlobDigest) error {
	f, err := os.Open(filepath.Join(j.dir, name+soundSuffix))
	if errors.Is(err, os.ErrNotExist) {
		return j.deps.Calls.Lost(ctx, id)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := j.deps.Blobs.Put(ctx, f, blob.PutOptions{Class: "recording", MIME: "audio/wav", Max: j.most})
	if err != nil {
		return fmt.Errorf("store a recording: %w", err)
	}
	if was != "" && was != info.Digest {
		j.deps.Log.ErrorContext(ctx, "a recording changed between the end of its call and its delivery", "entry", name)
	}
	if err := j.deps.Calls.Measured(ctx, id, media.LengthOf(info.Size)); err != nil {
		return err
	}
	return j.deps.Calls.StoredOwn(ctx, id, info.Digest)
}
