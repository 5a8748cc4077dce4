package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/citizen"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/intake"
	"lianou/intake/calls"
	"lianou/intake/talks"
)

// silence is how long a conversation lies in the agents' hands without a word of either
// side: over a night and a working day, and well within the 48 hours in which what we say
// still reaches who asked.
const silence = 24 * time.Hour

// longWait is how long nobody comes before the person is told and may choose again.
const longWait = 30 * time.Minute

const (
	handed      = "好,转给坐席了。前面说的坐席都看得到,不用再说一遍;又想到什么,直接写在这里。\n不想等了,回“自己填”。急事打 12345,马上有人接。"
	handedNight = "好,转给坐席了。现在不是上班的钟点,坐席早上 8 点以后看,有话先写在这里。\n不想等,回“自己填”接着填;想让我们打电话,回“打给我”。急事打 12345,马上有人接。"
	nobodyCame  = "让您久等了,坐席还没空出来。您的话都在,接着等也行。\n不想等,回“自己填”,我接着问;想让我们打电话,回“打给我”。急事打 12345,马上有人接。"
	nobodyAtAll = "坐席一直没腾出手,让您白等了。您说过的都在,我接着问。\n还想找坐席,回“人工”;急事打 12345,马上有人接。"
	gotQuiet    = "坐席那边隔了一天没说话,我接着问。\n还想找坐席,回“人工”;急事打 12345,马上有人接。"
	takenBack   = "坐席把话交还给我了,我接着问。"
	agentDone   = "坐席那边说完了。想接着填,答这一问就行。"
)

// Periodic lists what a chat has to look after by the clock.
func (c *Channel) Periodic() []jobs.Periodic {
	if c.chat == nil {
		return nil
	}
	return []jobs.Periodic{{Every: time.Minute, Args: talks.Waiting{}}}
}

// tellWaiting ends what nobody ends, and tells those whom nobody has come to yet.
func (c *Channel) tellWaiting(ctx context.Context) error {
	_, lapse := c.env.Talks.Lapse(ctx, silence, c.env.Calls.Lapsed)
	_, overdue := c.env.Talks.Overdue(ctx, longWait, nobodyCame) // also when one hand-over cannot be ended
	return errors.Join(lapse, overdue)
}

// handOver gives the conversation to the agents: a call in their list, so that one of
// them takes it and no second can, and all that was said. The call is named by the
// message, so that a turn that is taken again asks once.
func (t *turning) handOver(ctx context.Context, msg talks.Message) error {
	facts, err := t.facts()
	if err != nil {
		return err
	}
	t.hand = &talks.Handing{Call: casefile.ChatCall + msg.Key, First: t.st.From, Facts: facts}
	for _, card := range t.st.Cards {
		t.hand.Cards = append(t.hand.Cards, core.BlobDigest(card.Digest))
	}
	t.list(t.hand.Call, msg, t.phone(ctx))
	words := handed
	if _, open := calls.RingHours(msg.Came, 0); !open {
		words = handedNight
	}
	t.out.say(words)
	return nil
}

// facts is the form as far as the interview came, for the agent to take over.
func (t *turning) facts() ([]byte, error) {
	form, err := intake.Told(t.c.chat.iv, t.st.Talk)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(form)
	if err != nil {
		return nil, core.E(core.KindInternal, "chat_facts", "")
	}
	return raw, nil
}

// list puts the conversation into the agents' list, in the turn's own transaction: nobody
// rings up somebody whose turn came to nothing. The message's own time is the city's, as
// that of every call there.
func (t *turning) list(id string, msg talks.Message, phone core.Phone) {
	r := calls.Report{ID: id, Exchange: calls.FromChat, Caller: phone, Began: msg.Came, Ended: msg.Came, Wish: calls.WishCallBack}
	t.keeps(func(ctx context.Context, tx *pg.Tx) error {
		_, err := t.c.env.Calls.HeardIn(ctx, tx, r)
		return err
	})
	t.listed = append(t.listed, id)
}

// phone is where the person can be rung: what they said, else what their account has.
func (t *turning) phone(ctx context.Context) core.Phone {
	phone, err := core.ParsePhone(t.c.chat.iv.Fields(t.st.Talk)["form/contact.phone"])
	if err != nil {
		phone = t.c.door.Phone(ctx, citizen.Citizen{ID: t.citizen})
	}
	return phone
}

// ring asks an agent to ring the person up, in the list of those who asked for it by
// telephone. The conversation goes on meanwhile.
func (t *turning) ring(ctx context.Context, id string, msg talks.Message) (rung bool) {
	phone := t.phone(ctx)
	if phone.IsZero() {
		t.out.say("请打 12345,马上有人接。要我们打给您,就把电话号码发给我,再回一次“打给我”。")
		return false
	}
	t.list(id, msg, phone)
	number := phone.Reveal()
	t.out.say("好,坐席会打尾号 " + number[len(number)-4:] + " 找您。急事打 12345,马上有人接。等的时候想接着填,答下面这一问就行。")
	return true
}

// pass gives a message to the agent who has the conversation: no machine speaks between.
// The person may take it back, and need is answered while no agent has read a word. What
// is said beside is heard, so that nobody asks for it again.
func (t *turning) pass(ctx context.Context, hand talks.Hand, msg talks.Message) error {
	said := len(t.out.replies)
	line := msg.Line()
	switch cmd := commandOf(msg.Body); {
	case msg.Kind == talks.Image:
		if err := t.passPhoto(ctx, msg, &line); err != nil {
			return err
		}
	case msg.Kind == talks.Spoken:
		v, _, err := t.keepSound(ctx, msg)
		if err != nil {
			return err
		}
		if line.Blob = v.Blob; v.Blob == "" {
			line.Kind, line.Body = talks.LineOther, "发来一段语音,没取到"
		}
	case msg.Kind != talks.Text:
	case cmd == cmdAlone:
		t.up = &talks.TakenUp{Call: hand.Call, How: talks.HowLeft, Also: t.withdraw(hand.Call)}
	case cmd == cmdRing:
		if t.ring(ctx, hand.Call, msg) {
			t.up = &talks.TakenUp{Call: hand.Call, How: talks.HowRung}
		}
	default:
		t.c.chat.also(t.st, msg.Body, t.from)
		if word := t.c.chat.in.Distress(&t.st.Talking, msg.Body, t.from); word != "" && !hand.Opened {
			t.out.say(word)
		}
	}
	if t.passed == nil {
		t.passed = &talks.Passed{Call: hand.Call}
	}
	if msg.Kind != talks.Entered {
		t.passed.Lines = append(t.passed.Lines, line)
	}
	for i, words := range t.out.replies[said:] {
		t.passed.Lines = append(t.passed.Lines, talks.Line{Key: "w" + strconv.FormatInt(msg.ID, 10) + "/" + strconv.Itoa(i), Side: talks.SideWe, Kind: talks.LineText, Body: words, At: msg.Came})
	}
	if t.up != nil {
		word := ""
		if t.up.How == talks.HowLeft {
			word = "好,咱们接着填。"
		}
		t.out.ask(word, t.c.chat.ask(t.st, t.m))
	}
	return nil
}

func (t *turning) withdraw(call string) calls.Also {
	return func(ctx context.Context, tx *pg.Tx) error { return t.c.env.Calls.Withdrawn(ctx, tx, call) }
}

// passPhoto keeps a photo for the agent to look at.
func (t *turning) passPhoto(ctx context.Context, msg talks.Message, line *talks.Line) error {
	shot, err := t.keepPhoto(ctx, msg.Body)
	switch {
	case err != nil && t.attempt < photoTries:
		return err
	case err != nil || shot.sorry != "":
		line.Body = "发来一张照片,没取到或打不开"
		return nil
	}
	line.Kind, line.Body, line.Blob = talks.LineImage, "", core.BlobDigest(shot.paper.Digest)
	if len(t.st.Cards) < mostCards && (shot.card.Name != "" || !shot.card.ID.IsZero()) {
		t.readCard(shot.card)
		t.st.Cards = append(t.st.Cards, shot.paper)
	}
	return nil
}

// resume goes on with a conversation that an agent has finished with, or nobody came to.
func (t *turning) resume(hand talks.Hand) {
	t.up = &talks.TakenUp{Call: hand.Call}
	switch hand.How {
	case talks.HowFiled: // the agent has told them the receipt
		t.filed = hand.Talk != 0 && hand.Talk == t.said.Talk.ID
		t.said.Ended = !t.filed // another was begun meanwhile, and is not what was filed
	case talks.HowBack:
		t.out.ask(takenBack, t.c.chat.ask(t.st, t.m))
	case talks.HowLapsed:
		word := nobodyAtAll
		if hand.Opened {
			word = gotQuiet
		}
		if t.first { // they have forgotten it since: there is nothing to go on with
			t.said.Ended = true
			return
		}
		t.out.ask(word, t.c.chat.ask(t.st, t.m))
	default:
		t.out.ask(agentDone, t.c.chat.ask(t.st, t.m))
	}
}
