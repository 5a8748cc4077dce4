package wechat

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"lianou/channels"
	"lianou/core"
	"lianou/core/bell"
	"lianou/core/blob"
	"lianou/core/matching"
	"lianou/intake"
	"lianou/intake/interview"
	"lianou/intake/talks"
	"lianou/transcription/slots"
)

// maxVoice is the largest voice message in bytes: WeChat records a minute at most, and
// takes 2 MB.
const maxVoice = 2 << 20

// voices bounds what one person may have kept and heard in a day: an interview of sixty
// questions by voice, twice.
var voices = bell.Rate{Count: 120, Per: talks.Window / 2}

// fromVoice is the source of what a machine heard in a voice message.
const fromVoice = "citizen:voice"

const (
	voiceLate   = "您的语音还没听出来,已经留着,坐席能听。请打字说一遍,或者回“人工”。"
	voiceFailed = "这段语音没听清,已经留着,坐席能听。请打字说一遍,或者回“人工”。"
	voiceGone   = "这段语音我没取到。请再说一遍,或者打字。"
	voiceAgree  = "听到您说同意。请打“同意”两个字发来,才算数。"
)

// soundKinds are the forms in which a voice message comes, by their first bytes. What
// WeChat calls speex has no head of its own.
var soundKinds = []struct{ head, mime string }{
	{"#!AMR-WB\n", "audio/amr-wb"}, {"#!AMR\n", "audio/amr"}, {"RIFF", "audio/wav"}, {"OggS", "audio/ogg"}, {"ID3", "audio/mpeg"}, {"\xff\xfb", "audio/mpeg"},
}

// soundKind names the form of a voice message; "" for none.
func soundKind(data []byte, said string) string {
	for _, k := range soundKinds {
		if bytes.HasPrefix(data, []byte(k.head)) && len(data) > len(k.head) {
			return k.mime
		}
	}
	if said == "speex" && len(data) > 16 {
		return "audio/speex"
	}
	return ""
}

// voiceBody is a voice message as it is kept: the form that WeChat names, and the file.
func voiceBody(format, media string) string { return clipBytes(format, 16) + " " + media }

// keepSound fetches a voice message and keeps it as it came, once. sorry is for the person.
func (t *turning) keepSound(ctx context.Context, msg talks.Message) (v talks.Voice, sorry string, err error) {
	v, err = t.c.env.Talks.VoiceOf(ctx, msg.ID)
	if err != nil || v.State != talks.VoiceNone {
		return v, "", err
	}
	format, media, _ := strings.Cut(msg.Body, " ")
	data, err := t.c.media(ctx, media, maxVoice)
	if k := core.KindOf(err); err != nil && (k == core.KindInvalid || k == core.KindTooLarge || t.attempt >= photoTries) {
		t.c.env.Log.WarnContext(ctx, "a voice message was given up", "error", err)
		return v, voiceGone, nil
	}
	if err != nil {
		return v, "", err
	}
	mime := soundKind(data, format)
	if mime == "" {
		return v, voiceFailed, nil
	}
	if ok, _ := t.c.env.Shared.Allow(ctx, "voice:"+t.citizen, voices); !ok {
		return v, "今天的语音太多了,请打字说,或者打 12345。", nil
	}
	info, err := t.c.env.Blobs.Put(ctx, bytes.NewReader(data), blob.PutOptions{Class: "voice", By: t.citizen, MIME: mime, Max: maxVoice})
	if err != nil {
		return v, "", err
	}
	sound := talks.Sound{Message: msg.ID, Citizen: t.citizen, Blob: info.Digest, MIME: mime, Bytes: int64(len(data))}
	return talks.Voice{State: talks.VoiceWaiting, Blob: info.Digest}, "", t.c.env.Talks.KeepVoice(ctx, sound)
}

// listen takes a voice message for what was heard in it. waits says that its words are
// still to come: what the person sends behind it keeps its order until then.
func (t *turning) listen(ctx context.Context, msg talks.Message) (waits bool, err error) {
	v, sorry, err := t.keepSound(ctx, msg)
	switch {
	case err != nil:
		return false, err
	case sorry != "":
		t.out.say(sorry)
	case v.State == talks.VoiceWaiting:
		return true, nil
	case v.State == talks.VoiceOver:
		t.out.say(voiceLate)
	case v.State == talks.VoiceFailed:
		t.out.say(voiceFailed)
	default:
		return false, t.spoken(ctx, msg, v.Words)
	}
	return false, nil
}

// spoken goes on with what a machine heard as with typed words, but for numbers, which
// the person confirms, and consent, which is typed.
func (t *turning) spoken(ctx context.Context, msg talks.Message, words string) error {
	typed := t.from
	t.from.Said = fromVoice
	defer func() { t.from = typed }()
	switch commandOf(words) {
	case cmdAgree:
		t.out.say(voiceAgree)
		return nil
	case cmdPerson:
		return t.handOver(ctx, msg)
	}
	bare := slots.Mask([]slots.Segment{{Text: words}})[0].Text
	t.out.say("我听到的是:“" + intake.Cut(bare, intake.MaxStory) + "”。听错了就打字告诉我。")
	if found := t.c.chat.numbers(t.st, t.m, words); found || bare != words {
		t.c.chat.also(t.st, bare, t.from)
		if t.first {
			t.opens(bare)
		}
		t.out.say(t.st.readBack())
		return nil
	}
	msg.Kind, msg.Body = talks.Text, words
	return t.take(ctx, msg)
}

// heardNumber is a number that a machine heard and nobody has confirmed.
type heardNumber struct {
	Key   string `json:"key"` // of the field
	Value string `json:"value"`
}

var numberNames = map[string]string{"form/applicant.id_number": "身份证号", "form/contact.phone": "电话", "form/account": "卡号"}

func numberName(key string) string { return cmp.Or(numberNames[key], "号码") }

// numbers puts aside every number that was heard, to be read back, and reports whether
// there was one: a machine mishears digits, and a wrong one is somebody else's.
func (c *chat) numbers(st *chatting, m *matching.Matcher, said string) bool {
	p := c.in.Words.Text(said, st.Talk.On)
	st.Heard = nil
	add := func(key, value string) {
		if value != "" && c.iv.Fields(st.Talk)[key] != value {
			st.Heard = append(st.Heard, heardNumber{key, value})
		}
	}
	add("form/applicant.id_number", p.IDNumber.Value.Reveal())
	add("form/contact.phone", p.Phone.Value.Reveal())
	step := c.iv.Next(st.Talk, m)
	if q := step.Question; q != nil && (q.Type == interview.TypeID || q.Type == interview.TypePhone || q.Type == interview.TypeAccount) {
		var value string
		if a, err := c.iv.Hear(st.Talk, step, said); err == nil && json.Unmarshal(a.Value, &value) == nil && !slices.ContainsFunc(st.Heard, func(n heardNumber) bool { return n.Value == value }) {
			add(step.Ref, value)
		}
	}
	return len(st.Heard) > 0
}

// readBack asks for the first number that was heard, digit by digit.
func (st *chatting) readBack() string {
	if len(st.Heard) == 0 {
		return "号码没听准。请打字发给我。"
	}
	n := st.Heard[0]
	return numberName(n.Key) + "我听到的是:\n" + strings.Join(strings.Split(n.Value, ""), " ") + "\n一位一位看一遍。对就回“对”,不对就打字告诉我号码。"
}

var (
	yes = []string{"对", "对的", "是", "是的", "没错", "对啊", "嗯对", "正确"}
	no  = []string{"不对", "不是", "错了", "错", "听错了"}
)

// confirmHeard takes the answer to a number that was read back. Anything but "对" drops
// it: it was heard by a machine alone.
func (c *chat) confirmHeard(st *chatting, m *matching.Matcher, said string, from core.Provenance) (out outcome, done bool) {
	n := st.Heard[0]
	bare := strings.TrimFunc(said, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) })
	switch {
	case slices.Contains(yes, bare):
		st.Heard = st.Heard[1:]
		c.takeNumber(st, m, n, from)
	case slices.Contains(no, bare):
		st.Heard = st.Heard[1:]
		out.say("好,这个不算。请把" + numberName(n.Key) + "打字发给我。")
		if len(st.Heard) == 0 {
			return out, true
		}
	default:
		st.Heard = nil
		return out, false
	}
	if len(st.Heard) > 0 {
		out.say(st.readBack())
		return out, true
	}
	out.ask("好,记下了。", c.ask(st, m))
	return out, true
}

// takeNumber takes a number for the answer to its question, or as said beside.
func (c *chat) takeNumber(st *chatting, m *matching.Matcher, n heardNumber, from core.Provenance) {
	step := c.iv.Next(st.Talk, m)
	if step.Ref == n.Key && c.in.Take(&st.Talking, step, interview.Given{Step: n.Key, Answer: interview.Answer{Value: interview.Text(n.Value)}, From: from}) == nil {
		return
	}
	who := cmp.Or(c.iv.Fields(st.Talk)[channels.CapacityStep], string(core.CapacitySelf))
	if n.Key == "form/applicant.id_number" && who != string(core.CapacitySelf) && step.Ref != n.Key {
		return // a number beside belongs to who speaks, and not to who is helped
	}
	st.Know(n.Key, n.Value, from)
}
