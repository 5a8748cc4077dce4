package app

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"lianou/channels"
	"lianou/core"
	"lianou/core/citizen"
	"lianou/intake"
	"lianou/intake/interview"
)

// askView is the interview on a page: how it begins, one question, or its summary.
type askView struct {
	channels.Interview
	Q    question
	For  []channels.InterviewOption // at the beginning: for whom
	Whom string                     // the question of the beginning
	Talk string                     // what was answered before the log-in
	Said string                     // what stood in the box of an answer that was not taken
	Look review                     // the summary, to be looked over
}

// Total is how many questions it may come to, for the bar that shows how far it is.
func (v askView) Total() int { return max(v.Asked+v.Left, 1) }

// About is how many questions are still to come, as it is said.
func (v askView) About() int { return interview.Roughly(v.Left) }

// CanStop reports whether the open question only settles more: who and where is asked of
// everybody.
func (v askView) CanStop() bool {
	return !strings.HasPrefix(v.Q.Ref, "form/") && v.Q.Ref != "members"
}

// askPage shows the question that is open. ?step= is a line of the summary to be put right.
func (c *Channel) askPage(w http.ResponseWriter, r *http.Request) {
	c.own(w, r, func(who citizen.Citizen) {
		now, err := c.door.Interview(r.Context(), who, r.URL.Query().Get("step"))
		if core.KindOf(err) == core.KindNotFound {
			c.showBegin(w, r, who, nil)
			return
		}
		if err != nil {
			c.sorry(w, r, err)
			return
		}
		c.showAsk(w, r, now, nil)
	})
}

// showBegin asks for whom somebody speaks: the first question opens the interview.
func (c *Channel) showBegin(w http.ResponseWriter, r *http.Request, who citizen.Citizen, fault error) {
	v := askView{}
	over, err := c.door.Over(r.Context(), who)
	if err != nil {
		c.sorry(w, r, err)
		return
	}
	v.Say = over
	for _, q := range c.form.Questions {
		if q.Key == channels.CapacityStep {
			v.Whom = q.Ask
			for _, o := range q.Options {
				v.For = append(v.For, channels.InterviewOption{Value: o.Value, Say: o.Say})
			}
		}
	}
	c.showAskView(w, r, v, fault)
}

func (c *Channel) showAsk(w http.ResponseWriter, r *http.Request, now channels.Interview, fault error) {
	v := askView{Interview: now, Q: question{InterviewStep: now.Step}}
	if now.Step.Type == interview.TypeRegion {
		v.Q.Counties = nearest(c.door.Counties(), now.Step.Place)
	}
	if p := now.Step.Prefill; p != nil && json.Unmarshal(p.Value, &v.Q.Value) != nil {
		v.Q.Value = string(p.Value) // a number
	}
	if fault != nil {
		v.Q.refused(r.PostForm)
		v.Said = r.PostForm.Get("said")
	}
	c.showAskView(w, r, v, fault)
}

// nearest puts the county that was said before the others.
func nearest(list []channels.Place, county core.RegionCode) []channels.Place {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b channels.Place) int {
		switch county {
		case a.Code:
			return -1
		case b.Code:
			return 1
		}
		return 0
	})
	return list
}

func (c *Channel) showAskView(w http.ResponseWriter, r *http.Request, v askView, fault error) {
	page, status := view{Title: "求助登记", Data: v}, http.StatusOK
	if v.Summary != nil {
		page.Title = "请看一遍"
		v.Look = looked(v.Summary)
		page.Data = v
	}
	if fault != nil {
		status, page.Error, page.Field = c.fault(w, r, fault)
	}
	c.show(w, r, status, "ask", page)
}

// askPost takes what a page of the interview sends, and leads to the next. A page that was
// sent twice, or went back to, shows the question that is open now.
func (c *Channel) askPost(w http.ResponseWriter, r *http.Request) {
	c.own(w, r, func(who citizen.Citizen) {
		if err := r.ParseForm(); err != nil {
			c.sorry(w, r, errTalk)
			return
		}
		now, err := c.askTurn(r, who)
		var moved *channels.Moved
		gone := errors.As(err, &moved) || core.KindOf(err) == core.KindNotFound
		switch {
		case gone && r.Header.Get(keptAnswer) != "":
			w.WriteHeader(http.StatusConflict)
		case gone || err == nil && now.Say == "":
			http.Redirect(w, r, "/c/app/ask", http.StatusSeeOther)
		case err == nil: // something is to be said before the question, once
			c.showAsk(w, r, now, nil)
		case r.PostForm.Has("capacity"):
			c.showBegin(w, r, who, err)
		default:
			c.askAgain(w, r, who, err)
		}
	})
}

// keptAnswer marks an answer that a device kept while it had no network. Where the interview
// has gone on meanwhile its person is told, who wrote it for nothing; a page that is merely
// old shows the question that is open.
const keptAnswer = "Lianou-Kept"

// askAgain shows the question whose answer was not taken.
func (c *Channel) askAgain(w http.ResponseWriter, r *http.Request, who citizen.Citizen, fault error) {
	now, err := c.door.Interview(r.Context(), who, r.PostForm.Get("step"))
	if err != nil {
		c.sorry(w, r, cmp.Or(fault, err))
		return
	}
	c.showAsk(w, r, now, fault)
}

func (c *Channel) askTurn(r *http.Request, who citizen.Citizen) (channels.Interview, error) {
	form := r.PostForm
	if form.Has("capacity") {
		var seed *interview.Conversation
		if raw := form.Get("talk"); raw != "" { // what this browser kept of the screener
			var err error
			if seed, err = readTalk(raw); err != nil {
				return channels.Interview{}, err
			}
		}
		now, _, err := c.door.BeginInterview(r.Context(), who, channels.InterviewBegin{Capacity: form.Get("capacity")}, seed)
		return now, err
	}
	revision, err := strconv.ParseInt(form.Get("revision"), 10, 64)
	if err != nil {
		return channels.Interview{}, errTalk
	}
	switch {
	case form.Has("again"):
		return channels.Interview{}, c.door.Forget(r.Context(), who, revision)
	case form.Has("back"):
		return c.door.Back(r.Context(), who, revision)
	case form.Has("enough"):
		return c.door.Enough(r.Context(), who, revision)
	}
	return c.door.AnswerBy(r.Context(), who, channels.InterviewAt{Revision: revision}, form.Get("step"), []byte(form.Encode()),
		func(t *channels.Talking, step interview.Step) (interview.Answer, error) {
			if form.Has("dunno") {
				return interview.Answer{}, nil
			}
			if form.Has("spoken") {
				return c.said(t, step, form.Get("said"))
			}
			if err := fits(step.Ref, form.Get("v")); err != nil {
				return interview.Answer{}, err
			}
			return answered(step, form)
		})
}

// askFrom begins the interview with what the screener was told. Who is not logged in does
// that first; the answers travel in the page meanwhile.
func (c *Channel) askFrom(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		c.sorry(w, r, errTalk)
		return
	}
	raw := r.PostForm.Get("talk")
	if _, err := readTalk(raw); err != nil {
		c.sorry(w, r, err)
		return
	}
	who, err := c.visitor(w, r, false)
	switch {
	case errors.Is(err, citizen.ErrToken):
		c.showEnter(w, r, enterView{To: askHome, Talk: raw}, nil)
	case err != nil:
		c.sorry(w, r, err)
	default:
		c.goOnFrom(w, r, who, raw)
	}
}

const askHome = "/c/app/ask"

// goOnFrom opens the interview with the answers of a page.
func (c *Channel) goOnFrom(w http.ResponseWriter, r *http.Request, who citizen.Citizen, raw string) {
	seed, err := readTalk(raw)
	if err == nil {
		_, _, err = c.door.BeginInterview(r.Context(), who, channels.InterviewBegin{}, seed)
	}
	if err != nil {
		c.sorry(w, r, err)
		return
	}
	http.Redirect(w, r, askHome, http.StatusSeeOther)
}

// signView is the last page: what is agreed to, the card, the signature.
type signView struct {
	Revision int64
	Key      string
	Consents []interview.Consent
	Document string // the whole text that is signed
	Told     string // who hears what becomes of it
	Values   map[string]string
	Kept     map[string]string
}

// Value is what was ticked.
func (v signView) Value(field string) string { return v.Values[field] }

func (c *Channel) signPage(w http.ResponseWriter, r *http.Request) {
	c.own(w, r, func(who citizen.Citizen) {
		now, err := c.door.Interview(r.Context(), who, "")
		if err != nil || now.Summary == nil || lacking(now.Summary.Open) {
			http.Redirect(w, r, askHome, http.StatusSeeOther)
			return
		}
		c.showSign(w, r, signView{Revision: now.Revision, Key: uuid.NewString(), Told: now.Summary.Told}, nil)
	})
}

// lacking reports whether something lacks that no application can do without.
func lacking(list []channels.InterviewOpen) bool {
	for _, o := range list {
		if o.Needed {
			return true
		}
	}
	return false
}

func (c *Channel) showSign(w http.ResponseWriter, r *http.Request, v signView, fault error) {
	v.Consents, v.Document = c.form.Consents, c.form.Document()
	page, status := view{Title: "看一遍,签个名", Data: v}, http.StatusOK
	if fault != nil {
		status, page.Error, page.Field = c.fault(w, r, fault)
	}
	c.show(w, r, status, "sign", page)
}

// signPost hands the interview in. Whatever fails, the page comes back with what it held,
// under the same key.
func (c *Channel) signPost(w http.ResponseWriter, r *http.Request) {
	who, err := c.visitor(w, r, true)
	if err != nil {
		c.sorry(w, r, err)
		return
	}
	sent, err := readPage(r)
	if err != nil {
		c.sorry(w, r, err)
		return
	}
	revision, err := strconv.ParseInt(sent.values["revision"], 10, 64)
	if err != nil {
		c.sorry(w, r, errTalk)
		return
	}
	v := signView{Revision: revision, Key: sent.values["key"], Values: sent.values, Kept: c.kept(sent.values)}
	got, err := c.signed(r, who, v, sent.files)
	var moved *channels.Moved
	switch {
	case errors.As(err, &moved) && !moved.Texts:
		http.Redirect(w, r, askHome, http.StatusSeeOther)
	case moved != nil: // nothing is ticked: it is another text
		c.showSign(w, r, signView{Revision: v.Revision, Key: v.Key, Kept: v.Kept}, err)
	case err != nil:
		c.showSign(w, r, v, err)
	default:
		http.Redirect(w, r, receiptAt(got), http.StatusSeeOther)
	}
}

func receiptAt(got intake.Receipt) string {
	to := url.URL{Path: "/c/app/receipt/" + string(got.Number)}
	if got.Spooled {
		to.RawQuery = "wait=1"
	}
	return to.String()
}

// unsigned names at once what no application goes without that is signed by one's own hand,
// nil when nothing of it lacks. NOTE: the check of means may lack where it is urgent
// (intake.WayOwnHand), so it is pointed to and not asked for.
func unsigned(v signView) error {
	const agree, name = "勾上第一条,同意我们处理您填的信息", "您的签名"
	var say string
	switch agreed, signed := v.Value("consent/process") == "yes", v.Kept["signed"] != ""; {
	case agreed && signed:
		return nil
	case agreed:
		say = "还差:" + name + "。"
	case signed:
		say = "还差:" + agree + "。"
	default:
		say = "还差两样:" + agree + ";还有" + name + "。"
	}
	if v.Value("consent/means_check") != "yes" {
		say += "核对收入和财产那一条也没勾,不是急事的都要勾。"
	}
	return core.Invalid("signature", say)
}

// signed keeps what the page brought and confirms the interview with it.
func (c *Channel) signed(r *http.Request, who citizen.Citizen, v signView, files map[string][]byte) (intake.Receipt, error) {
	in := channels.InterviewConfirmed{Key: v.Key, Revision: v.Revision}
	papers, err := c.papers(r, who, v.Kept, files)
	if err != nil {
		return intake.Receipt{}, err
	}
	in.Papers = papers
	for _, consent := range c.form.Consents {
		if v.Value("consent/"+consent.Purpose) == "yes" {
			in.Consents = append(in.Consents, channels.InterviewAgreed{Purpose: consent.Purpose, Version: v.Value("version/" + consent.Purpose)})
		}
	}
	in.Signature, err = c.sign(r, who, v.Value(channels.KindStrokes), v.Kept, files)
	if _, photo := files["signed"]; err == nil || !photo {
		err = cmp.Or(unsigned(v), err)
	}
	if err != nil {
		return intake.Receipt{}, err
	}
	return c.door.FileInterview(r.Context(), who, in)
}
