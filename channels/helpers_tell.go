package channels

import (
	"context"
	"fmt"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/mandate"
	"lianou/core/notify"
	"lianou/core/wording"
)

// A text message about who helps goes out under the template of kinds without their own.
const kindHelper wording.Kind = "helper"

// unheard is how often a text message is sent of which nobody knows whether it arrived: a
// second one frightens nobody, a dozen would.
const unheard = 2

// tellHelper tells one of two what became of a right between them, in the chat or by text
// message. It is a job of the transaction in which that came to be: nobody who was
// impersonated misses it because a process died.
func (d *CitizenDoor) tellHelper(ctx context.Context, job jobs.Job[mandate.Tell]) error {
	g, account, err := d.env.Helpers.Told(ctx, job.Args)
	if err != nil || account == "" {
		return err
	}
	words := helperWords(job.Args, g)
	if job.Args.Way == mandate.ByChat {
		if d.env.Talks == nil {
			return nil
		}
		return d.env.Talks.Tell(ctx, account, words)
	}
	return d.textHelper(ctx, job, account, words)
}

// helperWords is what the one who is told hears.
func helperWords(t mandate.Tell, g mandate.Grant) string {
	switch {
	case t.What == mandate.Accepted:
		return g.Agent + "接了您的代办码。从现在起可以" + mayWords(g.Scopes) + ",到" + g.Until.SayWhole() + "为止。不是您请的人,马上在“谁替谁办”里收回,或打 " + wording.Hotline + "。"
	case t.To == mandate.Agent:
		return "您替" + g.Principal + "代办的授权收回了,从现在起不能再替着办。"
	}
	return g.Agent + "不再替您办了。您报的事照常办。要再请人帮,可以重新请,也可以打 " + wording.Hotline + "。"
}

func (d *CitizenDoor) textHelper(ctx context.Context, job jobs.Job[mandate.Tell], account, words string) error {
	if d.env.Text == nil {
		return nil
	}
	phone, err := d.env.Citizens.Phone(ctx, account)
	if core.KindOf(err) == core.KindNotFound {
		return nil // of WeChat alone: the chat has told them
	}
	if err != nil {
		return err
	}
	t := job.Args
	out, err := d.env.Text.Send(ctx, notify.Message{Reference: fmt.Sprintf("helper/%d/%s/%s", t.Grant, t.What, t.To), Kind: kindHelper, Words: words,
		Citizen: account, Phone: phone, Day: d.today(), Sends: job.Attempt})
	switch out.Result {
	case notify.Accepted, notify.Delivered:
		return nil
	case notify.Refused:
		d.env.Log.WarnContext(ctx, "nobody was told by text message who helps", "grant", t.Grant, "code", out.Code)
		return nil
	case notify.Later:
	default: // it may have gone out
		if job.Attempt >= unheard {
			return nil
		}
	}
	if err == nil {
		err = core.E(core.KindUnavailable, "helper_text", "")
	}
	return err
}
