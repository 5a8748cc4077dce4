package township

import (
	"bytes"
	"encoding/json"
	"io"
	"regexp"
	"strings"

	"lianou/channels"
	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/blob"
	"lianou/core/wording"
	"lianou/core/workflow"
)

// recordVisit stores what the two visitors bring back, then files it. Pictures and
// strokes are named by their content, so sending the form twice stores them once.
func (t *Room) recordVisit(d doing) error {
	in := workflow.RecordVisit{Case: d.id, Statement: d.get("statement"), Present: d.get("present"), Place: d.get("place"),
		Signatures: map[string]core.BlobDigest{}}
	var err error
	if in.Facts, err = changed(d); err != nil {
		return err
	}
	if s := d.get("account"); s != "" {
		if in.Account, err = core.ParseBankAccount(s); err != nil {
			return err
		}
	}
	for _, who := range []string{"first", "second", "household"} {
		digest, err := t.strokes(d, who)
		if err != nil {
			return err
		}
		if digest != "" {
			in.Signatures[who] = digest
		}
	}
	if in.Photos, err = t.photos(d); err != nil {
		return err
	}
	return t.d.Flow.RecordVisit(d.r.Context(), d.actor, in)
}

func (t *Room) strokes(d doing, who string) (core.BlobDigest, error) {
	text := d.r.PostForm.Get("sign." + who)
	if text == "" {
		return "", nil // casefile says which signature is missing
	}
	clean, err := channels.CleanStrokes([]byte(text))
	if err != nil {
		return "", err
	}
	info, err := t.d.Blobs.Put(d.r.Context(), bytes.NewReader(clean), blob.PutOptions{Class: "visit", MIME: "application/json", Max: 1 << 20})
	return info.Digest, err
}

func (t *Room) photos(d doing) ([]core.BlobDigest, error) {
	if d.r.MultipartForm == nil {
		return nil, nil
	}
	var out []core.BlobDigest
	for _, h := range d.r.MultipartForm.File["photo"] {
		if h.Size == 0 {
			continue
		}
		f, err := h.Open()
		if err != nil {
			return nil, core.Invalid("photo", "照片没有传完整,请再选一次。")
		}
		b, err := io.ReadAll(io.LimitReader(f, desk.MaxBody))
		_ = f.Close()
		if err != nil {
			return nil, core.Invalid("photo", "照片没有传完整,请再选一次。")
		}
		picture, err := blob.CheckImage(b)
		if err != nil {
			return nil, err
		}
		info, err := t.d.Blobs.Put(d.r.Context(), bytes.NewReader(picture.Data), blob.PutOptions{Class: "visit", MIME: picture.MIME, Max: desk.MaxBody})
		if err != nil {
			return nil, err
		}
		out = append(out, info.Digest)
	}
	return out, nil
}

var numeral = regexp.MustCompile(`^-?[0-9]{1,12}(\.[0-9]{1,2})?$`)

// changed reads the facts that were seen differently, by fact path. An empty field
// says "as before".
func changed(d doing) (map[string]json.RawMessage, error) {
	out := map[string]json.RawMessage{}
	for name := range d.r.PostForm {
		path, ok := strings.CutPrefix(name, "fact.")
		answer := strings.ReplaceAll(d.get(name), ",", "")
		if !ok || answer == "" {
			continue
		}
		f, known := wording.HouseholdFact(path)
		switch {
		case !known:
			return nil, core.E(core.KindInvalid, "unknown_fact", "表里有一格系统不认识。请刷新页面再填。") // the name is input
		case len(f.Options) > 0 && f.Options[0].Value == "true":
			out[path] = json.RawMessage(answer)
		case len(f.Options) > 0:
			quoted, err := json.Marshal(answer)
			if err != nil {
				return nil, err
			}
			out[path] = quoted
		case numeral.MatchString(answer):
			out[path] = json.RawMessage(answer)
		default:
			return nil, core.Invalid(path, f.Label+"要填数字。")
		}
		if !json.Valid(out[path]) {
			return nil, core.Invalid(path, f.Label+"没选对。")
		}
	}
	return out, nil
}
