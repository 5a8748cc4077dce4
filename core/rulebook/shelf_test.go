package rulebook_test

import (
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"lianou/core"
	"lianou/core/bell"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/policy"
	"lianou/core/rulebook"
)

// TestFirstEdition: where nothing was published a program judges by its own rules; of
// several platforms that start at once one makes them the first edition; and every role
// then reads the same Books.
// Control: without the grant on rulebook_edition to lianou_gateway the edge does not open.
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

// TestDatedPublish: an edition holds from its own day on and changes nothing of the days
// before it, nor of what was known before it was published; and every old decision finds
// the Book it was made by.
// Control: with `day >= o.From` left out of view.on, yesterday is judged by edition 2.
func TestDatedPublish(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shelf, today := w.shelf(t, pgtest.Platform), w.today(t)
	ask := func(what string, b *policy.Book, err error) string {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		return b.Digest
	}
	on := func(d core.Date) string { t.Helper(); b, err := shelf.On(d); return ask("on", b, err) }
	days := []core.Date{day("2019-06-01"), day("2021-06-01"), today - 1, today, today + 29, today + 30, today + 400}
	before := map[core.Date]string{}
	for _, d := range days {
		before[d] = on(d)
	}
	known := w.now(t)
	w.publish(t, amount("520", "2019-01-18"), today+30) // also reaches back in its own rows
	w.publish(t, amount("530", "2026-01-01"), today+30)
	must(t, shelf.Refresh(t.Context()))
	if shelf.Newest().Number != 3 {
		t.Fatalf("newest: %+v", shelf.Newest())
	}
	for _, d := range days {
		if changed := on(d) != before[d]; changed != (d >= today+30) {
			t.Errorf("%s: changed %v", d, changed)
		}
		b, err := shelf.OnAt(d, known)
		if ask("known", b, err) != before[d] {
			t.Errorf("%s by what was known before: another Book", d)
		}
		b, err = shelf.Book(before[d])
		if ask("by digest", b, err) != before[d] {
			t.Errorf("%s: its Book is not found by its digest", d)
		}
	}
	if _, err := w.store.Publish(t.Context(), w.lin, w.again(t, amount("540", "2026-01-01"), today)); !errors.Is(err, rulebook.ErrDay) {
		t.Errorf("an edition before the day of the one before it: %v", err)
	}
	// Back to the first edition's files: the same Books under their old digests.
	first, err := w.store.Sources(t.Context(), 1)
	must(t, err)
	files := map[string]string{}
	for _, f := range first.Files() {
		files[f.Name] = f.Text
	}
	w.publish(t, rulebook.Op{Files: files}, today+30)
	must(t, shelf.Refresh(t.Context()))
	if on(today+400) != before[today+400] || w.sourceOf(t, 4) != w.sourceOf(t, 1) {
		t.Error("the first edition's files again are another Book")
	}
}

// again is a signed draft to be published from a day on.
func (w *world) again(t *testing.T, op rulebook.Op, from core.Date) rulebook.Publication {
	t.Helper()
	f := w.signed(t, w.han, op)
	return rulebook.Publication{Draft: f.ID, Digest: f.Digest, From: from, Apart: true}
}

// TestFollow: programs judge by a new edition without a restart: the edge without Redis, by
// its poll; another by the bell alone; and one whose database is away keeps what it has,
// and takes the edition when it is back.
// Control: without Refresh in Run nothing changes and the test hangs to its deadline.
func TestFollow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	redis := miniredis.RunT(t)
	ring := func() *bell.Bell {
		b, err := bell.Open(bell.Config{URL: "redis://" + redis.Addr(), Log: slog.New(slog.DiscardHandler)})
		must(t, err)
		t.Cleanup(func() { _ = b.Close() })
		return b
	}
	w.store.Bell = ring()
	gate := pgtest.NewGate(t, w.env.URL(pgtest.Platform))
	far, err := pg.Open(t.Context(), pg.Config{URL: gate.URL, Name: "far", MaxConns: 2})
	must(t, err)
	t.Cleanup(far.Close)
	open := func(db *pg.DB, b *bell.Bell, poll time.Duration) *rulebook.Shelf {
		s, err := rulebook.OpenShelf(t.Context(), rulebook.ShelfConfig{DB: db, Bell: b, Log: slog.New(slog.DiscardHandler), Poll: poll})
		must(t, err)
		return s
	}
	polls, hears := w.shelf(t, pgtest.Gateway), open(w.db, ring(), time.Hour)
	away := open(far, nil, 20*time.Millisecond)
	var changed []<-chan struct{}
	for _, s := range []*rulebook.Shelf{polls, hears, away} {
		changed = append(changed, s.Changed())
		follow(t, s)
	}
	today := w.today(t)
	was, err := away.On(today)
	must(t, err)
	gate.Shut()
	if err := away.Refresh(t.Context()); core.KindOf(err) != core.KindUnavailable {
		t.Errorf("a database that is away: %v", err)
	}
	// The bell is heard once it is listened for: rung until then.
	w.publish(t, amount("520", "2026-01-01"), today)
	<-changed[0]
	for heard := false; !heard; {
		w.store.Bell.Ring(t.Context(), "rulebook", "edition", "2")
		select {
		case <-changed[1]:
			heard = true
		case <-time.After(5 * time.Millisecond):
		}
	}
	if b, err := away.On(today); err != nil || b.Digest != was.Digest || away.Newest().Number != 1 {
		t.Errorf("without its database: %v, edition %d", err, away.Newest().Number)
	}
	gate.Open()
	<-changed[2]
	for name, s := range map[string]*rulebook.Shelf{"by its poll": polls, "by the bell": hears, "back again": away} {
		b, err := s.On(today)
		must(t, err)
		row, _ := at(b, "dibao.standard", "371426", "rural")
		if s.Newest().Number != 2 || row.Value != 52000 {
			t.Errorf("%s: edition %d, %d fen", name, s.Newest().Number, row.Value)
		}
	}
}

// TestTwoReleases: platforms of two releases that start at once make one first edition, of
// either; the other keeps it.
// Control: without `where not exists`, `on conflict (number) do nothing` and the constraint's
// name in Found, one of them does not start: "exists_already".
func TestTwoReleases(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	later, err := (rulebook.Op{Item: &rulebook.Item{Code: "CL-02", From: day("2016-07-01"), Field: "everyday", Value: "辅具"}}).Apply(shipped(t))
	must(t, err)
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			set := later
			if i%2 == 0 {
				set = shipped(t)
			}
			if err := w.store.Found(t.Context(), set); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	list, err := w.store.Editions(t.Context())
	must(t, err)
	if len(list) != 1 || !slices.Equal(w.acts(t), []string{"rulebook.founded"}) {
		t.Errorf("%d editions, log %v", len(list), w.acts(t))
	}
}
