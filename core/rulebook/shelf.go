package rulebook

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"lianou/core"
	"lianou/core/bell"
	"lianou/core/matching"
	"lianou/core/pg"
	"lianou/core/policy"
)

// ShelfConfig is what OpenShelf needs.
type ShelfConfig struct {
	// DB is the program's own pool. Required.
	DB *pg.DB

	// Log hears which edition the program works by. Required.
	Log *slog.Logger

	// Bell tells of a new edition at once. Without one the poll finds it.
	Bell *bell.Bell

	// Poll is how often the database is asked for a new edition, because bells are
	// lost. Defaults to 30 s.
	Poll time.Duration
}

// A Shelf is every published edition, for a program to judge by. It follows what is
// published while Run runs and keeps what it has when the database is away. It is safe
// for use by many goroutines.
type Shelf struct {
	cfg ShelfConfig
	now atomic.Pointer[view]
	one sync.Mutex // refreshes in turn
}

var _ matching.Books = (*Shelf)(nil)

// view is what a Shelf knows at one moment. It is immutable.
type view struct {
	volumes  []*volume          // by number; never empty
	sources  map[string]*volume // by digest of the files
	books    map[string]string  // digest of the files, by digest of the Book
	calendar *policy.Calendar   // of the newest
	next     chan struct{}      // closed when there is another view
}

// volume is an edition with its rules, which are made when they are first asked for:
// few ask for those of ten years ago.
type volume struct {
	Edition
	load func() (*policy.Library, error)
}

// OpenShelf reads what was published. Where nothing was, the rules that ship with the
// program hold until there is a first edition, and the log says so. It fails where the
// rules in force cannot be loaded.
func OpenShelf(ctx context.Context, cfg ShelfConfig) (*Shelf, error) {
	if cfg.DB == nil || cfg.Log == nil {
		return nil, core.E(core.KindInvalid, "rulebook_shelf", "").Wrap(errors.New("rulebook.ShelfConfig needs DB and Log"))
	}
	if cfg.Poll <= 0 {
		cfg.Poll = 30 * time.Second
	}
	shipped, err := policy.Embedded()
	if err != nil {
		return nil, err
	}
	s := &Shelf{cfg: cfg}
	first := &volume{Edition{Source: shipped.Digest, From: shipped.Books()[0].From}, func() (*policy.Library, error) { return shipped, nil }}
	v := &view{volumes: []*volume{first}, sources: map[string]*volume{shipped.Digest: first}, books: map[string]string{},
		calendar: shipped.Calendar(), next: make(chan struct{})}
	for _, b := range shipped.Books() {
		v.books[b.Digest] = shipped.Digest
	}
	s.now.Store(v)
	if err := s.Refresh(ctx); err != nil {
		return nil, err
	}
	s.say(ctx, shipped.Digest)
	return s, nil
}

func (s *Shelf) say(ctx context.Context, shipped string) {
	v := s.now.Load()
	last := v.volumes[len(v.volumes)-1]
	switch {
	case last.Number == 0:
		s.cfg.Log.WarnContext(ctx, "no rules were published yet; the program's own hold until the platform has started", "source", last.Source)
	case !slices.ContainsFunc(v.volumes, func(o *volume) bool { return o.Source == shipped }):
		s.cfg.Log.WarnContext(ctx, "the rules that ship with this program were never published; those of the store hold. To take them over: lianou policy draft",
			"edition", last.Number, "source", last.Source, "shipped", shipped)
	default:
		s.cfg.Log.InfoContext(ctx, "rules", "edition", last.Number, "source", last.Source, "from", last.From.String())
	}
}

// On gives the Book in force on a day by all that is published: that of the newest edition
// whose day has come. A day before the first Book is KindNotFound.
func (s *Shelf) On(day core.Date) (*policy.Book, error) {
	return s.now.Load().on(day, func(*volume) bool { return true })
}

// OnAt gives the Book that was in force on a day by what was published at a moment. Before
// the first edition it is the first edition's.
func (s *Shelf) OnAt(day core.Date, known time.Time) (*policy.Book, error) {
	return s.now.Load().on(day, func(v *volume) bool { return v.Number <= 1 || !v.Published.After(known) })
}

func (v *view) on(day core.Date, known func(*volume) bool) (*policy.Book, error) {
	in := v.volumes[0]
	for _, o := range slices.Backward(v.volumes) {
		if day >= o.From && known(o) {
			in = o
			break
		}
	}
	lib, err := in.load()
	if err != nil {
		return nil, err
	}
	return lib.On(day)
}

// ErrNoBook says that a digest is of no Book that was ever published.
var ErrNoBook = core.E(core.KindNotFound, "rulebook_no_book", "找不到当时依据的政策版本。")

// Book gives the Book of a digest, such as a decision keeps: what it was made by, whatever
// was published since. Errors: ErrNoBook.
func (s *Shelf) Book(digest string) (*policy.Book, error) {
	v := s.now.Load()
	in := v.sources[v.books[digest]]
	if in == nil {
		return nil, ErrNoBook
	}
	lib, err := in.load()
	if err != nil {
		return nil, err
	}
	for _, b := range lib.Books() {
		if b.Digest == digest {
			return b, nil
		}
	}
	return nil, ErrNoBook
}

// Calendar is the working-day calendar of the newest edition, whether or not its day has
// come: it says which days are off, and a limit that begins today runs into them.
func (s *Shelf) Calendar() *policy.Calendar { return s.now.Load().calendar }

// Newest is the newest edition; its Number is 0 where nothing was published.
func (s *Shelf) Newest() Edition {
	volumes := s.now.Load().volumes
	return volumes[len(volumes)-1].Edition
}

// Changed gives a channel that is closed when there is a newer edition than at the call.
func (s *Shelf) Changed() <-chan struct{} { return s.now.Load().next }
