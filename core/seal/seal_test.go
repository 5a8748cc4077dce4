package seal

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"lianou/core"

	"pgregory.net/rapid"
)

func ringOf(t testing.TB, c Cipher, ids ...uint32) *Ring {
	t.Helper()
	var keys []RingKey
	for _, id := range ids {
		keys = append(keys, RingKey{ID: id, Cipher: c, Key: bytes.Repeat([]byte{byte(id)}, c.keySize())})
	}
	r, err := NewRing(keys, make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestBoundToPlace: what was sealed opens at its own place only. The control is
// an AAD left out of sealTo and openFrom: every moved case then opens.
func TestBoundToPlace(t *testing.T) {
	t.Parallel()
	at := At{"person", "17", "id_number"}
	moved := map[string]At{
		"other row":    {"person", "18", "id_number"},
		"other column": {"person", "17", "phone"},
		"other table":  {"persons", "17", "id_number"},
		"shifted text": {"person1", "7", "id_number"},
		"empty":        {},
	}
	for _, c := range []Cipher{SM4, AES} {
		r := ringOf(t, c, 1)
		wrapped, k, err := r.NewDataKey(At{"person", "17", "key"})
		if err != nil {
			t.Fatal(err)
		}
		type sealer interface {
			Seal([]byte, At) ([]byte, error)
			Open([]byte, At) ([]byte, error)
		}
		for name, s := range map[string]sealer{"ring": r, "data key": k} {
			sealed, err := s.Seal([]byte("371402199001011234"), at)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := s.Open(sealed, at); err != nil || string(got) != "371402199001011234" {
				t.Errorf("%s %s: own place: %q, %v", c, name, got, err)
			}
			for what, other := range moved {
				if got, err := s.Open(sealed, other); !errors.Is(err, ErrOpen) || got != nil {
					t.Errorf("%s %s: %s: got %q, %v, want ErrOpen", c, name, what, got, err)
				}
			}
		}
		if _, err := r.DataKey(wrapped, At{"person", "18", "key"}); !errors.Is(err, ErrOpen) {
			t.Errorf("%s: data key of another row: %v, want ErrOpen", c, err)
		}
	}
}

func TestSealRoundTrip(t *testing.T) {
	t.Parallel()
	r := ringOf(t, SM4, 1)
	rapid.Check(t, func(t *rapid.T) {
		at := At{rapid.String().Draw(t, "table"), rapid.String().Draw(t, "row"), rapid.String().Draw(t, "column")}
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		sealed, err := r.Seal(plain, at)
		if err != nil {
			t.Fatal(err)
		}
		if len(sealed) != len(plain)+Overhead {
			t.Fatalf("sealed %d bytes into %d, want %d more", len(plain), len(sealed), Overhead)
		}
		got, err := r.Open(sealed, at)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("opened %x, %v, want %x", got, err, plain)
		}
		spoilt := bytes.Clone(sealed)
		spoilt[rapid.IntRange(0, len(spoilt)-1).Draw(t, "spoil")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if got, err := r.Open(spoilt, at); err == nil {
			t.Fatalf("a changed bit opened to %x", got)
		}
		if again, _ := r.Seal(plain, at); bytes.Equal(again, sealed) {
			t.Fatal("the same text sealed twice gave the same bytes")
		}
	})
}

func TestRotation(t *testing.T) {
	t.Parallel()
	at := At{"case", "1", "story"}
	old := ringOf(t, SM4, 1)
	sealed, err := old.Seal([]byte("老话"), at)
	if err != nil {
		t.Fatal(err)
	}
	wrapped, k, err := old.NewDataKey(at)
	if err != nil {
		t.Fatal(err)
	}
	under, err := k.Seal([]byte("x"), at)
	if err != nil {
		t.Fatal(err)
	}
	rotated := ringOf(t, SM4, 1, 2)
	if got, err := rotated.Open(sealed, at); err != nil || string(got) != "老话" {
		t.Errorf("after rotation: %q, %v", got, err)
	}
	if !rotated.Stale(sealed) || old.Stale(sealed) {
		t.Error("only what an older key sealed is stale")
	}
	fresh, err := rotated.Seal([]byte("新话"), at)
	if err != nil || rotated.Stale(fresh) {
		t.Errorf("the newest key did not seal: %v", err)
	}
	if _, err := old.Open(fresh, at); !errors.Is(err, ErrKeyUnknown) {
		t.Errorf("a ring without the key: %v, want ErrKeyUnknown", err)
	}
	again, err := rotated.Rewrap(wrapped, at)
	if err != nil || rotated.Stale(again) {
		t.Fatalf("rewrap: %v", err)
	}
	k2, err := rotated.DataKey(again, at)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := k2.Open(under, at); err != nil || string(got) != "x" {
		t.Errorf("rewrapped data key: %q, %v", got, err)
	}
}

// TestWrongKey: another key of the same id is an error, and the error says
// nothing of what it saw.
func TestWrongKey(t *testing.T) {
	t.Parallel()
	at := At{"person", "1", "phone"}
	a := ringOf(t, SM4, 1)
	b, err := NewRing([]RingKey{{ID: 1, Cipher: SM4, Key: bytes.Repeat([]byte{9}, 16)}}, make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := a.Seal([]byte("13900001111"), at)
	if err != nil {
		t.Fatal(err)
	}
	got, err := b.Open(sealed, at)
	if got != nil || !errors.Is(err, ErrOpen) {
		t.Fatalf("got %q, %v, want ErrOpen", got, err)
	}
	for _, leak := range []string{"13900001111", "phone", fmt.Sprintf("%x", sealed[:8])} {
		if strings.Contains(err.Error(), leak) {
			t.Errorf("the error %q carries %q", err, leak)
		}
	}
	if core.KindOf(err) != core.KindInternal {
		t.Errorf("kind = %v", core.KindOf(err))
	}
}

func TestEnvelope(t *testing.T) {
	t.Parallel()
	for _, c := range []Cipher{SM4, AES} {
		keys, err := NewKeys(c)
		if err != nil {
			t.Fatal(err)
		}
		env, err := keys.Gateway.Platform.NewEnvelope()
		if err != nil {
			t.Fatal(err)
		}
		at := At{"handover", "a1", "application"}
		sealed, err := env.Seal([]byte("申请"), at)
		if err != nil {
			t.Fatal(err)
		}
		k, err := keys.Platform.Opener.Envelope(env.Wrapped)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := k.Open(sealed, at); err != nil || string(got) != "申请" {
			t.Errorf("%s: platform opened %q, %v", c, got, err)
		}
		if _, err := k.Open(sealed, At{"handover", "a2", "application"}); !errors.Is(err, ErrOpen) {
			t.Errorf("%s: moved in the batch: %v, want ErrOpen", c, err)
		}
		// The gateway's own private key is not the platform's, though the ids agree.
		if _, err := keys.Gateway.Opener.Envelope(env.Wrapped); !errors.Is(err, ErrOpen) {
			t.Errorf("%s: the gateway opened its own hand-over: %v", c, err)
		}
		spoilt := bytes.Clone(env.Wrapped)
		spoilt[len(spoilt)-1] ^= 1
		if _, err := keys.Platform.Opener.Envelope(spoilt); !errors.Is(err, ErrOpen) {
			t.Errorf("%s: a spoilt wrap: %v, want ErrOpen", c, err)
		}
	}
}

func TestBlind(t *testing.T) {
	t.Parallel()
	r := ringOf(t, SM4, 1)
	a := r.Blind("person.id", "371402199001011234")
	if len(a) != 32 || !bytes.Equal(a, r.Blind("person.id", "371402199001011234")) {
		t.Error("equal values must give equal tokens of 32 bytes")
	}
	if bytes.Equal(a, r.Blind("person.phone", "371402199001011234")) {
		t.Error("two fields share a token")
	}
	if bytes.Equal(a, r.Blind("person.id", "371402199001011235")) {
		t.Error("two values share a token")
	}
	if !bytes.Equal(a, ringOf(t, SM4, 1, 2).Blind("person.id", "371402199001011234")) {
		t.Error("rotation of the ring changed a token")
	}
	other, err := NewRing([]RingKey{{ID: 1, Key: make([]byte, 16)}}, bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(a, other.Blind("person.id", "371402199001011234")) {
		t.Error("two secrets share a token")
	}
	keys, err := NewKeys(SM4)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(keys.Gateway.Shared.Blind("f", "v"), keys.Platform.Shared.Blind("f", "v")) {
		t.Error("the shared blinder differs between the programs")
	}
	if bytes.Equal(keys.Gateway.Ring.Blind("f", "v"), keys.Platform.Ring.Blind("f", "v")) {
		t.Error("the gateway can compute the platform's tokens")
	}
}

func TestNewRingRefuses(t *testing.T) {
	t.Parallel()
	good := RingKey{ID: 1, Cipher: SM4, Key: make([]byte, 16)}
	for name, c := range map[string]struct {
		keys  []RingKey
		blind int
	}{
		"no key":         {nil, 32},
		"id zero":        {[]RingKey{{ID: 0, Cipher: SM4, Key: good.Key}}, 32},
		"id twice":       {[]RingKey{good, good}, 32},
		"short key":      {[]RingKey{{ID: 1, Cipher: SM4, Key: make([]byte, 15)}}, 32},
		"unknown cipher": {[]RingKey{{ID: 1, Cipher: "des", Key: good.Key}}, 32},
		"short blind":    {[]RingKey{good}, 31},
	} {
		if _, err := NewRing(c.keys, make([]byte, c.blind)); core.KindOf(err) != core.KindInvalid {
			t.Errorf("%s: %v, want KindInvalid", name, err)
		}
	}
	if _, err := NewRing([]RingKey{good}, make([]byte, 32)); err != nil {
		t.Errorf("the good ring: %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	r := ringOf(f, SM4, 1)
	keys, err := NewKeys(SM4)
	if err != nil {
		f.Fatal(err)
	}
	at := At{"t", "r", "c"}
	sealed, err := r.Seal([]byte("plain"), at)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed)
	f.Add([]byte{markRing, 0, 0, 0, 1})
	f.Add([]byte{markWrap, 0, 0, 0, 1, 0x30})
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := r.Open(b, at); err == nil && !bytes.Equal(b, sealed) {
			t.Fatalf("opened %x from bytes never sealed", got)
		}
		if _, err := keys.Platform.Opener.Envelope(b); err == nil {
			t.Fatal("an envelope from nothing")
		}
	})
}

func BenchmarkRingSeal(b *testing.B) {
	for _, c := range []Cipher{SM4, AES} {
		for _, n := range []int{18, 300, 64 << 10} {
			b.Run(fmt.Sprintf("%s/%d", c, n), func(b *testing.B) {
				r, plain, at := ringOf(b, c, 1), make([]byte, n), At{"person", "123456", "id_number"}
				b.SetBytes(int64(n))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := r.Seal(plain, at); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkBlind(b *testing.B) {
	r := ringOf(b, SM4, 1)
	b.ReportAllocs()
	for b.Loop() {
		r.Blind("person.id", "371402199001011234")
	}
}

func BenchmarkEnvelope(b *testing.B) {
	keys, err := NewKeys(SM4)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := keys.Gateway.Platform.NewEnvelope(); err != nil {
			b.Fatal(err)
		}
	}
}
