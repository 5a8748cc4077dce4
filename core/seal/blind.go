package seal

import (
	"crypto/hmac"
	"hash"
	"sync"

	"lianou/core"

	"github.com/emmansun/gmsm/sm3"
)

// Blinder turns a value into a keyed token, so that equal values can be found
// without being stored. It is safe for use by many goroutines. Its secret is not
// rotated with the ring: tokens already stored must stay comparable.
type Blinder struct {
	secret []byte
	fields *sync.Map // field -> *sync.Pool of hash.Hash keyed for that field
}

func newBlinder(secret []byte) (Blinder, error) {
	if len(secret) != sm3.Size {
		return Blinder{}, core.E(core.KindInvalid, "seal_blind_size", "")
	}
	return Blinder{secret: secret, fields: new(sync.Map)}, nil
}

// IsZero reports whether it has no key: it can blind nothing.
func (b Blinder) IsZero() bool { return len(b.secret) == 0 }

// Blind gives the 32-byte HMAC-SM3 of value under a key derived for the field:
// the same value in two fields gives unrelated tokens. Field names are a closed,
// small set chosen by the caller's code ("person.id", "person.phone"), never
// input. Callers normalise the value first.
func (b Blinder) Blind(field, value string) []byte {
	p, ok := b.fields.Load(field)
	if !ok {
		p, _ = b.fields.LoadOrStore(field, b.pool(field))
	}
	pool := p.(*sync.Pool)
	h := pool.Get().(hash.Hash)
	h.Reset()
	h.Write([]byte(value))
	out := h.Sum(nil)
	pool.Put(h)
	return out
}

// pool keeps keyed hashes of one field: setting the key up costs more than the
// hash itself.
func (b Blinder) pool(field string) *sync.Pool {
	kdf := hmac.New(sm3.New, b.secret)
	kdf.Write([]byte("lianou blind 1\x00" + field))
	key := kdf.Sum(nil)
	return &sync.Pool{New: func() any { return hmac.New(sm3.New, key) }}
}
