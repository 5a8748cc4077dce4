package wechat

import (
	"encoding/json"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"lianou/core"
	"lianou/core/matching"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/intake"
	"lianou/intake/interview"
	"lianou/transcription/slots"
)

// chat leads the interview as a conversation of messages. It keeps nothing: a turn takes
// what was kept and what came, and gives what is to be kept and said.
type chat struct {
	iv      *interview.Interviewer
	slots   *slots.Extractor
	regions *registry.Regions
	books   *policy.Library

	mu      sync.Mutex
	matcher *matching.Matcher // of the Book that was in force last
}

func newChat(regions *registry.Regions, books *policy.Library) (*chat, error) {
	iv, err := interview.NewInterviewer()
	if err != nil {
		return nil, err
	}
	var places []slots.Place
	add := func(p registry.Place) { places = append(places, slots.Place{Code: p.Code, Name: p.Name}) }
	for _, county := range regions.Counties() {
		add(county)
		for _, town := range regions.Townships(county.Code) {
			add(town)
			for _, village := range regions.Villages(town.Code) {
				add(village)
			}
		}
	}
	return &chat{iv: iv, slots: slots.New(places), regions: regions, books: books}, nil
}

// stage is where a conversation stands.
type stage string

const (
	asking     stage = "asking"
	confirming stage = "confirming" // the summary lies before the person
	withAgent  stage = "agent"      // a person answers
)

// chatting is what is kept of a chat between two turns.
type chatting struct {
	Stage stage                   `json:"stage"`
	Talk  *interview.Conversation `json:"talk"`
	Key   string                  `json:"key"`             // of the application, chosen once
	Lost  int                     `json:"lost,omitempty"`  // answers in a row that were not understood
	Cards []intake.PaperForm      `json:"cards,omitempty"` // photos of the ID card
}

// outcome is what a turn came to.
type outcome struct {
	replies []string
	submit  *intake.Form // to be handed in; the reply follows from its receipt
	agent   bool         // a person is asked for
	over    bool         // the conversation is over
}

func (o *outcome) say(words ...string) { o.replies = append(o.replies, strings.Join(words, "\n")) }

// What a person can say at any time.
var (
	wordsAgent  = []string{"人工", "转人工", "找人", "找个人", "真人", "客服", "坐席"}
	wordsAgain  = []string{"重来", "从头", "重新来", "重新开始", "重头来"}
	wordsBack   = []string{"上一问", "上一题", "说错了", "改一下", "返回"}
	wordsEnough = []string{"就这些", "就到这", "不问了", "够了", "别问了"}
	wordsAgree  = []string{"同意", "都办"}
)

// is reports whether a message is one of some words, alone or with little beside it. A
// sentence that contains them is an answer.
func is(said string, words []string) bool {
	for _, w := range words {
		if strings.Contains(said, w) && utf8.RuneCountInString(said) <= utf8.RuneCountInString(w)+3 {
			return true
		}
	}
	return false
}

const (
	hello = "我是莲藕,帮您报救助。问您几句,答不上来就说不清楚。\n随时可以回:“人工”找人说,“上一问”改刚才的,“重来”从头说。\n急事打 12345。"
	busy  = "我这边记不下来了,请过一会儿再发一次。急事打 12345。"
)

// today is the matcher of the Book in force.
func (c *chat) today(on core.Date) (*matching.Matcher, error) {
	book, err := c.books.On(on)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.matcher == nil || c.matcher.Book().Digest != book.Digest {
		if c.matcher, err = matching.Compile(book); err != nil {
			return nil, err
		}
	}
	return c.matcher, nil
}

// open reads what was kept; nothing begins a conversation.
func (c *chat) open(kept []byte, now time.Time, from core.Provenance) (*chatting, bool, error) {
	if len(kept) == 0 {
		on := core.DateOf(now)
		return &chatting{Stage: asking, Key: uuid.NewString(), Talk: c.iv.Begin(on, c.regions.Counties()[0].Code, interview.Known{
			Fields: map[string]string{}, Sources: map[string]core.Provenance{"form/contact.capacity": from}})}, true, nil
	}
	st := new(chatting)
	if err := json.Unmarshal(kept, st); err != nil || st.Talk == nil {
		return nil, false, core.E(core.KindInternal, "chat_kept", "") // the cause may quote what was said
	}
	return st, false, nil
}

// hear takes one text into the conversation.
func (c *chat) hear(st *chatting, m *matching.Matcher, said string, from core.Provenance) (out outcome) {
	said = strings.TrimSpace(said)
	switch {
	case is(said, wordsAgent):
		st.Stage, out.agent = withAgent, true
		return out
	case st.Stage == withAgent && !is(said, wordsAgain):
		return out // a person answers
	case is(said, wordsAgain):
		fresh, _, _ := c.open(nil, st.Talk.On.Time(), from)
		fresh.Key = st.Key
		*st = *fresh
		out.say("好,从头来。", c.ask(st, m))
		return out
	case st.Stage == confirming:
		return c.confirm(st, m, said)
	}
	step := c.iv.Next(st.Talk, m)
	switch {
	case is(said, wordsBack):
		st.Talk.Back()
		out.say("好,这一问重答。", c.ask(st, m))
		return out
	case is(said, wordsEnough):
		if err := c.iv.Take(st.Talk, step, interview.Given{Step: interview.StepEnough, From: from}); err == nil {
			out.say(c.ask(st, m))
		}
		return out
	}
	c.also(st, said, from)
	if answered := c.iv.Next(st.Talk, m); answered.Ref != step.Ref { // the message said it, among others
		out.say(c.ask(st, m))
		return out
	}
	return c.answer(st, m, step, said, from)
}

// answer takes the message for the answer to the open question.
func (c *chat) answer(st *chatting, m *matching.Matcher, step interview.Step, said string, from core.Provenance) (out outcome) {
	a, err := c.read(st, step, said)
	if err == nil {
		err = c.iv.Take(st.Talk, step, interview.Given{Step: step.Ref, Answer: a, From: from})
	}
	if err == nil {
		st.Lost = 0
		out.say(c.ask(st, m))
		return out
	}
	st.Lost++
	say := core.Known(err).Say
	if st.Lost >= 2 {
		say += "\n答不上来就说不清楚。想跟人说,回“人工”。"
	}
	out.say(say)
	return out
}

// read is the answer of a message. Places are looked up, which the interview cannot.
func (c *chat) read(st *chatting, step interview.Step, said string) (interview.Answer, error) {
	if step.Question == nil || step.Question.Type != interview.TypeRegion {
		return c.iv.Hear(st.Talk, step, said)
	}
	if code, ok := c.place(said, st.Talk.On); ok {
		return interview.Answer{Value: quoted(string(code))}, nil
	}
	if strings.Contains(said, "不知道") || strings.Contains(said, "不清楚") {
		return interview.Answer{}, nil
	}
	return interview.Answer{}, core.Invalid(step.Ref, "没找到这个地方。请连县和镇一起说,比如:平原县王庙镇。")
}

// place finds the village or the township that is named.
func (c *chat) place(said string, on core.Date) (core.RegionCode, bool) {
	p := c.slots.Text(said, on)
	switch {
	case p.Village.Value.Code != "":
		return p.Village.Value.Code, true
	case p.Township.Value.Code != "":
		return p.Township.Value.Code, true
	}
	return "", false
}

// also takes what a message says beside the answer to the open question: a name, a
// number, a place. What is known already stays as it is.
func (c *chat) also(st *chatting, said string, from core.Provenance) {
	if utf8.RuneCountInString(said) < 8 {
		return
	}
	p := c.slots.Text(said, st.Talk.On)
	fields := c.iv.Fields(st.Talk)
	put := func(key, value string) {
		if value != "" && fields[key] == "" {
			st.Talk.Known.Fields[key] = value
			st.Talk.Known.Sources[key] = from
		}
	}
	put("form/applicant.name", p.Name.Value)
	put("form/applicant.id_number", p.IDNumber.Value.Reveal())
	put("form/contact.phone", p.Phone.Value.Reveal())
	if code := p.Village.Value.Code; code != "" {
		put("form/live.region", string(code))
	} else {
		put("form/live.region", string(p.Township.Value.Code))
	}
	if len(st.Talk.Given) == 0 && fields["form/story"] == "" {
		put("form/story", said)
	}
}

// ask is the question that is open, or the summary when none is left.
func (c *chat) ask(st *chatting, m *matching.Matcher) string {
	step := c.iv.Next(st.Talk, m)
	if step.Ref != interview.StepEnd {
		return c.iv.Words(st.Talk, step, interview.Chat)
	}
	st.Stage = confirming
	return c.summary(st, m)
}

func quoted(s string) json.RawMessage {
	raw, _ := json.Marshal(s) // a string always has a form
	return raw
}
