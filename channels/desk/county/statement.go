package county

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/payout"
	"lianou/core/pg"
)

// statements is the page of reconciliation: what the bank says has moved, beside our books.
type statements struct {
	Said string
	List []account
	Open []difference
}

// account is one statement as the page shows it.
type account struct {
	payout.Account
	Days, Bringer, Confirmer, Voider string
	Left                             core.Fen // not matched, and not settled by two people
	Mine                             bool     // carried in by whoever reads it
	MayConfirm, MayVoid              bool     // by whoever reads it
}

// difference is money that one side alone has, and what a person does about it.
type difference struct {
	payout.Difference
	What, Todo, When, Author string
	Waits                    bool // for the bank's return: nobody settles it
	MayConfirm               bool
}

func (c *Room) statements(w http.ResponseWriter, r *http.Request, at desk.At) error {
	var list []payout.Account
	var open []payout.Difference
	err := c.act(r, func(ctx context.Context, tx *pg.Tx) (err error) {
		if list, err = c.d.Payout.Statements(ctx, tx); err != nil {
			return err
		}
		if open, err = c.d.Payout.Foreign(ctx, tx); err != nil {
			return err
		}
		missing, err := c.d.Payout.Missing(ctx, tx)
		if err != nil {
			return err
		}
		open = append(open, missing...)
		return c.d.Audit.Write(ctx, tx, audit.Listed(audit.Listing{Actor: desk.ActorOf(at), Act: "statement.listed", IDs: oursOf(open), Purpose: "对账"}))
	})
	if err != nil {
		return err
	}
	p, err := c.compared(r, at, list, open)
	if err != nil {
		return err
	}
	p.Said = desk.Said(w, r)
	return at.Page.Show(w, at, desk.View{Room: "county", Name: "statement", Title: "对账"}, p)
}

// oursOf are the payments of ours that a list names.
func oursOf(open []payout.Difference) (ids []int64) {
	for _, d := range open {
		if d.Ours > 0 {
			ids = append(ids, d.Ours)
		}
	}
	return ids
}

// compared puts names and words to what was read.
func (c *Room) compared(r *http.Request, at desk.At, list []payout.Account, open []payout.Difference) (p statements, err error) {
	var people []core.StaffID
	for _, a := range list {
		people = append(people, a.Brought, a.Confirmed, a.VoidBy)
	}
	for _, d := range open {
		people = append(people, d.By)
	}
	names, err := c.d.Staff.Names(r.Context(), people...)
	if err != nil {
		return p, err
	}
	reasons := map[int64]string{}
	for _, a := range list {
		reasons[a.ID] = a.Reason
		p.List = append(p.List, account{Account: a, Days: days(a.From, a.To), Bringer: names[a.Brought], Confirmer: names[a.Confirmed], Voider: names[a.VoidBy],
			Left: a.Unmatched - a.Explained, Mine: a.Brought == at.Staff.ID, MayConfirm: a.State == "brought" && a.Brought != at.Staff.ID, MayVoid: a.VoidBy > 0 && a.VoidBy != at.Staff.ID})
	}
	for _, d := range open {
		one := difference{Difference: d, When: days(d.Day, d.Day), Author: names[d.By], Waits: d.Verdict == "waits", MayConfirm: d.Word > 0 && d.By != at.Staff.ID}
		one.What, one.Todo = sayDifference(d)
		if d.Verdict == "aside" && reasons[d.Statement] != "" {
			one.What = reasons[d.Statement]
		}
		p.Open = append(p.Open, one)
	}
	return p, nil
}

// days says which days a statement is of, as people write them.
func days(from, to string) string {
	a, err1 := core.ParseDate(from)
	b, err2 := core.ParseDate(to)
	switch {
	case err1 != nil || err2 != nil:
		return ""
	case a == b:
		return a.Say()
	}
	return a.SayWhole() + "到 " + b.SayWhole()
}

// sayDifference says what one side alone has, and what to do.
func sayDifference(d payout.Difference) (what, todo string) {
	switch d.Verdict {
	case "none":
		if d.Line == "" {
			return "银行单上有一笔,没写我们的笔号。", "问银行这是什么钱,是不是手续费。"
		}
		return "银行单上有这一笔,我们没有发过。", "马上打电话问银行:谁叫它发的,钱到了谁的卡上。"
	case "again":
		return "这一笔,前面的对账单里已经有过。", "问银行是不是扣了两次。扣了两次,请银行退回一次。"
	case "amount":
		return fmt.Sprintf("金额不一样:我们发的是 %s 元,银行记的是 %s 元。", d.OurAmount.Short(), d.Amount.Short()), "请银行查,多扣的退回来,少发的补上。"
	case "last4":
		return "卡不一样:银行记的尾号是 " + d.Last4 + "。", "马上请银行查,钱到了谁的卡上。"
	case "denied":
		return "银行说这一批没收到或者没记账,对账单上却付出去了。", "问银行到底付了没有,钱在谁那里。问清以前,这一批不能作废。"
	case "void":
		return "这一批作废了,对账单上却付出去了。", "马上问银行钱在谁那里。问清以前,这一笔不会再发。"
	case "waits":
		return "银行已经记了账,回单还没来。", "等回单,来了自己对上。过一天还没来,请银行补发回单。"
	case "aside":
		return "这份对账单没有用上。", "请银行重新出一份。"
	case "missing":
		if d.Kind == payout.CameBack {
			return "回单说退回来了,这几天的对账单上没有。", "先看后一天的对账单。还没有,问银行钱退到哪了。"
		}
		return "回单说到账了,这几天的对账单上没有。", "先看后一天的对账单。还没有,问银行到底付了没有。"
	}
	if d.Kind == payout.CameBack {
		return "回单说到账了,对账单上又退回来了。", "请银行说明为什么退回。再打电话问这家收到钱没有。"
	}
	return "回单说退回了,对账单上却付出去了。", "问银行钱在谁那里。问清以前,这一笔不换卡、不重发。"
}

// bring takes in a statement that the bank did not deliver itself.
func (c *Room) bring(w http.ResponseWriter, r *http.Request, at desk.At) error {
	raw, err := brought(r)
	if err != nil {
		return err
	}
	said := "收下了这份对账单。请另一个人用银行给他的文件确认,确认了才算数。"
	err = c.act(r, func(ctx context.Context, tx *pg.Tx) error {
		again, err := c.d.Payout.BringStatement(ctx, tx, at.Staff.ID, raw)
		if again {
			said = "这份对账单已经有了,没有再记一次。"
		}
		return err
	})
	return compared(w, r, err, said)
}

// stands puts a statement in force that a colleague carried in, by the file of a second person.
func (c *Room) stands(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "statement")
	if err != nil {
		return err
	}
	raw, err := brought(r)
	if err != nil {
		return err
	}
	err = c.act(r, func(ctx context.Context, tx *pg.Tx) error {
		return c.d.Payout.ConfirmStatement(ctx, tx, at.Staff.ID, id, raw)
	})
	return compared(w, r, err, "确认了,这份对账单对过了。没对上的在下面。")
}

// void says of a statement that somebody carried in that it is none.
func (c *Room) void(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "statement")
	if err != nil {
		return err
	}
	err = c.act(r, func(ctx context.Context, tx *pg.Tx) error {
		return c.d.Payout.VoidStatement(ctx, tx, at.Staff.ID, id, r.FormValue("why"))
	})
	return compared(w, r, err, "记下了。自己交的、还没人确认的,已经撤下来;别的还要另一个人点头。")
}

// voided takes one out that two people had put in force, as the page showed it.
func (c *Room) voided(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "statement")
	if err != nil {
		return err
	}
	shown, err := strconv.ParseInt(r.FormValue("shown"), 10, 64)
	if err != nil {
		return payout.ErrMoved
	}
	err = c.act(r, func(ctx context.Context, tx *pg.Tx) error {
		return c.d.Payout.ConfirmVoid(ctx, tx, at.Staff.ID, id, time.UnixMicro(shown))
	})
	return compared(w, r, err, "撤下来了。银行自己送来过的,从现在起算数。")
}

// brought reads the file of a form.
func brought(r *http.Request) ([]byte, error) {
	if err := r.ParseMultipartForm(desk.MaxBody); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return nil, core.Invalid("file", "文件没有传完整,请再选一次。")
	}
	f, _, err := r.FormFile("file")
	if err != nil {
		return nil, core.Invalid("file", "请选银行给的对账单文件。")
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, payout.MaxReturnSize+1))
	if err != nil {
		return nil, core.Invalid("file", "文件没有传完整,请再选一次。")
	}
	return raw, nil
}

// explain writes down what is behind a difference.
func (c *Room) explain(w http.ResponseWriter, r *http.Request, at desk.At) error {
	var d payout.Difference
	d.Statement, _ = strconv.ParseInt(r.FormValue("statement"), 10, 64) // nonsense is no difference, and ProposeWord says so
	d.Seq, _ = strconv.Atoi(r.FormValue("seq"))
	d.Ours, _ = strconv.ParseInt(r.FormValue("ours"), 10, 64)
	err := c.act(r, func(ctx context.Context, tx *pg.Tx) error {
		return c.d.Payout.ProposeWord(ctx, tx, at.Staff.ID, d, r.FormValue("says"))
	})
	return compared(w, r, err, "记下了。请另一个人再问一次银行,然后确认。")
}

// settle puts a word in force, as it stood on the page.
func (c *Room) settle(w http.ResponseWriter, r *http.Request, at desk.At) error {
	word, err := number(r, "word")
	if err != nil {
		return err
	}
	shown, err := strconv.ParseInt(r.FormValue("proposed"), 10, 64)
	if err != nil {
		return payout.ErrMoved
	}
	err = c.act(r, func(ctx context.Context, tx *pg.Tx) error {
		return c.d.Payout.ConfirmWord(ctx, tx, at.Staff.ID, word, time.UnixMicro(shown))
	})
	return compared(w, r, err, "确认了,这一笔两个人都问过。")
}

func compared(w http.ResponseWriter, r *http.Request, err error, said string) error {
	if err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/county/statement", said)
}
