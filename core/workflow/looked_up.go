package workflow

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/wording"
)

// LookedUp is what came of looking something up in a register of the city.
type LookedUp struct {
	Case  core.CaseID
	Look  int64
	Found bool
	Words string                     // what the register says, and of when; how it was asked, where it has nothing
	Facts map[string]json.RawMessage // the fact that was looked for, where it is one and was found
}

// LookedUp ends a look (我们自己查). What was found is a fact of the case, with the register as its
// source; where the register has nothing, the household may be asked. Errors: casefile.ErrMovedOn where
// somebody was faster.
func (f *Flow) LookedUp(ctx context.Context, actor casefile.Actor, in LookedUp) error {
	on := target{name: casefile.ActLookedUp, trace: "supplement.looked_up", id: in.Case}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if err := checkText("reason", in.Words, "请写查的是哪天的记录,怎么说的;没查到,写怎么查的。"); err != nil {
			return err
		}
		looks, err := f.Cases.Looks(ctx, a.tx, a.c)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(looks, func(l casefile.Lookup) bool { return l.ID == in.Look && l.Open() })
		if i < 0 {
			return casefile.ErrMovedOn
		}
		look := looks[i]
		path, _, _ := strings.Cut(look.Key, ".")
		for at := range in.Facts {
			if at != path || !in.Found {
				return core.Invalid("facts", "这里只填查的这一样。")
			}
		}
		if casefile.IsMeans(path) {
			people, err := f.Cases.MeansPeople(ctx, a.tx, a.c)
			if err != nil {
				return err
			}
			if err := casefile.MeansMissing(people, a.tx.Today()); err != nil {
				return err
			}
		}
		if in.Found && !strings.HasPrefix(path, "paper/") && len(in.Facts) == 0 {
			return errFoundNothing
		}
		// 1. The look is over.
		look.Outcome, look.Words, look.By = casefile.LookNone, trim(in.Words), actor.Staff
		if in.Found {
			look.Outcome = casefile.LookFound
		}
		if err := f.Cases.LookedUp(ctx, a.tx, a.c, look); err != nil {
			return err
		}
		// 2. What it says is known from now on.
		if len(in.Facts) > 0 {
			facts, err := a.learnFrom(ctx, "lookup", "lookup:"+look.Keeper, Seen{Facts: in.Facts})
			if err != nil {
				return err
			}
			a.detail["facts"] = facts.Digest
		}
		a.detail["look"], a.detail["key"], a.detail["keeper"], a.detail["outcome"] = look.ID, look.Key, look.Keeper, look.Outcome
		says := wording.KeeperOf(look.Keeper).Name + ":" + lookWord(look.Key) + "查到了"
		if !in.Found {
			says = wording.KeeperOf(look.Keeper).Name + ":" + lookWord(look.Key) + "没查到,可以问家里"
		}
		return a.event(ctx, "supplement.looked_up", "", says)
	})
}

// errFoundNothing is the answer to a look that found what nobody wrote down.
var errFoundNothing = core.Invalid("facts", "查到了,就把查到的填上。记录里没有这一样,请选「没查到」。")

// lookWord names what is looked up without whose it is: lines of the timeline are not sealed.
func lookWord(key string) string {
	if len(key) > 6 && key[:6] == "paper/" {
		return "一样材料"
	}
	return wording.FactLabel(key)
}
