package blob

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"strconv"

	"lianou/core"
	"lianou/core/seal"
)

// A sealed file is: magic (8), length of the class (1), class, length of the wrapped key (2), wrapped key, length
// of the sealed note (2), sealed note (JSON: class and MIME type), then chunks.
// Each chunk holds 64 KiB of plain content, the last one 1 byte to 64 KiB, and is
// sealed for a place made of the wrapped key, its number and whether it is last.

const (
	magic      = "LNBLOB2\n"
	magicFirst = "LNBLOB1\n" // without the class in clear
	chunkSize  = 64 << 10
	chunkExtra = 29 // mark, nonce and tag of seal.DataKey
	chunkOnDsk = chunkSize + chunkExtra
	maxHeader  = 4 << 10
)

// about is the note a file carries about itself.
type about struct {
	Class string `json:"class"`
	MIME  string `json:"mime"`
}

// fileID names a file inside the authenticated place of its chunks: a chunk of
// another file, sealed under another key, is refused by its key already, and by
// this when keys were ever shared.
func fileID(wrapped []byte) string {
	sum := sha256.Sum256(wrapped)
	return hex.EncodeToString(sum[:16])
}

func chunkAt(file string, n int64, last bool) seal.At {
	col := "c" + strconv.FormatInt(n, 10)
	if last {
		col += "!"
	}
	return seal.At{Table: "blob", Row: file, Column: col}
}

func noteAt(file string) seal.At { return seal.At{Table: "blob", Row: file, Column: "note"} }

// writer appends sealed chunks to a temporary file.
type writer struct {
	f     *os.File
	write func(*os.File, []byte) error
	env   *seal.Envelope
	file  string
	n     int64
}

func (s *Store) newWriter(f *os.File, opt PutOptions) (*writer, error) {
	env, err := s.to.NewEnvelope()
	if err != nil {
		return nil, err
	}
	w := &writer{f: f, write: s.ops.write, env: env, file: fileID(env.Wrapped)}
	note, err := json.Marshal(about{Class: opt.Class, MIME: opt.MIME})
	if err != nil {
		return nil, err
	}
	sealed, err := env.Seal(note, noteAt(w.file))
	if err != nil {
		return nil, err
	}
	if len(opt.Class) > maxClass {
		return nil, core.E(core.KindInternal, "blob_class", "")
	}
	head := append([]byte(magic), byte(len(opt.Class)))
	head = append(head, opt.Class...)
	for _, part := range [][]byte{env.Wrapped, sealed} {
		head = binary.BigEndian.AppendUint16(head, uint16(len(part)))
		head = append(head, part...)
	}
	return w, storage(w.write(f, head))
}

func (w *writer) chunk(plain []byte, last bool) error {
	sealed, err := w.env.Seal(plain, chunkAt(w.file, w.n, last))
	if err != nil {
		return err
	}
	w.n++
	return storage(w.write(w.f, sealed))
}

// header is the opened beginning of a sealed file.
type header struct {
	key   *seal.DataKey
	file  string
	about about
	len   int64 // bytes before the first chunk
}

func readHeader(f io.ReaderAt, opener *seal.Opener) (header, error) {
	buf := make([]byte, maxHeader)
	n, err := f.ReadAt(buf, 0)
	if err != nil && err != io.EOF { // ReadAt says exactly io.EOF
		return header{}, storage(err)
	}
	class, rest, ok := cutClass(buf[:n])
	if !ok {
		return header{}, ErrDamaged
	}
	wrapped, rest, ok1 := cut(rest)
	sealed, rest, ok2 := cut(rest)
	if !ok1 || !ok2 {
		return header{}, ErrDamaged
	}
	h := header{file: fileID(wrapped), len: int64(n - len(rest))}
	if h.key, err = opener.Envelope(wrapped); err != nil {
		return header{}, ErrDamaged.Wrap(err)
	}
	note, err := h.key.Open(sealed, noteAt(h.file))
	if err != nil {
		return header{}, ErrDamaged.Wrap(err)
	}
	if json.Unmarshal(note, &h.about) != nil || class != "" && class != h.about.Class {
		return header{}, ErrDamaged
	}
	return h, nil
}

// cut takes one length-prefixed part off b.
func cut(b []byte) (part, rest []byte, ok bool) {
	if len(b) < 2 {
		return nil, nil, false
	}
	n := int(binary.BigEndian.Uint16(b))
	if len(b) < 2+n {
		return nil, nil, false
	}
	return b[2 : 2+n], b[2+n:], true
}
