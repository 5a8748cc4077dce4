package blob

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lianou/core"
)

// File is one stored file: content, and what it was put as. Its name is
// <digest>.<class>, in clear: the public edge holds no key and must still not take a
// photo for a signature. Who opens the file finds the class again, sealed. Beside it
// an empty file <digest>.<class>.<mark> stands for each account that uploaded it.
type File struct {
	Digest core.BlobDigest
	Class  string // "" for files of the first two layouts, which were named by digest alone
}

func (f File) name() string {
	if f.Class == "" {
		return string(f.Digest)
	}
	return string(f.Digest) + "." + f.Class
}

const maxClass = 32

func classForm(class string) bool {
	return len(class) <= maxClass && strings.Trim(class, "abcdefghijklmnopqrstuvwxyz_") == ""
}

// markOf is an account in a file name: no account can be read from it.
func markOf(by string) string {
	sum := sha256.Sum256([]byte("lianou upload " + by))
	return hex.EncodeToString(sum[:12])
}

// mark notes an uploader; a mark that is there already becomes young again.
func (s *Store) mark(path string) error {
	f, err := s.ops.create(s.tempDir())
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := s.ops.rename(f.Name(), path); err != nil {
		_ = s.ops.remove(f.Name())
		return err
	}
	return nil
}

// names lists what lies under a digest, files and marks, in order.
func (s *Store) names(d core.BlobDigest) ([]string, error) {
	d, err := ParseDigest(string(d))
	if err != nil {
		return nil, nil
	}
	entries, err := os.ReadDir(s.dir(d))
	if err != nil {
		return nil, storage(ignoreGone(err))
	}
	var list []string
	for _, e := range entries {
		if name, _, _ := strings.Cut(e.Name(), "."); name == string(d) {
			list = append(list, e.Name())
		}
	}
	return list, nil
}

// files lists the files of one content.
func (s *Store) files(d core.BlobDigest) ([]File, error) {
	names, err := s.names(d)
	var list []File
	for _, name := range names {
		if class, marked := strings.CutPrefix(name, string(d)+"."); !strings.Contains(class, ".") {
			if !marked {
				class = ""
			}
			list = append(list, File{Digest: d, Class: class})
		}
	}
	return list, err
}

func (s *Store) path(f File) string { return filepath.Join(s.dir(f.Digest), f.name()) }

// Classes lists what content was put as, without opening it. Errors: ErrNotFound,
// ErrStorage.
func (s *Store) Classes(d core.BlobDigest) ([]string, error) {
	list, err := s.files(d)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	var classes []string
	for _, f := range list {
		class, fault := s.class(f)
		if fault != nil {
			return nil, fault
		}
		classes = append(classes, class)
	}
	return classes, err
}

// Uploaded reports whether content was put as a class by an account. What no account
// uploaded is anybody's; whose uploaders are known is theirs alone. Errors: ErrStorage.
func (s *Store) Uploaded(d core.BlobDigest, class, by string) (bool, error) {
	if s.marked(File{Digest: d, Class: class}, by) {
		return true, nil
	}
	classes, err := s.Classes(d)
	if core.KindOf(err) == core.KindNotFound {
		return false, nil
	}
	if err != nil || !slices.Contains(classes, class) {
		return false, err
	}
	names, err := s.names(d)
	owned := false
	for _, name := range names {
		if mark, ok := strings.CutPrefix(name, string(d)+"."+class+"."); ok {
			if mark == markOf(by) {
				return true, err
			}
			owned = true
		}
	}
	return !owned, err
}

// marked reports, without listing the folder, that content lies here as a class with
// an uploader's mark: what nearly every form names.
func (s *Store) marked(f File, by string) bool {
	d, err := ParseDigest(string(f.Digest))
	if err != nil || d != f.Digest || f.Class == "" || strings.ContainsAny(f.Class, "./") {
		return false
	}
	path := s.path(f)
	for _, p := range []string{path, path + "." + markOf(by)} {
		if _, err := os.Stat(p); err != nil {
			return false
		}
	}
	return true
}

// class reads from the file itself what its name does not tell.
func (s *Store) class(file File) (string, error) {
	if file.Class != "" {
		return file.Class, nil
	}
	f, err := os.Open(s.path(file))
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
