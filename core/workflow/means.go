package workflow

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/registry"
)

// isMeans reports whether a fact is of a household's income or property, of which departments are
// asked with the word of every adult (社会救助暂行办法第58条).
func isMeans(at fact) bool {
	return at.person == 0 && casefile.IsMeans(at.key)
}

// meansLacking reports whether an adult's word is missing.
func (a *act) meansLacking(ctx context.Context) (bool, error) {
	people, err := a.f.Cases.MeansPeople(ctx, a.tx, a.c)
	return len(casefile.MeansLacking(people, a.tx.Today())) > 0, err
}

// ownMeans keeps the word of whoever applies for themselves, and of nobody else in the household,
// where they drew their signature. A word on the telephone, typed in a chat, or typed for somebody by
// an agent is not theirs: it is signed at the visit.
func (f *Flow) ownMeans(ctx context.Context, tx *pg.Tx, c casefile.Case, app *core.Application) error {
	i := slices.IndexFunc(app.Consent, func(c core.Consent) bool { return c.Purpose == "means_check" })
	if i < 0 || app.Contact.Capacity != core.CapacitySelf || app.Applicant.Name == "" || app.Signature == nil || app.Signature.Strokes == "" {
		return nil
	}
	word := casefile.Authorisation{Version: app.Consent[i].Version, How: casefile.MeansOwn, Signature: app.Signature.Strokes, At: app.At}
	if app.Contact.Staff != 0 {
		word.How, word.TakenBy = casefile.MeansWindow, app.Contact.Staff
		if slices.ContainsFunc(app.Papers, func(p core.Paper) bool { return p.Kind == core.PaperOral }) { // a village assistant at their home
			word.How = casefile.MeansVisit
		}
	}
	word, err := f.Cases.OwnMeans(ctx, tx, c, app, word)
	if err != nil || word.ID == 0 {
		return err
	}
	err = f.Cases.AddEvent(ctx, tx, casefile.Event{Case: c.ID, Kind: "means.given", Actor: casefile.JobActor(),
		Staff: word.Name + "同意核对自己的收入财产,报的时候说的,到" + word.Expires.SayWhole()})
	if err != nil {
		return err
	}
	e := entry("means.given", c, meansDetail(word))
	e.Application = app.ID
	return f.Audit.Write(ctx, tx, e)
}

func meansDetail(a casefile.Authorisation) map[string]any {
	return map[string]any{"authorisation": a.ID, "member": a.Member, "how": a.How, "version": a.Version, "digest": a.Digest, "until": a.Expires.String(), "guardian": a.Guardian != ""}
}

// MeansWord is what one of a household says of asking after their income and property.
type MeansWord struct {
	Case      core.CaseID
	Member    core.MemberRef
	Name      string // where the household's list has none
	Agreed    bool
	Version   string // of the text that was shown or read to them
	How       casefile.MeansHow
	Signature core.BlobDigest
	Call      core.ApplicationID // in whose recorded call it was read to them
	Guardian  string
	Relation  string
	Reason    string // why not
	Sure      bool   // whoever takes a no said what it means and what not
}

// MeansWord writes down what an adult said. A no refuses nothing: it becomes a question to the
// officer, and the case goes on. Errors: casefile.ErrMeansText, ErrMeansStands, ErrMeansProof,
// ErrMeansMember, ErrMeansGuardian, ErrOldStrokes.
func (f *Flow) MeansWord(ctx context.Context, actor casefile.Actor, in MeansWord) error {
	trace := "means.given"
	if !in.Agreed {
		trace = "means.refused"
	}
	on := target{name: casefile.ActAuthorise, trace: trace, id: in.Case}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		word, minor, err := a.meansWord(ctx, in)
		if err != nil {
			return err
		}
		if minor && word.Agreed && word.Guardian == "" {
			return casefile.ErrMeansGuardian
		}
		if word, err = f.Cases.Authorise(ctx, a.tx, a.c, word); err != nil {
			return err
		}
		a.detail = meansDetail(word)
		if !word.Agreed { // nobody of the household reads who said no
			return a.event(ctx, "means.refused", "", word.Name+"不同意核对收入财产,原因封存。问清楚再定怎么办,不因为这个不帮")
		}
		by := ""
		if word.Guardian != "" {
			by = ",监护人" + word.Guardian + "(" + word.Relation + ")代"
		}
		return a.event(ctx, "means.given", "", word.Name+"同意核对收入财产"+by+","+word.How.Say()+",到"+word.Expires.SayWhole())
	})
}

// meansWord checks what a form says and names the member, and whether they are a minor.
func (a *act) meansWord(ctx context.Context, in MeansWord) (w casefile.Authorisation, minor bool, err error) {
	w = casefile.Authorisation{Member: in.Member, Name: trim(in.Name), Agreed: in.Agreed, How: in.How, TakenBy: a.actor.Staff}
	people, err := a.f.Cases.MeansPeople(ctx, a.tx, a.c)
	if err != nil {
		return w, false, err
	}
	i := slices.IndexFunc(people, func(p casefile.MeansPerson) bool { return p.Ref == in.Member })
	if i < 0 {
		return w, false, casefile.ErrMeansMember
	}
	if people[i].Name != "" {
		w.Name = people[i].Name
	}
	if err := checkShort("name", w.Name, "请写他的名字,40 个字以内。", 40); err != nil {
		return w, false, err
	}
	text, err := a.f.Cases.MeansText(ctx, a.tx)
	if err != nil {
		return w, false, err
	}
	if w.Version, w.Digest = text.Version, text.Digest; in.Version != text.Version {
		return w, false, casefile.ErrMeansText
	}
	if w.How != casefile.MeansVisit && w.How != casefile.MeansWindow && w.How != casefile.MeansCall {
		return w, false, core.Invalid("how", "请选在哪说的:上门、窗口,还是电话里。")
	}
	if !w.Agreed {
		w.Reason = trim(in.Reason)
		if !in.Sure {
			return w, false, core.Invalid("sure", "请先告诉他:不同意也照办,会有人来问。说过了再打钩。")
		}
		return w, people[i].Minor, checkShort("reason", w.Reason, "请写他怎么说的,300 个字以内。", 300)
	}
	if w.Guardian, w.Relation = trim(in.Guardian), trim(in.Relation); len([]rune(w.Guardian)) > 40 || len([]rune(w.Relation)) > 40 {
		return w, false, casefile.ErrMeansGuardian
	}
	if w.How == casefile.MeansCall {
		w.Recording, err = a.f.Cases.CallOf(ctx, a.tx, a.c, in.Call)
	} else {
		w.Signature = in.Signature
	}
	return w, people[i].Minor, err
}

// TakeMeansBack is the word of somebody who does not let departments be asked any more. Nothing new
// is asked on it; what was learnt stays.
func (f *Flow) TakeMeansBack(ctx context.Context, actor casefile.Actor, id core.CaseID, authorisation int64, why string) error {
	on := target{name: casefile.ActTakeWordBack, trace: "means.withdrawn", id: id}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if err := checkShort("reason", trim(why), "请写谁说的、怎么说的,300 个字以内。", 300); err != nil {
			return err
		}
		people, err := f.Cases.MeansPeople(ctx, a.tx, a.c)
		if err != nil {
			return err
		}
		if err := f.Cases.WithdrawMeans(ctx, a.tx, a.c, authorisation, actor.Staff, trim(why)); err != nil {
			return err
		}
		name := ""
		for _, p := range people {
			if slices.ContainsFunc(p.Words, func(w casefile.Authorisation) bool { return w.ID == authorisation }) {
				name = p.Called()
			}
		}
		a.detail["authorisation"] = authorisation
		return a.event(ctx, "means.withdrawn", "", name+"撤回了核对授权,原因封存。不再新问部门,已经查到的留着,别的照办")
	})
}

// ownMeansBack takes back the words that came with applications of which an officer found that they
// were not the person's.
func (a *act) ownMeansBack(ctx context.Context) error {
	people, err := a.f.Cases.MeansPeople(ctx, a.tx, a.c)
	if err != nil {
		return err
	}
	for _, p := range people {
		w := p.Standing(a.tx.Today())
		if w == nil || w.Application == "" {
			continue
		}
		if err := a.f.Cases.WithdrawMeans(ctx, a.tx, a.c, w.ID, a.actor.Staff, "随一份不是本人报的申请来的"); err != nil {
			return err
		}
		a.also("means.withdrawn", map[string]any{"authorisation": w.ID})
	}
	return nil
}

// CheckMeans asks departments about the income and property that two visitors saw otherwise, and
// that waited for somebody's word; a third person compares. What an open objection of the household
// keeps from being asked goes on waiting. ErrMovedOn when nothing waits, ErrMeansObjected when
// nothing can be asked before that is answered.
func (f *Flow) CheckMeans(ctx context.Context, actor casefile.Actor, id core.CaseID) error {
	on := target{name: casefile.ActCheckMeans, trace: "means.checked", id: id}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		visit := *a.all.Held
		why := registry.Purpose{Actor: a.actor.Audit(), Why: "means.checked", Case: a.c.ID, Application: a.c.Application}
		seen, err := a.seen(ctx, why, visit)
		if err != nil {
			return err
		}
		stands, err := a.stands(ctx, why)
		if err != nil {
			return err
		}
		var came checked
		for _, key := range visit.Held {
			at := fact{key: key}
			value, was := seen[at]
			if f := stands[at]; was && registry.SameValue(f.Value, value) {
				came.same++
				continue
			}
			outcome := overtaken
			if was {
				if outcome, err = a.askChange(ctx, why, visit, at, stands[at], value); err != nil {
					return err
				}
			}
			switch outcome {
			case askedFor:
				came.asked++
			case objected:
				came.waits = append(came.waits, key)
			default:
				came.past++
			}
		}
		if len(came.waits) == len(visit.Held) {
			return ErrMeansObjected
		}
		if err := f.Cases.HoldMeans(ctx, a.tx, visit.ID, came.waits); err != nil {
			return err
		}
		a.detail["visit"], a.detail["facts"], a.detail["asked"] = visit.ID, visit.Held, came.asked
		return a.event(ctx, "means.checked", "", came.say())
	})
}

// ErrMeansObjected is the answer to a check of what the household objects to: that is answered first.
var ErrMeansObjected = core.E(core.KindConflict, "means_objected", "这几项本人提过不同意见,还没答复。请先答复,再来问部门。")

// checked is what came of the facts of a means check.
type checked struct {
	asked, same, past int
	waits             []string // for the answer to an objection
}

func (c checked) say() string {
	parts := []string{"家里人都同意了"}
	if c.asked > 0 {
		parts = append(parts, fmt.Sprintf("收入财产 %d 项去问部门,等没去的同事核对", c.asked))
	}
	if c.same > 0 {
		parts = append(parts, fmt.Sprintf("%d 项登记已经和看到的一样,不用问", c.same))
	}
	if c.past > 0 {
		parts = append(parts, fmt.Sprintf("%d 项登记后来改过,以后来的为准,没有问", c.past))
	}
	if n := len(c.waits); n > 0 {
		parts = append(parts, fmt.Sprintf("%d 项先等本人的不同意见有了答复", n))
	}
	return strings.Join(parts, ";")
}
