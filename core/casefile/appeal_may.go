package casefile

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Barred are those who may have no part in answering an appeal of a claim: whoever proposed
// or decided on it, changed its money, or answered an earlier appeal, up to now, and who wrote
// the open one down, or stopped the money since. From the third appeal on those of the first decision, of the one that
// stands and of the last answer: else nobody would be left.
func (s *Store) Barred(ctx context.Context, tx *pg.Tx, claim core.ClaimID) ([]core.StaffID, error) {
	const last = int64(1)<<62 - 1 // no decision and no appeal has such a number
	rows, err := tx.Query(ctx, `with p as (select decision, at, id, taken_by, stop from appeal where claim_id = $1 and state in ('open', 'proposed'))
		select appeal_barred($1, coalesce((select decision from p), $2), coalesce((select at from p), 'infinity'), coalesce((select id from p), $2))
		union select taken_by from p where taken_by is not null
		union select unnest(array[b.proposer, b.approver]) from benefit_change b join p on b.id = p.stop`, claim, last)
	if err != nil {
		return nil, pg.Fail(err, "read who had a part in a decision")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[core.StaffID])
	return list, pg.Fail(err, "read who had a part in a decision")
}

// OpenAppeal is the one on a claim that nobody has answered; false for none.
func (s Situation) OpenAppeal(claim core.ClaimID) (Appeal, bool) {
	i := slices.IndexFunc(s.Appeals, func(p Appeal) bool { return p.Claim == claim && p.Open() })
	if i < 0 {
		return Appeal{}, false
	}
	return s.Appeals[i], true
}

// Asks reports whether an appeal of the case waits for its answer.
func (s Situation) Asks() bool { return slices.ContainsFunc(s.Appeals, Appeal.Open) }

// situationAppeals reads the appeals, and of those that are open who is barred.
func (s *Store) situationAppeals(ctx context.Context, tx *pg.Tx, out *Situation) (err error) {
	if out.Appeals, err = s.Appeals(ctx, tx, out.Case.ID); err != nil {
		return err
	}
	out.Barred = map[core.ClaimID][]core.StaffID{}
	for _, p := range out.Appeals {
		if !p.Open() {
			continue
		}
		if out.Barred[p.Claim], err = s.Barred(ctx, tx, p.Claim); err != nil {
			return err
		}
	}
	return nil
}

// Lifted reports whether the open appeal of a claim is the third or a later one: the county
// decides it then, for the township has answered twice.
func (s Situation) Lifted(claim core.ClaimID) bool {
	answered := 0
	for _, p := range s.Appeals {
		if p.Claim == claim && p.State == AppealAnswered {
			answered++
		}
	}
	_, open := s.OpenAppeal(claim)
	return open && answered >= 2
}

// Anew holds an act on a claim with an open appeal to people who had no part before. Errors:
// ErrSamePerson.
func (s Situation) Anew(claim core.ClaimID, who core.StaffID) error {
	if _, open := s.OpenAppeal(claim); open && slices.Contains(s.Barred[claim], who) {
		return ErrSamePerson
	}
	return nil
}

// anew holds an act on a claim with an open appeal to people who had no part before.
func anew(s Situation, c Claim, a Actor) error {
	return s.Anew(c.ID, a.Staff)
}

// mayDrop: the officer or the clerk, at the household's word. What somebody new looks at is
// given up by two who had no part in it before, of whatever desk: else whoever refused it would
// end the appeal alone.
func mayDrop(s Situation, c Claim, a Actor) error {
	p, open := s.OpenAppeal(c.ID)
	switch {
	case !open && !a.Has(RoleOfficer, RoleClerk):
		return ErrNotYours
	case open && p.BackBy == a.Staff:
		return errNotNow("back_unseconded", "等第二人:另一位没经手过的同志自己问过本人,再点一次。")
	}
	if err := anew(s, c, a); err != nil || !open || p.BackBy == 0 {
		return err
	}
	switch { // what one wrote down the household hears of, and has its days to say that it is not so
	case p.BackFrom.IsZero():
		return ErrBackUntold
	case s.Today < p.BackFrom:
		return errNotNow("back_waits", "已经告诉本人,"+p.BackFrom.Say()+"起才能点。在那以前,本人还能说不是他的意思。")
	}
	return nil
}

// mayAppeal: against what was decided, once at a time. While one is open the household is heard
// on a stop that came meanwhile, and where somebody wrote down that it is not wanted any more.
func mayAppeal(s Situation, c Claim, _ Actor) error {
	p, open := s.OpenAppeal(c.ID)
	switch {
	case open && p.Hears():
		return nil
	case open:
		return ErrAppealOpen
	case c.State == ClaimAgreed: // only ever under an appeal
		return ErrMovedOn
	}
	return nil
}

// mayReview: what was granted is looked at anew by one who had no part in it; where the
// township has nobody else, by the county.
func mayReview(s Situation, c Claim, a Actor) error {
	if p, open := s.OpenAppeal(c.ID); !open || p.About != AboutGrant || p.State != AppealOpen {
		return ErrMovedOn
	}
	return anew(s, c, a)
}

// maySecondReview: another new person decides on the answer.
func maySecondReview(s Situation, c Claim, a Actor) error {
	p, open := s.OpenAppeal(c.ID)
	if !open || p.State != AppealProposed {
		return ErrMovedOn
	}
	if (c.Decides == "county" || p.Above || s.Lifted(c.ID)) && !a.Has(RoleCounty) {
		return ErrNotYours
	}
	if a.Staff == p.Reviewer || a.Staff == s.Case.EnteredBy || slices.Contains(s.Visitors, a.Staff) {
		return ErrSamePerson
	}
	return anew(s, c, a)
}
