package township

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
)

// paper is one photo, signature or sound of a case. Its name is what the address
// says: a place in the case, never the digest, which would open it elsewhere too.
type paper struct {
	Name, Word string
	Kind       string // "photo", "strokes", "sound"
	Sort       string // what it is, for the label of the fold it lies in; "" for sound
	Visit      int64  // 0: came with the application
	More       int64  // came after it
	Given      int64  // the delivery it proves
	Second     int64  // the record of a visit, that does not count
	digest     core.BlobDigest
}

var paperWords = map[core.PaperKind]string{core.PaperIDFront: "身份证人像面", core.PaperIDBack: "身份证国徽面", core.PaperHukou: "户口本",
	core.PaperOral: "口述录音", core.PaperRecording: "录音", core.PaperOther: "材料"}

// paperSorts are the sorts of what is looked at; what is not here is a photo of something.
var paperSorts = map[core.PaperKind]string{core.PaperIDFront: "身份证照片", core.PaperIDBack: "身份证照片", core.PaperHukou: "户口本照片"}

const (
	sortPhoto = "照片"
	sortSign  = "签名"
	sortProof = "证明"
)

func sortOf(k core.PaperKind) string {
	if s := paperSorts[k]; s != "" {
		return s
	}
	return sortPhoto
}

// lookAt labels the fold of what is looked at by what lies in it: 看身份证照片、签名.
func lookAt(list []paper) string {
	var sorts []string
	for _, p := range list {
		if p.Sort != "" && !slices.Contains(sorts, p.Sort) {
			sorts = append(sorts, p.Sort)
		}
	}
	return "看" + strings.Join(sorts, "、")
}

var signers = []struct{ who, word string }{{"first", "入户人一的签名"}, {"second", "入户人二的签名"}, {"household", "家人的签名"}}

// papersOf lists what can be opened: what came with the application, then visit by
// visit in the order they took place.
func papersOf(v casefile.View) []paper {
	var out []paper
	for i, p := range v.Papers {
		kind, sort := "photo", sortOf(p.Kind)
		if p.Kind == core.PaperOral || p.Kind == core.PaperRecording {
			kind, sort = "sound", ""
		}
		out = append(out, paper{Name: fmt.Sprintf("%d", i+1), Word: paperWords[p.Kind], Kind: kind, Sort: sort, digest: p.Digest})
	}
	if v.Signature.Strokes != "" {
		out = append(out, paper{Name: "signature", Word: "本人签名", Kind: "strokes", Sort: sortSign, digest: v.Signature.Strokes})
	}
	for i, s := range slices.Backward(v.Supplements) {
		for n, p := range s.Papers {
			out = append(out, paper{Name: fmt.Sprintf("more%d.%d", len(v.Supplements)-i, n+1), Word: fmt.Sprintf("补来的%s %d", paperWords[p.Kind], n+1), Kind: "photo", Sort: sortOf(p.Kind), More: s.ID, digest: p.Digest})
		}
	}
	visits := slices.Clone(v.Visits)
	slices.Reverse(visits)
	for i, visit := range visits {
		at := fmt.Sprintf("visit%d.", i+1)
		for n, digest := range visit.Photos {
			word := fmt.Sprintf("入户照片 %d", n+1)
			if n < len(visit.Taken) {
				word += visit.Taken[n].In(core.China).Format(",1月2日 15:04 拍")
			}
			out = append(out, paper{Name: fmt.Sprintf("%sphoto%d", at, n+1), Word: word, Kind: "photo", Sort: sortPhoto, Visit: visit.ID, digest: digest})
		}
		for _, s := range signers {
			if digest := visit.Signatures[s.who]; digest != "" {
				out = append(out, paper{Name: at + s.who, Word: s.word, Kind: "strokes", Sort: sortSign, Visit: visit.ID, digest: digest})
			}
		}
		if visit.Recording != "" {
			out = append(out, paper{Name: at + "recording", Word: "入户录音", Kind: "sound", Visit: visit.ID, digest: visit.Recording})
		}
	}
	for _, r := range v.Seconds {
		at := fmt.Sprintf("second%d.", r.N)
		for n, digest := range r.Photos {
			out = append(out, paper{Name: fmt.Sprintf("%sphoto%d", at, n+1), Word: fmt.Sprintf("另一份记录的照片 %d", n+1), Kind: "photo", Sort: sortPhoto, Second: r.N, digest: digest})
		}
		for _, s := range signers {
			if digest := r.Signatures[s.who]; digest != "" {
				out = append(out, paper{Name: at + s.who, Word: s.word, Kind: "strokes", Sort: sortSign, Second: r.N, digest: digest})
			}
		}
	}
	return append(out, given(v)...)
}

// given lists what proves each delivery, in the order they were written down.
func given(v casefile.View) (out []paper) {
	for i, d := range v.Deliveries {
		at := fmt.Sprintf("given%d.", i+1)
		for n, digest := range d.Photos {
			out = append(out, paper{Name: fmt.Sprintf("%sphoto%d", at, n+1), Word: fmt.Sprintf("交付照片 %d", n+1), Kind: "photo", Sort: sortPhoto, Given: d.ID, digest: digest})
		}
		if d.Signature != "" {
			out = append(out, paper{Name: at + "receiver", Word: "收的人的签名", Kind: "strokes", Sort: sortSign, Given: d.ID, digest: d.Signature})
		}
	}
	return out
}

// GivenOf gives the page what proves one delivery.
func (p casePage) GivenOf(id int64) []paper {
	return slices.DeleteFunc(papersOf(p.View), func(one paper) bool { return one.Given != id })
}

// Waiting is the newest record of a visit, while the other visitor's word on it is
// still to come; nil otherwise.
func (p casePage) Waiting() *casefile.Visit {
	for _, v := range p.View.Visits { // the newest comes first
		if !v.Done.IsZero() {
			if v.Waits() {
				return &v
			}
			return nil
		}
	}
	return nil
}

// PapersOf gives the page the papers of one visit, or of the application (0).
func (p casePage) PapersOf(visit int64) []paper {
	return slices.DeleteFunc(papersOf(p.View), func(one paper) bool { return one.Visit != visit || one.More != 0 || one.Given != 0 || one.Second != 0 })
}

// SecondOf gives the page the papers of a record that does not count.
func (p casePage) SecondOf(n int64) []paper {
	return slices.DeleteFunc(papersOf(p.View), func(one paper) bool { return one.Second != n })
}

// MoreOf gives the page what came in after the application, one piece.
func (p casePage) MoreOf(id int64) []paper {
	return slices.DeleteFunc(papersOf(p.View), func(one paper) bool { return one.More != id })
}

// Unseen is what came in after the application and nobody has looked at, the newest first.
// Its forms send it back: what comes in later was not on the page.
func (p casePage) Unseen() (ids []int64) {
	for _, s := range p.View.Supplements {
		if s.Looked.IsZero() {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// saw is what a page sent of Unseen. What is no id is nothing that was seen.
func (d doing) saw() (ids []int64) {
	for _, text := range d.r.PostForm["saw"] {
		if id, err := strconv.ParseInt(text, 10, 64); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// paper opens one of them to those who may read the case. Every opening is an
// entry of its own, written before the first byte leaves (F72).
func (t *Room) paper(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	var v casefile.View
	var proof []paper
	err = t.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		if v, err = t.d.Cases.View(ctx, tx, id, casefile.As(at.Staff), "看材料"); err != nil {
			return err
		}
		proof, err = proofOf(ctx, tx, id, r.PathValue("paper"))
		return err
	})
	if err != nil {
		return err
	}
	all := append(papersOf(v), proof...)
	i := slices.IndexFunc(all, func(p paper) bool { return p.Name == r.PathValue("paper") })
	if i < 0 {
		return core.E(core.KindNotFound, "no_paper", "没有这份材料。")
	}
	if p := all[i]; p.Kind != "strokes" {
		return t.d.Desk.Play(w, r, at, desk.Playing{Recording: p.digest, Case: v.ID, Region: v.Region, Purpose: p.Word, Act: "paper.opened"})
	}
	return t.signature(w, r, at, v, all[i])
}

// maxStrokes bounds what is read of a signature; the doors take less.
const maxStrokes = 1 << 20

// signature draws the strokes as they were made: they are the evidence, and no
// picture of them was kept that could differ.
func (t *Room) signature(w http.ResponseWriter, r *http.Request, at desk.At, v casefile.View, p paper) error {
	entry := audit.Entry{Actor: desk.ActorOf(at), Act: "paper.opened", Case: v.ID, Region: v.Region, Purpose: p.Word, Detail: map[string]any{"strokes": p.digest}}
	if err := t.d.Desk.Trace(r.Context(), at, entry); err != nil {
		return err
	}
	file, err := t.d.Blobs.Open(r.Context(), p.digest)
	if err != nil {
		return err
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, maxStrokes))
	if err != nil {
		return err
	}
	picture, err := drawn(raw)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	desk.AsFile(w)
	_, err = io.WriteString(w, picture)
	return err
}

type point struct{ X, Y float64 }

// drawn makes a picture of strokes; numbers alone go into it.
func drawn(raw []byte) (string, error) {
	var strokes []struct{ Points []point }
	if err := json.Unmarshal(raw, &strokes); err != nil {
		return "", core.E(core.KindInternal, "strokes_unreadable", "").Wrap(err)
	}
	low, high := point{math.Inf(1), math.Inf(1)}, point{math.Inf(-1), math.Inf(-1)}
	var path strings.Builder
	for _, s := range strokes {
		for i, p := range s.Points {
			step := 'L'
			if i == 0 {
				step = 'M'
			}
			fmt.Fprintf(&path, "%c%.1f %.1f", step, p.X, p.Y)
			low, high = point{min(low.X, p.X), min(low.Y, p.Y)}, point{max(high.X, p.X), max(high.Y, p.Y)}
		}
	}
	if path.Len() == 0 {
		return "", core.E(core.KindInternal, "strokes_empty", "")
	}
	const margin = 12
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="%.1f %.1f %.1f %.1f"><path d="%s" fill="none" stroke="#1d2733" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"/></svg>`,
		low.X-margin, low.Y-margin, high.X-low.X+2*margin, high.Y-low.Y+2*margin, path.String()), nil
}
