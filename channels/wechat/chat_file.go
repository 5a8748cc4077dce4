package wechat

import (
	"context"
	"encoding/json"

	"lianou/channels"
	"lianou/core"
	"lianou/intake"
	"lianou/intake/talks"
)

// file hands the application in. It is kept in the conversation before: a turn that is
// taken again after a crash, and another door, hand in the same.
func (t *turning) file(ctx context.Context, form intake.Form, msg talks.Message) error {
	t.st.Confirm(channels.Filing{Door: t.c.env.Name, Way: intake.WayChat, Form: &form, Last: msg.ID})
	if err := t.keepNow(ctx); err != nil {
		return err
	}
	return t.handIn(ctx)
}

// keepNow keeps the conversation before the turn has ended. Errors: talks.ErrMeanwhile.
func (t *turning) keepNow(ctx context.Context) error {
	body, err := json.Marshal(t.st)
	if err != nil {
		return core.E(core.KindInternal, "chat_encode", "")
	}
	kept := t.said.Talk
	kept.Body = body
	said := talks.Said{Citizen: t.citizen, Channel: t.c.env.Name, Talk: kept}
	if t.st.Handing() {
		said.Later, said.Wait = talks.Turn{Citizen: t.citizen}, turnTime
	}
	if err := t.c.env.Talks.Say(ctx, said); err != nil {
		return err
	}
	t.said.Talk.Rev++
	return nil
}

// handIn hands in what is on its way.
func (t *turning) handIn(ctx context.Context) error {
	ours := t.st.Filing.Way == intake.WayChat
	got, refused, err := t.c.door.HandIn(ctx, t.citizen, &t.st.Talking)
	switch {
	case err == nil:
		t.filed = true
		t.out.say(t.c.door.Promise(got))
	case !refused:
		return err // tried again
	case !ours: // what was wrong at the other door need not be wrong here
		if err := t.keepNow(ctx); err != nil {
			return err
		}
		return talks.ErrMeanwhile
	case core.KindOf(err) == core.KindInvalid && core.Known(err).Field == "papers":
		// A conversation waits for a month, a photo that nothing names is swept after a week.
		t.st.Cards = nil
		t.out.say("身份证照片放得太久,已经没有了。没有照片也能报:回“同意”就报上去,或者先把照片再发一次。")
	default:
		t.refusal(err)
	}
	return nil
}

// agreedHere reports that an application is on its way which was agreed to in this chat:
// nobody need write for it to go on. One of another door has a job of that door's, and its
// request may be at it this moment.
func (t *turning) agreedHere() bool { return t.st.Handing() && t.st.Filing.Last > 0 }

// goOnFiling finishes what was confirmed, here before a crash or at another door, and takes
// what the person said until then. What they said after that is of the next conversation.
func (t *turning) goOnFiling(ctx context.Context, list []talks.Message) error {
	for _, msg := range list {
		if msg.ID <= t.st.Filing.Last || msg.Kind == talks.Text && commandOf(msg.Body) == cmdAgree {
			t.said.Taken = append(t.said.Taken, msg.ID)
		}
	}
	return t.handIn(ctx)
}

// filedElsewhere answers "同意" to a summary that another door handed in meanwhile: with
// the receipt, and no conversation begins.
func (t *turning) filedElsewhere(ctx context.Context, msg talks.Message) (told bool, err error) {
	if msg.Kind != talks.Text {
		return false, nil
	}
	list, err := t.c.env.Talks.Filed(ctx, t.citizen)
	if err != nil || len(list) == 0 {
		return false, err
	}
	var last channels.Talking
	if err := json.Unmarshal(list[0].Body, &last); err != nil {
		return false, core.E(core.KindInternal, "chat_kept", "") // the cause may quote what was said
	}
	f := last.Filing
	if f == nil || f.Receipt == nil || commandOf(msg.Body) != cmdAgree && msg.ID > f.Last {
		return false, nil
	}
	t.out.say(t.c.door.Promise(*f.Receipt))
	t.said.Ended, t.said.Taken = true, []int64{msg.ID}
	return true, nil
}
