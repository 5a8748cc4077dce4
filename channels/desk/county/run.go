package county

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/payout"
	"lianou/core/pg"
)

// option is a row of a choice of the run.
type option struct {
	Value, Say string
	Lines      int
}

// choices are what a run may be narrowed to: what is due has it.
type choices struct{ Counties, Items, Periods []option }

func (c *Room) choicesOf(parts []payout.Part) (out choices) {
	add := func(list []option, value, say string, n int) []option {
		if i := slices.IndexFunc(list, func(o option) bool { return o.Value == value }); i >= 0 {
			list[i].Lines += n
			return list
		}
		return append(list, option{value, say, n})
	}
	for _, p := range parts {
		out.Counties = add(out.Counties, string(p.County), c.d.Regions.FullName(p.County), p.Lines)
		out.Items = add(out.Items, string(p.Item), p.ItemName, p.Lines)
		out.Periods = add(out.Periods, string(p.Period), monthWord(p.Period), p.Lines)
	}
	for _, list := range [][]option{out.Counties, out.Items, out.Periods} {
		slices.SortFunc(list, func(a, b option) int { return cmp.Compare(a.Value, b.Value) })
	}
	return out
}

func monthWord(p payout.Period) string { return fmt.Sprintf("%d 年 %d 月", p.Year(), p.Month()) }

// choiceWord says what of all that was due a batch took; "" for all of it.
func (c *Room) choiceWord(b payout.Batch, names map[core.ItemCode]string) string {
	var out string
	add := func(s string) {
		if out != "" {
			out += " · "
		}
		out += s
	}
	if b.Choice.Emergency {
		add("急难的钱")
	}
	if b.Choice.County != "" {
		add(c.d.Regions.FullName(b.Choice.County))
	}
	if b.Choice.Item != "" {
		add(cmp.Or(names[b.Choice.Item], string(b.Choice.Item)))
	}
	if b.Choice.Period != "" {
		add(monthWord(b.Choice.Period))
	}
	return out
}

// makerOf names who made a batch.
func makerOf(b payout.Batch, names map[core.StaffID]string) string {
	if b.CreatedBy == 0 {
		return "系统"
	}
	return names[b.CreatedBy]
}

// unpaid is what is not on the card yet, and by when it has to be, in words.
type unpaid struct {
	payout.Unpaid
	When, Where string
}

func unpaidOf(list []payout.Unpaid) []unpaid {
	out := make([]unpaid, len(list))
	for i, u := range list {
		out[i] = unpaid{Unpaid: u, When: u.By.Say() + "前"}
		if u.InHand > 0 {
			out[i].Where = fmt.Sprintf("%d 笔在路上", u.InHand)
		}
		if u.Held > 0 {
			if out[i].Where != "" {
				out[i].Where += ","
			}
			out[i].Where += fmt.Sprintf("%d 笔先留住", u.Held)
		}
	}
	return out
}

// create makes a batch of what was chosen. What may be the same money again is looked for first, in
// a transaction of its own, so that it is listed also where nothing else is due.
func (c *Room) create(w http.ResponseWriter, r *http.Request, at desk.At) error {
	pick := payout.Choice{County: core.RegionCode(r.FormValue("county")), Item: core.ItemCode(r.FormValue("item")), Period: payout.Period(r.FormValue("period"))}
	held := 0
	err := c.act(r, func(ctx context.Context, tx *pg.Tx) (err error) {
		held, err = c.d.Payout.HoldBack(ctx, tx, pick)
		return err
	})
	if err != nil {
		return err
	}
	short := 0
	err = c.act(r, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := c.d.Payout.CreateBatch(ctx, tx, at.Staff.ID, pick); err != nil {
			return err
		}
		left, err := c.d.Payout.Waiting(ctx, tx)
		short = lines(left)
		return err
	})
	said := "做好了一批。请另一个人核准。"
	if short > 0 {
		said += fmt.Sprintf("另有 %d 笔钱不够,先等着。", short)
	}
	if held > 0 {
		said += fmt.Sprintf("有 %d 处可能发重,先留住了,请核对。", held)
	}
	return done(w, r, err, said)
}

// take makes who presses it the maker of a draft that the job made.
func (c *Room) take(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "batch")
	if err != nil {
		return err
	}
	err = c.act(r, func(ctx context.Context, tx *pg.Tx) error { return c.d.Payout.TakeOver(ctx, tx, at.Staff.ID, id) })
	return done(w, r, err, "这一批您接了。请另一个人核准。")
}
