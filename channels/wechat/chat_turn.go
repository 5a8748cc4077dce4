package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"lianou/channels"
	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/matching"
	"lianou/intake"
	"lianou/intake/talks"
)

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
		err = c.keep(r.Context(), m)
	}
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	_, _ = io.WriteString(w, "success")
}

// keep takes down what a person sent. Events that ask nothing of us are none.
func (c *Channel) keep(ctx context.Context, m message) error {
	kept := talks.Message{Channel: c.env.Name, Key: m.key(), Kind: m.Type, Body: m.Content}
	switch m.Type {
	case "text":
	case "image":
		kept.Body = m.MediaID
	case "event":
		if m.Event != "user_enter_tempsession" {
			return nil
		}
	default:
		kept.Kind, kept.Body = "event", "other"
	}
	if m.From == "" || len(m.From) > 64 {
		return errPushBody
	}
	login, err := c.env.Citizens.Known(ctx, m.From)
	if err != nil {
		return err
	}
	kept.Citizen = login
	_, err = c.env.Talks.Heard(ctx, kept)
	return err
}

// Register adds the work of chats to a program's workers.
func (c *Channel) Register(list *jobs.Workers) {
	if c.chat != nil {
		jobs.Work(list, time.Minute, func(ctx context.Context, job jobs.Job[talks.Turn]) error { return c.goOn(ctx, job.Args.Citizen) })
	}
}

// Chats reports whether the chat is open.
func (c *Channel) Chats() bool { return c.chat != nil }

// goOn takes all that came from somebody, and says what is to be said.
func (c *Channel) goOn(ctx context.Context, citizen string) error {
	err := c.turn(ctx, citizen)
	for n := 1; n < turnTries && errors.Is(err, talks.ErrMeanwhile); n++ {
		err = c.turn(ctx, citizen)
	}
	if err != nil {
		return err
	}
	return c.sayAll(ctx, citizen)
}

// turn takes the waiting messages of somebody into their conversation.
func (c *Channel) turn(ctx context.Context, citizen string) error {
	list, err := c.env.Talks.Waiting(ctx, citizen)
	if err != nil || len(list) == 0 {
		return err
	}
	kept, err := c.env.Talks.Open(ctx, citizen)
	if err != nil {
		return err
	}
	now := c.env.Now()
	m, err := c.chat.today(core.DateOf(now))
	if err != nil {
		return err
	}
	from := core.Provenance{Said: "citizen", By: c.env.Name, At: now}
	st, first, err := c.chat.open(kept.Body, now, from)
	if err != nil {
		return err
	}
	t := turning{c: c, st: st, m: m, from: from, citizen: citizen}
	if first {
		t.out.say(hello)
	}
	said := talks.Said{Citizen: citizen, Channel: c.env.Name, Talk: kept}
	for i := range list {
		if err := t.take(ctx, list[i], first && i == 0); err != nil {
			return err
		}
		said.Taken = append(said.Taken, list[i].ID)
	}
	if said.Talk.Body, err = json.Marshal(st); err != nil {
		return core.E(core.KindInternal, "chat_encode", "")
	}
	said.Replies, said.End = t.out.replies, t.end
	return c.env.Talks.Say(ctx, said)
}

// turning is one turn.
type turning struct {
	c       *Channel
	st      *chatting
	m       *matching.Matcher
	from    core.Provenance
	citizen string
	out     outcome
	end     string
}

func (t *turning) take(ctx context.Context, msg talks.Message, opening bool) error {
	chat := t.c.chat
	switch {
	case t.end != "":
		return nil // what came after the end begins the next conversation
	case msg.Kind == "image":
		return t.photo(ctx, msg.Body)
	case msg.Kind == "event" && msg.Body == "other":
		t.out.say("我只看得懂字和照片。请打字说,或者打 12345。")
		return nil
	case msg.Kind == "event":
		t.out.say(chat.ask(t.st, t.m))
		return nil
	case opening && !is(msg.Body, wordsAgent):
		chat.also(t.st, msg.Body, t.from)
		if fields := t.st.Talk.Known.Fields; fields["form/story"] == "" {
			fields["form/story"] = clip(msg.Body)
			t.st.Talk.Known.Sources["form/story"] = t.from
		}
		t.out.say(chat.ask(t.st, t.m))
		return nil
	}
	got := chat.hear(t.st, t.m, msg.Body, t.from)
	t.out.replies = append(t.out.replies, got.replies...)
	switch {
	case got.agent:
		t.out.say("好,我请人来跟您说。也可以直接打 12345,马上有人接。想接着自己填,回“重来”。")
	case got.submit != nil:
		return t.file(ctx, *got.submit)
	}
	return nil
}

// file hands the application in. The key was chosen once: a turn that is taken again after
// a crash hands in the same.
func (t *turning) file(ctx context.Context, form intake.Form) error {
	got, err := t.c.env.Intake.Submit(ctx, intake.Submission{Form: form, Way: intake.WayChat, Citizen: t.citizen})
	switch kind := core.KindOf(err); {
	case err == nil:
		t.end = "filed"
		t.out.say(t.c.door.Promise(got))
	case kind == core.KindInvalid || kind == core.KindConflict || kind == core.KindTooMany:
		t.st.Stage = asking
		t.out.say(core.Known(err).Say, "改好了再报。要改刚才的回“上一问”,想跟人说回“人工”。")
	default:
		return err // tried again
	}
	return nil
}

// clip bounds a story to what the form takes.
func clip(s string) string {
	if r := []rune(s); len(r) > 1000 {
		return string(r[:1000])
	}
	return s
}

const within = 48 * time.Hour // WeChat delivers no answer later than this after the person's last word
