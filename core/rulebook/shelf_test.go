package rulebook_test

import (
	"errors"
	"sync"
	"testing"

	"lianou/core"
	"lianou/core/pg/pgtest"
	"lianou/core/policy"
	"lianou/core/rulebook"
)

// TestFirstEdition: where nothing was published a program judges by its own rules; of
// several platforms that start at once one makes them the first edition; and every role
// then reads the same Books.
// Control: without `on conflict (number) do nothing` and the constraint's name in Found, one
// of four fails with "exists_already".
func TestFirstEdition(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	lib, err := policy.Embedded()
	must(t, err)
	edge := w.shelf(t, pgtest.Gateway)
	if e := edge.Newest(); e.Number != 0 || e.Source != lib.Digest {
		t.Errorf("before the first edition: %+v", e)
	}
	follow(t, edge)
	changed := edge.Changed()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if err := w.store.Found(t.Context(), shipped(t)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	<-changed
	list, err := w.store.Editions(t.Context())
	must(t, err)
	if len(list) != 1 || list[0].Source != lib.Digest || list[0].Author != 0 || list[0].Draft != 0 {
		t.Errorf("editions: %+v", list)
	}
	for _, s := range []*rulebook.Shelf{edge, w.shelf(t, pgtest.Platform), w.shelf(t, pgtest.Gateway)} {
		if s.Newest().Number != 1 {
			t.Errorf("newest: %+v", s.Newest())
		}
		for _, want := range lib.Books() {
			on, err := s.On(want.From)
			must(t, err)
			by, err := s.Book(want.Digest)
			must(t, err)
			if on.Digest != want.Digest || by.Digest != want.Digest || by.From != want.From {
				t.Errorf("the Book of %s: by day %.12s, by digest %.12s, want %.12s", want.From, on.Digest, by.Digest, want.Digest)
			}
		}
	}
	if _, err := edge.On(lib.Books()[0].From - 1); core.KindOf(err) != core.KindNotFound {
		t.Errorf("a day before the first Book: %v", err)
	}
	if _, err := edge.Book("00"); !errors.Is(err, rulebook.ErrNoBook) {
		t.Errorf("a digest of nothing: %v", err)
	}
}
