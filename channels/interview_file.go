package channels

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"lianou/core"
	"lianou/core/citizen"
	"lianou/core/jobs"
	"lianou/core/notify"
	"lianou/intake"
	"lianou/intake/interview"
	"lianou/intake/talks"
)

// Filing is the application of a conversation. It is kept in the conversation, against its
// revision, before it is handed in: of two doors that confirm at once one makes it, and
// the other hands in the same again. (Door, the conversation's key) names it for good, also
// after a refusal, so that no conversation ever becomes two applications.
type Filing struct {
	Door      core.ChannelName `json:"door"` // where it was first confirmed: in whose name it is handed in
	Way       intake.Way       `json:"way,omitempty"`
	Form      *intake.Form     `json:"form,omitempty"`      // nil: nothing is on its way
	Confirmed string           `json:"confirmed,omitempty"` // what a client that repeats calls it
	Last      int64            `json:"last,omitempty"`      // the message of the chat that agreed, 0 of another door
	Receipt   *intake.Receipt  `json:"receipt,omitempty"`
	Refused   *NotTaken        `json:"refused,omitempty"` // why it was not taken, until the person goes on
}

// Handing reports that an application is on its way: it is finished before anything else.
func (t *Talking) Handing() bool { return t.Filing != nil && t.Filing.Form != nil }

// Confirm notes the application that is to be handed in. The caller keeps the conversation
// before HandIn.
func (t *Talking) Confirm(f Filing) {
	if t.Filing != nil {
		f.Door = t.Filing.Door
	}
	f.Form.Key = t.Key
	t.Filing = &f
	t.Quiet++
}

// refuse takes the application back, so that it can be put right and confirmed again. What
// was wrong stays with it: who confirmed may be gone, and hears it where they look next.
func (t *Talking) refuse(why *NotTaken) {
	t.Filing.Form, t.Filing.Refused = nil, why
	t.Quiet++
}

// HandIn submits the application that was kept in a conversation, and notes what came of
// it: a receipt, or that it was refused and is to be put right. The caller keeps that. After
// any other error it stands as it is, to be handed in again.
func (d *CitizenDoor) HandIn(ctx context.Context, citizen string, t *Talking) (got intake.Receipt, refused bool, err error) {
	f := t.Filing
	got, err = d.env.Conversations.Submit(ctx, intake.Submission{Channel: f.Door, Form: *f.Form, Way: f.Way, Citizen: citizen, Call: t.CallOf(),
		Sources: intake.ToldBy(d.in.Interviewer, t.Talk)})
	switch kind := core.KindOf(err); {
	case err == nil:
		f.Receipt = &got
		return got, false, nil
	case kind == core.KindInvalid || kind == core.KindConflict || kind == core.KindTooMany:
		err = t.lose(err)
		t.refuse(notTaken(err))
		return got, true, err
	}
	return got, false, err
}

// FileInterview hands the open interview in as an application, which closes it. The same
// confirmation again, at this door or another, gives the same receipt, also after that.
// Errors: those of intake, *Moved, KindConflict while something is still to be asked,
// KindNotFound.
func (d *CitizenDoor) FileInterview(ctx context.Context, who citizen.Citizen, in InterviewConfirmed) (intake.Receipt, error) {
	for range tries {
		// Step 1: which interview it is.
		t, err := d.open(ctx, who)
		if err != nil && core.KindOf(err) != core.KindNotFound {
			return intake.Receipt{}, err
		}
		if err != nil || t.kept.ID != in.Revision/perTalk || !t.Handing() && t.revision() != in.Revision {
			return d.filedBefore(ctx, who, t, in)
		}
		// Step 2: the application is kept under the conversation's key, or another door's is
		// there, and is gone on with.
		ours := !t.Handing()
		if ours {
			err = d.confirm(ctx, who, t, in)
		}
		if errors.Is(err, talks.ErrMeanwhile) {
			continue
		}
		if err != nil {
			return intake.Receipt{}, err
		}
		// Step 3: it is handed in.
		got, refused, err := d.finish(ctx, who, t)
		if refused && !ours && t.Filing.Confirmed != in.Key {
			continue // what was wrong there need not be wrong here
		}
		return got, err
	}
	return intake.Receipt{}, errInterviewBusy
}

// outdated reports that a text was agreed to which is not the one in force: what is recorded
// must be what the person read (PIPL art. 14).
func (d *CitizenDoor) outdated(agreed []InterviewAgreed) bool {
	for _, now := range d.in.Interviewer.Form().Consents {
		for _, a := range agreed {
			if a.Purpose == now.Purpose && a.Version != now.Version {
				return true
			}
		}
	}
	return false
}

// confirm keeps the application in the conversation. Errors: talks.ErrMeanwhile, *Moved.
func (d *CitizenDoor) confirm(ctx context.Context, who citizen.Citizen, t *open, in InterviewConfirmed) error {
	m, err := d.rules()
	if err != nil {
		return err
	}
	if d.in.Interviewer.Next(t.Talk, m).Ref != interview.StepEnd {
		return errNotAsked
	}
	if d.outdated(in.Consents) {
		shown, err := d.shown(t, "")
		if err != nil {
			return err
		}
		return &Moved{Now: shown, Texts: true}
	}
	form, err := d.confirmed(t, in)
	if err != nil {
		return err
	}
	t.Confirm(Filing{Door: d.env.Name, Way: intake.WayOwnHand, Form: &form, Confirmed: in.Key})
	if err := d.saveBeside(ctx, who, t); err != nil {
		return err
	}
	t.kept.Rev++
	return nil
}

// finishing is how long an application that was confirmed is tried, whether or not its
// person still waits.
const finishing = 30 * time.Second

// finish hands in what is on its way and closes the interview. NOTE: from the receipt on
// the application stands; whatever fails then must not take the receipt from the person.
// What is left open hands the same in again, and closes.
func (d *CitizenDoor) finish(ctx context.Context, who citizen.Citizen, t *open) (got intake.Receipt, refused bool, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishing) // who confirmed and lost the network has confirmed
	defer cancel()
	got, refused, err = d.HandIn(ctx, who.ID, &t.Talking)
	if refused {
		if kept := d.saveBeside(ctx, who, t); kept != nil && !errors.Is(kept, talks.ErrMeanwhile) {
			return got, true, kept
		}
		return got, true, err
	}
	if err != nil {
		return got, false, err
	}
	if err := d.closed(ctx, who, t); err != nil {
		d.env.Log.WarnContext(ctx, "a filed interview is still open", "error", err)
	}
	return got, false, nil
}

// finishWait is when the job looks whether an application that was confirmed is still on
// its way: past finishing, so that a request that lives has the first receipt.
const finishWait = finishing + 15*time.Second

// Register adds the work of conversations to a program's workers. One door does it for
// all: an application goes in under the name of the door where it was confirmed. ways are
// how somebody who has no chat with us is told before a text message is tried.
func (d *CitizenDoor) Register(list *jobs.Workers, ways ...notify.Sender) {
	if d.env.Talks == nil {
		return
	}
	jobs.Work(list, time.Minute, func(ctx context.Context, job jobs.Job[talks.Finish]) error {
		return d.Finish(ctx, citizen.Citizen{ID: job.Args.Citizen})
	})
	if d.env.Text != nil {
		ways = append(ways, d.env.Text)
	}
	jobs.Work(list, time.Minute, func(ctx context.Context, job jobs.Job[talks.Unfiled]) error {
		return d.TellUnfiled(ctx, job.Args, ways)
	})
	if d.env.Helpers != nil {
		jobs.Work(list, time.Minute, d.tellHelper)
	}
}

// Finish hands in what somebody has confirmed and nobody has handed in, and closes the
// interview. Nothing on its way is a success. What is refused waits to be put right: nobody
// waits for the answer, so the person is told.
func (d *CitizenDoor) Finish(ctx context.Context, who citizen.Citizen) error {
	for range tries {
		t, err := d.open(ctx, who)
		if core.KindOf(err) == core.KindNotFound {
			return nil
		}
		if err != nil || !t.Handing() {
			return err
		}
		t.alone = true
		if _, refused, err := d.finish(ctx, who, t); err != nil && !refused {
			return err
		}
	}
	return talks.ErrMeanwhile
}

// filedBefore answers a confirmation that was answered before and was not heard, and one
// that another door was quicker with.
func (d *CitizenDoor) filedBefore(ctx context.Context, who citizen.Citizen, now *open, in InterviewConfirmed) (intake.Receipt, error) {
	list, err := d.env.Talks.Filed(ctx, who.ID)
	if err != nil {
		return intake.Receipt{}, err
	}
	for _, kept := range list {
		t, err := opened(kept)
		if err != nil {
			return intake.Receipt{}, err
		}
		f := t.Filing
		if f != nil && f.Receipt != nil && (kept.ID == in.Revision/perTalk || f.Confirmed == in.Key && in.Key != "") {
			again := *f.Receipt
			again.Duplicate = true
			return again, nil
		}
	}
	if now == nil {
		return intake.Receipt{}, errNoInterview
	}
	shown, err := d.shown(now, "")
	if err != nil {
		return intake.Receipt{}, err
	}
	return intake.Receipt{}, &Moved{Now: shown}
}

// confirmed is the application as a confirmation makes it.
func (d *CitizenDoor) confirmed(t *open, in InterviewConfirmed) (intake.Form, error) {
	if missing := d.in.Missing(&t.Talking); len(missing) > 0 {
		var names []string
		for _, need := range missing {
			names = append(names, need.Name)
		}
		return intake.Form{}, core.Invalid(missing[0].Key, "还差"+strings.Join(names, "、")+",补上了就能报。")
	}
	form, err := d.in.Form(&t.Talking)
	if err != nil {
		return form, err
	}
	form.Signature = in.Signature
	if len(in.Papers) > 0 {
		form.Papers = in.Papers
	}
	for _, c := range in.Consents {
		form.Consents = append(form.Consents, intake.ConsentForm{Purpose: c.Purpose, Version: c.Version, How: "tick"})
	}
	return form, nil
}

// closed closes an interview that was filed, also one that another door went on with in
// the same moment: what it is about has been handed in.
func (d *CitizenDoor) closed(ctx context.Context, who citizen.Citizen, t *open) error {
	id := t.kept.ID
	for range tries {
		err := d.save(ctx, who, t, true)
		if !errors.Is(err, talks.ErrMeanwhile) {
			return err
		}
		filing := t.Filing
		t, err = d.open(ctx, who)
		switch {
		case core.KindOf(err) == core.KindNotFound:
			return nil
		case err != nil:
			return err
		case t.kept.ID != id:
			return nil // closed already, and the next one begun
		}
		t.Filing = filing
	}
	return talks.ErrMeanwhile
}

// saveBeside is save for what is no turn of the person's: what a door keeps of its own
// beside the interview stays. Errors: talks.ErrMeanwhile.
func (d *CitizenDoor) saveBeside(ctx context.Context, who citizen.Citizen, t *open) error {
	body, err := within(t.kept.Body, t.Talking)
	if err != nil {
		return core.E(core.KindInternal, "talk_encode", "")
	}
	kept := t.kept
	kept.Body = body
	said := talks.Said{Citizen: who.ID, Channel: d.env.Name, Talk: kept}
	if t.Handing() {
		said.Later, said.Wait = talks.Finish{Citizen: who.ID}, finishWait
	}
	if why := t.Refused(); why != nil && t.alone {
		said.Unfiled = why.InChat()
	}
	return d.env.Talks.Say(ctx, said)
}

// within puts an interview in the place of the one in body and leaves the rest of it.
func within(body []byte, t Talking) ([]byte, error) {
	was, all := Talking{}, map[string]json.RawMessage{}
	if err := json.Unmarshal(body, &all); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(body, &was); err != nil {
		return nil, err
	}
	for i, part := range []Talking{was, t} {
		raw, err := json.Marshal(part)
		if err != nil {
			return nil, err
		}
		own := map[string]json.RawMessage{}
		if err := json.Unmarshal(raw, &own); err != nil {
			return nil, err
		}
		for key, v := range own {
			if delete(all, key); i == 1 {
				all[key] = v
			}
		}
	}
	return json.Marshal(all)
}
