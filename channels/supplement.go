package channels

import (
	"context"
	"net/http"
	"slices"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/citizen"
	"lianou/core/mandate"
	"lianou/core/wording"
	"lianou/intake"
	"lianou/intake/papers"
)

// The bodies about papers that come after an application (补材料).
type (
	// SupplementAnswer is what is asked for, and what was sent.
	SupplementAnswer struct {
		Asked string       `json:"asked,omitempty" doc:"What is missing, in the officer's words; absent while nothing is asked"`
		How   string       `json:"how,omitempty" doc:"How it is brought easiest"`
		Say   string       `json:"say,omitempty" doc:"All of it in whole sentences: what lacks, how it is brought and until when; once papers came, whose turn it is"`
		Since *time.Time   `json:"since,omitempty"`
		Until string       `json:"until,omitempty" doc:"A day; nothing lapses when it passes"`
		Sent  []SentAnswer `json:"sent,omitempty" doc:"The newest first"`
	}
	// SentAnswer is one thing that was sent.
	SentAnswer struct {
		At    time.Time `json:"at"`
		Count int       `json:"count" doc:"How many papers"`
		Say   string    `json:"say"`
	}
	// PapersBody hands papers in.
	PapersBody struct {
		Key    string             `json:"key" doc:"Chosen once by the client and repeated on retry; or in Idempotency-Key"`
		Papers []intake.PaperForm `json:"papers,omitempty" doc:"Uploaded before, at most nine"`
		Note   string             `json:"note,omitempty" doc:"At most 500 characters"`
	}
	// PapersAnswer is the promise afterwards.
	PapersAnswer struct {
		At  time.Time `json:"at"`
		Say string    `json:"say"`
	}
)

// Supplement is what is asked for of an application and what this account sent; nil when
// there is neither.
func (d *CitizenDoor) Supplement(ctx context.Context, who citizen.Citizen, s casefile.Status) (*SupplementAnswer, error) {
	a := applicationOf(s).Supplement
	if d.env.Papers == nil {
		return a, nil
	}
	list, err := d.env.Papers.Of(ctx, who.ID, s.Application)
	if err != nil || len(list) == 0 {
		return a, err
	}
	if a == nil {
		a = &SupplementAnswer{}
	}
	for _, one := range list {
		a.Sent = append(a.Sent, SentAnswer{one.At, one.Count, sentSays(one)})
	}
	return a, nil
}

// arriving says that papers came of an application that still asks for them, from the moment
// they were kept on: its case says so once they lie there.
func (d *CitizenDoor) arriving(ctx context.Context, who citizen.Citizen, s casefile.Status) (casefile.Status, error) {
	if s.Missing == nil || s.Status != wording.StatusAskOne || d.env.Papers == nil {
		return s, nil
	}
	sent, err := d.env.Papers.Of(ctx, who.ID, s.Application)
	if slices.ContainsFunc(sent, func(one papers.Sent) bool { return !one.Taken }) {
		s.Status = wording.StatusPapersIn
	}
	return s, err
}

func sentSays(s papers.Sent) string {
	if s.Taken {
		return papers.What(s.Count) + ",已经送到镇上"
	}
	return papers.What(s.Count) + ",收到了,正在送到镇上"
}

// HandInPapers keeps papers for the application that {receipt} names, if the account may add to
// it: its own, or by a mandate that holds.
func (d *CitizenDoor) HandInPapers(r *http.Request, who citizen.Citizen, in PapersBody) (PapersAnswer, papers.Sent, error) {
	s, err := d.Status(r, who)
	if err != nil {
		return PapersAnswer{}, papers.Sent{}, err
	}
	if d.env.Papers == nil {
		return PapersAnswer{}, papers.Sent{}, core.E(core.KindUnavailable, "no_papers", wording.For(core.KindUnavailable))
	}
	if d.env.Mandates != nil {
		if err := d.env.Mandates.Use(r.Context(), who.ID, s.Application, mandate.Supplement, d.today()); err != nil {
			return PapersAnswer{}, papers.Sent{}, err
		}
	}
	sending := papers.Sending{Citizen: who.ID, Key: in.Key, Application: s.Application, Note: in.Note}
	for _, p := range in.Papers {
		sending.Papers = append(sending.Papers, core.Paper{Kind: core.PaperKind(p.Kind), Digest: core.BlobDigest(p.Digest)})
	}
	sent, err := d.env.Papers.Send(r.Context(), sending)
	return PapersAnswer{sent.At, HandedIn(s, sent.Count)}, sent, err
}

// HandedIn is what a person reads after handing papers in: what happens now, and nothing
// that nobody promised.
func HandedIn(s casefile.Status, count int) string {
	what := papers.What(count) + "收到了。"
	switch {
	case s.Status == wording.StatusWithdrawn || s.Status == wording.StatusClosed:
		return what + "这件已经办完,镇上的同志会看您送来的。想再办,打 " + wording.Hotline + "。"
	case s.Missing != nil:
		return what + "经办的同志看了,够了就接着办,还差就告诉您。"
	}
	return what + "经办的同志会看。"
}

// ServePapers takes what comes after an application: 201, or 200 for the same key again.
func (d *CitizenDoor) ServePapers(w http.ResponseWriter, r *http.Request) {
	who, err := d.Citizen(r)
	var in PapersBody
	if err == nil {
		in, err = ReadJSON[PapersBody](r)
	}
	if err == nil {
		in.Key, err = oneKey(IdempotencyKey(r), in.Key)
	}
	var out PapersAnswer
	var sent papers.Sent
	if err == nil {
		out, sent, err = d.HandInPapers(r, who, in)
	}
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	status := http.StatusCreated
	if sent.Again {
		status = http.StatusOK
	}
	WriteJSON(w, status, out)
}
