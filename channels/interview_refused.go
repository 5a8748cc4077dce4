package channels

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"lianou/core"
	"lianou/core/citizen"
	"lianou/core/jobs"
	"lianou/core/notify"
	"lianou/core/wording"
	"lianou/intake"
	"lianou/intake/talks"
)

// NotTaken is why an application that was confirmed was not taken. It lies in the
// conversation, sealed with it, until its person goes on: at whichever door they look next,
// they are told, and nothing that they said is lost.
type NotTaken struct {
	Say   string `json:"say"`             // that nothing is in yet, and what is wrong
	Field string `json:"field,omitempty"` // what is to be put right; "" for nothing that they can
}

func notTaken(err error) *NotTaken {
	const not = "还没报上去,您说的都留着。"
	known := core.Known(err)
	switch {
	case known.Kind == core.KindTooMany: // nothing is wrong with what they said
		return &NotTaken{Say: not + known.Say + "明天再签一次名就报。"}
	case known.Kind == core.KindConflict: // no other try of theirs ends otherwise
		return &NotTaken{Say: "还没报上去。" + known.Say}
	case known.Field == "papers":
		return &NotTaken{Say: not + known.Say}
	case known.Field == "consents":
		return &NotTaken{Say: not + "要您同意的话改过了,请再看一遍,再签一次名。"}
	}
	return &NotTaken{Say: not + FieldSaid(known.Field) + known.Say, Field: known.Field}
}

// Refused is why what was confirmed was not taken; nil for none that is still to be said.
func (t *Talking) Refused() *NotTaken {
	if t.Filing == nil {
		return nil
	}
	return t.Filing.Refused
}

// GoOn drops the word of a refusal: its person has heard it and puts something right.
func (t *Talking) GoOn() {
	if t.Filing != nil {
		t.Filing.Refused = nil
	}
}

// goOn is GoOn, and gives what was dropped for the answer to this very act: it may have
// been on its way when the refusal came.
func (t *open) goOn() *InterviewRefused {
	why := t.Refused()
	t.GoOn()
	if why == nil {
		return nil
	}
	return &InterviewRefused{Say: why.words(mendHere)}
}

// CardsGone says which photos of an ID card are gone. It is said once: after it the
// application goes without them.
type CardsGone struct{ Names []string }

func (c *CardsGone) Error() string { return "photos of a card are gone" }

// Unwrap gives the refusal that people see at a page.
func (c *CardsGone) Unwrap() error {
	return core.Invalid("papers", c.Say("再提交一次就报上去", "先把照片再拍一次"))
}

// Say names the photos, and the two ways on.
func (c *CardsGone) Say(without, again string) string {
	return strings.Join(c.Names, "、") + "的照片放得太久,已经没有了。没有照片也能报:" + without + ",或者" + again + "。"
}

// lose takes the photos of a card that are gone out of a conversation, which waits for a
// month where a photo that nothing names is swept after a week; the others stay. It gives
// what is said of them, or the refusal as it is where it was of something else.
func (t *Talking) lose(refused error) error {
	var gone *intake.PapersGone
	if !errors.As(refused, &gone) {
		return refused
	}
	var lost CardsGone
	t.Cards = slices.DeleteFunc(t.Cards, func(p intake.PaperForm) bool {
		is := slices.Contains(gone.Papers, p)
		if is {
			lost.Names = append(lost.Names, intake.PaperSaid(core.PaperKind(p.Kind)))
		}
		return is
	})
	if len(lost.Names) == 0 {
		return refused // photos that a page sent with the confirmation
	}
	return &lost
}

// FieldSaid names the field of a refusal before its sentence; "" for one that says it, as
// what is wrong with a number says whose.
func FieldSaid(field string) string {
	name := map[string]string{
		"applicant.name": "姓名", "contact.name": "您的姓名", "contact.phone": "电话",
		"people.name": "家里人的姓名", "live.region": "住址", "live.detail": "怎么找到您家", "account": "收款卡号", "story": "您说的情况",
	}[field]
	if name == "" {
		return ""
	}
	return name + "这一项:"
}

// mendHere and mendThere are what to do about a refusal, on the page and away from it.
const (
	mendHere  = "改好了,再签一次名就报上去。"
	mendThere = "请再打开莲藕,接着填,改好再签一次名。"
)

// words say it whole, with how it is put right.
func (n *NotTaken) words(mend string) string {
	if n.Field == "" {
		return n.Say
	}
	return n.Say + mend
}

// InChat says it to somebody in their chat, who confirmed at another door.
func (n *NotTaken) InChat() string {
	return "您刚才交的求助" + n.words(mendThere) + "\n想跟人说,回“人工”。"
}

// refused is the refusal that an open interview shows, with the step that mends it.
func (x *Interviews) refused(t *Talking) *InterviewRefused {
	why := t.Refused()
	if why == nil {
		return nil
	}
	out := &InterviewRefused{Say: why.words(mendHere)}
	if ref := "form/" + why.Field; x.question(ref) != nil {
		if _, _, ok := x.Interviewer.Again(t.Talk, ref); ok {
			out.Ref = ref
		}
	}
	return out
}

// awayPause is how long a way that cannot send now is left alone.
const awayPause = 5 * time.Minute

// TellUnfiled tells somebody whose chat did not that what they confirmed was not taken, by
// the first way that takes it: they have gone away in the belief that it is in. A way whose
// answer was lost may have told it and counts as told. Nothing personal is in the words.
func (d *CitizenDoor) TellUnfiled(ctx context.Context, u talks.Unfiled, ways []notify.Sender) error {
	who := citizen.Citizen{ID: u.Citizen}
	t, err := d.open(ctx, who)
	if core.KindOf(err) == core.KindNotFound || err == nil && (t.kept.ID != u.Talk || t.Refused() == nil) {
		return nil // put right, handed in or forgotten since
	}
	if err != nil {
		return err
	}
	reached, ago, err := d.env.Talks.Reached(ctx, u)
	if err != nil || reached {
		return err
	}
	phone := d.Phone(ctx, who)
	if phone.IsZero() {
		phone, _ = core.ParsePhone(d.in.Interviewer.Fields(t.Talk)["form/contact.phone"])
	}
	n := wording.Unfiled()
	m := notify.Message{Reference: "unfiled/" + strconv.FormatInt(u.Talk, 10), Kind: n.Kind, Words: n.Words, Fields: n.Fields, Citizen: u.Citizen, Phone: phone, Day: core.DateOf(d.env.Now()), Sends: 1}
	later, taken := false, false
	for _, way := range ways {
		out, err := way.Send(ctx, m)
		if err != nil {
			d.env.Log.WarnContext(ctx, "an application that was not taken: not told by one way", "code", core.Known(err).Code)
		}
		switch out.Result {
		case notify.Refused:
		case notify.Accepted: // it may still be dropped, and nobody waits here to hear of it
			taken = true
		case notify.Later:
			later = true
		default:
			return nil
		}
	}
	if taken {
		return nil
	}
	if later && ago < talks.UnfiledKept {
		return jobs.Snooze(awayPause)
	}
	d.env.Log.WarnContext(ctx, "an application that was not taken: nobody told", "talk", u.Talk)
	return nil
}
