package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"

	"lianou/core"
)

// Reader reads one stored file; it is what http.ServeContent wants. Every byte it
// gives was authenticated; a read from start to end also checks the name itself
// and fails with ErrDamaged instead of io.EOF. It is for one goroutine.
type Reader struct {
	Info
	f     *os.File
	h     header
	total int64 // chunks
	pos   int64

	plain   []byte // of chunk `have`
	have    int64
	hash    hash.Hash
	hashed  int64 // content hashed so far, in order from the start
	sealedB []byte
}

var _ io.ReadSeekCloser = (*Reader)(nil)

// Open opens a stored file. The last chunk is authenticated at once, so a file
// that was cut is refused here. Errors: ErrNotFound, ErrSealed (this program
// holds no private key), ErrDamaged when no copy is whole, ErrStorage. The caller
// closes the Reader.
func (s *Store) Open(_ context.Context, d core.BlobDigest) (*Reader, error) {
	d, err := ParseDigest(string(d))
	if err != nil {
		return nil, err
	}
	if s.opener == nil {
		return nil, ErrSealed
	}
	list, err := s.files(d)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	for _, file := range list {
		var r *Reader
		if r, err = s.openFile(file); err == nil {
			return r, nil // the content is the same in all of them
		}
	}
	return nil, err
}

func (s *Store) openFile(file File) (*Reader, error) {
	f, err := os.Open(s.path(file))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, storage(err)
	}
	r, err := s.newReader(f, file.Digest)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open blob: %w", err), f.Close())
	}
	return r, nil
}

func (s *Store) newReader(f *os.File, d core.BlobDigest) (*Reader, error) {
	st, err := f.Stat()
	if err != nil {
		return nil, storage(err)
	}
	h, err := readHeader(f, s.opener)
	if err != nil {
		return nil, err
	}
	body := st.Size() - h.len
	total := (body + chunkOnDsk - 1) / chunkOnDsk
	size := body - total*chunkExtra
	if total < 1 || size <= (total-1)*chunkSize {
		return nil, ErrDamaged
	}
	r := &Reader{Info: Info{Digest: d, Size: size, MIME: h.about.MIME}, f: f, h: h, total: total,
		have: -1, hash: sha256.New(), sealedB: make([]byte, chunkOnDsk)}
	return r, r.load(total - 1)
}

// load decrypts chunk n into r.plain.
func (r *Reader) load(n int64) error {
	if r.have == n {
		return nil
	}
	size := int64(chunkOnDsk)
	if n == r.total-1 {
		size = r.Size - n*chunkSize + chunkExtra
	}
	if _, err := r.f.ReadAt(r.sealedB[:size], r.h.len+n*chunkOnDsk); err != nil {
		return storage(err)
	}
	plain, err := r.h.key.Open(r.sealedB[:size], chunkAt(r.h.file, n, n == r.total-1))
	if err != nil {
		return ErrDamaged.Wrap(err)
	}
	r.plain, r.have = plain, n
	return nil
}

// Read reads plain content.
func (r *Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if r.pos >= r.Size {
		return 0, io.EOF
	}
	if err := r.load(r.pos / chunkSize); err != nil {
		return 0, err
	}
	n := copy(p, r.plain[r.pos%chunkSize:])
	if r.pos == r.hashed {
		r.hash.Write(p[:n])
		r.hashed += int64(n)
		if r.hashed == r.Size && hex.EncodeToString(r.hash.Sum(nil)) != string(r.Digest) {
			return 0, ErrDamaged
		}
	}
	r.pos += int64(n)
	return n, nil
}

// Seek moves as io.Seeker says.
func (r *Reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.pos
	case io.SeekEnd:
		offset += r.Size
	case io.SeekStart:
	default:
		return 0, core.E(core.KindInternal, "blob_seek", "")
	}
	if offset < 0 {
		return 0, core.E(core.KindInternal, "blob_seek", "")
	}
	r.pos = offset
	return offset, nil
}

// Close closes the file.
func (r *Reader) Close() error { return storage(r.f.Close()) }
