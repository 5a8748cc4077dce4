package county

import (
	"context"
	"fmt"
	"net/http"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/payout"
	"lianou/core/pg"
)

// held is a payment that may be the same money again, as the page shows it.
type held struct {
	payout.Held
	What, Who, By  string
	MayConfirm     bool
	PayAt, OtherAt casefile.Head
	OtherState     string
}

func (c *Room) heldOf(f found, names map[core.StaffID]string, me core.StaffID) []held {
	out := make([]held, len(f.held))
	for i, h := range f.held {
		out[i] = held{Held: h, What: whatHeld(h), By: names[h.LookedBy], MayConfirm: h.LookedBy != 0 && h.LookedBy != me,
			PayAt: f.heads[h.Pay.Case], OtherAt: f.heads[h.Other.Case], OtherState: payWord(h.Other.State)}
		out[i].Who = c.d.Regions.FullName(h.Pay.Region)
		if h.Other.Region != h.Pay.Region {
			out[i].Who += "、" + c.d.Regions.FullName(h.Other.Region)
		}
	}
	return out
}

// whatHeld says what looks the same.
func whatHeld(h payout.Held) string {
	switch h.Kind {
	case "exclude":
		return h.Why
	case "higher":
		return h.Why + "这一笔定的时候,没有扣过。"
	case "back":
		return "这个人这个月的钱,在另一件里发过两次,两次都退回了。先查清为什么退,再发。"
	case "once":
		return fmt.Sprintf("%s在 %d 年 %d 月已经给过这个人一次,还没满时间。", h.Other.ItemName, h.Other.Period.Year(), h.Other.Period.Month())
	}
	return "登记里两个人合成了一个人,这个月有两份。"
}

func payWord(state string) string {
	switch state {
	case "due":
		return "等着发"
	case "batched":
		return "在批次里"
	case "sent":
		return "在银行路上"
	case "paid":
		return "已到账"
	}
	return "退回了"
}

func heldCases(list []payout.Held) (ids []core.CaseID) {
	for _, h := range list {
		ids = append(ids, h.Pay.Case, h.Other.Case)
	}
	return ids
}

// sayApart writes down why two payments are both right.
func (c *Room) sayApart(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "overlap")
	if err != nil {
		return err
	}
	err = c.act(r, func(ctx context.Context, tx *pg.Tx) error {
		return c.d.Payout.SayApart(ctx, tx, at.Staff.ID, id, r.FormValue("says"))
	})
	return done(w, r, err, "记下了。请另一个人核对一遍,再放行。")
}

// letGo confirms it, as it stood on the page.
func (c *Room) letGo(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "overlap")
	if err != nil {
		return err
	}
	err = c.act(r, func(ctx context.Context, tx *pg.Tx) error {
		return c.d.Payout.LetGo(ctx, tx, at.Staff.ID, id, r.FormValue("says"))
	})
	return done(w, r, err, "放行了,跟下一批发。")
}
