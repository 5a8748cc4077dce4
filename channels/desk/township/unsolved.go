package township

import (
	"context"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/workflow"
)

// unsolvedWords say how far something is that is not solved.
var unsolvedWords = map[casefile.UnsolvedState]string{casefile.UnsolvedOpen: "等答复", casefile.UnsolvedSolved: "办了", casefile.UnsolvedStands: "还是这样"}

// openUnsolved is what of a claim waits for an answer, nil for none.
func openUnsolved(v casefile.View, claim core.ClaimID) *casefile.Unsolved {
	for i := range v.Unsolved {
		if u := &v.Unsolved[i]; u.Claim == claim && u.Open() {
			return u
		}
	}
	return nil
}

// unsolved writes down for the household that it is not solved. A village assistant does it in the
// village, whoever else may in the township. Who has it and by when is on the page, to be said to them.
func (t *Room) unsolved(d doing) error {
	door := casefile.DoorDesk
	if !d.actor.Has(casefile.RoleOfficer, casefile.RoleClerk, casefile.RoleCounty) {
		door = casefile.DoorVillage
	}
	promise, err := t.d.Flow.Unsolved(d.r.Context(), d.actor, workflow.Unsolved{Claim: d.claim, Says: d.get("reason"), Door: door})
	if err == nil {
		*d.said = "说给本人听:" + promise
	}
	return err
}

func (t *Room) answerUnsolved(d doing) error {
	var saw int64
	if list := d.saw(); len(list) > 0 {
		saw = list[0]
	}
	outcome := casefile.UnsolvedState(d.get("outcome"))
	if outcome != casefile.UnsolvedSolved && outcome != casefile.UnsolvedStands {
		return core.Invalid("outcome", "请选:办了,还是照原来的。")
	}
	return t.d.Flow.AnswerUnsolved(d.r.Context(), d.actor, workflow.AnswerUnsolved{Claim: d.claim, Saw: saw, Solved: outcome == casefile.UnsolvedSolved, Words: d.get("reason")})
}

// handlers puts names to those who have something in hand that is not solved.
func (t *Room) handlers(ctx context.Context, list []casefile.NotSolved) error {
	var ids []core.StaffID
	for _, one := range list {
		if one.Who != 0 {
			ids = append(ids, one.Who)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	names, err := t.d.Staff.Names(ctx, ids...)
	for i := range list {
		list[i].Name = names[list[i].Who]
	}
	return err
}
