package county

import (
	"cmp"
	"context"
	"net/http"
	"strconv"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/payout"
	"lianou/core/pg"
)

// batchPage is what somebody reads before they let money go, and may look up later.
type batchPage struct {
	payout.Batch
	Maker, Approver string
	Discarder       string
	Word, Tone      string
	MayApprove      bool
	MayTake         bool          // a draft of the job, which nobody has taken over
	Barred          string        // why this payer may not approve it
	Unsure          string        // what is not known of it, and what to do
	CardChanged     bool          // a line names a card that was replaced since: to be discarded
	Lines           []payout.Line // names masked: whom the money is for is decided elsewhere
	Heads           map[core.CaseID]casefile.Head
	After, Next     int64 // ids of lines; 0 for the first page, and when there is no further one
	Sums            []payout.Sum
	Control         payout.Totals // what the lines add up to
}

// Agrees reports whether the lines add up to what the batch declares.
func (p batchPage) Agrees() bool { return p.Control == p.Totals }

// pageLines is how many lines one page shows.
const pageLines = 500

func (c *Room) batch(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "batch")
	if err != nil {
		return err
	}
	var p batchPage
	p.After, _ = strconv.ParseInt(r.FormValue("after"), 10, 64) // nonsense is the first page
	err = c.act(r, func(ctx context.Context, tx *pg.Tx) error {
		if err := c.fill(ctx, tx, id, &p); err != nil {
			return err
		}
		if p.State == "draft" {
			if barred := c.d.Payout.Barred(ctx, tx, at.Staff.ID, id); core.KindOf(barred) == core.KindForbidden {
				p.Barred = core.Known(barred).Say
			} else if barred != nil {
				return barred
			}
		}
		ids := make([]int64, len(p.Lines))
		for i, l := range p.Lines {
			ids[i] = l.ID
		}
		return c.d.Audit.Write(ctx, tx, audit.Listed(audit.Listing{Actor: desk.ActorOf(at), Act: "batch.read", IDs: ids, Purpose: "核对一批"}))
	})
	if err != nil {
		return err
	}
	names, err := c.d.Staff.Names(r.Context(), p.CreatedBy, p.ApprovedBy, p.Discarded)
	if err != nil {
		return err
	}
	s := wordOf(p.Batch)
	p.Maker, p.Approver, p.Discarder = makerOf(p.Batch, names), names[p.ApprovedBy], names[p.Discarded]
	p.Word, p.Tone, p.Unsure = s.word, s.tone, unsure(p.Batch)
	p.MayTake = p.State == "draft" && p.CreatedBy == 0 && p.Barred == ""
	p.MayApprove = p.State == "draft" && p.CreatedBy != 0 && p.CreatedBy != at.Staff.ID && p.Agrees() && !p.CardChanged && p.Barred == ""
	return at.Page.Show(w, at, desk.View{Room: "county", Name: "batch", Title: "批次 " + p.Name}, p)
}

func (c *Room) fill(ctx context.Context, tx *pg.Tx, id int64, p *batchPage) error {
	view, err := c.d.Payout.BatchView(ctx, tx, id)
	if err != nil {
		return err
	}
	if p.CardChanged, err = c.d.Payout.CardChanged(ctx, tx, id); err != nil {
		return err
	}
	p.Batch, p.Lines = view.Batch, view.Items
	if p.After > 0 {
		if p.Lines, err = c.d.Payout.LinesAfter(ctx, tx, id, p.After); err != nil {
			return err
		}
	}
	if n := len(p.Lines); n == pageLines {
		p.Next = p.Lines[n-1].ID
	}
	ids := make([]core.CaseID, len(p.Lines))
	for i, l := range p.Lines {
		ids[i] = l.Case
	}
	if p.Heads, err = c.d.Cases.Heads(ctx, tx, ids...); err != nil {
		return err
	}
	for i := range p.Lines {
		p.Lines[i].Holder = casefile.MaskName(p.Lines[i].Holder)
	}
	p.Control = payout.Totals{}
	p.Sums, err = c.d.Payout.Sums(ctx, tx, id)
	for _, s := range p.Sums {
		p.Control.Lines += s.Lines
		p.Control.Total += s.Total
	}
	return err
}

// unsure says what is not known of a batch that was handed over, and what to do.
func unsure(b payout.Batch) string {
	switch {
	case !b.Unknown():
		return ""
	case b.Held:
		return "银行说没收到。这期间这一批里有人换了卡、停了发,或者人不在了,所以停住,不再交给银行。请两个人把它作废,钱回到等着发的,跟下一批发。不要另做一批。"
	case b.Word == payout.Differs:
		return "银行说这个批号它那里是别的内容。请打电话让银行查批号 " + b.Name + "。没查清以前,一分钱也不会再发。不要另做一批。"
	case b.Word == payout.Absent:
		return "银行说没收到。正在把原来那一份再交一次。"
	}
	return "已经交给银行,还没有收条,不知道它收没收到。系统一直在问,问到以前不会再发。等了一小时还没有,请打电话让银行查批号 " + b.Name + "。不要另做一批。"
}

type stateWord struct {
	word, tone string
	moving     bool // on its way: the page asks for news by itself
}

// wordOf says where a batch is. Money that came back is no success, also when all of
// it was seen to since.
func wordOf(b payout.Batch) stateWord {
	answered := b.State == "answered" || b.State == "closed" && b.Refused == ""
	switch {
	case b.Unknown() && b.Held:
		return stateWord{word: "停住了,等两个人", tone: "red", moving: true}
	case b.Unknown() && b.Word == payout.Differs:
		return stateWord{word: "银行那边内容不一样", tone: "red", moving: true}
	case b.Unknown():
		return stateWord{word: "等银行收条", tone: "amber", moving: true}
	case answered && b.Returned > 0 && b.Returned == b.Totals.Total:
		return stateWord{word: "已退回", tone: "red"}
	case answered && b.Returned > core.Fen(0):
		return stateWord{word: "部分退回", tone: "red"}
	case b.State == "closed" && b.Held && b.Offered == 0:
		return stateWord{word: "没交给银行:核准以后" + cmp.Or(b.Changed, "有人换了卡、停了发,或者人不在了") + "。还该发的,系统另做一批"}
	case b.State == "closed" && b.Held && b.Returned == 0 && b.Paid == 0:
		return stateWord{word: "停住后作废,钱回到等着发的"}
	case b.State == "closed" && b.Refused != "":
		return stateWord{word: "银行整批退回,钱回到等着发的", tone: "red"}
	}
	return map[string]stateWord{
		"draft": {"等另一个人核准", "petal", false}, "discarded": {"作废", "", false}, "approved": {"已核准", "amber", true},
		"file_written": {"文件写好", "amber", true}, "sent": {"在银行", "amber", true}, "answered": {"银行已答复", "leaf", false},
		"refused": {"银行整批退回", "red", false}, "closed": {"结清", "leaf", false},
	}[b.State]
}
