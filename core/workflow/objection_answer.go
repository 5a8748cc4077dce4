package workflow

import (
	"context"
	"fmt"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/notify"
	"lianou/core/wording"
	"lianou/intake/objections"
)

// AnswerObjection is what came of looking into different opinions on a notice.
type AnswerObjection struct {
	Claim   core.ClaimID
	Saw     []int64 // the ids of those that the page showed, at most casefile.MostShown
	Heard   int64   // the last word of them that it showed, 0 for none
	Founded bool
	Reasons string
}

// AnswerObjection answers the open objections of a claim that the page showed; what came in
// meanwhile stays open. Founded sends the claim back to be reviewed. Errors:
// casefile.ErrObjectionsUnseen; ErrSamePerson where whoever answers is known to have said one.
func (f *Flow) AnswerObjection(ctx context.Context, actor casefile.Actor, in AnswerObjection) error {
	on := target{name: casefile.ActAnswer, trace: "objection.answered", claim: in.Claim}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if err := checkText("reasons", in.Reasons, "请写明核实的结果。"); err != nil {
			return err
		}
		out, err := a.answerObjections(ctx, in)
		if err != nil {
			return err
		}
		a.detail["founded"], a.detail["objections"], a.detail["open"] = in.Founded, out.IDs, !out.Done
		left := ""
		if !out.Done {
			left = "。还有没答复的"
		}
		if in.Founded {
			return a.event(ctx, "objection.founded", "核实后要重新看一遍。", a.claim.Name+":意见成立,重新审核"+left)
		}
		return a.event(ctx, "objection.unfounded", "意见核实过了,不影响办理。", a.claim.Name+":意见不成立,照常办"+left)
	})
}

// answerObjections answers what the page showed, and tells who was answered.
func (a *act) answerObjections(ctx context.Context, in AnswerObjection) (out casefile.Answered, err error) {
	who, err := a.f.Cases.Objectors(ctx, a.tx, a.c, in.Saw)
	if err != nil {
		return out, err
	}
	namesakes, err := a.namesakes(who, in.Heard)
	if err != nil {
		return out, err
	}
	out, err = a.f.Cases.AnswerObjections(ctx, a.tx, a.c, a.claim, casefile.Answer{Saw: in.Saw, Heard: in.Heard, Namesake: namesakes,
		By: a.actor.Staff, Founded: in.Founded, Reasons: trim(in.Reasons)})
	if err != nil {
		return out, err
	}
	for _, later := range out.Carried {
		if err := objections.Refiled(ctx, a.tx, later.Receipts, later.Objection); err != nil {
			return out, err
		}
	}
	return out, a.tellObjectors(ctx, who, out.IDs, in)
}

// namesakes gives the objections with which somebody left the name of whoever answers. Who objected
// does not answer: where one of the staff took the words down, or the last name that an account
// left is theirs, it is refused. Any other name was typed by nobody knows whom, who could keep a
// whole township from answering with it: it is marked and logged, and bars nobody. Words that the
// page did not show count for nothing. Errors: casefile.ErrSamePerson.
func (a *act) namesakes(list []casefile.Objector, heard int64) (marked []int64, err error) {
	var words []int64
	account := map[int64]bool{}
	for _, o := range list {
		if o.Word > heard || o.Name == "" {
			continue
		}
		same := trim(o.Name) == a.actor.Name
		if o.Account {
			account[o.Objection] = same
		}
		switch {
		case !same:
		case o.Taken:
			return nil, casefile.ErrSamePerson
		default:
			marked, words = append(marked, o.Objection), append(words, o.Word)
		}
	}
	for _, same := range account {
		if same {
			return nil, casefile.ErrSamePerson
		}
	}
	if len(words) > 0 {
		a.detail["same_name"] = words
	}
	return marked, nil
}

// tellObjectors tells whoever left a telephone with what was answered what came of it, in general
// words: the last number of each, for none was shown to be its sender's. The notice is of no case and no
// application: nothing that the household or its page reads is written.
func (a *act) tellObjectors(ctx context.Context, who []casefile.Objector, answered []int64, in AnswerObjection) error {
	last := map[int64]casefile.Objector{}
	for _, o := range who {
		if !o.Phone.IsZero() && o.Word <= in.Heard {
			last[o.Objection] = o
		}
	}
	told := map[string]bool{}
	for _, id := range answered {
		o, left := last[id]
		to := o.Phone.Reveal()
		if !left || told[to] {
			continue
		}
		told[to] = true
		_, err := a.f.Outbox.Enqueue(ctx, a.tx, notify.Notice{Key: fmt.Sprintf("objection/%d/%d", o.Objection, o.Word), Region: a.c.Region, Phone: o.Phone,
			Text: wording.ObjectionAnswered(in.Founded)})
		if err != nil {
			return err
		}
	}
	return nil
}
