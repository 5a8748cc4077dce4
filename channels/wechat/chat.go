package wechat

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"lianou/channels"
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
	rules   *matching.Current
}

func newChat(regions *registry.Regions, books *policy.Library) (*chat, error) {
	iv, err := interview.NewInterviewer()
	if err != nil {
		return nil, err
	}
	return &chat{iv: iv, slots: channels.ReaderOf(regions), regions: regions, rules: matching.NewCurrent(books)}, nil
}

// stage is where a conversation stands.
type stage string

const (
	asking     stage = "asking"
	confirming stage = "confirming" // the summary lies before the person
)

// chatting is what is kept of a chat between two turns.
type chatting struct {
	Stage stage                   `json:"stage"`
	Talk  *interview.Conversation `json:"talk"`
	Key   string                  `json:"key"`             // of the application, chosen once
	Lost  int                     `json:"lost,omitempty"`  // answers in a row that were not understood
	Dunno int                     `json:"dunno,omitempty"` // answers in a row that were "不清楚"
	Cards []intake.PaperForm      `json:"cards,omitempty"` // photos of the ID card
	From  int64                   `json:"from,omitempty"`  // the message it began with
	Marks []mark                  `json:"marks,omitempty"` // where each message began, to go back to
	Heard []heardNumber           `json:"heard,omitempty"` // numbers that a machine heard, to be confirmed
}

// outcome is what a turn came to.
type outcome struct {
	replies []string
	submit  *intake.Form // to be handed in; the reply follows from its receipt
	person  bool         // the person wants to speak with somebody
	ring    bool         // they want to be rung up
}

func (o *outcome) say(words string) { o.replies = append(o.replies, words) }

// ask says a question after a word of ours, in one message.
func (o *outcome) ask(word string, questions []string) {
	if word != "" {
		questions = append([]string{word + "\n" + questions[0]}, questions[1:]...)
	}
	o.replies = append(o.replies, questions...)
}

// A command is a whole message and no part of one: "不太同意" is no consent, and "找人借的
// 钱" asks for nobody.
type command string

const (
	cmdNone   command = ""
	cmdPerson command = "person"
	cmdAgain  command = "again"
	cmdBack   command = "back"
	cmdEnough command = "enough"
	cmdAgree  command = "agree"
	cmdCalm   command = "calm"
	cmdAlone  command = "alone" // no agent after all
	cmdRing   command = "ring"
)

var commands = map[command][]string{
	cmdPerson: {"人工", "转人工", "找人工", "人工客服", "客服", "坐席", "真人", "找个人", "找人说", "我要人工", "要人工", "叫人来", "找人", "找人说话", "找个人说", "想找人说"},
	cmdAgain:  {"重来", "从头来", "从头", "重新来", "重新开始", "从头说", "重头来"},
	cmdBack:   {"上一问", "上一题", "说错了", "答错了", "改一下", "返回", "改上一问", "回上一问"},
	cmdEnough: {"就这些", "就这些了", "就到这", "就到这儿", "不问了", "别问了", "先这样"},
	cmdAgree:  {"同意", "我同意", "都同意", "同意了", "同意的", "俺同意"},
	cmdAlone:  {"自己填", "我自己填", "接着填", "自己接着填", "接着问", "不等了", "不用人工", "不用人工了", "不找人了"},
	cmdRing:   {"打给我", "给我打电话", "打电话给我", "给我回电话", "回电话", "打我电话"},
	cmdCalm:   {"不急", "不算急", "不着急", "没那么急"},
}

// commandOf is the command that a message is.
func commandOf(said string) command {
	bare := strings.TrimFunc(said, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsPunct(r) || strings.ContainsRune("“”\"'啊吧呀", r)
	})
	for c, words := range commands {
		if slices.Contains(words, bare) {
			return c
		}
	}
	return cmdNone
}

const hello = "我是莲藕,帮您报救助。问您几句,答不上来就说不清楚。\n随时可以回:“人工”找人说,“上一问”改刚才的,“重来”从头说。\n急事打 12345。"

// open reads what was kept; nothing begins a conversation.
func (c *chat) open(kept []byte, now time.Time) (st *chatting, first bool, err error) {
	st = &chatting{Stage: asking, Key: uuid.NewString()}
	if len(kept) == 0 {
		st.Talk = c.iv.Begin(core.DateOf(now), c.regions.Counties()[0].Code, interview.Known{})
	} else if err := json.Unmarshal(kept, st); err != nil || st.Talk == nil {
		return nil, false, core.E(core.KindInternal, "chat_kept", "") // the cause may quote what was said
	}
	return st, len(kept) == 0, nil
}

// know takes a field that nobody need be asked for.
func (st *chatting) know(key, value string, from core.Provenance) {
	k := &st.Talk.Known
	if k.Fields == nil {
		k.Fields = map[string]string{}
	}
	if k.Sources == nil {
		k.Sources = map[string]core.Provenance{}
	}
	st.remember(key)
	k.Fields[key], k.Sources[key] = value, from
}

// hear takes one text into the conversation; "上一问" afterwards undoes all of it.
func (c *chat) hear(st *chatting, m *matching.Matcher, said string, from core.Provenance) outcome {
	cmd := commandOf(strings.TrimSpace(said))
	if cmd == cmdBack || cmd == cmdAgain {
		return c.understand(st, m, said, from)
	}
	st.begin()
	defer st.end()
	return c.understand(st, m, said, from)
}

func (c *chat) understand(st *chatting, m *matching.Matcher, said string, from core.Provenance) (out outcome) {
	said = strings.TrimSpace(said)
	cmd := commandOf(said)
	if len(st.Heard) > 0 && cmd == cmdNone {
		if out, done := c.confirmHeard(st, m, said, from); done {
			return out
		}
	}
	st.Heard = nil
	switch cmd {
	case cmdPerson:
		out.person = true
		return out
	case cmdRing:
		out.ring = true
		return out
	case cmdAgain:
		st.Talk = c.iv.Begin(st.Talk.On, c.regions.Counties()[0].Code, interview.Known{})
		st.Stage, st.Lost, st.Cards, st.Marks = asking, 0, nil, nil
		out.ask("好,从头来。", c.ask(st, m))
		return out
	case cmdBack:
		st.Stage = asking
		st.back()
		out.ask("好,这一问重答。", c.ask(st, m))
		return out
	}
	step := c.iv.Next(st.Talk, m)
	if word := c.urgent(st, said, from); word != "" {
		if step.Ref == "form/story" {
			st.know("form/story", said, from)
		}
		out.ask(word, c.ask(st, m))
		return out
	}
	told := c.also(st, said, from)
	if st.Stage == confirming && cmd == cmdCalm { // we heard need where there is none at once
		st.know("form/urgent", "false", from)
		told = true
	}
	if st.Stage == confirming {
		return c.confirm(st, m, cmd, told)
	}
	if cmd == cmdEnough && c.iv.Take(st.Talk, step, interview.Given{Step: interview.StepEnough, From: from}) == nil || told && c.iv.Next(st.Talk, m).Ref != step.Ref {
		out.ask("", c.ask(st, m)) // of what the message said beside, the open question was one
		return out
	}
	return c.answer(st, m, said, from)
}

// answer takes the message for the answer to the open question.
func (c *chat) answer(st *chatting, m *matching.Matcher, said string, from core.Provenance) (out outcome) {
	step := c.iv.Next(st.Talk, m)
	a, err := c.read(st, step, said)
	if err == nil {
		err = c.iv.Take(st.Talk, step, interview.Given{Step: step.Ref, Answer: a, From: from})
	}
	if err == nil {
		st.Lost = 0
		if step.Ref == capacity {
			c.forWhom(st)
		}
		if st.Dunno++; len(a.Value) > 0 || len(a.Members) > 0 || a.None {
			st.Dunno = 0
		}
		word := ""
		if st.Dunno > 0 && st.Dunno%patience == 0 {
			word = "答不上来没关系。回“就这些”就到这儿,回“人工”有人打给您。"
		}
		out.ask(word, c.ask(st, m))
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

// capacity is the question for whom somebody speaks.
const capacity = "form/contact.capacity"

// forWhom sorts what was said before anybody knew for whom: "我叫张秀英,给俺娘问问" names
// who speaks, and a number beside it is nobody's yet.
func (c *chat) forWhom(st *chatting) {
	fields := c.iv.Fields(st.Talk)
	if fields[capacity] == string(core.CapacitySelf) {
		return
	}
	k := st.Talk.Known
	st.remember("form/applicant.name")
	st.remember("form/applicant.id_number")
	if name := k.Fields["form/applicant.name"]; name != "" && k.Sources["form/applicant.name"].Said != fromCard {
		st.know("form/contact.name", name, k.Sources["form/applicant.name"])
		delete(k.Fields, "form/applicant.name")
		delete(k.Fields, "form/applicant.id_number")
	}
}

// patience is how many answers in a row may be "不清楚" before we offer to stop.
const patience = 4

// distress are words that no question may pass over.
var distress = []string{"没饭", "饿", "揭不开锅", "断粮", "断药", "活不下去", "活不了", "不想活", "没法活", "救命"}

// urgent notes that somebody is in need now, and says where help is at once.
func (c *chat) urgent(st *chatting, said string, from core.Provenance) string {
	if c.iv.Fields(st.Talk)["form/urgent"] == "true" || !slices.ContainsFunc(distress, func(w string) bool { return strings.Contains(said, w) }) {
		return ""
	}
	st.know("form/urgent", "true", from)
	return "听出来您很急,已经记下。现在就打 12345,马上有人接。"
}

// read is the answer of a message. Places are looked up, which the interview cannot; of
// "我叫张秀英" the name counts.
func (c *chat) read(st *chatting, step interview.Step, said string) (interview.Answer, error) {
	if strings.HasSuffix(step.Ref, ".name") {
		said = cmp.Or(c.slots.Text(said, st.Talk.On).Name.Value, said)
	}
	if step.Question == nil || step.Question.Type != interview.TypeRegion {
		return c.iv.Hear(st.Talk, step, said)
	}
	if code, ok := c.place(said, st.Talk.On); ok {
		return interview.Answer{Value: interview.Text(string(code))}, nil
	}
	if strings.Contains(said, "不知道") || strings.Contains(said, "不清楚") {
		return interview.Answer{}, nil
	}
	return interview.Answer{}, core.Invalid(step.Ref, "没找到这个地方。请连县和镇一起说,比如:平原县王庙镇。")
}

// place finds the village or the township that is named.
func (c *chat) place(said string, on core.Date) (core.RegionCode, bool) {
	tries := []string{said}
	if utf8.RuneCountInString(said) <= 6 { // "孟寺", as its own people say
		tries = append(tries, said+"镇", said+"街道", said+"乡")
	}
	for _, words := range tries {
		p := c.slots.Text(words, on)
		if code := cmp.Or(p.Village.Value.Code, p.Township.Value.Code); code != "" {
			return code, true
		}
	}
	return "", false
}

// also takes what a message says beside the answer to the open question: a name, a
// number, a place of who applies. What the person said before stays as it is, and what
// they said they do not know is not guessed from another's number; but what was read from
// a photo gives way to their own word, and under the summary every word puts right. It
// reports whether it took something.
func (c *chat) also(st *chatting, said string, from core.Provenance) (took bool) {
	if utf8.RuneCountInString(said) < 4 {
		return false
	}
	p := c.slots.Text(said, st.Talk.On)
	fields := c.iv.Fields(st.Talk)
	put := func(key, value string) {
		was, known := fields[key]
		read := st.Talk.Known.Sources[key].Said == fromCard
		if value == "" || value == was || st.Stage != confirming && !read && (known || st.Talk.Answered(key)) {
			return
		}
		st.know(key, value, from)
		took = true
	}
	if who := fields[capacity]; who == "" || who == string(core.CapacitySelf) {
		put("form/applicant.name", p.Name.Value)
		put("form/applicant.id_number", p.IDNumber.Value.Reveal())
	}
	put("form/contact.phone", p.Phone.Value.Reveal())
	put("form/live.region", string(cmp.Or(p.Village.Value.Code, p.Township.Value.Code)))
	return took
}

// fromCard is the source of what was read from a photo of an ID card.
const fromCard = "id_card"

// ask is the question that is open, or the summary when none is left.
func (c *chat) ask(st *chatting, m *matching.Matcher) []string {
	step := c.iv.Next(st.Talk, m)
	if step.Ref != interview.StepEnd {
		return []string{c.iv.Words(st.Talk, step, interview.Chat)}
	}
	st.Stage = confirming
	return c.summary(st, m)
}
