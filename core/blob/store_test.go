package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"lianou/core"
	"lianou/core/seal"
)

func testStore(t testing.TB) (*Store, *seal.Keys) {
	t.Helper()
	keys, err := seal.NewKeys(seal.SM4)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(Config{URL: "file://" + t.TempDir(), To: keys.Platform.Self, Opener: keys.Platform.Opener})
	if err != nil {
		t.Fatal(err)
	}
	return s, keys
}

func content(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(n)})
	_, _ = r.Read(b)
	return b
}

func put(t testing.TB, s *Store, b []byte) Info {
	t.Helper()
	info, err := s.Put(t.Context(), bytes.NewReader(b), PutOptions{Class: "recording", MIME: "audio/wav", Max: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// files lists what the store holds: named files and temporary ones.
func files(t testing.TB, s *Store) (named, temp []string) {
	t.Helper()
	err := filepath.WalkDir(s.root, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if filepath.Dir(path) == s.tempDir() {
			temp = append(temp, path)
		} else {
			named = append(named, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return named, temp
}

func TestPutOpen(t *testing.T) {
	t.Parallel()
	s, _ := testStore(t)
	for _, n := range []int{1, 17, chunkSize - 1, chunkSize, chunkSize + 1, 2 * chunkSize, 3*chunkSize + 5} {
		b := content(n)
		sum := sha256.Sum256(b)
		info := put(t, s, b)
		if string(info.Digest) != hex.EncodeToString(sum[:]) || info.Size != int64(n) || info.MIME != "audio/wav" {
			t.Errorf("%d bytes: info %+v", n, info)
		}
		r, err := s.Open(t.Context(), info.Digest)
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		if r.Info != info {
			t.Errorf("%d bytes: opened info %+v, put %+v", n, r.Info, info)
		}
		if err := iotest.TestReader(r, b); err != nil {
			t.Errorf("%d bytes: %v", n, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if has, err := s.Has(info.Digest); !has || err != nil {
			t.Errorf("has = %v, %v", has, err)
		}
	}
}

func TestPutAgain(t *testing.T) {
	t.Parallel()
	s, _ := testStore(t)
	b := content(chunkSize + 9)
	first, second := put(t, s, b), put(t, s, b)
	named, temp := files(t, s)
	if first != second || len(named) != 1 || len(temp) != 0 {
		t.Errorf("put twice: %+v, %+v; %d named, %d temporary", first, second, len(named), len(temp))
	}
	// A damaged copy is healed by putting the content again.
	if err := os.Truncate(named[0], 100); err != nil {
		t.Fatal(err)
	}
	put(t, s, b)
	r, err := s.Open(t.Context(), first.Digest)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, b) {
		t.Errorf("after healing: %d bytes, %v", len(got), err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestPutRefuses(t *testing.T) {
	t.Parallel()
	known := core.E(core.KindTooLarge, "fetch_limit", "太大")
	for name, c := range map[string]struct {
		r    io.Reader
		max  int64
		want *core.Error
	}{
		"empty":                   {strings.NewReader(""), 10, ErrEmpty},
		"one byte over":           {bytes.NewReader(content(11)), 10, ErrTooLarge},
		"endless":                 {neverEnding{}, 3 * chunkSize, ErrTooLarge},
		"broken at once":          {iotest.ErrReader(errors.New("reset")), 10, ErrBroken},
		"broken in a chunk":       {io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(errors.New("reset"))), 10, ErrBroken},
		"body shorter than said":  {io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(io.ErrUnexpectedEOF)), 10, ErrBroken},
		"broken after a chunk":    {io.MultiReader(bytes.NewReader(content(chunkSize)), iotest.ErrReader(errors.New("reset"))), 1 << 20, ErrBroken},
		"a source with own words": {io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(known)), 10, known},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := testStore(t)
			_, err := s.Put(t.Context(), c.r, PutOptions{MIME: "audio/wav", Max: c.max})
			if !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if named, temp := files(t, s); len(named)+len(temp) != 0 {
				t.Errorf("left behind: %v %v", named, temp)
			}
		})
	}
	s, _ := testStore(t)
	if _, err := s.Put(t.Context(), bytes.NewReader(content(10)), PutOptions{Max: 10}); err != nil {
		t.Errorf("exactly the limit: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Put(ctx, neverEnding{}, PutOptions{Max: 1 << 40}); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that left: %v", err)
	}
}

type neverEnding struct{}

func (neverEnding) Read(p []byte) (int, error) { return len(p), nil }

// TestGatewayCannotOpen: what the gateway put it cannot read again, nor is any
// of it on the disk in clear. The control is sealing to the gateway's own key.
func TestGatewayCannotOpen(t *testing.T) {
	t.Parallel()
	platform, keys := testStore(t)
	gateway, err := Open(Config{URL: "file://" + platform.root, To: keys.Gateway.Platform})
	if err != nil {
		t.Fatal(err)
	}
	secret := []byte(strings.Repeat("我叫测试,住在陵城。", 9000))
	info := put(t, gateway, secret)
	if _, err := gateway.Open(t.Context(), info.Digest); !errors.Is(err, ErrSealed) {
		t.Errorf("without a key: %v, want ErrSealed", err)
	}
	gateway.opener = keys.Gateway.Opener // a gateway that tries its own key
	if _, err := gateway.Open(t.Context(), info.Digest); !errors.Is(err, ErrDamaged) {
		t.Errorf("with the gateway's key: %v, want ErrDamaged", err)
	}
	r, err := platform.Open(t.Context(), info.Digest)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, secret) {
		t.Errorf("the platform read %d bytes, %v", len(got), err)
	}
	named, _ := files(t, platform)
	raw, err := os.ReadFile(named[0])
	if err != nil || bytes.Contains(raw, []byte("陵城")) || bytes.Contains(raw, []byte("audio/wav")) {
		t.Errorf("plain text on the disk (%v)", err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

// TestTampering: each case changes one thing of a good file.
func TestTampering(t *testing.T) {
	t.Parallel()
	b := content(3*chunkSize + 100)
	const extra = chunkSize + chunkExtra
	cases := map[string]func(t *testing.T, raw []byte, head int) []byte{
		"cut at a chunk":  func(_ *testing.T, raw []byte, head int) []byte { return raw[:head+2*extra] },
		"cut in a chunk":  func(_ *testing.T, raw []byte, _ int) []byte { return raw[:len(raw)-1] },
		"one byte more":   func(_ *testing.T, raw []byte, _ int) []byte { return append(raw, 0) },
		"all chunks gone": func(_ *testing.T, raw []byte, head int) []byte { return raw[:head] },
		"two swapped": func(_ *testing.T, raw []byte, head int) []byte {
			out := bytes.Clone(raw[:head])
			out = append(out, raw[head+extra:head+2*extra]...)
			out = append(out, raw[head:head+extra]...)
			return append(out, raw[head+2*extra:]...)
		},
		"one doubled": func(_ *testing.T, raw []byte, head int) []byte {
			return append(bytes.Clone(raw[:head+extra]), raw[head:]...)
		},
		"a bit of content": func(_ *testing.T, raw []byte, head int) []byte { raw[head+extra+50] ^= 1; return raw },
		"a bit of the key": func(_ *testing.T, raw []byte, _ int) []byte { raw[30] ^= 1; return raw },
		"a bit of magic":   func(_ *testing.T, raw []byte, _ int) []byte { raw[0] ^= 1; return raw },
	}
	for name, spoil := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := testStore(t)
			info := put(t, s, b)
			path := s.path(File{info.Digest, "recording"})
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			head := len(raw) - len(b) - 4*chunkExtra
			if err := os.WriteFile(path, spoil(t, raw, head), 0o600); err != nil {
				t.Fatal(err)
			}
			r, err := s.Open(t.Context(), info.Digest)
			if err == nil {
				_, err = io.ReadAll(r)
				_ = r.Close()
			}
			if !errors.Is(err, ErrDamaged) {
				t.Errorf("%v, want ErrDamaged", err)
			}
		})
	}
	t.Run("another file under this name", func(t *testing.T) {
		t.Parallel()
		s, _ := testStore(t)
		info, other := put(t, s, b), put(t, s, content(50))
		if err := os.Rename(s.path(File{other.Digest, "recording"}), s.path(File{info.Digest, "recording"})); err != nil {
			t.Fatal(err)
		}
		r, err := s.Open(t.Context(), info.Digest)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(r); !errors.Is(err, ErrDamaged) {
			t.Errorf("%v, want ErrDamaged", err)
		}
		_ = r.Close()
	})
}

func TestServeRange(t *testing.T) {
	t.Parallel()
	s, _ := testStore(t)
	b := content(4 * chunkSize)
	info := put(t, s, b)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r, err := s.Open(req.Context(), info.Digest)
		if err != nil {
			http.Error(w, "no", http.StatusInternalServerError)
			return
		}
		defer r.Close()
		w.Header().Set("Content-Type", r.MIME)
		http.ServeContent(w, req, "", time.Time{}, r)
	}))
	defer srv.Close()
	for _, c := range []struct {
		header   string
		from, to int
	}{{"bytes=0-9", 0, 10}, {"bytes=65530-65545", 65530, 65546}, {"bytes=-5", 4*chunkSize - 5, 4 * chunkSize}, {"", 0, 4 * chunkSize}} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		if c.header != "" {
			req.Header.Set("Range", c.header)
		}
		resp, err := srv.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		if err != nil || !bytes.Equal(got, b[c.from:c.to]) {
			t.Errorf("%q: %s, %d bytes, %v", c.header, resp.Status, len(got), err)
		}
		_ = resp.Body.Close()
	}
}

func TestNamesAndURLs(t *testing.T) {
	t.Parallel()
	s, keys := testStore(t)
	for _, d := range []core.BlobDigest{"", "ab", core.BlobDigest(strings.Repeat("A", 64)), core.BlobDigest("../../../../" + strings.Repeat("a", 52)), core.BlobDigest(strings.Repeat("a", 64))} {
		if _, err := s.Open(t.Context(), d); !errors.Is(err, ErrNotFound) {
			t.Errorf("open %q: %v, want ErrNotFound", d, err)
		}
		if has, err := s.Has(d); has || err != nil {
			t.Errorf("has %q: %v, %v", d, has, err)
		}
	}
	for _, u := range []string{"", "/var/lib/x", "s3://bucket", "file://host/x", "file:relative", "file:///x?y=1", "://"} {
		if _, err := Open(Config{URL: u, To: keys.Platform.Self}); core.KindOf(err) != core.KindInvalid {
			t.Errorf("url %q: %v, want KindInvalid", u, err)
		}
	}
	if _, err := Open(Config{URL: "file://" + t.TempDir()}); core.KindOf(err) != core.KindInvalid {
		t.Errorf("no recipient: %v, want KindInvalid", err)
	}
}
