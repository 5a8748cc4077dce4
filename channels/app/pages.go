package app

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"lianou/channels"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/citizen"
	"lianou/core/wording"
	"lianou/intake"
	"lianou/intake/interview"
)

//go:embed templates/*.html
var templates embed.FS

// policy is the Content-Security-Policy of every page: nothing from elsewhere, no
// script or style inside a page.
const policy = "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"

// pages are the parsed templates, one set per page.
type pages struct {
	set    map[string]*template.Template
	assets map[string]asset
	worker asset // the service worker, with its version
}

var pageNames = []string{"home", "enter", "apply", "receipt", "mine", "case", "news", "help", "sorry", "ask", "sign", "acting", "end", "invite", "accept", "helperend", "bound", "more", "money", "away", "letter", "looked", "board", "boards", "object", "objection", "why"}

func (c *Channel) parsePages() (*pages, error) {
	p := &pages{set: map[string]*template.Template{}}
	funcs := template.FuncMap{
		"spoken": intake.Spoken,
		"day":    func(v any) string { return sayDay(v) },
		"gives":  channels.BenefitSaid,
		"seq":    func(n int) []int { return make([]int, n) },
		"nth":    func(i int) int { return i + 1 },
	}
	for _, name := range pageNames {
		t, err := template.New("layout.html").Funcs(funcs).ParseFS(templates, "templates/layout.html", "templates/fields.html", "templates/signing.html", "templates/"+name+".html")
		if err != nil {
			return nil, fmt.Errorf("parse page %s: %w", name, err)
		}
		p.set[name] = t
	}
	var err error
	if p.assets, err = readAssets(); err != nil {
		return nil, err
	}
	p.worker, err = readWorker()
	return p, err
}

// view is what every page is given.
type view struct {
	Title string
	Care  bool
	In    bool   // somebody is logged in
	Who   string // tells accounts apart on one device, and says nothing of them
	Away  bool   // a page that a device keeps for when there is no network
	Here  string
	Error string
	Field string
	Data  any
}

func (c *Channel) pageEndpoints() []channels.Endpoint {
	get := func(path string, h http.HandlerFunc) channels.Endpoint {
		return channels.Endpoint{Method: "GET", Path: path, Serve: h}
	}
	post := func(path string, h http.HandlerFunc, max int64) channels.Endpoint {
		return channels.Endpoint{Method: "POST", Path: path, Serve: c.sameOrigin(h), MaxBody: max, PerMinute: 60}
	}
	// asking is a page of many: a village behind one address of its operator answers at once.
	asking := func(path string, h http.HandlerFunc, max int64) channels.Endpoint {
		e := post(path, h, max)
		e.PerMinute = 0
		return e
	}
	const small = 16 << 10
	return []channels.Endpoint{
		get("/{$}", c.homePage),
		get("/enter", c.enterPage),
		post("/enter", c.enterPost, small+2*maxTalk),
		post("/leave", c.leavePost, small),
		post("/care", c.carePost, small),
		get("/apply", c.applyPage),
		post("/apply", c.applyPost, maxPage),
		get("/ask", c.askPage),
		asking("/ask", c.askPost, 128<<10+3*maxTalk), // a story of two thousand characters, escaped, as much that was said, too much of either to be told so, and the screener
		c.voicePost(),
		get("/ask/voice/{id}", c.voiceGet),
		post("/ask/from", c.askFrom, 2*maxTalk),
		get("/ask/sign", c.signPage),
		post("/ask/sign", c.signPost, maxPage),
		get("/receipt/{receipt}", c.receiptPage),
		get("/mine", c.minePage),
		post("/mine", c.minePost, small),
		get("/mine/{receipt}", c.casePage),
		get("/mine/{receipt}/more", c.morePage),
		post("/mine/{receipt}/more", c.morePost, maxPage),
		post("/mine/{receipt}/wrong", c.wrongPost, small),
		post("/mine/{receipt}/unsolved", c.unsolvedPost, small),
		get("/mine/{receipt}/why", c.whyPage),
		get("/mine/{receipt}/letter/{letter}", c.letterPage),
		get("/mine/{receipt}/letter/{letter}/sheet", c.letterSheet),
		get("/mine/{receipt}/letter/{letter}/text", c.letterText),
		get("/looked", c.lookedPage),
		get("/money", c.moneyPage),
		get("/news", c.newsPage),
		post("/news/way", c.wayPost, small),
		get("/acting", c.actingPage),
		post("/acting/found", c.actingFound, small),
		post("/acting/end", c.actingEnd, small),
		get("/invite", c.invitePage),
		post("/invite", c.invitePost, small),
		get("/accept", c.acceptPage),
		post("/accept", c.acceptPost, small),
		post("/helper/end", c.helperEnd, small),
		get("/bound", c.boundPage),
		post("/bound/move", c.boundMove, small),
		post("/bound/off", c.boundOff, small),
		get("/help", c.helpPage),
		asking("/help", c.helpPost, 2*maxTalk),
		get("/offline", c.offlinePage),
		get("/away", c.awayPage),
		get("/sw.js", c.worker),
		get("/static/{file}", c.staticFile),
	}
}

// sameOrigin refuses a form that another site sent.
func (c *Channel) sameOrigin(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := c.origin.Check(r); err != nil {
			c.sorry(w, r, core.E(core.KindForbidden, "cross_origin", "这一页是从别处来的,请从首页重新打开。"))
			return
		}
		next(w, r)
	}
}

// show renders a page whole before a byte of it leaves.
func (c *Channel) show(w http.ResponseWriter, r *http.Request, status int, name string, v view) {
	if care, err := r.Cookie(careCookie); err == nil {
		v.Care = care.Value == "1"
	}
	_, v.In = c.peek(r)
	v.Who = c.tag(r)
	v.Here = r.URL.Path
	var page bytes.Buffer
	if err := c.pages.set[name].Execute(&page, v); err != nil {
		channels.WriteProblem(w, r, fmt.Errorf("render page %s: %w", name, err))
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(page.Bytes()) // the client went away: nothing left to tell it
}

// sorry shows an error: what went wrong, what is safe, what next.
func (c *Channel) sorry(w http.ResponseWriter, r *http.Request, err error) {
	channels.Refused(r, err)
	channels.PrepareRefusal(w, err)
	p := channels.ProblemOf(err)
	say := p.Detail
	if say == "" {
		say = wording.For(core.KindOf(err))
	}
	c.show(w, r, p.Status, "sorry", view{Title: "没有办成", Error: say})
}

func (c *Channel) homePage(w http.ResponseWriter, r *http.Request) {
	c.show(packing(w, r), r, http.StatusOK, "home", view{Title: "求助", Data: c.home(w, r)})
}

func (c *Channel) receiptPage(w http.ResponseWriter, r *http.Request) {
	receipt, err := intake.ParseReceipt(r.PathValue("receipt"))
	if err != nil {
		c.sorry(w, r, err)
		return
	}
	// A receipt number is a name and no secret: this page tells nothing but itself.
	spooled := r.URL.Query().Get("wait") == "1"
	c.show(w, r, http.StatusOK, "receipt", view{Title: "报上了", Data: map[string]any{"Receipt": receipt, "Spooled": spooled,
		"Share": shared(intake.Spoken(receipt)), "Plain": shared(string(receipt))}})
}

// shared is what somebody passes on of an application: its number, and nobody's name.
func shared(receipt string) string {
	return "救助已经报上了,回执号 " + receipt + "。打 12345 念这个号,就能查办到哪了。"
}

// mineView is one's own applications, and the receipt of one made elsewhere.
type mineView struct {
	List    []casefile.Status
	Receipt string
	Link    bool // what was done in WeChat may be linked: the account has none
}

func (c *Channel) minePage(w http.ResponseWriter, r *http.Request) {
	c.own(w, r, func(who citizen.Citizen) { c.showMine(w, r, who, "", nil) })
}

func (c *Channel) showMine(w http.ResponseWriter, r *http.Request, who citizen.Citizen, receipt string, fault error) {
	list, err := c.door.Statuses(r.Context(), who)
	if err != nil {
		c.sorry(w, r, err)
		return
	}
	page, status := view{Title: "我的求助", Data: mineView{list, receipt, c.unlinked(r, who)}}, http.StatusOK
	if fault != nil {
		status, page.Error, page.Field = c.fault(w, r, fault)
	}
	c.show(w, r, status, "mine", page)
}

// unlinked reports whether an account has no WeChat, so that linking is offered. The list does
// not wait for it to be known.
func (c *Channel) unlinked(r *http.Request, who citizen.Citizen) bool {
	bound, err := c.door.Bound(r.Context(), who)
	if err != nil {
		channels.Refused(r, err)
	}
	return err == nil && !bound.WeChat
}

// minePost shows how far an application is that was made at a window or by telephone:
// what the hotline reads out, and not the table of items, which is the household's.
func (c *Channel) minePost(w http.ResponseWriter, r *http.Request) {
	c.own(w, r, func(who citizen.Citizen) {
		if err := r.ParseForm(); err != nil {
			c.sorry(w, r, core.E(core.KindInvalid, "invalid_body", "这一页没有传完整,请再提交一次。"))
			return
		}
		receipt := r.PostForm.Get("receipt")
		s, err := c.door.LookUp(r, who, receipt, r.PostForm.Get("last4"))
		if err != nil {
			c.showMine(w, r, who, receipt, err)
			return
		}
		s.Items = nil
		c.show(w, r, http.StatusOK, "case", view{Title: "办到哪了", Data: caseView{Status: s}})
	})
}

// own runs a page of one's own, or sends whoever is not logged in to do so.
func (c *Channel) own(w http.ResponseWriter, r *http.Request, page func(citizen.Citizen)) {
	who, err := c.visitor(w, r, false)
	switch {
	case err == nil:
		page(who)
	case errors.Is(err, citizen.ErrToken):
		http.Redirect(w, r, "/c/app/enter?to="+r.URL.EscapedPath(), http.StatusSeeOther)
	default:
		c.sorry(w, r, err)
	}
}

// applyView is the long form with what was filled in so far.
type applyView struct {
	Form     interview.Form
	Counties []channels.Place
	Items    []channels.Item
	Values   map[string]string
	Key      string
	Kept     map[string]string // digests of photos that arrived with an earlier try
	Offline  bool              // the page that a device keeps, to be filled in without network
	Read     []cardRead        // what was read from the photos of the card, to be looked at
	Reads    bool              // a reader is there
}

// Value is what was filled in for a field.
func (v applyView) Value(field string) string { return v.Values[field] }

// nameStands stands for the name that is filled in, and is in no sentence of ours.
const nameStands = "\x00"

// toldLine is who hears what becomes of it, as its capacity says it, around the number that is
// still to be filled in.
type toldLine struct{ Capacity, Before, Between, After string }

// Told lists the lines of who is told, one a capacity: form.js shows that of the form as it
// stands, before it is signed (features.md F70). Before and After lie around the name of who speaks
// and the number that is told.
func (v applyView) Told() (list []toldLine) {
	phone, err := core.ParsePhone("13800000000") // stands for the one that is filled in
	if err != nil {
		return nil
	}
	for _, q := range v.Form.Questions {
		if q.Key != channels.CapacityStep {
			continue
		}
		for _, o := range q.Options {
			before, rest, named := strings.Cut(wording.WhoIsTold(core.Capacity(o.Value), nameStands, phone), nameStands)
			if !named { // who speaks for themselves is called so
				before, rest = "", before
			}
			between, after, _ := strings.Cut(rest, phone.String())
			list = append(list, toldLine{o.Value, before, between, after})
		}
	}
	return list
}

// Ask is a question as it stands on the page, for one member or for all.
type Ask struct {
	interview.Question
	Name  string
	Value string
	Towns []channels.Place // for a question that asks where
	Card  *cardLine        // what was read of the ID card for it
}

// On lists the household's and the form's own questions of a page.
func (v applyView) On(page string) []Ask {
	var out []Ask
	for _, q := range v.Form.On(page) {
		if _, member := q.Member(); !member {
			out = append(out, Ask{q, q.Key, v.Values[q.Key], v.Counties, v.CardSaid(q.Key)})
		}
	}
	return out
}

// maxRows is how many people fit on the page; a larger household is told by phone
// or at the visit.
const maxRows = 6

// Row is one member of the household on the page.
type Row struct {
	N, Ref   string
	Name, ID string // names of the fields
	NameIs   string
	IDIs     string
	Asks     []Ask
	Filled   bool
}

// Rows lists the members' questions.
func (v applyView) Rows() []Row {
	var rows []Row
	for n := 1; n <= maxRows; n++ {
		ref := fmt.Sprintf("m%d", n)
		row := Row{N: fmt.Sprint(n), Ref: ref, Name: "people/" + ref + "/name", ID: "people/" + ref + "/id_number"}
		row.NameIs, row.IDIs = v.Values[row.Name], v.Values[row.ID]
		row.Filled = row.NameIs != ""
		for _, q := range v.Form.Questions {
			fact, member := q.Member()
			if !member || (n == 1 && fact == "relation") {
				continue
			}
			name := "members/" + ref + "/" + fact
			row.Asks = append(row.Asks, Ask{Question: q, Name: name, Value: v.Values[name]})
		}
		rows = append(rows, row)
	}
	return rows
}
