package pgtest

import (
	"os"
	"path/filepath"
	"testing"
)

// Whatever decides what a migrated cluster holds decides the seed's name; a test's
// own text does not. Control: leave .sql out of seedKey, and an edited migration is
// tested on yesterday's tables.
func TestSeedFollowsTheMigrations(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write := func(path, text string) {
		t.Helper()
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	key := func() string {
		t.Helper()
		k, err := seedKey(root)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	write("go.sum", "river v1")
	write("core/pg/migrate.go", "one")
	was := key()
	for _, step := range []struct {
		path, text string
		same       bool
	}{
		{"core/pg/migrations/00001_a.sql", "create table a ()", false},
		{"core/pg/migrations/00001_a.sql", "create table b ()", false},
		{"core/pg/migrate.go", "two", false},
		{"go.sum", "river v2", false},
		{"core/pg/pg_test.go", "three", true},
	} {
		write(step.path, step.text)
		if now := key(); (now == was) != step.same {
			t.Errorf("%s = %q: the key stays: %v, want %v", step.path, step.text, now == was, step.same)
		} else {
			was = now
		}
	}
}
