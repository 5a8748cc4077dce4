package rulebook

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"lianou/core"
	"lianou/core/policy"
)

// Bounds of a set: the city's has nine files of 70 KiB together.
const (
	maxFiles  = 64
	maxFile   = 512 << 10 // bytes of one file
	maxSet    = 4 << 20   // bytes of all files
	maxPacked = 1 << 20   // the same, compressed: the column's own bound
)

// fileName is what a file of rules may be called: folders and one name, in small letters.
var fileName = regexp.MustCompile(`^([a-z0-9_-]{1,40}/){0,3}[a-z0-9_-]{1,60}\.yaml$`)

// Sources is one whole set of policy files. It is immutable: methods that change
// something give another set.
type Sources struct{ files []File } // by name

// A File is one of the YAML files of a set.
type File struct {
	Name string // with folders, such as items/mz.yaml
	Text string
}

// ErrTooLarge says that a set is beyond its bounds.
var ErrTooLarge = core.E(core.KindTooLarge, "rulebook_too_large", "政策文件太大:一份不超过 512 KB,一共不超过 64 份、4 MB。")

// ErrFileName says that a file cannot be called so.
var ErrFileName = core.E(core.KindInvalid, "rulebook_file_name", "文件名只能用小写字母、数字、短横线和下划线,以 .yaml 结尾。")

// NewSources checks names and bounds. A file with nothing in it says nothing and is left out. Errors: ErrTooLarge, ErrFileName, KindInvalid for
// what is no text.
func NewSources(files ...File) (Sources, error) {
	s := Sources{slices.DeleteFunc(slices.Clone(files), func(f File) bool { return f.Text == "" })}
	slices.SortFunc(s.files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	total := 0
	for i, f := range s.files {
		total += len(f.Text)
		switch {
		case !fileName.MatchString(f.Name) || i > 0 && s.files[i-1].Name == f.Name:
			return Sources{}, named(ErrFileName, f.Name)
		case len(f.Text) > maxFile || total > maxSet:
			return Sources{}, ErrTooLarge
		case !utf8.ValidString(f.Text) || strings.ContainsRune(f.Text, 0):
			return Sources{}, core.Invalid("file", "文件要用 UTF-8 编码保存。").Wrap(errors.New(f.Name))
		}
	}
	if len(s.files) > maxFiles {
		return Sources{}, ErrTooLarge
	}
	return s, nil
}

func named(e *core.Error, name string) error { return e.Wrap(errors.New(name)) }

// ReadSources takes every .yaml file below the root, as policy does. Errors are
// NewSources' own, and KindInvalid for a folder that cannot be read.
func ReadSources(fsys fs.FS) (Sources, error) {
	var files []File
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".yaml" {
			return err
		}
		if len(files) == maxFiles {
			return ErrTooLarge
		}
		text, err := readBounded(fsys, name)
		files = append(files, File{name, text})
		return err
	})
	if err != nil {
		var known *core.Error
		if errors.As(err, &known) {
			return Sources{}, err
		}
		return Sources{}, core.Invalid("folder", "这个文件夹读不出来。").Wrap(err)
	}
	return NewSources(files...)
}

func readBounded(fsys fs.FS, name string) (string, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(text) > maxFile {
		err = ErrTooLarge
	}
	return string(text), err
}

// Files lists the files by name.
func (s Sources) Files() []File { return slices.Clone(s.files) }

// File gives the text of one file.
func (s Sources) File(name string) (string, bool) {
	for _, f := range s.files {
		if f.Name == name {
			return f.Text, true
		}
	}
	return "", false
}

// With gives the set with one file put in, in the place of one of that name. An empty
// text takes the file out. Errors are NewSources' own.
func (s Sources) With(name, text string) (Sources, error) {
	files := slices.DeleteFunc(s.Files(), func(f File) bool { return f.Name == name })
	return NewSources(append(files, File{name, text})...)
}

// Equal reports whether two sets are the same, byte for byte.
func (s Sources) Equal(o Sources) bool { return slices.Equal(s.files, o.files) }

// Load checks the set and makes its Library. A fault is policy.Problems.
func (s Sources) Load() (*policy.Library, error) {
	packed, err := s.zipped(zip.Store)
	if err != nil {
		return nil, err
	}
	r, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return nil, core.E(core.KindInternal, "rulebook_pack", "").Wrap(err)
	}
	return policy.Load(r)
}

// pack makes the bytes that are stored.
func (s Sources) pack() ([]byte, error) {
	packed, err := s.zipped(zip.Deflate)
	if err == nil && len(packed) > maxPacked {
		err = ErrTooLarge
	}
	return packed, err
}

func (s Sources) zipped(method uint16) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range s.files {
		into, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: method})
		if err == nil {
			_, err = io.WriteString(into, f.Text)
		}
		if err != nil {
			return nil, core.E(core.KindInternal, "rulebook_pack", "").Wrap(err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, core.E(core.KindInternal, "rulebook_pack", "").Wrap(err)
	}
	return out.Bytes(), nil
}

// unpack reads stored bytes. What does not read is KindInternal: nobody but this package
// wrote it.
func unpack(packed []byte) (Sources, error) {
	r, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return Sources{}, core.E(core.KindInternal, "rulebook_unpack", "").Wrap(err)
	}
	s, err := ReadSources(r)
	if err != nil {
		return Sources{}, core.E(core.KindInternal, "rulebook_unpack", "").Wrap(err)
	}
	return s, nil
}

// Write puts the files into a folder, which is made if need be. A folder that already holds
// .yaml files is refused, KindConflict: what stays of them would be read as rules.
func (s Sources) Write(dir string) error {
	if old, err := ReadSources(os.DirFS(dir)); err == nil && len(old.files) > 0 {
		return core.E(core.KindConflict, "rulebook_folder", "这个文件夹里已经有政策文件,请换一个空文件夹。")
	}
	for _, f := range s.files {
		to := filepath.Join(dir, filepath.FromSlash(f.Name))
		err := os.MkdirAll(filepath.Dir(to), 0o755)
		if err == nil {
			err = os.WriteFile(to, []byte(f.Text), 0o644)
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", f.Name, err)
		}
	}
	return nil
}

// Changes lists the files that make this set another one, by name, as an Op takes them: ""
// for one that the other has not.
func (s Sources) Changes(to Sources) map[string]string {
	out := map[string]string{}
	for _, f := range to.files {
		if text, had := s.File(f.Name); !had || text != f.Text {
			out[f.Name] = f.Text
		}
	}
	for _, f := range s.files {
		if _, has := to.File(f.Name); !has {
			out[f.Name] = ""
		}
	}
	return out
}
