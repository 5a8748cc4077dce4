package casefile

import "lianou/core"

// mayConfer: with something that is still to be decided.
func mayConfer(s Situation, _ Claim, _ Actor) error {
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

func mayInvite(s Situation, _ Claim, _ Actor) error {
	if s.Conference == nil || s.Conference.Outcome != "" {
		return ErrMovedOn
	}
	return nil
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
	return nil
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
	}
	return nil
}

func mayCallOff(s Situation, _ Claim, _ Actor) error {
	if s.Conference == nil {
		return ErrMovedOn
	}
	return nil
}
