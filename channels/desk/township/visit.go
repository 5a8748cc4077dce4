package township

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"

	"lianou/channels"
	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/blob"
	"lianou/core/casefile"
	"lianou/core/workflow"
)

// recordVisit stores what the two visitors bring back, then files it. Pictures and
// strokes are named by their content, so sending the form twice stores them once.
func (t *Room) recordVisit(d doing) error {
	in, err := t.went(d)
	if err != nil {
		return err
	}
	if in.Photos, err = t.photos(d); err != nil {
		return err
	}
	if in.Recording, err = t.recording(d); err != nil {
		return err
	}
	return t.d.Flow.RecordVisit(d.r.Context(), d.actor, in)
}

// secondVisit confirms the record that the page showed, and no other.
func (t *Room) secondVisit(d doing) error {
	record, err := strconv.ParseInt(d.get("record"), 10, 64)
	if err != nil {
		return casefile.ErrRecordChanged
	}
	return t.d.Flow.SecondVisit(d.r.Context(), d.actor, d.id, record)
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
		digest, err := t.keepPicture(d, b)
		if err != nil {
			return nil, err
		}
		out = append(out, digest)
	}
	return out, nil
}

// recording stores what was recorded at the visit, "" when nothing was.
func (t *Room) recording(d doing) (core.BlobDigest, error) {
	if d.r.MultipartForm == nil || len(d.r.MultipartForm.File["recording"]) == 0 {
		return "", nil
	}
	h := d.r.MultipartForm.File["recording"][0]
	if h.Size == 0 {
		return "", nil
	}
	f, err := h.Open()
	if err != nil {
		return "", core.Invalid("recording", "录音没有传完整,请再选一次。")
	}
	defer f.Close()
	_, sound, err := blob.CheckAudio(f, h.Header.Get("Content-Type"))
	if err != nil {
		return "", err
	}
	info, err := t.d.Blobs.Put(d.r.Context(), sound, blob.PutOptions{Class: "visit", MIME: "audio/wav", Max: desk.MaxBody})
	return info.Digest, err
}

// resume files what was brought after it was asked for.
func (t *Room) resume(d doing) error {
	facts, err := changed(d)
	if err != nil {
		return err
	}
	return t.d.Flow.Resume(d.r.Context(), d.actor, workflow.Resume{Case: d.id, What: d.get("reason"), Facts: facts, Same: d.r.PostForm["same"], Shown: d.count("facts"), Saw: d.saw()})
}

// changed reads the facts that were seen differently, by fact path: of the household
// (h.cars) and of each member (m.<ref>.age). An empty field says nothing: what was looked
// at and is as before is ticked ("same").
func changed(d doing) (map[string]json.RawMessage, error) {
	out := map[string]json.RawMessage{}
	household, err := desk.HouseholdFacts(d.r.PostForm)
	if err != nil {
		return nil, err
	}
	if err := encode(out, "", household); err != nil {
		return nil, err
	}
	for _, ref := range d.r.PostForm["member"] {
		member, err := desk.MemberFacts(d.r.PostForm, memberAt(core.MemberRef(ref)))
		if err != nil {
			return nil, err
		}
		if err := encode(out, "members/"+ref+"/", member); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// memberAt is the prefix of the fields about one member.
func memberAt(ref core.MemberRef) string { return "m." + string(ref) + "." }

func encode(out map[string]json.RawMessage, at string, facts map[string]any) error {
	for key, value := range facts {
		plain, err := json.Marshal(value)
		if err != nil {
			return err
		}
		out[at+key] = plain
	}
	return nil
}
