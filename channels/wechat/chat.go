package wechat

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lianou/channels"
	"lianou/core"
	"lianou/core/matching"
	"lianou/intake"
	"lianou/intake/interview"
	"lianou/intake/records"
)

// chat leads the interview as a conversation of messages. It keeps nothing: a turn takes
// what was kept and what came, and gives what is to be kept and said.
type chat struct {
	in *channels.Interviews
	iv *interview.Interviewer // of in
}

func newChat(in *channels.Interviews) *chat { return &chat{in: in, iv: in.Interviewer} }

// stage is where a conversation stands.
type stage string

const (
	asking     stage = "asking"
	confirming stage = "confirming" // the summary lies before the person
)

// chatting is what is kept of a chat between two turns: the interview, which other doors
// go on with as well, and where the chat stands.
type chatting struct {
	channels.Talking
	Stage stage         `json:"stage"`
	Lost  int           `json:"lost,omitempty"`  // answers in a row that were not understood
	Dunno int           `json:"dunno,omitempty"` // answers in a row that were "不清楚"
	Fix   string        `json:"fix,omitempty"`   // the line of the summary that is asked again
	Shown string        `json:"shown,omitempty"` // digest of what the last summary told
	Marks []mark        `json:"marks,omitempty"` // where each message began, to go back to
	Heard []heardNumber `json:"heard,omitempty"` // numbers that a machine heard, to be confirmed

	before *before        // of the message that is being taken
	came   *records.Sheet // the answer of the city's records, until a question is asked
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
	cmdWrong  command = "wrong" // what others put down of them
)

var commands = map[command][]string{
	cmdPerson: {"人工", "转人工", "找人工", "人工客服", "客服", "坐席", "真人", "找个人", "找人说", "我要人工", "要人工", "叫人来", "找人", "找人说话", "找个人说", "想找人说"},
	cmdAgain:  {"重来", "从头来", "从头", "重新来", "重新开始", "从头说", "重头来"},
	cmdBack:   {"上一问", "上一题", "说错了", "答错了", "改一下", "返回", "改上一问", "回上一问"},
	cmdEnough: {"就这些", "就这些了", "就到这", "就到这儿", "不问了", "别问了", "先这样"},
	cmdAgree:  {"同意", "我同意", "都同意", "同意了", "同意的", "俺同意"},
	cmdAlone:  {"自己填", "我自己填", "接着填", "自己接着填", "接着问", "不等了", "不用人工", "不用人工了", "不找人了"},
	cmdRing:   {"打给我", "给我打电话", "打电话给我", "给我回电话", "回电话", "打我电话"},
	cmdWrong:  {"记的不对", "记得不对", "记录不对", "电话里的不对", "电话里说的不对"},
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
	st = &chatting{Stage: asking}
	if len(kept) == 0 {
		st.Talking = c.in.Begin(core.DateOf(now))
	} else if err := json.Unmarshal(kept, st); err != nil || st.Talk == nil {
		return nil, false, core.E(core.KindInternal, "chat_kept", "") // the cause may quote what was said
	}
	return st, len(kept) == 0, nil
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
	if cmd != cmdNone {
		st.Fix = ""
	}
	if out, done := c.obey(st, m, cmd); done {
		return out
	}
	step := c.iv.Next(st.Talk, m)
	if word := c.in.Distress(&st.Talking, said, from); word != "" {
		if step.Ref == "form/story" {
			st.Know("form/story", said, from)
		}
		out.ask(word, c.ask(st, m))
		return out
	}
	told, rest, beside := c.also(st, said, from), said, ""
	if cmd == cmdNone {
		rest, beside = c.in.Aside(&st.Talking, step, said, from)
		told = told || beside != "" && st.Stage == confirming
	}
	if st.Stage == confirming && cmd == cmdCalm { // we heard need where there is none at once
		st.Know("form/urgent", "false", from)
		told = true
	}
	if st.Stage == confirming {
		if cmd == cmdNone && !told {
			if out, done := c.mend(st, m, said, from); done {
				return out
			}
		}
		return c.confirm(st, m, cmd, told)
	}
	if step.Ref == interview.StepEnd { // the last question was answered at another door
		out.ask("", c.ask(st, m))
		return out
	}
	if cmd == cmdEnough && c.iv.Take(st.Talk, step, interview.Given{Step: interview.StepEnough, From: from}) == nil || told && c.iv.Next(st.Talk, m).Ref != step.Ref {
		out.ask("", c.ask(st, m)) // of what the message said beside, the open question was one
		return out
	}
	if rest == "" { // nothing is left for an answer
		out.ask(cmp.Or(beside, "您说的记下了。"), c.reask(st, m, step))
		return out
	}
	return c.answer(st, m, said, rest, beside, from)
}

// obey does what a command asks that is no answer; done is false for everything else.
func (c *chat) obey(st *chatting, m *matching.Matcher, cmd command) (out outcome, done bool) {
	switch cmd {
	case cmdPerson:
		out.person = true
	case cmdRing:
		out.ring = true
	case cmdAgain:
		key, began, filing := st.Key, st.From, st.Filing
		*st = chatting{Talking: c.in.Begin(st.Talk.On), Stage: asking}
		st.Key, st.From, st.Filing = key, began, filing
		out.ask("好,从头来。", c.ask(st, m))
	case cmdBack:
		st.Stage = asking
		st.back()
		out.ask("好,这一问重答。", c.ask(st, m))
	case cmdWrong:
		if !c.unlearn(st) {
			return out, false
		}
		out.ask("好,这些我再问一遍。", c.ask(st, m))
	default:
		return out, false
	}
	return out, true
}

// answer takes what is left of a message, after what it said beside, for the answer to the
// open question.
func (c *chat) answer(st *chatting, m *matching.Matcher, said, rest, beside string, from core.Provenance) (out outcome) {
	step := c.iv.Next(st.Talk, m)
	a, err := c.in.Hear(&st.Talking, step, rest)
	if err != nil || step.Question.Extra(rest) {
		c.in.Remark(&st.Talking, said, from)
	}
	if err == nil {
		err = c.in.Take(&st.Talking, step, interview.Given{Step: step.Ref, Answer: a, From: from})
	}
	if err == nil {
		st.Lost = 0
		if st.Dunno++; len(a.Value) > 0 || len(a.Members) > 0 || a.None {
			st.Dunno = 0
		}
		word := beside
		if st.Dunno > 0 && st.Dunno%patience == 0 {
			word = "答不上来没关系。回“就这些”就到这儿,回“人工”有人打给您。"
		}
		out.ask(word, c.ask(st, m))
		return out
	}
	st.Lost++
	say := beside + core.Known(err).Say
	if st.Lost >= 2 {
		say += "\n答不上来就说不清楚。想跟人说,回“人工”。"
	}
	out.say(say)
	return out
}

// patience is how many answers in a row may be "不清楚" before we offer to stop.
const patience = 4

// also takes what a message says beside the answer to the open question: a name, a
// number, a place of who applies. What the person said before stays as it is, and what
// they said they do not know is not guessed from another's number; but what was read from
// a photo gives way to their own word, and under the summary every word puts right. It
// reports whether it took something.
func (c *chat) also(st *chatting, said string, from core.Provenance) (took bool) {
	if utf8.RuneCountInString(said) < 4 {
		return false
	}
	p := c.in.Words.Text(said, st.Talk.On)
	fields := c.iv.Fields(st.Talk)
	put := func(key, value string) {
		was, known := fields[key]
		read := st.Talk.Known.Sources[key].Said == channels.FromCard
		if value == "" || value == was || st.Stage != confirming && !read && (known || st.Talk.Answered(key)) {
			return
		}
		took = c.note(st, key, value, from) || took
	}
	if who := fields[channels.CapacityStep]; who == "" || who == string(core.CapacitySelf) {
		put("form/applicant.name", p.Name.Value)
		put("form/applicant.id_number", p.IDNumber.Value.Reveal())
	}
	put("form/contact.phone", p.Phone.Value.Reveal())
	put("form/live.region", string(cmp.Or(p.Village.Value.Code, p.Township.Value.Code)))
	return took
}

// ask is the question that is open, or the summary when none is left.
func (c *chat) ask(st *chatting, m *matching.Matcher) []string {
	if st.came != nil { // not before: the message in hand answers what was asked
		st.Talking.Learn(st.came)
		st.came = nil
	}
	step := c.iv.Next(st.Talk, m)
	if step.Ref != interview.StepEnd {
		return []string{c.iv.Words(st.Talk, step, interview.Chat)}
	}
	st.Stage, st.Shown = confirming, c.content(st)
	return c.summary(st, m)
}

// note takes what was said beside into a field, in the place of its answer where it has one.
func (c *chat) note(st *chatting, key, value string, from core.Provenance) bool {
	if step, _, ok := c.iv.Again(st.Talk, key); ok && st.Talk.Answered(key) {
		return c.in.Correct(&st.Talking, step, interview.Given{Step: key, Answer: interview.Answer{Value: interview.Text(value)}, From: from}) == nil
	}
	st.Know(key, value, from)
	return true
}

// reask is the question that is open, in other words where it is the same as before.
func (c *chat) reask(st *chatting, m *matching.Matcher, was interview.Step) []string {
	list := c.ask(st, m)
	if q := c.iv.Next(st.Talk, m).Question; q != nil && q.Key == was.Ref && q.Again != "" {
		return []string{q.Again}
	}
	return list
}

// content is the digest of all that would be handed in, and of which texts are agreed to.
// "同意" is to the summary of it, and to nothing that was heard, put right or published since.
func (c *chat) content(st *chatting) string {
	raw, err := json.Marshal(struct {
		Known    interview.Known
		Given    []interview.Given
		Asides   []interview.Aside
		Consents []interview.Consent
	}{st.Talk.Known, st.Talk.Given, st.Talk.Asides, c.iv.Form().Consents})
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
