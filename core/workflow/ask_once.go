package workflow

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/wording"
)

// supplementDays is how many working days a household has to bring what is
// missing, in all the times it is asked; nothing lapses when they pass, somebody calls.
const supplementDays = 10

// lookupDays is how many working days whoever looks something up in a register has; 样本口径, no
// law names them.
const lookupDays = 5

// AskSupplement is what is still missing.
type AskSupplement struct {
	Case  core.CaseID
	Ticks []string // keys of the list (casefile.Lack) that the household is asked for
	What  string   // and in the officer's own words; may be ""
	How   string   // it can be brought easiest; "" with the visit
	Late  string   // why it was not said the first time; wanted from the second time on
	Kept  string   // why the household is asked for a paper of which a register has the record
	Saw   []int64  // the ids of what came in that the officer's page showed
}

// errNothingAsked is the answer to a list of which nothing was ticked.
var errNothingAsked = core.Invalid("what", "请给要的打钩,或者写明还缺什么。")

// AskSupplement says, once and completely, what is still missing. What a register of the city
// answers is not asked of the household: it becomes the officer's to look up, whether ticked or not.
// With nothing to ask for beside that, the case goes on and the household is asked for nothing.
// Errors: casefile.ErrAskedBefore, ErrMovedOn where a tick is no longer wanting.
func (f *Flow) AskSupplement(ctx context.Context, actor casefile.Actor, in AskSupplement) error {
	on := target{name: casefile.ActSupplement, trace: "supplement.asked", id: in.Case}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		// 1. What is wanting, and whose it is to bring or to look up.
		list, err := f.Cases.Lacking(ctx, a.tx, a.c)
		if err != nil {
			return err
		}
		what, err := toBring(list, in)
		if err != nil {
			return err
		}
		ours, err := a.lookUp(ctx, list)
		if err != nil {
			return err
		}
		if what == "" {
			if len(ours) == 0 {
				return errNothingAsked
			}
			a.trace = "supplement.looking"
			return a.event(ctx, a.trace, "还差的,部门有记录,我们自己查。您不用跑。", "家里不用补。我们自己查:"+strings.Join(ours, "、"))
		}
		// 2. The household is asked, and whoever asks again says why.
		return a.ask(ctx, in, what, ours)
	})
}

// toBring says what the household is asked for; "" for nothing.
func toBring(list []casefile.Lack, in AskSupplement) (string, error) {
	var words []string
	for _, l := range list { // in the order of the list, whatever the form's is
		if !slices.Contains(in.Ticks, l.Key) {
			continue
		}
		if l.Ours() {
			return "", core.Invalid("tick", l.Word+"在"+wording.KeeperOf(l.Keeper).Name+"有记录,我们自己查,不问家里要。查了没有,再来问。")
		}
		words = append(words, l.Word)
	}
	if len(words) != len(in.Ticks) {
		return "", casefile.ErrMovedOn
	}
	own := trim(in.What)
	if own != "" {
		if err := checkText("what", own, ""); err != nil {
			return "", err
		}
		if paper, keeper, held := wording.HeldPaper(own); held && trim(in.Kept) == "" {
			return "", core.Invalid("kept", paper+"在"+keeper.Name+"有记录,不问家里要。一定要家里给的,写明为什么。")
		}
		words = append(words, own)
	}
	return strings.Join(words, "、"), nil
}

// lookUp gives to the officer what registers answer, each once, with a day, and names what is new.
func (a *act) lookUp(ctx context.Context, list []casefile.Lack) (words []string, err error) {
	for _, l := range list {
		if !l.Ours() {
			continue
		}
		fresh, err := a.f.Cases.LookUp(ctx, a.tx, a.c.ID, casefile.Lookup{Key: l.Key, Keeper: l.Keeper, Staff: a.actor.Staff})
		if err != nil {
			return nil, err
		}
		if fresh {
			words = append(words, l.Word+"("+wording.KeeperOf(l.Keeper).Name+")")
		}
	}
	if len(words) == 0 {
		return nil, nil
	}
	a.detail["looks"] = len(words)
	return words, a.lookBy(ctx)
}

// lookBy has what is looked up ready in lookupDays; a look that runs keeps the day it has. It is a clock
// of ours and no one's days of the law, so that a new look begins with its own and is not late on its first.
func (a *act) lookBy(ctx context.Context) error {
	d, err := a.f.Cases.DeadlineOf(ctx, a.tx, a.c.ID, 0, casefile.DeadlineLookup)
	if err != nil || d.ID != 0 && d.Met.IsZero() {
		return err
	}
	due := a.f.Routing.Days(a.tx.Today(), lookupDays)
	if d.ID == 0 {
		d = casefile.Deadline{Case: a.c.ID, Kind: casefile.DeadlineLookup, Level: casefile.RungAssistant}
	}
	d.Due, d.Cause = due, casefile.AnotherLook
	return a.f.Cases.Resume(ctx, a.tx, d)
}

// ask asks the household, writes down the how manieth time it is, and tells it.
func (a *act) ask(ctx context.Context, in AskSupplement, what string, ours []string) error {
	how := trim(in.How)
	if how == "" {
		how = "我们上门时补,不用跑"
	}
	if err := checkText("how", how, ""); err != nil {
		return err
	}
	n, err := a.f.Cases.Asks(ctx, a.tx, a.c.ID)
	if err != nil {
		return err
	}
	ask := casefile.Ask{Nth: n + 1, Keys: in.Ticks, Own: trim(in.What) != "", Kept: trim(in.Kept), By: a.actor.Staff}
	if n > 0 {
		if ask.Late = trim(in.Late); ask.Late == "" {
			return casefile.ErrAskedBefore
		}
		if err := checkText("late", ask.Late, ""); err != nil {
			return err
		}
	}
	if err := a.f.Cases.AddAsk(ctx, a.tx, a.c, ask); err != nil {
		return err
	}
	if err := a.f.Cases.Move(ctx, a.tx, a.c, casefile.CaseSupplement); err != nil {
		return err
	}
	due, err := a.bringBy(ctx)
	if err != nil {
		return err
	}
	if err := a.f.Cases.AskFor(ctx, a.tx, a.c.ID, what, how); err != nil {
		return err
	}
	// What the page showed was looked at before somebody asked for more.
	if _, err := a.f.Cases.LookedAt(ctx, a.tx, a.c.ID, a.actor.Staff, in.Saw); err != nil {
		return err
	}
	a.detail["what"], a.detail["nth"], a.detail["ticks"] = what, ask.Nth, in.Ticks
	staff := "请补:" + what
	if ask.Nth > 1 {
		staff = fmt.Sprintf("第 %d 次请补:%s", ask.Nth, what)
	}
	if len(ours) > 0 {
		staff += "。我们自己查:" + strings.Join(ours, "、")
	}
	if err := a.event(ctx, "supplement.asked", wording.Lacks(what), staff); err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(what)) // a second press is told once, something else on the same day as well
	key := fmt.Sprintf("supplement/%d/%s/%x", a.c.ID, due, sum[:6])
	return a.f.tell(ctx, a.tx, a.c, 0, key, wording.AskOne(what, how, due))
}
