package casefile

import (
	"slices"

	"lianou/core"
)

// meets holds conferences to people who had no part in what an open appeal asks about: they would
// bind by a conference what they may not decide.
func meets(s Situation, a Actor) error {
	for _, barred := range s.Barred {
		if slices.Contains(barred, a.Staff) {
			return ErrBarredMeets
		}
	}
	return nil
}

// mayConfer: with something that is still to be decided.
func mayConfer(s Situation, _ Claim, a Actor) error {
	if err := meets(s, a); err != nil {
		return err
	}
	for _, c := range s.Claims {
		if c.Conferrable() {
			return nil
		}
	}
	return ErrMovedOn
}

// Conferrable reports whether a conference may resolve something on a claim: nobody has decided it.
func (c Claim) Conferrable() bool {
	switch c.State {
	case ClaimProposed, ClaimAgreed, ClaimReviewed, ClaimNoticed, ClaimObjected:
		return true
	}
	return false
}

func mayInvite(s Situation, _ Claim, a Actor) error {
	if s.Conference == nil || s.Conference.Outcome != "" {
		return ErrMovedOn
	}
	return meets(s, a)
}

// mayMinute: by somebody of the staff who was asked, on its day or after.
func mayMinute(s Situation, _ Claim, a Actor) error {
	switch {
	case s.Conference == nil:
		return ErrMovedOn
	case !s.Conference.Asked(a.Staff):
		return errNotNow("not_asked", "会议记录由名单上的同事来写。您要到会,先把自己加进名单。")
	case s.Today < s.Conference.On:
		return errNotNow("not_yet", "会定在"+s.Conference.On.Say()+",开完再写记录。提前开的,先改日子。")
	}
	return meets(s, a)
}

// mayRead: somebody of the staff who was asked finds the minutes right, once, in a session of their
// own: what the writer put down as their vote, or that they were absent, counts by that. Who is put
// down as absent may deny it instead.
func mayRead(s Situation, _ Claim, a Actor) error {
	if s.Conference == nil || !s.Conference.Asks(a.Staff) {
		return ErrMovedOn
	}
	return meets(s, a)
}

// mayEndConference: what one wrote down counts once another who was there has read and signed
// it; beyond what a township may decide, somebody of the county.
func mayEndConference(s Situation, _ Claim, a Actor) error {
	c := s.Conference
	switch {
	case c == nil:
		return ErrMovedOn
	case c.Outcome == "":
		return errNotNow("no_minutes", "还没有会议记录。")
	case a.Staff == c.First:
		return ErrSignedTwice
	case !c.Was(a.Staff):
		return ErrNotThere
	case c.Above && !a.Has(RoleCounty):
		return core.E(core.KindForbidden, "above_ceiling", "超过镇上能定的限额,要县里到会的人来签。")
	case meets(s, a) != nil:
		return ErrBarredMeets
	case len(c.Unread(a.Staff)) > 0:
		return ErrUnread
	case c.Denied():
		return ErrDenied
	case len(c.Silent()) > 0 && s.Today <= c.DenyUntil:
		return errNotNow(ErrAbsentSilent.Code, "写成“没到会”的同事还没说对不对。他们点过,或者"+c.DenyUntil.AddDate(0, 0, 1).Say()+"起,您再签。")
	}
	return nil
}

// mayCallOff: somebody of the county. What is minuted already, one of the county asks for and
// another, or an approver, agrees to.
func mayCallOff(s Situation, _ Claim, a Actor) error {
	c := s.Conference
	switch {
	case c == nil:
		return ErrMovedOn
	case c.OffFirst == 0 && !a.Has(RoleCounty):
		return ErrNotYours
	case c.OffFirst == a.Staff:
		return core.E(core.KindForbidden, "same_person", "您提了撤会,要由另一位同事来定。")
	}
	return nil
}
