package blob

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"lianou/core"
)

// Class tells what a stored file was put as, such as "signature", without opening
// it: the public edge holds no key and must still not take a photo for a signature.
// It is "" for files of the first format, which told nobody. Who opens the file
// finds the class again, sealed. Errors: ErrNotFound, ErrStorage.
func (s *Store) Class(d core.BlobDigest) (string, error) {
	d, err := ParseDigest(string(d))
	if err != nil {
		return "", err
	}
	f, err := os.Open(s.path(d))
	if errors.Is(err, fs.ErrNotExist) {
		return "", ErrNotFound
	}
	if err != nil {
		return "", storage(err)
	}
	defer f.Close()
	buf := make([]byte, len(magic)+1+maxClass)
	n, err := f.ReadAt(buf, 0)
	if err != nil && err != io.EOF { // ReadAt says exactly io.EOF
		return "", storage(err)
	}
	class, _, ok := cutClass(buf[:n])
	if !ok {
		return "", ErrDamaged
	}
	return class, nil
}

const maxClass = 32

// cutClass takes the beginning of either format off b.
func cutClass(b []byte) (class string, rest []byte, ok bool) {
	if len(b) <= len(magic) {
		return "", nil, false
	}
	head, rest := string(b[:len(magic)]), b[len(magic):]
	if head == magicFirst {
		return "", rest, true
	}
	n := int(rest[0])
	if head != magic || n > maxClass || len(rest) < 1+n {
		return "", nil, false
	}
	return string(rest[1 : 1+n]), rest[1+n:], true
}
