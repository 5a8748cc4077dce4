package desk

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"lianou/core"
	"lianou/intake/drafts"
)

// Kept is what a page needs of a draft: where it is saved, which one the page has
// seen, and when it was typed.
type Kept struct {
	To    string // the route that saves it
	Rev   int64
	Saved time.Time // zero for a page without one
	Lock  string    // the key under which this machine keeps what it could not send yet
}

// Drafting is the place at which somebody types, and the route that saves it.
type Drafting struct{ Place, To string }

// DraftOf looks for what was typed at a place before; form is nil without.
func (d *Desk) DraftOf(r *http.Request, at At, there Drafting) (form url.Values, k Kept, err error) {
	found, err := d.d.Drafts.Load(r.Context(), there.Place)
	lock := base64.StdEncoding.EncodeToString(d.d.Drafts.Lock(there.Place, at.Staff.ID))
	return found.Form, Kept{To: there.To, Rev: found.Rev, Saved: found.Saved, Lock: lock}, err
}

// savedDraft is the answer to a page that saves while somebody types.
type savedDraft struct {
	Rev   int64  `json:"rev,omitempty"`
	Saved string `json:"saved,omitempty"` // by the clock on the wall, for the agent to see
	Say   string `json:"say,omitempty"`   // why this page can save no more
}

// SaveDraft keeps the form of a request at a place. Files and signatures are not kept:
// they belong to the moment in which somebody gave them.
func (d *Desk) SaveDraft(w http.ResponseWriter, r *http.Request, at At, place string) error {
	if err := r.ParseForm(); err != nil {
		return core.Invalid("body", "草稿没有传完整,正在再试。")
	}
	rev, err := strconv.ParseInt(r.PostForm.Get("draft.rev"), 10, 64)
	if err != nil || rev < 0 {
		return core.Invalid("draft.rev", "这张表太旧了,请刷新页面。")
	}
	again, err := strconv.ParseInt(cmp.Or(r.PostForm.Get("draft.again"), "0"), 10, 64)
	if err != nil {
		return core.Invalid("draft.again", "这张表太旧了,请刷新页面。")
	}
	form := maps.Clone(r.PostForm)
	maps.DeleteFunc(form, func(name string, _ []string) bool {
		return strings.HasPrefix(name, "draft.") || strings.HasPrefix(name, "sign.")
	})
	draft := drafts.Draft{Form: form, Rev: rev, Staff: at.Staff.ID, Page: r.PostForm.Get("draft.page"), Again: again}
	saved, err := d.d.Drafts.Save(r.Context(), place, draft)
	answer := savedDraft{Rev: saved.Rev, Saved: time.Now().In(core.China).Format("15:04:05")}
	status := http.StatusOK
	switch core.KindOf(err) {
	case core.KindConflict, core.KindInvalid, core.KindTooLarge:
		known := core.Known(err)
		answer, status = savedDraft{Say: known.Say}, statusOf[known.Kind].status
	default:
		if err != nil {
			return err
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(answer)
}

// SentDraft forgets the draft of a form that was sent. A draft that stays after a
// crash here is harmless: it has the key of its form, so that sent again it is the same
// application with the same receipt.
func (d *Desk) SentDraft(r *http.Request, place string) {
	if err := d.d.Drafts.Drop(r.Context(), place); err != nil {
		d.log.WarnContext(r.Context(), "draft of a sent form stays", "err", err)
	}
}
