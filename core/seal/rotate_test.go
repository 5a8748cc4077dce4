package seal

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Two machines with one ring, rotated in two steps: at no moment does one seal what
// the other cannot open.
// Control: let a waiting key seal in NewRing.
func TestRotationWithoutDowntime(t *testing.T) {
	t.Parallel()
	for _, name := range []string{GatewayFile, PlatformFile} {
		dir := t.TempDir()
		if err := GenerateKeys(dir, SM4); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		load := func() *Ring {
			if name == GatewayFile {
				k, err := LoadGateway(path)
				if err != nil {
					t.Fatal(err)
				}
				return k.Ring
			}
			k, err := LoadPlatform(path)
			if err != nil {
				t.Fatal(err)
			}
			return k.Ring
		}
		agree := func(when string, a, b *Ring) {
			t.Helper()
			for _, way := range [][2]*Ring{{a, b}, {b, a}} {
				sealed, err := way[0].Seal([]byte("x"), At{"t", "r", "c"})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := way[1].Open(sealed, At{"t", "r", "c"}); err != nil {
					t.Errorf("%s, %s: one machine cannot read the other: %v", name, when, err)
				}
			}
		}
		before := load()
		if err := PrepareKey(path, SM4); err != nil {
			t.Fatal(err)
		}
		prepared := load()
		agree("one machine has the new file", before, prepared)
		if err := PrepareKey(path, SM4); !errors.Is(err, ErrWaiting) {
			t.Errorf("prepared twice: %v", err)
		}
		if err := AddKey(path, SM4); err != nil {
			t.Fatal(err)
		}
		after := load()
		agree("one machine seals with the new key", prepared, after)
		old, err := before.Seal([]byte("x"), At{"t", "r", "c"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := after.Open(old, At{"t", "r", "c"}); err != nil || !after.Stale(old) {
			t.Errorf("%s: what was sealed before: %v, stale %v", name, err, after.Stale(old))
		}
		state, err := ReadRing(path)
		if err != nil || len(state.IDs) != 2 || state.Sealing != 2 || state.Waiting != 0 {
			t.Errorf("%s: %+v, %v", name, state, err)
		}
	}
}

// A rotated file belongs to whom it belonged, and is nobody else's to read.
// Control: leave out keepOwner and the program of another user is locked out.
func TestRotatedFileKeepsItsOwner(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := GenerateKeys(dir, SM4); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, PlatformFile)
	owner := os.Geteuid()
	if owner == 0 { // only an administrator can give a file away
		owner = 65534
		if err := os.Chown(path, owner, owner); err != nil {
			t.Fatal(err)
		}
	}
	if err := AddKey(path, SM4); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if s := info.Sys().(*syscall.Stat_t); int(s.Uid) != owner || info.Mode().Perm() != 0o600 {
		t.Errorf("owner %d, mode %v; want %d, 0600", s.Uid, info.Mode(), owner)
	}
}
