package channels

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"

	"lianou/core"
	"lianou/core/blob"
)

// Limits of uploads, in bytes.
const (
	MaxPhoto   = 12 << 20
	MaxStrokes = 256 << 10
	MaxUpload  = MaxPhoto + 64<<10
)

// KindStrokes is an upload of a finger signature: strokes as JSON.
const KindStrokes = "strokes"

var photoKinds = map[string]bool{
	string(core.PaperIDFront): true, string(core.PaperIDBack): true, string(core.PaperHukou): true, string(core.PaperOther): true,
}

// ErrUpload is an upload that did not arrive whole.
var ErrUpload = core.E(core.KindInvalid, "invalid_upload", "照片没有传好,请再传一次。")

// ReadUpload reads the two parts of an upload, kind and file, without a temporary
// file. Errors: KindInvalid, KindTooLarge.
func ReadUpload(r *http.Request) (kind string, data []byte, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return "", nil, ErrUpload
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", nil, UploadFault(err)
		}
		switch part.FormName() {
		case "kind":
			raw, err := io.ReadAll(io.LimitReader(part, 32))
			if err != nil {
				return "", nil, UploadFault(err)
			}
			kind = string(raw)
		case "file":
			if data, err = ReadPart(part); err != nil {
				return "", nil, err
			}
		default:
			return "", nil, core.E(core.KindInvalid, "unknown_field", ErrUpload.Say)
		}
	}
	if kind == "" || len(data) == 0 {
		return "", nil, ErrUpload
	}
	return kind, data, nil
}

// ReadPart reads one uploaded file of at most MaxPhoto.
func ReadPart(part *multipart.Part) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(part, MaxPhoto+1))
	if err != nil {
		return nil, UploadFault(err)
	}
	if len(data) > MaxPhoto {
		return nil, blob.ErrTooLarge
	}
	return data, nil
}

// UploadFault classifies an error met while reading a multipart body.
func UploadFault(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return blob.ErrTooLarge
	}
	return ErrUpload
}

// Keep checks what a file really is and stores it. A picture is encoded anew, so
// that the place it was taken at is gone.
func (d *CitizenDoor) Keep(ctx context.Context, kind string, data []byte) (blob.Info, error) {
	switch {
	case kind == KindStrokes:
		return d.keepStrokes(ctx, data)
	case !photoKinds[kind]:
		return blob.Info{}, core.Invalid("kind", ErrUpload.Say)
	}
	select {
	case d.images <- struct{}{}:
		defer func() { <-d.images }()
	case <-ctx.Done():
		return blob.Info{}, core.E(core.KindUnavailable, "busy", "现在传照片的人多,请过一会儿再传。")
	}
	img, err := blob.CheckImage(data)
	if err != nil {
		return blob.Info{}, err
	}
	return d.env.Blobs.Put(ctx, bytes.NewReader(img.Data), blob.PutOptions{Class: "paper", MIME: img.MIME, Max: 2 * MaxPhoto})
}

// stroke is one line of the finger: points with time and pressure.
type stroke struct {
	Points []struct {
		X        float64 `json:"x"`
		Y        float64 `json:"y"`
		Time     float64 `json:"time"`
		Pressure float64 `json:"pressure"`
	} `json:"points"`
}

var errStrokes = core.Invalid("signature", "签名没有收完整,请再签一次。")

// CleanStrokes checks a finger signature and gives it as exactly what it is, nothing
// a client adds. Errors: KindInvalid.
func CleanStrokes(data []byte) ([]byte, error) {
	var strokes []stroke
	if len(data) > MaxStrokes || json.Unmarshal(data, &strokes) != nil {
		return nil, errStrokes
	}
	points := 0
	for _, s := range strokes {
		points += len(s.Points)
	}
	if points < 4 { // a tap is no signature
		return nil, errStrokes
	}
	clean, err := json.Marshal(strokes)
	if err != nil {
		return nil, errStrokes
	}
	return clean, nil
}

func (d *CitizenDoor) keepStrokes(ctx context.Context, data []byte) (blob.Info, error) {
	clean, err := CleanStrokes(data)
	if err != nil {
		return blob.Info{}, err
	}
	return d.env.Blobs.Put(ctx, bytes.NewReader(clean), blob.PutOptions{Class: "signature", MIME: "application/json", Max: MaxStrokes * 2})
}
