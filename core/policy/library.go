package policy

import (
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"encoding/hex"
	"io/fs"
	"slices"

	"lianou/core"
)

//go:embed policies
var embedded embed.FS

// A Library is every dated rule of one set of sources, cut into periods in which
// nothing changes. It is immutable.
type Library struct {
	Digest string // of the sources, lower-case hex
	books  []*Book
}

// Sources gives the files of the policies that ship with the program, as Load reads
// them.
func Sources() (fs.FS, error) { return fs.Sub(embedded, "policies") }

// Embedded loads the policies that ship with the program.
func Embedded() (*Library, error) {
	sub, err := Sources()
	if err != nil {
		return nil, err
	}
	return Load(sub)
}

// Load reads and checks the policies below fsys. A fault is returned as Problems,
// all of them at once.
func Load(fsys fs.FS) (*Library, error) {
	files, bad := readFiles(fsys)
	if len(bad) > 0 && len(files) == 0 {
		return nil, bad
	}
	b := newBuilder(files)
	b.build()
	if len(bad) > 0 {
		var spoiled []string
		for i := range files {
			spoiled = append(spoiled, files[i].spoiled...)
		}
		b.bad = append(bad, b.bad.own(spoiled)...)
	}
	if len(b.bad) > 0 {
		return nil, b.bad.sorted()
	}
	lib := &Library{Digest: digest(files)}
	days := b.epochs()
	for i, from := range days {
		book := b.book(from)
		if i+1 < len(days) {
			book.Until = days[i+1]
		}
		sum := sha256.Sum256([]byte(lib.Digest + " " + from.String()))
		book.Digest = hex.EncodeToString(sum[:])
		lib.books = append(lib.books, book)
	}
	if len(b.bad) > 0 {
		return nil, b.bad.sorted()
	}
	if len(lib.books) == 0 {
		return nil, Problems{{What: "there are no rules here"}}
	}
	return lib, nil
}

// On gives the Book in force on a day. A day before the first Book is
// KindNotFound.
func (l *Library) On(day core.Date) (*Book, error) {
	for _, b := range slices.Backward(l.books) {
		if day >= b.From {
			return b, nil
		}
	}
	return nil, core.E(core.KindNotFound, "no_book", "这一天的政策没有收进来。")
}

// Books lists every period, oldest first.
func (l *Library) Books() []*Book { return slices.Clone(l.books) }

// Calendar is the working-day calendar of the newest Book.
func (l *Library) Calendar() *Calendar { return l.books[len(l.books)-1].Calendar }

func digest(files []file) string {
	h := sha256.New()
	for _, f := range files {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(f.raw)))
		h.Write([]byte(f.name + "\x00"))
		h.Write(n[:])
		h.Write(f.raw)
	}
	return hex.EncodeToString(h.Sum(nil))
}
