package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lianou/channels/hotline/media"
	"lianou/core"
	"lianou/core/seal"
)

// Entry is one call as it stands on this disk.
type Entry struct {
	Call     string    `json:"call"` // Call-ID
	Caller   string    `json:"caller,omitempty"`
	Called   string    `json:"called,omitempty"`
	Exchange string    `json:"exchange"`
	Began    time.Time `json:"began"`
	Answered time.Time `json:"answered,omitzero"`
	Ended    time.Time `json:"ended,omitzero"`
	Wish     string    `json:"wish,omitempty"`
	About    string    `json:"about,omitempty"` // as calls.Keyed
	// Sound: there is a recording beside this entry. Partial: it stops before the
	// call did, or has holes.
	Sound   bool `json:"sound,omitempty"`
	Partial bool `json:"partial,omitempty"`
	// Digest is the recording's when the call ended; none where a crash ended it.
	Digest core.BlobDigest `json:"digest,omitempty"`
}

const (
	entrySuffix = ".call"
	soundSuffix = ".wav"
	badSuffix   = ".unreadable"
)

func at(name string) seal.At { return seal.At{Table: "call_journal", Row: name, Column: "entry"} }

// write replaces an entry's file: written, fsynced, renamed, folder fsynced.
func (j *Journal) write(name string, e Entry) error {
	plain, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encode a call: %w", err)
	}
	sealed, err := j.deps.Ring.Seal(plain, at(name))
	if err != nil {
		return err
	}
	path := filepath.Join(j.dir, name+entrySuffix)
	f, err := os.OpenFile(path+".part", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(sealed)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+".part", path); err != nil {
		return err
	}
	return syncDir(j.dir)
}

func (j *Journal) read(name string) (Entry, error) {
	var e Entry
	sealed, err := os.ReadFile(filepath.Join(j.dir, name+entrySuffix))
	if err != nil {
		return e, err
	}
	plain, err := j.deps.Ring.Open(sealed, at(name))
	if err != nil {
		return e, err
	}
	return e, json.Unmarshal(plain, &e)
}

// remove forgets a call that is delivered: the sound first, so that what is left
// after a crash in between is an entry, which delivers again and changes nothing. Sound
// that is neither stored nor of a call in which nobody was heard is put aside and never
// deleted.
func (j *Journal) remove(name string, done bool) error {
	sound := filepath.Join(j.dir, name+soundSuffix)
	info, err := os.Stat(sound)
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return err
	case done || info.Size() <= media.HeadSize:
		err = os.Remove(sound)
	default:
		err = errors.Join(j.putAside(name), syncDir(j.dir))
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Remove(filepath.Join(j.dir, name+entrySuffix)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// putAside keeps sound that belongs to no delivery, for a person to look at.
func (j *Journal) putAside(name string) error {
	j.deps.Log.Error("a recording that could not be delivered is put aside", "file", name+soundSuffix+badSuffix)
	path := filepath.Join(j.dir, name+soundSuffix)
	return os.Rename(path, path+badSuffix)
}

// names lists the entries that lie here.
func (j *Journal) names() ([]string, error) {
	files, err := os.ReadDir(j.dir)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, f := range files {
		if name, ok := strings.CutSuffix(f.Name(), entrySuffix); ok {
			out = append(out, name)
		}
	}
	return out, nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
