package seal

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lianou/core"
)

func TestKeyFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := GenerateKeys(dir, ""); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{GatewayFile, PlatformFile} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v, want 0600", name, info.Mode(), err)
		}
	}
	if err := GenerateKeys(dir, ""); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second start: %v, want fs.ErrExist", err)
	}
	keys, err := LoadKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	if keys.Platform.Audit.Verifier.KeyHash() != keys.Gateway.Audit.KeyHash() {
		t.Error("the gateway checks another audit key than the platform signs with")
	}
	left, err := filepath.Glob(filepath.Join(dir, ".keys-*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestPlatformSecretsStayThere: no secret of the platform's file is in the
// gateway's, the shared blinding secret and public halves apart.
func TestPlatformSecretsStayThere(t *testing.T) {
	t.Parallel()
	g, p, err := freshFiles(SM4)
	if err != nil {
		t.Fatal(err)
	}
	secrets := [][]byte{p.Ring[0].Key, p.Blind, p.Private[0].Key}
	held := [][]byte{g.Ring[0].Key, g.Blind, g.Private[0].Key, g.Shared, g.Token}
	for i, s := range secrets {
		for j, h := range held {
			if bytes.Equal(s, h) {
				t.Errorf("platform secret %d is gateway secret %d", i, j)
			}
		}
	}
}

func TestKeyFileRefused(t *testing.T) {
	t.Parallel()
	spoil := map[string]func(t *testing.T, path string) string{
		"group readable": func(t *testing.T, path string) string {
			return must(t, path, os.Chmod(path, 0o640))
		},
		"world readable": func(t *testing.T, path string) string {
			return must(t, path, os.Chmod(path, 0o604))
		},
		"a link": func(t *testing.T, path string) string {
			return must(t, path+".link", os.Symlink(path, path+".link"))
		},
		"unknown field": func(t *testing.T, path string) string {
			return edit(t, path, `"kind":`, `"kinds": 1, "kind":`)
		},
		"the other program's": func(t *testing.T, path string) string {
			return filepath.Join(filepath.Dir(path), GatewayFile)
		},
		"another kind": func(t *testing.T, path string) string {
			return edit(t, path, kindPlatform, kindGateway)
		},
		"trailing text": func(t *testing.T, path string) string {
			return edit(t, path, "\n}\n", "\n}\n{}")
		},
	}
	for name, f := range spoil {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := GenerateKeys(dir, SM4); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, PlatformFile)
			if _, err := LoadPlatform(path); err != nil {
				t.Fatalf("before: %v", err)
			}
			_, err := LoadPlatform(f(t, path))
			if core.KindOf(err) != core.KindInvalid {
				t.Errorf("%v, want KindInvalid", err)
			}
		})
	}
}

func TestAddKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := GenerateKeys(dir, SM4); err != nil {
		t.Fatal(err)
	}
	before, err := LoadKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	at := At{"t", "r", "c"}
	sealed, err := before.Platform.Ring.Seal([]byte("x"), at)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{GatewayFile, PlatformFile} {
		if err := AddKey(filepath.Join(dir, name), AES); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	after, err := LoadKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := after.Platform.Ring.Open(sealed, at); err != nil || string(got) != "x" || !after.Platform.Ring.Stale(sealed) {
		t.Errorf("old bytes after rotation: %q, %v", got, err)
	}
	if !bytes.Equal(before.Platform.Ring.Blind("f", "v"), after.Platform.Ring.Blind("f", "v")) {
		t.Error("rotation changed the blind index")
	}
}

func must(t *testing.T, path string, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func edit(t *testing.T, path, old, with string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(b), old) {
		t.Fatalf("%q is not in the key file: %v", old, err)
	}
	return must(t, path, os.WriteFile(path, []byte(strings.Replace(string(b), old, with, 1)), 0o600))
}
