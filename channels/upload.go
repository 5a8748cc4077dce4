package channels

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"time"
	"unicode/utf8"

	"lianou/core"
	"lianou/core/bell"
	"lianou/core/blob"
	"lianou/core/citizen"
)

// Limits of uploads, in bytes.
const (
	MaxPhoto   = 12 << 20
	MaxStrokes = 256 << 10
	MaxUpload  = MaxPhoto + 64<<10
)

// Uploads that are no papers.
const (
	KindStrokes  = "strokes"  // a finger signature: strokes as JSON
	KindSigned   = "signed"   // a photo of a name written on paper, where no finger can draw
	KindDocument = "document" // the text a person saw above their signature, where it is not one of ours
)

// uploadsPerDay bounds what one account may store in a day: a form needs four files,
// and five forms with every photo taken three times stay below it.
const uploadsPerDay = 60

var errUploads = core.E(core.KindTooMany, "uploads_day", "今天传的照片太多了,明天再传。急事请打 12345。")

var photoKinds = map[string]bool{
	string(core.PaperIDFront): true, string(core.PaperIDBack): true, string(core.PaperHukou): true, string(core.PaperOther): true,
}

// ErrUpload is an upload that did not arrive whole.
var ErrUpload = core.E(core.KindInvalid, "invalid_upload", "照片没有传好,请再传一次。")

// Upload is one file that somebody sends.
type Upload struct {
	Kind string
	Data []byte
	// Stated is the ID number that the person wrote already, "" for none: a card that shows
	// another one is spoken of.
	Stated string
}

// ReadUpload reads the parts of an upload, kind, file and stated, without a temporary
// file. Errors: KindInvalid, KindTooLarge.
func ReadUpload(r *http.Request) (Upload, error) {
	var up Upload
	parts, err := r.MultipartReader()
	if err != nil {
		return up, ErrUpload
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			_, err = io.Copy(io.Discard, r.Body) // what was declared comes to its end, or it is no whole form
			if err != nil {
				return up, UploadFault(err)
			}
			break
		}
		if err != nil {
			return up, UploadFault(err)
		}
		if err := up.add(part); err != nil {
			return up, err
		}
	}
	if up.Kind == "" || len(up.Data) == 0 {
		return up, ErrUpload
	}
	return up, nil
}

func (up *Upload) add(part *multipart.Part) (err error) {
	short := func() (string, error) {
		raw, err := io.ReadAll(io.LimitReader(part, 32))
		if err != nil {
			return "", UploadFault(err)
		}
		return string(raw), nil
	}
	switch part.FormName() {
	case "kind":
		up.Kind, err = short()
	case "stated":
		up.Stated, err = short()
	case "file":
		up.Data, err = ReadPart(part)
	default:
		err = core.E(core.KindInvalid, "unknown_field", ErrUpload.Say)
	}
	return err
}

// ReadPart reads one uploaded file of at most MaxPhoto.
func ReadPart(part *multipart.Part) ([]byte, error) {
	var pieces [][]byte // joined once: a slice that grows by itself leaves twice its size behind
	for size := 0; ; {
		piece := make([]byte, 256<<10)
		n, err := fill(part, piece)
		pieces, size = append(pieces, piece[:n]), size+n
		switch {
		case size > MaxPhoto:
			return nil, blob.ErrTooLarge
		case errors.Is(err, io.EOF):
			return bytes.Join(pieces, nil), nil
		case err != nil:
			return nil, UploadFault(err)
		}
	}
}

// fill reads until b is full or r ends, and unlike io.ReadFull never takes a file that
// broke off (io.ErrUnexpectedEOF of the multipart reader) for one that is over.
func fill(r io.Reader, b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var m int
		m, err = r.Read(b[n:])
		n += m
	}
	return n, err
}

// UploadFault classifies an error met while reading a multipart body.
func UploadFault(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return blob.ErrTooLarge
	}
	return ErrUpload
}

// KeepOnce is Keep under a key of the client's: the same file sent again under it, as a
// telephone without network does, is answered from what was kept and counts once. What
// another file is sent under a key that was used is KindInvalid. A cache that is away
// costs a second look at the file and nothing else: equal files have one digest.
func (d *CitizenDoor) KeepOnce(ctx context.Context, who citizen.Citizen, key, kind string, data []byte) (blob.Info, error) {
	if key == "" {
		return d.Keep(ctx, who, kind, data)
	}
	if len(key) > 200 {
		return blob.Info{}, core.Invalid("key", ErrUpload.Say)
	}
	sum := sha256.Sum256(append([]byte(kind+"\n"), data...))
	name := sha256.Sum256([]byte(who.ID + "\n" + key))
	at := "paper:" + hex.EncodeToString(name[:])
	type entry struct {
		Sum  string
		Info blob.Info
	}
	var was entry
	if raw, ok := d.env.Shared.Get(ctx, at); ok && json.Unmarshal(raw, &was) == nil {
		if was.Sum != hex.EncodeToString(sum[:]) {
			return blob.Info{}, core.E(core.KindInvalid, "key_reused", "这张照片和上次传的不一样,请重新拍一张再传。")
		}
		return was.Info, nil
	}
	info, err := d.Keep(ctx, who, kind, data)
	if err != nil {
		return info, err
	}
	if raw, err := json.Marshal(entry{hex.EncodeToString(sum[:]), info}); err == nil {
		d.env.Shared.Set(ctx, at, raw, 24*time.Hour)
	}
	return info, nil
}

// Keep checks what a file really is and stores it. A picture is encoded anew, so
// that the place it was taken at is gone.
func (d *CitizenDoor) Keep(ctx context.Context, who citizen.Citizen, kind string, data []byte) (blob.Info, error) {
	if ok, _ := d.env.Shared.Allow(ctx, "upload:"+who.ID, bell.Rate{Count: uploadsPerDay, Per: 24 * time.Hour}); !ok {
		return blob.Info{}, errUploads
	}
	class := "paper"
	switch {
	case kind == KindStrokes:
		return d.keepStrokes(ctx, who, data)
	case kind == KindDocument:
		return d.keepDocument(ctx, who, data)
	case kind == KindSigned:
		class = "signature"
	case !photoKinds[kind]:
		return blob.Info{}, core.Invalid("kind", ErrUpload.Say)
	}
	done, err := d.imageTurn(ctx)
	if err != nil {
		return blob.Info{}, err
	}
	defer done()
	img, err := blob.CheckImage(data)
	if err != nil {
		return blob.Info{}, err
	}
	return d.env.Blobs.Put(ctx, bytes.NewReader(img.Data), blob.PutOptions{Class: class, By: who.ID, MIME: img.MIME, Max: 2 * MaxPhoto})
}

// imageTurn waits until one more picture may be decoded.
func (d *CitizenDoor) imageTurn(ctx context.Context) (done func(), err error) {
	select {
	case d.images <- struct{}{}:
		return func() { <-d.images }, nil
	case <-ctx.Done():
		return nil, core.E(core.KindUnavailable, "busy", "现在传照片的人多,请过一会儿再传。")
	}
}

func (d *CitizenDoor) keepStrokes(ctx context.Context, who citizen.Citizen, data []byte) (blob.Info, error) {
	clean, err := CleanStrokes(data)
	if err != nil {
		return blob.Info{}, err
	}
	return d.env.Blobs.Put(ctx, bytes.NewReader(clean), blob.PutOptions{Class: "signature", By: who.ID, MIME: "application/json", Max: MaxStrokes * 2})
}

func (d *CitizenDoor) keepDocument(ctx context.Context, who citizen.Citizen, data []byte) (blob.Info, error) {
	if len(data) > maxDocument || !utf8.Valid(data) {
		return blob.Info{}, core.Invalid("signature", "签名上面的那段话没有传完整,请再签一次。")
	}
	return d.env.Blobs.Put(ctx, bytes.NewReader(data), blob.PutOptions{Class: "document", By: who.ID, MIME: "text/plain; charset=utf-8", Max: maxDocument})
}

// maxDocument bounds the text above a signature, in bytes.
const maxDocument = 64 << 10
