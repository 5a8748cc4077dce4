package rulebook

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/pg"
	"lianou/core/policy"
)

// A Reading is what a draft says, as far as rules have to be loaded for it: up to thirty sets
// of them. It is shared by all who look at the draft and is not to be changed.
type Reading struct {
	Speaker
	Outline                  // by name and first day
	Diff    []Line           // from the edition that the draft began with
	Steps   map[int]*Told    // of the steps of whole files and of amounts, by their number
	Net     *Told            // all that lies between the edition and the draft; nil where each step is told
	Nothing []string         // items that give nothing by their formula from today on, which they did by the edition's, or whatever the home
	Apart   []string         // standards that are not the declared multiples of others from today on, and were not so in the edition
	Untold  error            // ErrUntold; nil where every step of whole files is told
	Back    Back             // empty for a draft that has ended
	Weights hardship.Weights // that the draft has
	Moved   bool             // other weights than its edition's
	Alone   bool             // and nothing else is another: they order households, no finding goes by them

	lib  *policy.Library
	said map[int]string // the steps that hold, by their number
}

// Living reports whether a draft may still be published.
func (d *Draft) Living() bool { return d.State == Open || d.State == SignedOff }

// mostReadings bounds how many drafts are kept read: those looked at last.
const mostReadings = 8

// readings are the drafts that were read last.
type readings struct {
	mu    sync.Mutex
	list  []*reading // the one asked for last first
	loads atomic.Int64
}

// reading is one of them; who comes while it is being read waits for it, as long as their
// request does.
type reading struct {
	key   readingKey
	one   chan struct{} // room for one: whoever is in it reads
	done  *Reading
	fault error // that the reading came to
	until time.Time
}

// faultStands is how long a fault is given to all who ask: those who waited for the reading do
// not load the same sets one after another, and who comes back later has it tried again.
const faultStands = 5 * time.Second

// ErrReading: the request ended before the draft was read.
var ErrReading = core.E(core.KindUnavailable, "rulebook_reading", "这份草案还在读,请过一会儿再看。")

// readingKey is all that a Reading goes by. Steps are only ever added.
type readingKey struct {
	draft        int64
	digest       string
	steps        int
	base, newest int
	living       bool
	today        core.Date
}

// at gives the place of a key, a new one in that of the reading not asked for longest.
func (r *readings) at(key readingKey) *reading {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.list, func(o *reading) bool { return o.key == key })
	one := &reading{key: key, one: make(chan struct{}, 1)}
	if i >= 0 {
		one = r.list[i]
		r.list = slices.Delete(r.list, i, i+1)
	}
	r.list = slices.Insert(r.list, 0, one)
	r.list = r.list[:min(len(r.list), mostReadings)]
	return one
}

// Loads is how many sets of rules were loaded for readings since the program started.
func (s *Store) Loads() int64 { return s.kept.loads.Load() }

// Read reads a draft, or gives what was read of it before. Before it begins work it asks may,
// whose error it gives back. Other errors are ErrReading and those of Load.
func (s *Store) Read(ctx context.Context, f *Folder, names Names, may func() error) (*Reading, error) {
	key := readingKey{draft: f.ID, digest: f.Digest, steps: len(f.Changes), base: f.Base, living: f.Living()}
	err := s.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		last, err := newest(ctx, tx)
		key.newest, key.today = last.Number, tx.Today()
		return err
	})
	if err != nil {
		return nil, err
	}
	one := s.kept.at(key)
	select {
	case one.one <- struct{}{}:
		defer func() { <-one.one }()
	case <-ctx.Done():
		return nil, ErrReading.Wrap(ctx.Err())
	}
	switch {
	case one.done != nil:
		return one.done, nil
	case time.Now().Before(one.until):
		return nil, one.fault
	}
	if err := may(); err != nil {
		return nil, err
	}
	read, err := s.read(ctx, f, key.today, names)
	switch {
	case err == nil:
		one.done = read
	case ctx.Err() == nil: // that this request ended is no fault of the draft
		one.fault, one.until = err, time.Now().Add(faultStands)
	}
	return read, err
}

func (s *Store) read(ctx context.Context, f *Folder, today core.Date, names Names) (*Reading, error) {
	base, err := s.Sources(ctx, f.Base)
	if err != nil {
		return nil, err
	}
	load := s.loader()
	out := &Reading{Diff: base.Diff(f.Files)}
	if out.lib, err = load(f.Files); err != nil {
		return nil, faulty(err)
	}
	was, err := load(base)
	if err != nil {
		return nil, faulty(err)
	}
	out.Speaker, out.Weights = speaker(out.lib, names), weights(out.lib)
	out.Moved = out.Weights != weights(was)
	out.Alone = out.Moved && onlyWeights(base, f.Files)
	if out.Outline, err = f.Files.Outline(); err != nil {
		return nil, err
	}
	slices.SortStableFunc(out.Items, func(x, y FieldLine) int { return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.From, y.From)) })
	if f.ByFiles() {
		if err = s.readFiles(ctx, f, out, readingOf{base, was, today, names, load}); err != nil {
			return out, err
		}
	}
	if f.Living() {
		out.Nothing = nothings(was, out.lib, today)
		out.Apart = Reminders(was, out.lib, today, names)
	}
	out.says(base, f, today)
	return out, nil
}

// readingOf is what the steps of whole files are told by.
type readingOf struct {
	base  Sources
	was   *policy.Library
	today core.Date
	names Names
	load  loads
}

// readFiles tells the steps of whole files.
func (s *Store) readFiles(ctx context.Context, f *Folder, out *Reading, by readingOf) (err error) {
	out.Steps, out.Untold = f.tell(by.base, by.today, by.names, by.load)
	for _, step := range out.Steps {
		if step.Skipped && out.Net == nil {
			net := tellOf(by.was, out.lib, by.today, by.names)
			out.Net = &net
		}
	}
	if f.Living() {
		out.Back, err = s.takenBack(ctx, f.Files, by.names, by.load)
	}
	return err
}

// loader loads each set once, and counts.
func (s *Store) loader() loads {
	type one struct {
		set Sources
		lib *policy.Library
	}
	var known []one
	return func(set Sources) (*policy.Library, error) {
		if i := slices.IndexFunc(known, func(o one) bool { return o.set.Equal(set) }); i >= 0 {
			return known[i].lib, nil
		}
		s.kept.loads.Add(1)
		lib, err := set.Load()
		if err == nil {
			known = append(known, one{set, lib})
		}
		return lib, err
	}
}
