package seal

import (
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/binary"

	"lianou/core"

	"github.com/emmansun/gmsm/sm2"
)

// Recipient is the public half of a program's key pair: with it one can seal to
// that program and not read again.
type Recipient struct {
	id  uint32
	pub *ecdsa.PublicKey
	c   Cipher
}

// IsZero reports whether it has no key: nothing can be sealed to it.
func (p Recipient) IsZero() bool { return p.pub == nil }

// NewRecipient makes a recipient of an uncompressed SM2 point of 65 bytes. Errors
// are KindInvalid.
func NewRecipient(id uint32, point []byte, c Cipher) (Recipient, error) {
	pub, err := sm2.NewPublicKey(point)
	if err != nil || id == 0 || c.keySize() == 0 {
		return Recipient{}, core.E(core.KindInvalid, "seal_public_key", "")
	}
	return Recipient{id: id, pub: pub, c: c}, nil
}

// Envelope is a data key known to its maker, as long as it lives, and to the
// recipient. One envelope serves a whole batch: the SM2 step costs about a
// hundred times an SM4-GCM field.
type Envelope struct {
	// Wrapped is the data key sealed to the recipient, to be stored beside what
	// was sealed; about 130 bytes.
	Wrapped []byte
	key     *DataKey
}

// NewEnvelope makes a fresh data key and wraps it for the recipient.
func (p Recipient) NewEnvelope() (*Envelope, error) {
	if p.pub == nil {
		return nil, core.E(core.KindInvalid, "seal_public_key", "")
	}
	key, k, err := freshDataKey(p.c)
	if err != nil {
		return nil, err
	}
	wrapped, err := sm2.EncryptASN1(rand.Reader, p.pub, key)
	if err != nil {
		return nil, core.E(core.KindUnavailable, "seal_wrap", "").Wrap(err)
	}
	head := binary.BigEndian.AppendUint32([]byte{markWrap}, p.id)
	return &Envelope{Wrapped: append(head, wrapped...), key: k}, nil
}

// Seal encrypts plain for one place; only the recipient opens it, with
// Opener.Envelope and DataKey.Open. There is deliberately no Open here.
func (e *Envelope) Seal(plain []byte, at At) ([]byte, error) { return e.key.Seal(plain, at) }

// Opener is the private half: it opens envelopes that others addressed to this
// program. It is immutable and safe for use by many goroutines.
type Opener struct{ keys map[uint32]*sm2.PrivateKey }

// PrivateKey is one private key of an Opener as its file holds it: 32 bytes.
type PrivateKey struct {
	ID  uint32 `json:"id"`
	Key []byte `json:"key"`
}

// NewOpener makes an opener of at least one private key. Errors are KindInvalid.
func NewOpener(keys []PrivateKey) (*Opener, error) {
	o := &Opener{keys: make(map[uint32]*sm2.PrivateKey, len(keys))}
	for _, k := range keys {
		priv, err := sm2.NewPrivateKey(k.Key)
		if _, twice := o.keys[k.ID]; err != nil || twice || k.ID == 0 {
			return nil, core.E(core.KindInvalid, "seal_private_key", "")
		}
		o.keys[k.ID] = priv
	}
	if len(keys) == 0 {
		return nil, core.E(core.KindInvalid, "seal_private_key", "")
	}
	return o, nil
}

// Envelope opens a wrapped data key that was addressed to this program. It fails
// with ErrKeyUnknown or ErrOpen. The key is worth keeping for a whole batch.
func (o *Opener) Envelope(wrapped []byte) (*DataKey, error) {
	if len(wrapped) < ringHead || len(wrapped) > 512 || wrapped[0] != markWrap {
		return nil, ErrOpen
	}
	priv, ok := o.keys[binary.BigEndian.Uint32(wrapped[1:])]
	if !ok {
		return nil, ErrKeyUnknown
	}
	key, err := sm2.Decrypt(priv, wrapped[ringHead:])
	if err != nil {
		return nil, ErrOpen
	}
	return dataKeyOf(key)
}
