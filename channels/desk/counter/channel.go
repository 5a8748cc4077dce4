package counter

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"

	"lianou/channels"
	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/blob"
	"lianou/core/staff"
	"lianou/intake"
	"lianou/intake/interview"
)

// Config is the channel's section of the configuration: it has no settings.
type Config struct{}

// Channel is the room as a door of intake.
type Channel struct {
	room   *Room
	intake channels.Submitter
}

var _ channels.Channel = (*Channel)(nil)

// Channel makes the door; it is the builder that channels.Make takes.
func (c *Room) Channel(_ Config, env channels.Env) (*Channel, error) {
	return &Channel{c, env.Intake}, nil
}

// Endpoints are the two ways in. They use Serve and not Parse: photos, strokes and
// sound must be stored, and named by digest, before there is a Submission.
func (c *Channel) Endpoints() []channels.Endpoint {
	door := func(path string, way intake.Way, role staff.Role) channels.Endpoint {
		return channels.Endpoint{Method: "POST", Path: path, MaxBody: desk.MaxBody, Serve: func(w http.ResponseWriter, r *http.Request) {
			receipt, err := c.take(r, way, role)
			given := desk.Given{Err: err, Again: "/desk/counter"}
			if err == nil {
				given.Receipts = []intake.Receipt{receipt}
				c.sent(r)
			} else {
				channels.Refused(r, err)
			}
			c.room.d.Desk.Receipt(w, r, given)
		}}
	}
	return []channels.Endpoint{door("/window", intake.WayWindow, staff.Clerk), door("/doorstep", intake.WayDoorstep, staff.Assistant)}
}

// sent forgets the draft of a form that has its receipt.
func (c *Channel) sent(r *http.Request) {
	if who, err := c.room.d.Desk.Person(r); err == nil {
		c.room.d.Desk.SentDraft(r, place(desk.At{Staff: who}))
	}
}

func (c *Channel) take(r *http.Request, way intake.Way, role staff.Role) (intake.Receipt, error) {
	who, err := c.room.d.Desk.Person(r)
	if err != nil {
		return intake.Receipt{}, err
	}
	if !who.Has(role) {
		return intake.Receipt{}, desk.ErrRole
	}
	if err := readForm(r); err != nil {
		return intake.Receipt{}, err
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }() // temporary files only
	form, err := desk.Request(r.PostForm)
	if err != nil {
		return intake.Receipt{}, err
	}
	if err := c.attach(r, &form, intake.Uploader(who.ID)); err != nil {
		return intake.Receipt{}, err
	}
	return c.intake.Submit(r.Context(), intake.Submission{Form: form, Way: way, Staff: who.ID})
}

// readForm reads all of it into memory: a picture of an ID card must not lie in a
// temporary file. What follows the last part is read for its size alone.
func readForm(r *http.Request) error {
	err := r.ParseMultipartForm(desk.MaxBody)
	if err == nil {
		_, err = io.Copy(io.Discard, r.Body)
	}
	var tooBig *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooBig):
		return core.E(core.KindTooLarge, "body_too_large", "文件太大了。照片每张不超过 8 兆,录音不超过 3 分钟。")
	}
	return core.Invalid("body", "表没有传完整,请再点一次“报上”。")
}

// attach stores what came along and names it in the form.
func (c *Channel) attach(r *http.Request, form *intake.Form, by string) error {
	keep := func(kind core.PaperKind, mime string, b []byte) error {
		return c.keep(r.Context(), form, kind, blob.PutOptions{By: by, MIME: mime}, b)
	}
	for _, kind := range []core.PaperKind{core.PaperIDFront, core.PaperIDBack} {
		if err := c.each(r, string(kind), func(b []byte, _ string) error {
			picture, err := blob.CheckImage(b)
			if err != nil {
				return err
			}
			return keep(kind, picture.MIME, picture.Data)
		}); err != nil {
			return err
		}
	}
	err := c.each(r, "oral", func(b []byte, mime string) error {
		_, _, err := blob.CheckAudio(bytes.NewReader(b), mime)
		if err != nil {
			return err
		}
		return keep(core.PaperOral, "audio/wav", b)
	})
	if err != nil {
		return err
	}
	return c.sign(r, form, by)
}

// each reads the files of one field; an empty field is none.
func (c *Channel) each(r *http.Request, field string, use func(b []byte, mime string) error) error {
	for _, h := range r.MultipartForm.File[field] {
		if h.Size == 0 {
			continue
		}
		b, err := read(h)
		if err != nil {
			return err
		}
		if err := use(b, h.Header.Get("Content-Type")); err != nil {
			return err
		}
	}
	return nil
}

func read(h *multipart.FileHeader) ([]byte, error) {
	f, err := h.Open()
	if err != nil {
		return nil, core.Invalid("file", "文件没有传完整,请再选一次。")
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		return nil, core.Invalid("file", "文件没有传完整,请再选一次。")
	}
	return b, nil
}

func (c *Channel) keep(ctx context.Context, form *intake.Form, kind core.PaperKind, opt blob.PutOptions, b []byte) error {
	opt.Class, opt.Max = string(kind), desk.MaxBody
	info, err := c.room.d.Blobs.Put(ctx, bytes.NewReader(b), opt)
	if err != nil {
		return err
	}
	form.Papers = append(form.Papers, intake.PaperForm{Kind: string(kind), Digest: string(info.Digest)})
	return nil
}

// sign binds the strokes to the text that stood above them. Who cannot sign names
// two witnesses instead; intake holds both ways to their rules.
func (c *Channel) sign(r *http.Request, form *intake.Form, by string) error {
	document := sha256.Sum256([]byte(interview.Promise))
	signature := intake.SignatureForm{Document: hex.EncodeToString(document[:]), Instead: r.PostForm.Get("sign.instead")}
	if signature.Instead != "" {
		signature.Witness = slices.DeleteFunc(slices.Clone(r.PostForm["witness"]), func(s string) bool { return strings.TrimSpace(s) == "" })
		form.Signature = &signature
		return nil
	}
	strokes := r.PostForm.Get("sign.applicant")
	if strokes == "" {
		return nil // intake says that the signature is missing
	}
	clean, err := channels.CleanStrokes([]byte(strokes))
	if err != nil {
		return err
	}
	info, err := c.room.d.Blobs.Put(r.Context(), bytes.NewReader(clean), blob.PutOptions{Class: "signature", By: by, MIME: "application/json", Max: 1 << 20})
	signature.Strokes = string(info.Digest)
	form.Signature = &signature
	return err
}
