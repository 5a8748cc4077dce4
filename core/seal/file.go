package seal

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"lianou/core"

	"github.com/emmansun/gmsm/sm2"
	"golang.org/x/mod/sumdb/note"
)

// The names of the two key files inside the data folder.
const (
	GatewayFile  = "gateway.keys"
	PlatformFile = "platform.keys"
)

const (
	kindGateway  = "lianou gateway keys 1"
	kindPlatform = "lianou platform keys 1"
	maxKeyFile   = 1 << 20
)

type publicKey struct {
	ID     uint32 `json:"id"`
	Cipher Cipher `json:"cipher"`
	Point  []byte `json:"point"`
}

func (p publicKey) open() (Recipient, error) { return NewRecipient(p.ID, p.Point, p.Cipher) }

type gatewayFile struct {
	Kind        string       `json:"kind"`
	Ring        []RingKey    `json:"ring"`
	Blind       []byte       `json:"blind"`
	Shared      []byte       `json:"shared_blind"`
	Private     []PrivateKey `json:"private"`
	Platform    publicKey    `json:"platform"`
	Token       []byte       `json:"token"`
	AuditPublic string       `json:"audit_public"`
}

type platformFile struct {
	Kind         string       `json:"kind"`
	Ring         []RingKey    `json:"ring"`
	Blind        []byte       `json:"blind"`
	Shared       []byte       `json:"shared_blind"`
	Private      []PrivateKey `json:"private"`
	Self         publicKey    `json:"self"`
	Gateway      publicKey    `json:"gateway"`
	AuditPrivate string       `json:"audit_private"`
	AuditPublic  string       `json:"audit_public"`
	Sign         []PrivateKey `json:"sign,omitempty"` // of decisions; none in files of before
}

// GenerateKeys makes fresh keys and writes gateway.keys and platform.keys into
// dir, each readable by its owner alone. It never overwrites: if either exists,
// the error matches fs.ErrExist and nothing is written.
func GenerateKeys(dir string, c Cipher) error {
	paths := [2]string{filepath.Join(dir, GatewayFile), filepath.Join(dir, PlatformFile)}
	for _, p := range paths {
		if _, err := os.Lstat(p); err == nil {
			return fmt.Errorf("generate keys: %s: %w", p, fs.ErrExist)
		}
	}
	g, p, err := freshFiles(c)
	if err != nil {
		return err
	}
	if err := writeFile(paths[0], g); err != nil {
		return err
	}
	if err := writeFile(paths[1], p); err != nil {
		return errors.Join(err, os.Remove(paths[0]))
	}
	return nil
}

// LoadKeys reads both key files of dir, for the operator's tool.
func LoadKeys(dir string) (*Keys, error) {
	g, err := LoadGateway(filepath.Join(dir, GatewayFile))
	if err != nil {
		return nil, err
	}
	p, err := LoadPlatform(filepath.Join(dir, PlatformFile))
	if err != nil {
		return nil, err
	}
	return &Keys{Gateway: g, Platform: p}, nil
}

// LoadGateway reads the gateway's key file. A file that others than its owner
// may read, a link, an unknown field or a key of a wrong size is KindInvalid.
func LoadGateway(path string) (*GatewayKeys, error) {
	var f gatewayFile
	if err := readFile(path, &f); err != nil {
		return nil, err
	}
	return f.open()
}

// LoadPlatform reads the platform's key file, as strictly as LoadGateway.
func LoadPlatform(path string) (*PlatformKeys, error) {
	var f platformFile
	if err := readFile(path, &f); err != nil {
		return nil, err
	}
	return f.open()
}

// keyFault is a fault of a key file; path and reason carry no key.
func keyFault(path, why string) error {
	return core.E(core.KindInvalid, "key_file", "").Wrap(fmt.Errorf("key file %s: %s", path, why))
}

func readFile(path string, into any) error {
	info, err := os.Lstat(path)
	if err != nil {
		return fmt.Errorf("read key file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return keyFault(path, "is not a regular file")
	}
	if info.Mode().Perm()&0o077 != 0 {
		return keyFault(path, "others may read it; set its mode to 0600")
	}
	if info.Size() > maxKeyFile {
		return keyFault(path, "is too large")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read key file: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if dec.Decode(into) != nil || dec.More() {
		return keyFault(path, "is not a key file of this kind") // the decoder's text could quote a key
	}
	return nil
}

// writeFile replaces path whole or not at all, readable by its owner alone.
func writeFile(path string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return core.E(core.KindInternal, "key_file", "")
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".keys-*") // made 0600
	if err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	_, err = tmp.Write(append(data, '\n'))
	err = errors.Join(err, keepOwner(tmp, path), tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write key file: %w", errors.Join(err, os.Remove(tmp.Name())))
	}
	return syncFolder(filepath.Dir(path))
}

// keepOwner gives the new file to whom the old one belonged: an administrator who
// rotates a key must not lock the program out.
func keepOwner(tmp *os.File, path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return nil // the first one
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok && int(s.Uid) != os.Geteuid() {
		return tmp.Chown(int(s.Uid), int(s.Gid))
	}
	return nil
}

// syncFolder makes the renaming durable: what is sealed under a key that a power
// cut takes back is lost.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	return nil
}

func random(n int) ([]byte, error) {
	b := make([]byte, n)
	if n == 0 {
		return nil, core.E(core.KindInvalid, "seal_cipher", "")
	}
	if _, err := rand.Read(b); err != nil {
		return nil, core.E(core.KindUnavailable, "seal_random", "").Wrap(err)
	}
	return b, nil
}

// keyPair makes an SM2 pair with id 1.
func keyPair(c Cipher) (PrivateKey, publicKey, error) {
	priv, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		return PrivateKey{}, publicKey{}, core.E(core.KindUnavailable, "seal_random", "").Wrap(err)
	}
	point := make([]byte, 65)
	point[0] = 4
	priv.X.FillBytes(point[1:33])
	priv.Y.FillBytes(point[33:])
	return PrivateKey{ID: 1, Key: priv.D.FillBytes(make([]byte, 32))}, publicKey{ID: 1, Cipher: c, Point: point}, nil
}

// freshFiles makes the contents of both files: each holds its own secrets and
// the other's public key.
func freshFiles(c Cipher) (*gatewayFile, *platformFile, error) {
	if c == "" {
		c = SM4
	}
	gPriv, gPub, err := keyPair(c)
	if err != nil {
		return nil, nil, err
	}
	pPriv, pPub, err := keyPair(c)
	if err != nil {
		return nil, nil, err
	}
	sign, _, err := keyPair(c)
	if err != nil {
		return nil, nil, err
	}
	skey, vkey, err := note.GenerateKey(rand.Reader, AuditName)
	if err != nil {
		return nil, nil, core.E(core.KindUnavailable, "seal_random", "").Wrap(err)
	}
	var secrets [6][]byte
	for i, n := range [6]int{c.keySize(), c.keySize(), 32, 32, 32, 32} {
		if secrets[i], err = random(n); err != nil {
			return nil, nil, err
		}
	}
	ring := func(key []byte) []RingKey { return []RingKey{{ID: 1, Cipher: c, Key: key}} }
	g := &gatewayFile{Kind: kindGateway, Ring: ring(secrets[0]), Blind: secrets[2], Shared: secrets[4],
		Private: []PrivateKey{gPriv}, Platform: pPub, Token: secrets[5], AuditPublic: vkey}
	p := &platformFile{Kind: kindPlatform, Ring: ring(secrets[1]), Blind: secrets[3], Shared: secrets[4],
		Private: []PrivateKey{pPriv}, Self: pPub, Gateway: gPub, AuditPrivate: skey, AuditPublic: vkey, Sign: []PrivateKey{sign}}
	return g, p, nil
}
