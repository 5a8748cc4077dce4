package channels

import (
	"context"
	"errors"
	"strings"

	"lianou/core"
	"lianou/core/citizen"
	"lianou/intake"
	"lianou/intake/interview"
	"lianou/intake/talks"
)

// FileInterview hands the open interview in as an application, which closes it. The same
// key again gives the same receipt, also after that. Errors: those of intake, *Moved,
// KindConflict while something is still to be asked, KindNotFound.
func (d *CitizenDoor) FileInterview(ctx context.Context, who citizen.Citizen, in InterviewConfirmed) (intake.Receipt, error) {
	// Step 1: which interview it is.
	t, err := d.open(ctx, who)
	if err != nil && core.KindOf(err) != core.KindNotFound {
		return intake.Receipt{}, err
	}
	if err != nil || t.revision() != in.Revision {
		return d.filedBefore(ctx, who, t, in)
	}
	m, err := d.rules()
	if err != nil {
		return intake.Receipt{}, err
	}
	if d.in.Interviewer.Next(t.Talk, m).Ref != interview.StepEnd {
		return intake.Receipt{}, errNotAsked
	}
	// Step 2: the application, under its key. From here on a repetition finds it.
	got, err := d.handIn(ctx, who, t, in)
	if err != nil {
		return intake.Receipt{}, err
	}
	// Step 3: the interview is closed. NOTE: the application stands; whatever fails here
	// must not take the receipt from the person. What is left open is offered to them
	// again, and the same key closes it.
	t.Key = in.Key
	if err := d.closed(ctx, who, t); err != nil {
		d.env.Log.WarnContext(ctx, "a filed interview is still open", "error", err)
	}
	return got, nil
}

// filedBefore answers a confirmation that was answered before, and was not heard.
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
		if t.Key == in.Key {
			return d.handIn(ctx, who, t, in)
		}
	}
	if now == nil {
		return intake.Receipt{}, errNoInterview
	}
	shown, err := d.shown(now, "")
	if err != nil {
		return intake.Receipt{}, err
	}
	return intake.Receipt{}, &Moved{shown}
}

// handIn submits the application of an interview.
func (d *CitizenDoor) handIn(ctx context.Context, who citizen.Citizen, t *open, in InterviewConfirmed) (intake.Receipt, error) {
	var names []string
	for _, need := range d.in.Missing(&t.Talking) {
		names = append(names, need.Name)
	}
	if len(names) > 0 {
		return intake.Receipt{}, core.Invalid(d.in.Missing(&t.Talking)[0].Key, "还差"+strings.Join(names, "、")+",补上了就能报。")
	}
	form, err := d.in.Form(&t.Talking)
	if err != nil {
		return intake.Receipt{}, err
	}
	form.Key, form.Signature = in.Key, in.Signature
	if len(in.Papers) > 0 {
		form.Papers = in.Papers
	}
	for _, c := range in.Consents {
		form.Consents = append(form.Consents, intake.ConsentForm{Purpose: c.Purpose, Version: c.Version, How: "tick"})
	}
	s := d.Submission(ctx, form, who)
	s.Sources = intake.ToldBy(d.in.Interviewer, t.Talk)
	s.Call = t.Call.ref()
	return d.env.Intake.Submit(ctx, s)
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
		key := t.Key
		t, err = d.open(ctx, who)
		switch {
		case core.KindOf(err) == core.KindNotFound:
			return nil
		case err != nil:
			return err
		case t.kept.ID != id:
			return nil // closed already, and the next one begun
		}
		t.Key = key
	}
	return talks.ErrMeanwhile
}
