package workflow

import (
	"context"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/mandate"
)

// EndMandate is an officer's word that somebody no longer acts for a household.
type EndMandate struct {
	Case    core.CaseID
	Mandate int64
	Sure    bool // the page said what ends, and they said yes
	Reason  string
}

// EndMandate ends the right of one person to act for a household (代办), at once: whatever
// they ask for from here on is refused with words. The household reads that it is over and
// what they can do; why stays with the officers, for it may be what they would not have
// said. Errors: mandate.ErrEnded.
func (f *Flow) EndMandate(ctx context.Context, actor casefile.Actor, in EndMandate) error {
	on := target{name: casefile.ActEndMandate, trace: "mandate.ended", id: in.Case}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if err := checkText("reason", in.Reason, "请写明为什么结束代办,问过谁。"); err != nil {
			return err
		}
		if !in.Sure {
			return core.Invalid("sure", "请先勾上“结束以后他不能再替这家办事”,再点。")
		}
		m, rest, err := f.mandates.End(ctx, a.tx, in.Case, in.Mandate)
		if err != nil {
			return err
		}
		for _, e := range rest {
			e.Actor, e.Purpose = actor.Audit(), "casework"
			e.Detail = map[string]any{"with": m.ID}
			a.more = append(a.more, e)
		}
		rule, _ := mandate.RuleOf(m.Kind)
		a.detail["mandate"], a.detail["kind"], a.detail["reason"] = m.ID, m.Kind, in.Reason
		return a.event(ctx, "mandate.ended", "镇上把替您家办事的人(当时说是"+rule.Word+")的代办结束了,他不能再替您查、替您办。您家的事照样往下办。不是您的意思,或想换人替办,打 12345,或到村里、窗口说一声。",
			"结束代办("+rule.Word+",回执 "+string(m.Receipt)+"):"+in.Reason)
	})
}
