package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"

	"lianou/channels"
	"lianou/core"
	"lianou/core/blob"
)

// Limits of uploads, in bytes.
const (
	maxPhoto   = 12 << 20
	maxStrokes = 256 << 10
	maxUpload  = maxPhoto + 64<<10
	// maxPage is a whole page of the form: two photos, the strokes, the answers.
	maxPage = 2*maxPhoto + 1<<20
)

// kindStrokes is an upload of a finger signature: strokes as JSON.
const kindStrokes = "strokes"

var photoKinds = map[string]bool{
	string(core.PaperIDFront): true, string(core.PaperIDBack): true, string(core.PaperHukou): true, string(core.PaperOther): true,
}

var errUpload = core.E(core.KindInvalid, "invalid_upload", "照片没有传好,请再传一次。")

// postPapers takes one file: fields kind and file.
func (c *Channel) postPapers(w http.ResponseWriter, r *http.Request) {
	if _, err := c.who(bearer(r), true); err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	kind, data, err := readUpload(r)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	info, err := c.keep(r.Context(), kind, data)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	channels.WriteJSON(w, http.StatusCreated, paperAnswer{kind, info.Digest, info.MIME, info.Size})
}

// readUpload reads the two parts of an upload without a temporary file.
func readUpload(r *http.Request) (kind string, data []byte, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return "", nil, errUpload
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", nil, uploadFault(err)
		}
		switch part.FormName() {
		case "kind":
			raw, err := io.ReadAll(io.LimitReader(part, 32))
			if err != nil {
				return "", nil, uploadFault(err)
			}
			kind = string(raw)
		case "file":
			if data, err = readPart(part); err != nil {
				return "", nil, err
			}
		default:
			return "", nil, core.E(core.KindInvalid, "unknown_field", errUpload.Say)
		}
	}
	if kind == "" || len(data) == 0 {
		return "", nil, errUpload
	}
	return kind, data, nil
}

func readPart(part *multipart.Part) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(part, maxPhoto+1))
	if err != nil {
		return nil, uploadFault(err)
	}
	if len(data) > maxPhoto {
		return nil, blob.ErrTooLarge
	}
	return data, nil
}

func uploadFault(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return blob.ErrTooLarge
	}
	return errUpload
}

// keep checks what a file really is and stores it. A picture is encoded anew, so
// that the place it was taken at is gone.
func (c *Channel) keep(ctx context.Context, kind string, data []byte) (blob.Info, error) {
	switch {
	case kind == kindStrokes:
		return c.keepStrokes(ctx, data)
	case !photoKinds[kind]:
		return blob.Info{}, core.Invalid("kind", errUpload.Say)
	}
	select {
	case c.images <- struct{}{}:
		defer func() { <-c.images }()
	case <-ctx.Done():
		return blob.Info{}, core.E(core.KindUnavailable, "busy", "现在传照片的人多,请过一会儿再传。")
	}
	img, err := blob.CheckImage(data)
	if err != nil {
		return blob.Info{}, err
	}
	return c.env.Blobs.Put(ctx, bytes.NewReader(img.Data), blob.PutOptions{Class: "paper", MIME: img.MIME, Max: 2 * maxPhoto})
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

// keepStrokes stores a signature as exactly what it is, nothing a client adds.
func (c *Channel) keepStrokes(ctx context.Context, data []byte) (blob.Info, error) {
	var strokes []stroke
	if len(data) > maxStrokes || json.Unmarshal(data, &strokes) != nil {
		return blob.Info{}, errStrokes
	}
	points := 0
	for _, s := range strokes {
		points += len(s.Points)
	}
	if points < 4 { // a tap is no signature
		return blob.Info{}, errStrokes
	}
	clean, err := json.Marshal(strokes)
	if err != nil {
		return blob.Info{}, errStrokes
	}
	return c.env.Blobs.Put(ctx, bytes.NewReader(clean), blob.PutOptions{Class: "signature", MIME: "application/json", Max: maxStrokes * 2})
}
