package channels

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"sync/atomic"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/citizen"
	"lianou/core/wording"
	"lianou/intake"
	"lianou/intake/interview"
)

// CitizenDoor is the part that every door for logged-in citizens has in common: who
// is there, the form, uploads, applying, and one's own applications. What differs, a
// log-in, a page, a vendor's words, is the channel's.
type CitizenDoor struct {
	env    Env
	form   interview.Form
	in     *Interviews
	images chan struct{} // bounds pictures decoded at once
	texted atomic.Int64  // nanoseconds that the last text message took to go out
}

// imagesAtOnce bounds memory: one picture may need 160 MB while it is encoded anew.
const imagesAtOnce = 2

// NewCitizenDoor checks that the Env has what such a door needs.
func NewCitizenDoor(env Env) (*CitizenDoor, error) {
	if env.Intake == nil || env.Conversations == nil || env.Blobs == nil || env.Cases == nil || env.Citizens == nil || env.Shared == nil || env.Regions == nil || env.Book == nil {
		return nil, errors.New("a door for citizens needs Intake, Conversations, Blobs, Cases, Citizens, Shared, Regions and Book")
	}
	form, err := interview.Basic()
	if err != nil {
		return nil, err
	}
	in, err := NewInterviews(env.Regions, env.Book)
	if err != nil {
		return nil, err
	}
	return &CitizenDoor{env: env, form: form, in: in, images: make(chan struct{}, imagesAtOnce)}, nil
}

// Interviews is how this door leads an interview.
func (d *CitizenDoor) Interviews() *Interviews { return d.in }

// The bodies of what every such door answers.
type (
	// LoginAnswer is a session for a client to keep.
	LoginAnswer struct {
		Token   string `json:"token" doc:"Bearer token, five minutes"`
		Refresh string `json:"refresh" doc:"Turns into a new pair once, thirty days"`
		First   bool   `json:"first" doc:"The account was made just now"`
		Account string `json:"account" doc:"The same for every session of one account and good for nothing else: a phone tells by it whether what it keeps is another's"`
	}
	// FormAnswer is what is asked, with the lists.
	FormAnswer struct {
		interview.Form
		Counties []Place `json:"counties"`
		Items    []Item  `json:"items"`
		Document string  `json:"document" doc:"The text above the signature; its SHA-256 goes into signature.document"`
	}
	// Place is a division to choose.
	Place struct {
		Code core.RegionCode `json:"code"`
		Name string          `json:"name"`
		In   []Place         `json:"in,omitempty"`
	}
	// Item is an assistance item to choose.
	Item struct {
		Code core.ItemCode `json:"code"`
		Name string        `json:"name" doc:"Everyday name"`
	}
	// ReceiptAnswer is the promise after applying.
	ReceiptAnswer struct {
		Receipt   core.Receipt `json:"receipt" doc:"Ten digits, the last a Damm check digit"`
		Spoken    string       `json:"spoken" doc:"Grouped 4-4-2"`
		Duplicate bool         `json:"duplicate" doc:"The same key and body were here before"`
		Spooled   bool         `json:"spooled" doc:"Safe, being registered"`
		At        time.Time    `json:"at"`
		Say       string       `json:"say"`
	}
	// ApplicationAnswer is one application as its citizen sees it.
	ApplicationAnswer struct {
		Receipt  core.Receipt          `json:"receipt"`
		Status   wording.Status        `json:"status"`
		Say      string                `json:"say" doc:"The status in words"`
		Next     string                `json:"next,omitempty"`
		Items    []casefile.StatusItem `json:"items"`
		Timeline []casefile.StatusLine `json:"timeline,omitempty"`
		Updated  time.Time             `json:"updated"`
		Appeals  []core.ItemCode       `json:"appeals,omitempty" doc:"Items of which the household may say that the decision is wrong"`
		Reopens  []core.ItemCode       `json:"reopens,omitempty" doc:"Items of which the household may say that they are not solved"`
		// Supplement is there while something is asked for, and once something was sent.
		Supplement *SupplementAnswer `json:"supplement,omitempty"`
	}
)

// Form is the interview the door asks.
func (d *CitizenDoor) Form() interview.Form { return d.form }

// Citizen tells who sends a request, by its bearer token.
func (d *CitizenDoor) Citizen(r *http.Request) (citizen.Citizen, error) {
	return d.Who(Bearer(r), false)
}

// Who checks a token; for submitting it has a day of grace while PostgreSQL is
// away.
func (d *CitizenDoor) Who(token string, submitting bool) (citizen.Citizen, error) {
	if submitting && d.env.Away != nil && d.env.Away() {
		return d.env.Citizens.VerifyForSubmit(token)
	}
	return d.env.Citizens.Verify(token)
}

// Bearer gives the token of the Authorization header, "" for none.
func Bearer(r *http.Request) string {
	const scheme = "Bearer "
	h := r.Header.Get("Authorization")
	if len(h) <= len(scheme) || h[:len(scheme)] != scheme {
		return ""
	}
	return h[len(scheme):]
}

// boundWait bounds the look for a bound telephone: a form waits for nothing that only
// counts it.
const boundWait = time.Second

// Submission is a citizen's own form as intake takes it. The account's telephone is
// counted beside the account, so that one telephone taken from account to account
// sends no more than one; where it cannot be had the account is counted alone.
func (d *CitizenDoor) Submission(ctx context.Context, f intake.Form, who citizen.Citizen) intake.Submission {
	return intake.Submission{Form: f, Way: intake.WayOwnHand, Citizen: who.ID}
}

// Phone is the telephone bound to an account, zero where there is none or it cannot be
// had at once.
func (d *CitizenDoor) Phone(ctx context.Context, who citizen.Citizen) core.Phone {
	if d.env.Away != nil && d.env.Away() {
		return core.Phone{}
	}
	ctx, cancel := context.WithTimeout(ctx, boundWait)
	defer cancel()
	phone, err := d.env.Citizens.Phone(ctx, who.ID)
	if err != nil && core.KindOf(err) != core.KindNotFound {
		d.env.Log.WarnContext(ctx, "telephone of an account not read", "error", err)
	}
	return phone
}

// WriteLogin answers a log-in.
func WriteLogin(w http.ResponseWriter, r *http.Request, l citizen.Login, err error) {
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	WriteJSON(w, http.StatusOK, LoginAnswer{l.Token, l.Refresh, l.First, accountMark(l.Citizen.ID)})
}

// accountMark tells one account's sessions from another's on a phone: a digest, for the account's
// id is drawn at random and is nobody's to see.
func accountMark(id string) string {
	sum := sha256.Sum256([]byte("account on a phone\x00" + id))
	return hex.EncodeToString(sum[:8])
}

// ServeForm answers with the form and its lists.
func (d *CitizenDoor) ServeForm(w http.ResponseWriter, r *http.Request) {
	WriteTagged(w, r, FormAnswer{Form: d.form, Counties: d.Counties(), Items: d.Items(), Document: d.form.Document()})
}

// Counties lists counties and their townships.
func (d *CitizenDoor) Counties() []Place {
	var list []Place
	for _, county := range d.env.Regions.Counties() {
		p := Place{Code: county.Code, Name: county.Name}
		for _, town := range d.env.Regions.Townships(county.Code) {
			p.In = append(p.In, Place{Code: town.Code, Name: town.Name})
		}
		list = append(list, p)
	}
	return list
}

// Items lists the items of the Book in force.
func (d *CitizenDoor) Items() []Item {
	book, err := d.env.Book.On(core.DateOf(d.env.Now()))
	if err != nil {
		return nil // no Book in force: nothing to choose, which the form allows
	}
	var list []Item
	for _, i := range book.Items {
		list = append(list, Item{Code: i.Code, Name: i.Everyday})
	}
	return list
}

// ParseApplication authenticates first, then translates.
func (d *CitizenDoor) ParseApplication(r *http.Request) ([]intake.Submission, error) {
	who, err := d.Who(Bearer(r), true)
	if err != nil {
		return nil, err
	}
	raw, err := ReadBody(r)
	if err != nil {
		return nil, err
	}
	form, err := intake.DecodeForm(raw)
	if err != nil {
		return nil, err
	}
	if form.Key, err = oneKey(IdempotencyKey(r), form.Key); err != nil {
		return nil, err
	}
	return []intake.Submission{d.Submission(r.Context(), form, who)}, nil
}

// ReplyApplication answers 201, 200 for a repetition, 202 from the spool, or a
// problem.
func (d *CitizenDoor) ReplyApplication(w http.ResponseWriter, r *http.Request, receipts []intake.Receipt, err error) {
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	got, status := receipts[0], http.StatusCreated
	switch {
	case got.Spooled:
		status = http.StatusAccepted
	case got.Duplicate:
		status = http.StatusOK
	}
	WriteJSON(w, status, ReceiptAnswer{got.Number, intake.Spoken(got.Number), got.Duplicate, got.Spooled, got.At, d.Promise(got)})
}

// Promise is what a person reads after applying.
func (d *CitizenDoor) Promise(got intake.Receipt) string {
	if got.Spooled {
		return wording.TakenNotYetFiled(got.Number)
	}
	return wording.ReceiptText(got.Number, d.townName(got.Region), core.DateOf(got.At))
}

func (d *CitizenDoor) townName(code core.RegionCode) string {
	p, ok := d.env.Regions.Township(code)
	if !ok {
		return ""
	}
	return p.Name
}

// ServeApplications answers with the citizen's own applications, newest first, in pages:
// ?after= is the last receipt of the page before, and Link names the next page.
func (d *CitizenDoor) ServeApplications(w http.ResponseWriter, r *http.Request) {
	who, err := d.Citizen(r)
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	list, err := d.Statuses(r.Context(), who)
	var next core.Receipt
	if err == nil {
		list, next, err = pageAfter(list, core.Receipt(r.URL.Query().Get("after")))
	}
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	out := make([]ApplicationAnswer, 0, len(list))
	for _, s := range list {
		a := applicationOf(s)
		a.Timeline = nil
		out = append(out, a)
	}
	linkNext(w, next)
	WriteTagged(w, r, out)
}

// ServeApplication answers with one application and its timeline.
func (d *CitizenDoor) ServeApplication(w http.ResponseWriter, r *http.Request) {
	who, err := d.Citizen(r)
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	s, err := d.Status(r, who)
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	a := applicationOf(s)
	if a.Supplement, err = d.Supplement(r.Context(), who, s); err != nil {
		WriteProblem(w, r, err)
		return
	}
	WriteTagged(w, r, a)
}

// Status reads the application that {receipt} names, if it is the citizen's.
func (d *CitizenDoor) Status(r *http.Request, who citizen.Citizen) (casefile.Status, error) {
	receipt, err := intake.ParseReceipt(r.PathValue("receipt"))
	if err != nil {
		return casefile.Status{}, err
	}
	found, err := d.env.Cases.ByReceipt(r.Context(), receipt, who.ID)
	if err == nil {
		if err := d.mayAsk(r.Context(), who, found); err != nil {
			return casefile.Status{}, err
		}
		return d.arriving(r.Context(), who, found)
	}
	if core.KindOf(err) != core.KindNotFound {
		return found, err
	}
	kept, missing := d.kept(r.Context(), who)
	if missing != nil {
		return casefile.Status{}, missing
	}
	for _, s := range kept {
		if s.Receipt == receipt {
			return s, nil
		}
	}
	return casefile.Status{}, err
}

// Statuses lists the citizen's applications, newest first: those whose case is not
// open yet stand as received.
func (d *CitizenDoor) Statuses(ctx context.Context, who citizen.Citizen) ([]casefile.Status, error) {
	list, err := d.env.Cases.ByCitizen(ctx, who.ID)
	if err == nil {
		list, err = d.veil(ctx, who, list)
	}
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i], err = d.arriving(ctx, who, list[i]); err != nil {
			return nil, err
		}
	}
	kept, err := d.kept(ctx, who)
	if err != nil {
		return nil, err
	}
	early := slices.DeleteFunc(kept, func(k casefile.Status) bool {
		return slices.ContainsFunc(list, func(s casefile.Status) bool { return s.Application == k.Application })
	})
	return append(early, list...), nil
}

// kept is what the account handed in, as received: true from the moment of the
// receipt on.
func (d *CitizenDoor) kept(ctx context.Context, who citizen.Citizen) ([]casefile.Status, error) {
	if d.env.Kept == nil {
		return nil, nil
	}
	receipts, err := d.env.Kept(ctx, who.ID)
	if err != nil {
		return nil, err
	}
	out := make([]casefile.Status, len(receipts))
	for i, r := range receipts {
		out[i] = casefile.Status{Own: true, Application: r.Application, Receipt: r.Number, Status: wording.StatusReceived, Updated: r.At,
			Timeline: []casefile.StatusLine{{At: r.At, Says: wording.StatusReceived.Say("")}}}
	}
	return out, nil
}

func applicationOf(s casefile.Status) ApplicationAnswer {
	a := ApplicationAnswer{Receipt: s.Receipt, Status: s.Status, Say: s.Say(), Next: s.Next, Items: s.Items, Timeline: s.Timeline, Updated: s.Updated}
	if m := s.Missing; m != nil {
		a.Supplement = &SupplementAnswer{Asked: m.What, How: m.How, Say: s.Lacks(), Since: &m.Since, Until: m.Until.String()}
	}
	for _, i := range s.Items {
		if i.Decided() {
			a.Appeals = append(a.Appeals, i.Item)
		}
		if s.Reopens(i.Item) {
			a.Reopens = append(a.Reopens, i.Item)
		}
	}
	return a
}

// Source tells one client from another, for limits. The program has put the client
// that its proxies vouch for into RemoteAddr; forwarded headers are anybody's text
// and are not read here. A household's IPv6 line is a /64, so that is one source.
func Source(r *http.Request) string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	addr := at.Addr().Unmap()
	if addr.Is6() {
		if line, err := addr.Prefix(64); err == nil {
			return line.String()
		}
	}
	return addr.String()
}
