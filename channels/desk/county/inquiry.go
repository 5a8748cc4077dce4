package county

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/payout"
	"lianou/core/pg"
)

// ask is a word of the bank that contradicts an earlier one, as the page shows it.
type ask struct {
	payout.Inquiry
	What, Said, By string
	MayConfirm     bool
}

func asksOf(list []payout.Inquiry, names map[core.StaffID]string, me core.StaffID) []ask {
	out := make([]ask, len(list))
	for i, q := range list {
		a := ask{Inquiry: q, What: "又来一份回单,和先前的对不上", By: names[q.ProposedBy], MayConfirm: q.Outcome != "" && q.ProposedBy != me}
		switch {
		case q.Refused:
			a.What = refusal(q.Reason)
		case q.Batch == 0:
			a.What = "来了一份回单,不是我们的批次,或者看不懂"
		}
		switch {
		case q.Outcome == payout.BookedNothing:
			a.Said = "银行一笔也没记,钱回到等着发的"
		case q.Outcome == payout.Stands && q.Refused:
			a.Said = "银行记了账,接着等它的回单"
		case q.Outcome == payout.Stands:
			a.Said = "这份不算,以先前的为准"
		}
		out[i] = a
	}
	return out
}

// refusal says why the bank refused a file as a whole.
func refusal(code string) string {
	switch code {
	case payout.CodeTotals:
		return "银行整批退回,说笔数或总额不对。记没记账要问过才算"
	case payout.CodeFormat:
		return "银行整批退回,说文件格式不对。记没记账要问过才算"
	}
	return "银行说这个批号早有别的内容,不知道记没记账"
}

// asked writes down what the bank said when somebody asked.
func (c *Room) asked(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "return")
	if err != nil {
		return err
	}
	err = c.act(r, func(ctx context.Context, tx *pg.Tx) error {
		return c.d.Payout.ProposeInquiry(ctx, tx, at.Staff.ID, id, payout.Outcome(r.FormValue("outcome")), r.FormValue("evidence"))
	})
	return done(w, r, err, "记下了。请另一个人再问一次银行,然后确认。")
}

// answered puts it in force, as it stood on the page.
func (c *Room) answered(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "return")
	if err != nil {
		return err
	}
	proposed, err := strconv.ParseInt(r.FormValue("proposed"), 10, 64)
	if err != nil {
		return payout.ErrMoved
	}
	seen := payout.Inquiry{Return: id, Outcome: payout.Outcome(r.FormValue("outcome")), Proposed: time.UnixMicro(proposed)}
	err = c.act(r, func(ctx context.Context, tx *pg.Tx) error {
		return c.d.Payout.ConfirmInquiry(ctx, tx, at.Staff.ID, seen)
	})
	return done(w, r, err, "确认了,账照这个走。")
}
