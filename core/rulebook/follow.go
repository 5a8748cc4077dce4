package rulebook

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/bell"
	"lianou/core/pg"
	"lianou/core/policy"
)

// Run follows what is published until ctx ends: by the bell, and by a slow poll.
func (s *Shelf) Run(ctx context.Context) error {
	var heard <-chan bell.Message
	if s.cfg.Bell != nil {
		var err error
		if heard, err = s.cfg.Bell.Listen(ctx, topic); err != nil {
			return err
		}
	}
	poll := time.NewTicker(s.cfg.Poll)
	defer poll.Stop()
	for {
		// Also before the first bell: something may have been published since OpenShelf.
		if err := s.Refresh(ctx); err != nil && ctx.Err() == nil {
			s.cfg.Log.ErrorContext(ctx, "a new edition of the rules could not be taken; those before it hold", "err", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case _, open := <-heard:
			if !open {
				heard = nil
			}
		case <-poll.C:
		}
	}
}

// Refresh takes the editions that were published since. On an error, also of a new edition
// that this program cannot load, all stays as it was.
func (s *Shelf) Refresh(ctx context.Context) error {
	s.one.Lock()
	defer s.one.Unlock()
	was := s.now.Load()
	last := was.volumes[len(was.volumes)-1].Number
	var found news
	if err := s.cfg.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		found, err = readNews(ctx, tx, last)
		return err
	}); err != nil || len(found.editions) == 0 {
		return err
	}
	is := was.with(found)
	for i, v := range is.volumes {
		// What holds today or will hold must load; of the days gone by, whoever asks.
		if i+1 == len(is.volumes) || is.volumes[i+1].From > found.today {
			lib, err := v.load()
			if err != nil {
				return err
			}
			is.calendar = lib.Calendar()
		}
	}
	s.now.Store(is)
	close(was.next)
	newest := is.volumes[len(is.volumes)-1]
	s.cfg.Log.InfoContext(ctx, "rules were published", "edition", newest.Number, "source", newest.Source, "from", newest.From.String())
	return nil
}

// news is what was published since.
type news struct {
	today    core.Date
	editions []Edition
	files    map[string][]byte // by digest
	books    map[string]string // digest of the files, by digest of the Book
}

func readNews(ctx context.Context, tx *pg.Tx, after int) (news, error) {
	n := news{today: tx.Today(), files: map[string][]byte{}, books: map[string]string{}}
	var err error
	if n.editions, err = editionsAfter(ctx, tx, after); err != nil || len(n.editions) == 0 {
		return n, err
	}
	var digests []string
	for _, e := range n.editions {
		digests = append(digests, e.Source)
	}
	var digest, source string
	var files []byte
	rows, err := tx.Query(ctx, `select digest, files from rulebook_source where digest = any ($1)`, digests)
	if err != nil {
		return n, pg.Fail(err, "read the files of editions")
	}
	if _, err = pgx.ForEachRow(rows, []any{&digest, &files}, func() error { n.files[digest] = slices.Clone(files); return nil }); err != nil {
		return n, pg.Fail(err, "read the files of editions")
	}
	rows, err = tx.Query(ctx, `select digest, source from rulebook_book where source = any ($1)`, digests)
	if err != nil {
		return n, pg.Fail(err, "read the Books of editions")
	}
	_, err = pgx.ForEachRow(rows, []any{&digest, &source}, func() error { n.books[digest] = source; return nil })
	return n, pg.Fail(err, "read the Books of editions")
}

// with is the view with what is new. The program's own rules make room for the first
// edition; two editions of the same files share their Library.
func (v *view) with(n news) *view {
	out := &view{sources: maps.Clone(v.sources), books: maps.Clone(v.books), next: make(chan struct{})}
	for _, o := range v.volumes {
		if o.Number > 0 {
			out.volumes = append(out.volumes, o)
		}
	}
	maps.Copy(out.books, n.books)
	for _, e := range n.editions {
		made := &volume{Edition: e}
		if same := out.sources[e.Source]; same != nil {
			made.load = same.load
		} else {
			made.load = loader(n.files[e.Source])
			out.sources[e.Source] = made
		}
		out.volumes = append(out.volumes, made)
	}
	return out
}

// loader makes a Library once, when it is first asked for.
func loader(packed []byte) func() (*policy.Library, error) {
	return sync.OnceValues(func() (*policy.Library, error) {
		set, err := unpack(packed)
		if err != nil {
			return nil, err
		}
		return set.Load()
	})
}
