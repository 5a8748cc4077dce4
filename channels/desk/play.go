package desk

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/intake"
)

// Playing is one listening: what is heard, whom it is about, and why.
type Playing struct {
	Recording core.BlobDigest
	Case      core.CaseID
	Region    core.RegionCode
	Subject   string
	Purpose   string
	Act       string // in the audit log; defaults to "recording.played"
}

// Play answers with a recording after the listening was written into the audit
// log: without the entry there is no sound (F72). Later ranges of the same file
// by the same player are entries too; a listening is rarely more than a few.
func (d *Desk) Play(w http.ResponseWriter, r *http.Request, at At, p Playing) error {
	if p.Recording == "" {
		return core.E(core.KindNotFound, "no_recording", "录音还没到。到了会自己挂上。")
	}
	entry := audit.Entry{Actor: ActorOf(at), Act: cmp.Or(p.Act, "recording.played"), Case: p.Case, Region: p.Region, Subject: p.Subject, Purpose: p.Purpose,
		Detail: map[string]any{"recording": p.Recording}}
	if err := d.Trace(r.Context(), at, entry); err != nil {
		return err
	}
	sound, err := d.d.Blobs.Open(r.Context(), p.Recording)
	if err != nil {
		return err
	}
	defer sound.Close()
	w.Header().Set("Content-Type", sound.Info.MIME)
	AsFile(w)
	http.ServeContent(w, r, "", time.Time{}, sound)
	return nil
}

// Warned notes what went wrong beside an act that is done; nothing for nil.
func (d *Desk) Warned(ctx context.Context, what string, err error) {
	if err != nil {
		d.log.WarnContext(ctx, what, "err", err)
	}
}

// AsFile sets the headers of what somebody uploaded: nothing keeps it, guesses at it or
// runs it, and a browser that opens it by itself gives it an origin of its own. It is not
// sent as an attachment: that would leave ID cards among the downloads of office computers.
func AsFile(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Cache-Control", "private, no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; img-src 'self'; sandbox; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// Trace writes one entry of its own, for a page that shows somebody and changes
// nothing. Without the entry there is no page.
func (d *Desk) Trace(ctx context.Context, at At, entry audit.Entry) error {
	return d.d.DB.Tx(ctx, at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error { return d.d.Audit.Write(ctx, tx, entry) })
}

// ActorOf names the person at the desk for the audit log.
func ActorOf(at At) audit.Actor {
	return audit.Actor{Kind: "staff", ID: strconv.FormatInt(int64(at.Staff.ID), 10)}
}

// Given is the answer of a door of the desk: receipts, or why there are none.
type Given struct {
	Receipts    []intake.Receipt
	Err         error
	Again, Home string // Home is a list to go back to, "" for none
}

// receiptPage is what the receipt template shows.
type receiptPage struct {
	Number      core.Receipt
	Spooled     bool
	Again, Home string
}

// Receipt shows the number to read out, or the error. It is the Reply of the
// desk's channels: nothing is shown before it is durable.
func (d *Desk) Receipt(w http.ResponseWriter, r *http.Request, g Given) {
	who, err := d.Person(r)
	if g.Err != nil {
		err = g.Err
	}
	if err == nil && len(g.Receipts) == 0 {
		err = core.E(core.KindInternal, "no_receipt", "")
	}
	if err != nil {
		d.fail(w, r, who, err)
		return
	}
	status := http.StatusCreated
	if g.Receipts[0].Spooled {
		status = http.StatusAccepted
	}
	page := receiptPage{Number: g.Receipts[0].Number, Spooled: g.Receipts[0].Spooled, Again: g.Again, Home: g.Home}
	if r.Header.Get("HX-Request") != "" {
		err = d.pages.Part(w, "", "receipt", page) // into the page that the form stood on
	} else {
		err = d.pages.show(w, status, who, View{Name: "receipt", Title: "报上了"}, page)
	}
	if err != nil {
		d.fail(w, r, who, err)
	}
}
