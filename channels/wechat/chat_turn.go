package wechat

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"lianou/channels"
	"lianou/core"
	"lianou/core/bell"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/matching"
	"lianou/core/pg"
	"lianou/intake"
	"lianou/intake/interview"
	"lianou/intake/talks"
)

// messages is how many of one person are taken: nobody types faster.
var messages = bell.Rate{Count: 60, Per: time.Minute}

// turnTries is how often a turn is taken again that another went past.
const turnTries = 5

// getPush answers the check of our address that WeChat makes when it is entered.
func (c *Channel) getPush(w http.ResponseWriter, r *http.Request) {
	echo, err := c.push.echo(r.URL.Query())
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, echo)
}

// postPush keeps what WeChat pushes and answers at once: WeChat waits five seconds and
// repeats what it has no answer to. The work is a job's.
func (c *Channel) postPush(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxPush+1))
	if err != nil {
		channels.WriteProblem(w, r, channels.BodyFault(err))
		return
	}
	m, err := c.push.open(r.URL.Query(), body)
	if err == nil {
		err = c.bounded(r.Context(), m)
	}
	if err == nil {
		err = c.keepOrSpool(r.Context(), m)
	}
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	_, _ = io.WriteString(w, "success")
}

// bounded refuses what nobody types so fast: before it is written down anywhere, so that
// nobody else waits behind it.
func (c *Channel) bounded(ctx context.Context, m message) error {
	if m.From == "" || m.Event == sentEvent { // as many as we sent
		return nil
	}
	sum := sha256.Sum256([]byte(m.From))
	if ok, _ := c.env.Shared.Allow(ctx, "chat:"+hex.EncodeToString(sum[:16]), messages); !ok {
		return core.E(core.KindTooMany, "wechat_messages", "")
	}
	return nil
}

// keepWait is how long a push waits for the database: WeChat hangs up after five seconds.
const keepWait = 3 * time.Second

// keepOrSpool takes a push down, on this machine's disk while the database is away and
// while others wait there.
func (c *Channel) keepOrSpool(ctx context.Context, m message) error {
	if c.spool == nil {
		return c.keep(ctx, m)
	}
	if c.spool.busy() {
		return c.spool.keep(m)
	}
	waiting, cancel := context.WithTimeout(ctx, keepWait)
	defer cancel()
	err := c.keep(waiting, m)
	if core.KindOf(err) == core.KindUnavailable {
		return c.spool.keep(m)
	}
	return err
}

// keep takes down what a person sent. Events that ask nothing of us are none.
func (c *Channel) keep(ctx context.Context, m message) error {
	kept := talks.Message{Channel: c.env.Name, Key: m.key(), Kind: talks.Text, Body: m.Content}
	switch {
	case m.Type == "image":
		kept.Kind, kept.Body = talks.Image, m.MediaID
	case m.Type == "voice":
		kept.Kind, kept.Body = talks.Spoken, voiceBody(m.Format, m.MediaID)
	case m.Type == "event" && m.Event == "user_enter_tempsession":
		kept.Kind, kept.Body = talks.Entered, ""
	case m.Type == "event" && m.Event == sentEvent:
		return c.reported(ctx, m)
	case m.Type == "event" && strings.HasPrefix(m.Event, "subscribe_msg_"):
		return c.subscriptionsOf(ctx, m)
	case m.Type == "event":
		return nil
	case m.Type != "text":
		kept.Kind, kept.Body = talks.Other, m.Type
	}
	if m.From == "" || len(m.From) > 64 {
		return errPushBody
	}
	if !m.took.IsZero() {
		kept.Ago = c.env.Now().Sub(m.took)
	}
	var err error
	if kept.Citizen, err = c.env.Citizens.Known(ctx, m.From); err != nil {
		return err
	}
	_, err = c.env.Talks.Heard(ctx, kept)
	return err
}

// turnTime bounds a turn.
const turnTime = time.Minute

// Register adds the work of chats to a program's workers.
func (c *Channel) Register(list *jobs.Workers) {
	if c.chat != nil {
		jobs.Work(list, turnTime, func(ctx context.Context, job jobs.Job[talks.Turn]) error {
			return c.goOn(ctx, job.Args.Citizen, job.Attempt)
		})
		jobs.Work(list, time.Minute, func(ctx context.Context, _ jobs.Job[talks.Waiting]) error { return c.tellWaiting(ctx) })
	}
}

// Finishes adds the work that ends what was confirmed at any door; one door of a program
// has it.
func (c *Channel) Finishes(list *jobs.Workers) { c.door.Register(list, c) }

// photoTries is how often a photo is asked for that WeChat or the store does not give: what
// comes behind it must not wait for days.
const photoTries = 3

// goOn takes all that came from somebody, and says what is to be said. attempt counts how
// often this was tried, from 1.
func (c *Channel) goOn(ctx context.Context, who string, attempt int) error {
	for again := 0; again < turnTries; {
		more, err := c.turn(ctx, who, attempt)
		switch {
		case errors.Is(err, talks.ErrMeanwhile):
			again++
		case err != nil:
			return err
		case more:
		default:
			if err := c.sayAll(ctx, who); err != nil || attempt == 1 {
				return err
			}
			return c.later(ctx, who)
		}
	}
	return talks.ErrMeanwhile
}

// turn takes the waiting messages of somebody into their conversation, or passes them to
// the agent who has it. more says that some are left: what came after the end of a
// conversation, or after it changed hands, is for the next turn.
func (c *Channel) turn(ctx context.Context, who string, attempt int) (more bool, err error) {
	list, err := c.env.Talks.Waiting(ctx, who)
	if err != nil {
		return false, err
	}
	hand, err := c.env.Talks.HandOf(ctx, who)
	if err != nil {
		return false, err
	}
	t, said, err := c.opened(ctx, who)
	if err != nil || len(list) == 0 && hand.How == "" && (hand.Call != "" || !t.agreedHere()) {
		return false, err
	}
	t.attempt, t.said = attempt, &said
	switch {
	case hand.How != "":
		t.resume(hand)
	case hand.Call == "" && t.st.Handing():
		err = t.goOnFiling(ctx, list)
	default:
		err = t.fromRecords(ctx, func() error { return t.takeAll(ctx, hand, list, &said) })
	}
	if err != nil {
		return false, err
	}
	if said.Talk.Body, err = json.Marshal(t.st); err != nil {
		return false, core.E(core.KindInternal, "chat_encode", "")
	}
	said.Replies, said.Filed, said.Hand, said.Pass, said.Up = t.out.replies, t.filed, t.hand, t.passed, t.up
	said.Also = t.also
	if t.waits && len(said.Taken) == 0 { // nothing changed: the words, or the clock, ask for the next turn
		return false, nil
	}
	if err := c.env.Talks.Say(ctx, said); err != nil {
		return false, err
	}
	for _, call := range t.listed {
		c.env.Calls.Listed(ctx, call)
	}
	return len(said.Taken) < len(list) && !t.waits, nil
}

// opened reads the conversation as far as it is.
func (c *Channel) opened(ctx context.Context, who string) (*turning, talks.Said, error) {
	said := talks.Said{Citizen: who, Channel: c.env.Name}
	var err error
	if said.Talk, err = c.env.Talks.Open(ctx, who); err != nil {
		return nil, said, err
	}
	now := c.env.Now()
	m, err := c.chat.in.Rules.On(core.DateOf(now))
	if err != nil {
		return nil, said, err
	}
	st, first, err := c.chat.open(said.Talk.Body, now)
	if err != nil {
		return nil, said, err
	}
	if st.Stage == asking {
		c.door.Expect(ctx, who, &st.Talking)
	}
	return &turning{c: c, st: st, m: m, from: core.Provenance{Said: "citizen", By: c.env.Name, At: now}, citizen: who, first: first, shown: shownOf(st)}, said, nil
}

// mediaATurn is how many photos and voices one turn fetches: each may take WeChat twenty
// seconds, and a turn has a minute. The rest is of the next.
const mediaATurn = 2

// takeAll takes messages until the conversation ends or changes hands.
func (t *turning) takeAll(ctx context.Context, hand talks.Hand, list []talks.Message, said *talks.Said) error {
	if t.first && hand.Call == "" {
		if told, err := t.filedElsewhere(ctx, list[0]); told || err != nil {
			return err
		}
		t.out.say(hello)
		t.st.From = list[0].ID
	}
	media := 0
	for i := 0; i < len(list) && !t.filed && t.hand == nil && t.up == nil && media < mediaATurn; i++ {
		if list[i].Kind == talks.Image || list[i].Kind == talks.Spoken {
			media++
		}
		answer := len(t.out.replies)
		if list[i].Kind == talks.Spoken && hand.Call == "" {
			waits, err := t.listen(ctx, list[i])
			if err != nil {
				return err
			}
			if waits && !asksPerson(list[i+1:]) { // who asks for an agent waits for no engine
				t.waits = true
				return nil
			}
			t.first = false
			t.sorry(answer)
			said.Taken = append(said.Taken, list[i].ID)
			continue
		}
		take := t.take
		if hand.Call != "" {
			take = func(ctx context.Context, msg talks.Message) error { return t.pass(ctx, hand, msg) }
		}
		if err := take(ctx, list[i]); err != nil {
			return err
		}
		t.first = false
		t.sorry(answer)
		said.Taken = append(said.Taken, list[i].ID)
	}
	return nil
}

// sorry says, before the answer to a message, that there was no room for its words. from is
// where that answer begins.
func (t *turning) sorry(from int) {
	word := t.st.Unkept()
	switch {
	case word == "":
	case from < len(t.out.replies):
		t.out.replies[from] = word + "\n" + t.out.replies[from]
	default:
		t.out.say(word)
	}
}

// asksPerson reports that somebody typed for an agent.
func asksPerson(list []talks.Message) bool {
	return slices.ContainsFunc(list, func(m talks.Message) bool { return m.Kind == talks.Text && commandOf(m.Body) == cmdPerson })
}

// turning is one turn.
type turning struct {
	c       *Channel
	st      *chatting
	m       *matching.Matcher
	from    core.Provenance
	citizen string
	attempt int
	said    *talks.Said // what this turn comes to, and the revision it goes on from
	first   bool        // the message that is taken opens the conversation
	shown   string      // what the summary of an earlier turn told: that can be agreed to
	out     outcome
	filed   bool

	waits  bool           // for the words of a voice message
	hand   *talks.Handing // the person asked for an agent
	passed *talks.Passed  // an agent has the conversation
	up     *talks.TakenUp // an agent has it no longer

	also   func(ctx context.Context, tx *pg.Tx) error // kept with the turn; nil for nothing
	listed []string                                   // calls that this puts into the agents' list
}

// shownOf is what an earlier turn's summary told; "" while none lies before the person.
func shownOf(st *chatting) string {
	if st.Stage != confirming {
		return ""
	}
	return st.Shown
}

func (t *turning) take(ctx context.Context, msg talks.Message) error {
	chat := t.c.chat
	switch {
	case msg.Kind == talks.Image:
		err := t.photo(ctx, msg.Body)
		if err != nil && t.attempt >= photoTries {
			t.c.env.Log.WarnContext(ctx, "a photo of a chat was given up", "error", err)
			t.out.say("这张照片我没取到。请过一会儿再发,或者直接打字告诉我姓名和身份证号。")
			return nil
		}
		return err
	case msg.Kind == talks.Other:
		t.out.say("我看得懂字、照片和语音,这个看不懂。请打字说,或者打 12345。")
		return nil
	case msg.Kind == talks.Entered:
		t.out.ask("", chat.ask(t.st, t.m))
		return nil
	case t.first && commandOf(msg.Body) == cmdNone:
		chat.also(t.st, msg.Body, t.from)
		chat.in.Aside(&t.st.Talking, interview.Step{Ref: "form/story"}, msg.Body, t.from)
		t.opens(msg.Body)
		t.out.ask(chat.in.Distress(&t.st.Talking, msg.Body, t.from), chat.ask(t.st, t.m))
		return nil
	case t.st.Talk.Known.Begun != "" && commandOf(msg.Body) == cmdNone:
		return t.fromCall(ctx, msg.Body)
	}
	got := chat.hear(t.st, t.m, msg.Body, t.from)
	t.out.replies = append(t.out.replies, got.replies...)
	switch {
	case got.person:
		return t.handOver(ctx, msg)
	case got.ring:
		rung, err := t.ring(ctx, casefile.ChatCall+msg.Key, msg)
		if rung {
			t.out.ask("", chat.ask(t.st, t.m))
		}
		return err
	case got.submit != nil && t.st.Shown != chat.content(t.st): // something was heard since
		t.out.ask("刚才又记了几样,请再看一遍。", chat.ask(t.st, t.m))
	case got.submit != nil && t.shown != chat.content(t.st): // "同意" that was on its way before the summary
		t.out.say("上面这些请先看一遍,都对、也同意,再回“同意”。")
	case got.submit != nil:
		return t.file(ctx, *got.submit, msg)
	}
	return nil
}

// opens takes somebody's first words for their story. Where they only name an item, they
// are kept beside it, and the story is asked.
func (t *turning) opens(words string) {
	if interview.OnlyOpens(words) {
		t.c.chat.in.Remark(&t.st.Talking, intake.Cut(words, intake.MaxStory), t.from)
		return
	}
	t.st.Know("form/story", intake.Cut(words, intake.MaxStory), t.from)
}

const within = 48 * time.Hour // WeChat delivers no answer later than this after the person's last word
