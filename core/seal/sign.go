package seal

import (
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/hex"
	"fmt"

	"github.com/emmansun/gmsm/sm2"

	"lianou/core"
)

// Signer signs what the platform has to stand by for years, such as decisions (SM2, GB/T 32918.2
// with SM3 and the default name of its annex). The newest key signs, the older ones still verify.
// It is immutable and safe for use by many goroutines.
type Signer struct {
	id   uint32
	key  *sm2.PrivateKey
	keys map[uint32]*ecdsa.PublicKey
}

// NewSigner makes a signer of at least one private key. Errors are KindInvalid.
func NewSigner(keys []PrivateKey) (*Signer, error) {
	s := &Signer{keys: make(map[uint32]*ecdsa.PublicKey, len(keys))}
	for _, k := range keys {
		priv, err := sm2.NewPrivateKey(k.Key)
		if _, twice := s.keys[k.ID]; err != nil || twice || k.ID == 0 {
			return nil, core.E(core.KindInvalid, "seal_signing_key", "")
		}
		if s.keys[k.ID] = &priv.PublicKey; k.ID > s.id {
			s.id, s.key = k.ID, priv
		}
	}
	if s.key == nil {
		return nil, core.E(core.KindInvalid, "seal_signing_key", "")
	}
	return s, nil
}

// Sign gives the number of the key and the signature, as ASN.1 like everybody writes it.
func (s *Signer) Sign(text []byte) (key uint32, signature []byte, err error) {
	signature, err = s.key.Sign(rand.Reader, text, sm2.NewSM2SignerOption(true, nil))
	if err != nil {
		return 0, nil, core.E(core.KindUnavailable, "seal_sign", "").Wrap(err)
	}
	return s.id, signature, nil
}

// Verify reports whether the signature is of this text and by the key of that number.
func (s *Signer) Verify(key uint32, text, signature []byte) bool {
	pub, known := s.keys[key]
	return known && sm2.VerifyASN1WithSM2(pub, nil, text, signature)
}

// Public gives the newest public key as strangers take it: the number of the key and, in hex, the
// uncompressed point.
func (s *Signer) Public() string {
	point := make([]byte, 65)
	point[0] = 4
	s.key.X.FillBytes(point[1:33])
	s.key.Y.FillBytes(point[33:])
	return fmt.Sprintf("sm2 %d %s", s.id, hex.EncodeToString(point))
}

// AddSigner gives the platform's key file a key that signs decisions, or the next one: the older
// ones still verify. Errors are those of LoadPlatform.
func AddSigner(path string) error {
	var f platformFile
	if err := readFile(path, &f); err != nil {
		return err
	}
	if f.Kind != kindPlatform {
		return core.E(core.KindInvalid, "seal_key_file_kind", "")
	}
	key, _, err := keyPair(SM4)
	if err != nil {
		return err
	}
	for _, k := range f.Sign {
		key.ID = max(key.ID, k.ID+1)
	}
	f.Sign = append(f.Sign, key)
	return writeFile(path, &f)
}
