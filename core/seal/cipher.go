package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"

	"lianou/core"

	"github.com/emmansun/gmsm/sm4"
)

// Cipher names the algorithm that new keys are made for.
type Cipher string

// The ciphers. The empty Cipher means SM4.
const (
	SM4 Cipher = "sm4" // SM4-GCM, 128-bit keys, GB/T 32907
	AES Cipher = "aes" // AES-256-GCM
)

// ErrOpen says that sealed bytes did not open: another key, another place or
// changed bytes. Which of them cannot be told apart, and is not said.
var ErrOpen = core.E(core.KindInternal, "seal_open", "")

// ErrKeyUnknown says that sealed bytes name a key that this ring does not hold.
var ErrKeyUnknown = core.E(core.KindInternal, "seal_key_unknown", "")

// At is where sealed bytes are stored. It is authenticated, not stored: whoever
// opens must know where the bytes came from.
type At struct{ Table, Row, Column string }

// appendTo writes the place length-prefixed, so that no two places share bytes.
func (a At) appendTo(b []byte) []byte {
	for _, s := range [...]string{a.Table, a.Row, a.Column} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	return b
}

const (
	nonceSize = 12
	tagSize   = 16
)

// keySize is the length of a key in bytes, 0 for an unknown cipher.
func (c Cipher) keySize() int {
	switch c {
	case SM4, "":
		return sm4.BlockSize
	case AES:
		return 32
	}
	return 0
}

// newAEAD sets a key up. It is the costly part, so its result is kept by whoever
// holds the key; an AEAD is safe for use by many goroutines.
func newAEAD(c Cipher, key []byte) (cipher.AEAD, error) {
	if c.keySize() == 0 || len(key) != c.keySize() {
		return nil, core.E(core.KindInvalid, "seal_key_size", "")
	}
	var block cipher.Block
	var err error
	if c == AES {
		block, err = aes.NewCipher(key)
	} else {
		block, err = sm4.NewCipher(key)
	}
	if err != nil {
		return nil, core.E(core.KindInvalid, "seal_key", "").Wrap(err)
	}
	return cipher.NewGCM(block)
}

// sealTo appends nonce, ciphertext and tag to head; head is authenticated too.
// Nonces are random: 2^32 messages under one key stay far below the bound of
// NIST SP 800-38D, and rings are rotated well before.
func sealTo(aead cipher.AEAD, head, plain []byte, at At) ([]byte, error) {
	out := make([]byte, 0, len(head)+nonceSize+len(plain)+tagSize)
	out = append(out, head...)
	out = out[:len(head)+nonceSize]
	nonce := out[len(head):]
	if _, err := rand.Read(nonce); err != nil {
		return nil, core.E(core.KindUnavailable, "seal_random", "").Wrap(err)
	}
	var room [160]byte
	return aead.Seal(out, nonce, plain, at.appendTo(append(room[:0], head...))), nil
}

// openFrom reverses sealTo for bytes whose head is n long.
func openFrom(aead cipher.AEAD, n int, sealed []byte, at At) ([]byte, error) {
	if len(sealed) < n+nonceSize+tagSize {
		return nil, ErrOpen
	}
	var room [160]byte
	aad := at.appendTo(append(room[:0], sealed[:n]...))
	plain, err := aead.Open(nil, sealed[n:n+nonceSize], sealed[n+nonceSize:], aad)
	if err != nil {
		return nil, ErrOpen // the cause adds nothing and is left out
	}
	return plain, nil
}
