package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"lianou/core"
	"lianou/core/seal"
)

// The errors of this package.
var (
	ErrNotFound = core.E(core.KindNotFound, "blob_not_found", "找不到这个文件。")
	ErrSealed   = core.E(core.KindForbidden, "blob_sealed", "")
	ErrEmpty    = core.E(core.KindInvalid, "blob_empty", "文件是空的,请重新选一个。")
	ErrTooLarge = core.E(core.KindTooLarge, "blob_too_large", "文件太大了,请换一个小一点的。")
	ErrBroken   = core.E(core.KindInvalid, "blob_broken_upload", "文件没有传完整,请再传一次。")
	ErrStorage  = core.E(core.KindUnavailable, "blob_storage", "这会儿存不下文件,请过一会儿再传。")
	ErrDamaged  = core.E(core.KindInternal, "blob_damaged", "")
)

// Config says where files are and to whom they are sealed.
type Config struct {
	// URL is the place, "file:///var/lib/lianou/blob". Required.
	URL string
	// To is the public key that files are sealed to: the platform's. Required.
	To seal.Recipient
	// Opener holds the private key. Defaults to none: files can be put and not
	// opened, which is how the gateway runs.
	Opener *seal.Opener
	// Now is the clock that Sweep compares file times with: the machine's own,
	// because the file system stamps by it. Defaults to time.Now.
	Now func() time.Time
}

// Store is a folder of sealed files. It is safe for use by many goroutines and
// by several processes on one volume.
type Store struct {
	root   string
	to     seal.Recipient
	opener *seal.Opener
	now    func() time.Time
	ops    ops
}

// Info describes one file.
type Info struct {
	Digest core.BlobDigest
	Size   int64  // of the plain content, in bytes
	MIME   string // as the first who put this content said
}

// PutOptions describes a file that is to be put.
type PutOptions struct {
	Class string // "recording", "paper", "signature" ...: in the file's name and, sealed, in the file
	By    string // the account that uploads it, for Uploaded; "" for none
	MIME  string
	Max   int64 // limit in bytes; required
}

// Open prepares the store at cfg.URL and makes its folders. Errors are
// KindInvalid for a bad configuration, KindUnavailable for a folder that cannot
// be made.
func Open(cfg Config) (*Store, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Scheme != "file" || u.Host != "" || !filepath.IsAbs(u.Path) || u.RawQuery != "" {
		return nil, core.E(core.KindInvalid, "blob_url", "").Wrap(errors.New("the blob store must be a URL such as file:///var/lib/lianou/blob"))
	}
	s := &Store{root: filepath.Clean(u.Path), to: cfg.To, opener: cfg.Opener, now: cfg.Now, ops: realOps()}
	if _, err := cfg.To.NewEnvelope(); err != nil {
		return nil, fmt.Errorf("open blob store: %w", err)
	}
	if s.now == nil {
		s.now = time.Now
	}
	if err := os.MkdirAll(s.tempDir(), 0o750); err != nil {
		return nil, ErrStorage.Wrap(err)
	}
	return s, nil
}

func (s *Store) tempDir() string { return filepath.Join(s.root, "tmp") }

// dir is the folder a digest is kept in, two levels of 256 folders deep.
func (s *Store) dir(d core.BlobDigest) string {
	return filepath.Join(s.root, string(d[:2]), string(d[2:4]))
}

// ParseDigest accepts 64 lower-case hexadecimal digits. It guards every path we
// build. Errors are ErrNotFound: nothing has another name.
func ParseDigest(s string) (core.BlobDigest, error) {
	if len(s) != 2*sha256.Size {
		return "", ErrNotFound
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return "", ErrNotFound
		}
	}
	return core.BlobDigest(s), nil
}

// Put stores what r gives and returns its name after it is durable. Putting the
// same content again is a success with the same Info and tells nothing about
// whether it was there. Errors: ErrEmpty, ErrTooLarge, ErrBroken (r failed),
// ErrStorage (the volume failed; nothing was stored under a name).
func (s *Store) Put(ctx context.Context, r io.Reader, opt PutOptions) (Info, error) {
	if opt.Max <= 0 {
		return Info{}, core.E(core.KindInternal, "blob_no_limit", "")
	}
	if !classForm(opt.Class) {
		return Info{}, core.E(core.KindInternal, "blob_class", "")
	}
	// Step 1: a temporary file in the same volume, sealed and hashed as it grows.
	f, err := s.ops.create(s.tempDir())
	if err != nil {
		return Info{}, ErrStorage.Wrap(cause(err))
	}
	temp := f.Name()
	digest, size, err := s.fill(ctx, f, r, opt)
	// Step 2: its bytes are on the disk before it has a name.
	if err == nil {
		err = storage(s.ops.sync(f))
	}
	if cerr := f.Close(); err == nil {
		err = storage(cerr)
	}
	// Step 3: it gets its name, whole.
	if err == nil {
		err = storage(s.place(temp, File{Digest: digest, Class: opt.Class}, opt.By))
	}
	if err != nil {
		_ = s.ops.remove(temp) // best effort; Sweep takes what is left
		return Info{}, err
	}
	return Info{Digest: digest, Size: size, MIME: opt.MIME}, nil
}

// fill writes the sealed form of r to f.
func (s *Store) fill(ctx context.Context, f *os.File, r io.Reader, opt PutOptions) (core.BlobDigest, int64, error) {
	w, err := s.newWriter(f, opt)
	if err != nil {
		return "", 0, err
	}
	hash := sha256.New()
	var size int64
	// A chunk is sealed once the next is known to exist, so the last can say so.
	cur, next := make([]byte, chunkSize), make([]byte, chunkSize)
	n, err := readChunk(r, cur)
	for err == nil && n > 0 {
		if ctx.Err() != nil {
			return "", 0, ErrBroken.Wrap(ctx.Err())
		}
		if size += int64(n); size > opt.Max {
			return "", 0, ErrTooLarge
		}
		hash.Write(cur[:n])
		var m int
		if n == chunkSize {
			if m, err = readChunk(r, next); err != nil {
				break
			}
		}
		if err := w.chunk(cur[:n], m == 0); err != nil {
			return "", 0, err
		}
		cur, next, n = next, cur, m
	}
	if err != nil {
		return "", 0, brokenSource(err)
	}
	if size == 0 {
		return "", 0, ErrEmpty
	}
	return core.BlobDigest(hex.EncodeToString(hash.Sum(nil))), size, nil
}

// place moves a finished temporary file to its name. The same content of the same
// class that is already there is replaced: that heals a damaged file, takes as long
// as a first Put, and makes the file young again for Sweep. Readers keep what they
// have open. The same content of another class lies beside it: a photo of a visit
// that somebody uploads again as a paper of their own stays a photo of the visit.
func (s *Store) place(temp string, file File, by string) error {
	dir := s.dir(file.Digest)
	if err := s.ops.mkdir(s.root, dir); err != nil {
		return err
	}
	if err := s.ops.rename(temp, filepath.Join(dir, file.name())); err != nil {
		return err
	}
	if by != "" {
		if err := s.mark(filepath.Join(dir, file.name()+"."+markOf(by))); err != nil {
			return err
		}
	}
	return s.ops.syncDir(dir)
}

// Has reports whether content of that name is stored, without opening it.
func (s *Store) Has(d core.BlobDigest) (bool, error) {
	list, err := s.files(d)
	return len(list) > 0, err
}

// readChunk fills b as far as r goes; n < len(b) means the end. It is not
// io.ReadFull, which gives a short end and a source that broke off (an HTTP body
// shorter than announced) the same name.
func readChunk(r io.Reader, b []byte) (n int, err error) {
	for empty := 0; n < len(b); {
		m, err := r.Read(b[n:])
		n += m
		if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		if m > 0 {
			empty = 0
		} else if empty++; empty > 100 {
			return n, io.ErrNoProgress
		}
	}
	return n, nil
}

// brokenSource names a failure of the reader we were given. A source that
// already speaks in our kinds, such as a limit or a guarded fetch, is passed on.
func brokenSource(err error) error {
	var known *core.Error
	if errors.As(err, &known) {
		return err
	}
	return ErrBroken.Wrap(err)
}

func storage(err error) error {
	if err == nil {
		return nil
	}
	return ErrStorage.Wrap(cause(err))
}

// cause drops paths, which carry digests, from a file system error.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return fmt.Errorf("%s: %w", p.Op, p.Err)
	}
	var l *os.LinkError
	if errors.As(err, &l) {
		return fmt.Errorf("%s: %w", l.Op, l.Err)
	}
	return err
}
