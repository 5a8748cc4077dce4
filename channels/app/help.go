package app

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"lianou/channels"
	"lianou/core"
	"lianou/core/matching"
	"lianou/intake/interview"
)

// help is the screener (看看能帮什么): questions without log-in, and what help there might
// be. It keeps nothing: the conversation travels in the page and names nobody.
type help struct {
	iv    *interview.Interviewer
	rules *matching.Current
}

// maxTalk bounds a conversation in a page: twelve members with every fact take a tenth.
const (
	maxTalk   = 32 << 10
	mostGiven = 200
)

// helpView is one page of the screener.
type helpView struct {
	Talk     string // the conversation, as JSON
	Q        question
	Asked    int // questions answered so far
	Counties []channels.Place
	Summary  *interview.Summary
}

// question is a step on a page, with the lists and what stands in its field.
type question struct {
	channels.InterviewStep
	Counties []channels.Place
	Value    string
	again    url.Values // of a page that is shown again: what stood in its fields
}

func (c *Channel) helpPage(w http.ResponseWriter, r *http.Request) {
	c.show(w, r, http.StatusOK, "help", view{Title: "看看能帮什么", Data: helpView{Counties: c.door.Counties()}})
}

var errTalk = core.E(core.KindInvalid, "screener_lost", "这一页没有传完整。请从头再来一遍,用不了几分钟。")

// helpPost takes one answer and shows the next question, or what came of them.
func (c *Channel) helpPost(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		c.sorry(w, r, errTalk)
		return
	}
	m, err := c.help.rules.On(core.DateOf(c.env.Now()))
	if err != nil {
		c.sorry(w, r, err)
		return
	}
	talk, err := c.help.open(c, r.PostForm)
	if err != nil {
		c.sorry(w, r, err)
		return
	}
	fault := c.help.turn(talk, m, r.PostForm)
	if core.KindOf(fault) == core.KindConflict {
		fault = nil // an old page, sent again: the question that is open now is shown
	}
	v, err := c.help.view(talk, m)
	if err != nil {
		c.sorry(w, r, err)
		return
	}
	page, status := view{Title: v.title(), Data: v}, http.StatusOK
	if fault != nil {
		v.Q.refused(r.PostForm)
		page.Data = v
		status, page.Error, page.Field = c.fault(w, r, fault)
	}
	c.show(w, r, status, "help", page)
}

// open reads the conversation of a page, or begins one. It came from outside: an answer
// that is none of its question's is passed over when it is replayed.
func (h *help) open(c *Channel, form url.Values) (*interview.Conversation, error) {
	raw := form.Get("talk")
	if raw != "" {
		return readTalk(raw)
	}
	county := core.RegionCode(form.Get("county"))
	for _, p := range c.door.Counties() {
		if p.Code == county {
			return h.iv.Begin(core.DateOf(c.env.Now()), county, interview.Known{}), nil
		}
	}
	return nil, core.Invalid("county", "请选一下住在哪个县。")
}

// readTalk reads a conversation that travelled in a page. It names nobody, or it is none.
func readTalk(raw string) (*interview.Conversation, error) {
	talk := new(interview.Conversation)
	d := json.NewDecoder(strings.NewReader(raw))
	d.DisallowUnknownFields()
	if len(raw) > maxTalk || d.Decode(talk) != nil || d.More() {
		return nil, errTalk
	}
	if _, err := core.ParseRegion(string(talk.County)); err != nil || talk.On.IsZero() || len(talk.Known.Facts)+len(talk.Known.Fields)+len(talk.Known.Members) > 0 {
		return nil, errTalk
	}
	// An interview asks each step once, and some sixty: what says more was made to cost.
	seen := map[string]bool{}
	for i := range talk.Given {
		g := &talk.Given[i]
		if seen[g.Step] || len(talk.Given) > mostGiven || len(g.About) > core.MaxMembers || len(g.Answer.Members) > core.MaxMembers {
			return nil, errTalk
		}
		seen[g.Step] = true
	}
	return talk, nil
}

// turn does what the page asks for: an answer, a step back, or no more questions.
func (h *help) turn(talk *interview.Conversation, m *matching.Matcher, form url.Values) error {
	ref := form.Get("step")
	if ref == "" {
		return nil // the first page
	}
	if form.Has("back") {
		talk.Back()
		return nil
	}
	step := h.iv.Next(talk, m)
	if form.Has("enough") {
		return h.iv.Take(talk, step, interview.Given{Step: interview.StepEnough})
	}
	a := interview.Answer{}
	if !form.Has("dunno") {
		var err error
		if a, err = answered(step, form); err != nil {
			return err
		}
	}
	return h.iv.Take(talk, step, interview.Given{Step: ref, Answer: a})
}

// view is the page of the question that is open.
func (h *help) view(talk *interview.Conversation, m *matching.Matcher) (helpView, error) {
	raw, err := json.Marshal(talk)
	if err != nil {
		return helpView{}, err
	}
	if len(raw) > maxTalk {
		return helpView{}, errTalk
	}
	step := h.iv.Next(talk, m)
	v := helpView{Talk: string(raw), Asked: len(talk.Given), Q: question{InterviewStep: channels.ShowStep(h.iv, &channels.Talking{Talk: talk}, step)}}
	if step.Ref == interview.StepEnd {
		sum := h.iv.Sum(talk, m)
		v.Summary = &sum
	}
	return v, nil
}

func (v helpView) title() string {
	switch {
	case v.Summary == nil:
		return "看看能帮什么"
	case len(v.Summary.May) == 0:
		return "问完了"
	}
	return "可能能帮上这些"
}

// answered reads the inputs of a page into an answer. An empty one is "不清楚" only where
// the person said so; here it is asked again.
func answered(step interview.Step, form url.Values) (interview.Answer, error) {
	again := core.Invalid(step.Ref, "还没选。不清楚就点“不清楚”。")
	if step.Question == nil {
		return interview.Answer{}, again
	}
	if step.About != nil {
		a := interview.Answer{None: form.Has("none")}
		for _, ref := range form["who"] {
			a.Members = append(a.Members, core.MemberRef(ref))
		}
		if !a.None && len(a.Members) == 0 {
			return a, again
		}
		return a, nil
	}
	value, err := typed(step.Question, form)
	return interview.Answer{Value: value}, err
}
