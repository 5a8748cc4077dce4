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

// ask is a word of the bank that somebody has to ask about, as the page shows it.
type ask struct {
	payout.Inquiry
	What, Said, By string
	Stands         string // the answer that such a return can have
	MayConfirm     bool
}

func asksOf(list []payout.Inquiry, names map[core.StaffID]string, me core.StaffID) []ask {
	out := make([]ask, len(list))
	for i, q := range list {
		a := ask{Inquiry: q, By: names[q.ProposedBy], MayConfirm: q.Outcome != "" && q.ProposedBy != me}
		if q.Refused {
			a.What, a.Stands = refusal(q.Reason), "银行记了账,接着等它的回单"
		} else {
			a.What, a.Stands = wrongReturn(q.Aside())
		}
		switch q.Outcome {
		case payout.BookedNothing:
			a.Said = "银行一笔也没记,钱回到等着发的"
		case payout.Stands:
			a.Said = a.Stands
		}
		out[i] = a
	}
	return out
}

// anew is what becomes of a return that is wrong in itself.
const anew = "这份不算,等银行重发"

// wrongReturn says what is wrong with a return that moved no money, and what it comes to when the
// bank stands by that. Where it says "又来" there was one before.
func wrongReturn(why payout.Aside) (what, stands string) {
	switch why {
	case payout.AsideForm:
		return "来了一份回单,看不懂:格式、校验码或者它自己的合计不对。请银行重发", anew
	case payout.AsideNoBatch:
		return "来了一份回单,批号不是我们的。请问银行是不是发错了地方", "银行发错了,这份不算"
	case payout.AsideEarly:
		return "来了一份回单,可是这一批还没有交给银行。请问银行它答的是哪一批", anew
	case payout.AsideCount:
		return "来了一份回单,笔数和发出去的不一样,多了或者少了。一笔也没有记。请银行核对", anew
	case payout.AsideTotal:
		return "来了一份回单,总额和发出去的不一样,差一分也不行。一笔也没有记。请银行核对", anew
	case payout.AsideLine:
		return "来了一份回单,笔数和总额都对,里面有的流水或者金额不是发出去的那一笔。一笔也没有记。请银行核对", anew
	case payout.AsideRefused:
		return "银行先说整批退回,又来了一份回单。请问银行到底记了账没有", "这份不算,以先前的为准"
	case payout.AsideDissolved:
		return "这一批已经作废,却来了一份回单。请马上问银行有没有付出去", "一笔也没有付,这份不算"
	case payout.AsideBooked:
		return "银行说整批退回,后来又说记了账", "退回不算,以回单为准"
	case payout.AsideAnswered:
		return "又来一份回单,和先前的对不上", "这份不算,以先前的为准"
	}
	return "来了一份回单,系统没有记账。请问银行它答的是哪一批", anew
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
