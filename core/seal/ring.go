package seal

import (
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"

	"lianou/core"
)

// Sealed bytes start with one of these marks, so that bytes of one shape are
// never taken for another's.
const (
	markRing byte = 1 // mark, key id (4), nonce, ciphertext, tag
	markData byte = 2 // mark, nonce, ciphertext, tag
	markWrap byte = 3 // mark, key id (4), SM2 ciphertext
)

const ringHead = 5

// Overhead is how many bytes longer the result of Ring.Seal is than its input.
const Overhead = ringHead + nonceSize + tagSize

// Ring is a program's own set of keys. It is immutable and safe for use by many
// goroutines. A ring is rotated by adding a key to its file (AddKey) and loading
// it anew: the newest key seals, the older ones still open.
type Ring struct {
	Blinder
	newest uint32
	cipher Cipher // of data keys made by this ring
	keys   map[uint32]cipher.AEAD
}

// RingKey is one key of a ring as its file holds it. IDs grow with each rotation.
type RingKey struct {
	ID     uint32 `json:"id"`
	Cipher Cipher `json:"cipher"`
	Key    []byte `json:"key"`

	// Waiting keys open and do not seal: the key is on its way to every machine.
	Waiting bool `json:"waiting,omitempty"`
}

// NewRing makes a ring of at least one key that seals and a blinding secret of 32 bytes.
// Errors are KindInvalid: no key, a key id used twice, a key of a wrong size.
func NewRing(keys []RingKey, blind []byte) (*Ring, error) {
	b, err := newBlinder(blind)
	if err != nil {
		return nil, err
	}
	r := &Ring{Blinder: b, keys: make(map[uint32]cipher.AEAD, len(keys))}
	for _, k := range keys {
		if _, twice := r.keys[k.ID]; twice || k.ID == 0 {
			return nil, core.E(core.KindInvalid, "seal_key_id", "")
		}
		if r.keys[k.ID], err = newAEAD(k.Cipher, k.Key); err != nil {
			return nil, err
		}
		if k.ID > r.newest && !k.Waiting {
			r.newest, r.cipher = k.ID, k.Cipher
		}
	}
	if r.newest == 0 {
		return nil, core.E(core.KindInvalid, "seal_ring_empty", "")
	}
	return r, nil
}

// Seal encrypts plain for one place under the newest key. The same plain text
// gives other bytes each time.
func (r *Ring) Seal(plain []byte, at At) ([]byte, error) {
	var head [ringHead]byte
	head[0] = markRing
	binary.BigEndian.PutUint32(head[1:], r.newest)
	return sealTo(r.keys[r.newest], head[:], plain, at)
}

// Open decrypts what Seal made for the same place, under whichever key it names.
// It fails with ErrKeyUnknown or ErrOpen.
func (r *Ring) Open(sealed []byte, at At) ([]byte, error) {
	if len(sealed) < ringHead || sealed[0] != markRing {
		return nil, ErrOpen
	}
	aead, ok := r.keys[binary.BigEndian.Uint32(sealed[1:])]
	if !ok {
		return nil, ErrKeyUnknown
	}
	return openFrom(aead, ringHead, sealed, at)
}

// Stale reports whether sealed bytes were made under an older key than the
// newest, and so should be sealed again before that key is retired.
func (r *Ring) Stale(sealed []byte) bool {
	return len(sealed) < ringHead || sealed[0] != markRing || binary.BigEndian.Uint32(sealed[1:]) != r.newest
}

// NewDataKey makes a fresh data key, such as one person's, and its wrapped form
// to be stored at `at`.
func (r *Ring) NewDataKey(at At) (wrapped []byte, k *DataKey, err error) {
	key, k, err := freshDataKey(r.cipher)
	if err != nil {
		return nil, nil, err
	}
	wrapped, err = r.Seal(key, at)
	return wrapped, k, err
}

// DataKey opens a wrapped data key stored at `at`. It fails as Open does.
func (r *Ring) DataKey(wrapped []byte, at At) (*DataKey, error) {
	key, err := r.Open(wrapped, at)
	if err != nil {
		return nil, err
	}
	return dataKeyOf(key)
}

// Rewrap wraps a data key again under the newest key of the ring; what was
// sealed under the data key itself stays as it is.
func (r *Ring) Rewrap(wrapped []byte, at At) ([]byte, error) {
	key, err := r.Open(wrapped, at)
	if err != nil {
		return nil, err
	}
	return r.Seal(key, at)
}

// DataKey is one person's, one batch's or one file's key. It is immutable and
// safe for use by many goroutines.
type DataKey struct{ aead cipher.AEAD }

// Seal encrypts plain for one place.
func (k *DataKey) Seal(plain []byte, at At) ([]byte, error) {
	return sealTo(k.aead, []byte{markData}, plain, at)
}

// Open decrypts what Seal made for the same place, or fails with ErrOpen.
func (k *DataKey) Open(sealed []byte, at At) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != markData {
		return nil, ErrOpen
	}
	return openFrom(k.aead, 1, sealed, at)
}

// A data key travels as one byte naming the cipher and the key itself.
func freshDataKey(c Cipher) ([]byte, *DataKey, error) {
	key := make([]byte, 1+c.keySize())
	if c == AES {
		key[0] = 1
	}
	if _, err := rand.Read(key[1:]); err != nil {
		return nil, nil, core.E(core.KindUnavailable, "seal_random", "").Wrap(err)
	}
	k, err := dataKeyOf(key)
	return key, k, err
}

func dataKeyOf(key []byte) (*DataKey, error) {
	if len(key) == 0 || key[0] > 1 {
		return nil, ErrOpen
	}
	c := SM4
	if key[0] == 1 {
		c = AES
	}
	aead, err := newAEAD(c, key[1:])
	if err != nil {
		return nil, ErrOpen
	}
	return &DataKey{aead: aead}, nil
}
