package seed_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/registry"
	"lianou/core/registry/seed"
	"lianou/core/seal"
)

func loader(t testing.TB, env *pgtest.Env) seed.Loader {
	t.Helper()
	keys, err := seal.NewKeys(seal.SM4)
	if err != nil {
		t.Fatal(err)
	}
	regions, err := registry.EmbeddedRegions()
	if err != nil {
		t.Fatal(err)
	}
	reg, err := registry.New(registry.Config{Ring: keys.Platform.Ring, Log: audit.New(keys.Platform.Ring), Regions: regions})
	if err != nil {
		t.Fatal(err)
	}
	return seed.Loader{DB: env.DB(pgtest.Import), Registry: reg, Regions: regions}
}

// TestLoad: a city goes in whole, is found through the platform's own role, and
// does not go in twice.
func TestLoad(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	l := loader(t, env)
	var last atomic.Int64
	l.Progress = func(done, total int) { last.Store(int64(max(done, int(last.Load())))) }
	began := time.Now()
	got, err := l.Load(t.Context(), 1, 5000)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v in %v", got, time.Since(began).Round(time.Millisecond))
	if got.People != 5000 || last.Load() != 5000 || got.Households < 1500 {
		t.Errorf("loaded %+v, progress told %d", got, last.Load())
	}
	err = env.DB(pgtest.Platform).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		why := registry.Purpose{Actor: audit.Actor{Kind: "job"}, Why: "test"}
		var people, lonely int
		if err := tx.QueryRow(ctx, `select count(*), count(*) filter (where id_number is null) from person`).Scan(&people, &lonely); err != nil {
			return pg.Fail(err, "count")
		}
		if people != 5000+9 || lonely != 0 {
			t.Errorf("%d people, %d without a number", people, lonely)
		}
		list, err := l.Registry.Search(ctx, tx, why, "王")
		if err == nil {
			t.Errorf("one character found %d", len(list))
		}
		list, err = l.Registry.Search(ctx, tx, why, "桂兰")
		if err != nil || len(list) == 0 {
			t.Fatalf("nobody called 桂兰: %v", err)
		}
		for _, p := range list {
			f, sources, err := l.Registry.Facts(ctx, tx, why, p.Household, tx.Today())
			if err != nil || len(f.Members) == 0 || len(sources) == 0 {
				t.Fatalf("facts: %+v, %v", f, err)
			}
		}
		// The numbering went past everybody who came in.
		_, _, err = l.Registry.Enrol(ctx, tx, why, registry.NewHousehold{Live: seed.Stories()[0].Known(tx.Today()).Live,
			Members: []registry.NewPerson{{Ref: "m1", Name: "新来"}}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Load(t.Context(), 1, 10); !errors.Is(err, seed.ErrNotEmpty) {
		t.Errorf("a second load: %v", err)
	}
}

// TestLoadGoesOn: a load that was broken off loads what is missing and nothing
// twice, and a store with other people in it is left alone.
func TestLoadGoesOn(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	l := loader(t, env)
	ctx, cancel := context.WithCancel(t.Context())
	l.Progress = func(int, int) { cancel() } // after the first chunk that is in
	if _, err := l.Load(ctx, 1, 10_000); err == nil {
		t.Fatal("a load that was stopped succeeded")
	}
	l.Progress = nil
	rest, err := l.Load(t.Context(), 1, 10_000)
	if err != nil || rest.People == 0 || rest.People > 8000 {
		t.Errorf("the rest is %+v: %v", rest, err)
	}
	err = env.DB(pgtest.Import).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		var people int
		err := tx.QueryRow(ctx, `select count(*) from person`).Scan(&people)
		if people != 10_009 {
			t.Errorf("%d people, want 10009", people)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestLoadLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	l := loader(t, env)
	err := env.DB(pgtest.Import).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		sealed, err := l.Registry.Seal([]registry.NewHousehold{{ID: 900, Live: seed.Stories()[0].Known(tx.Today()).Live, Since: tx.Today(),
			Members: []registry.NewPerson{{ID: 900, Ref: "m1", Name: "真人"}}}}, tx.Now())
		if err != nil {
			return err
		}
		return l.Registry.Load(ctx, tx, sealed)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Load(t.Context(), 1, 2000); !errors.Is(err, seed.ErrNotEmpty) {
		t.Errorf("invented people beside another: %v", err)
	}
}

// TestAhead: what was made before the database was there is the same city, goes in
// whole, and is not used for another day. Control: sealed that does not compare the
// day.
func TestAhead(t *testing.T) {
	t.Parallel()
	for name, shift := range map[string]time.Duration{"of today": 0, "of another day": 48 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := pgtest.New(t)
			l := loader(t, env)
			var err error
			if l.Ahead, err = l.MakeAhead(1, 3000, time.Now().Add(-shift)); err != nil {
				t.Fatal(err)
			}
			if got, err := l.Load(t.Context(), 1, 3000); err != nil || got.People != 3000 {
				t.Fatalf("loaded %+v: %v", got, err)
			}
			var made int
			err = env.DB(pgtest.Import).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
				const q = `select count(*) filter (where made > $1 and id >= 10000) from person`
				return tx.QueryRow(ctx, q, tx.Now().Add(-24*time.Hour)).Scan(&made)
			})
			if err != nil || made != 3000 {
				t.Errorf("%d people are of today: %v", made, err)
			}
		})
	}
}

// BenchmarkLoad loads 20,000 people: the share of `lianou up` that B13 allows.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		l := loader(b, pgtest.New(b))
		b.StartTimer()
		if _, err := l.Load(b.Context(), 1, 20_000); err != nil {
			b.Fatal(err)
		}
	}
}
