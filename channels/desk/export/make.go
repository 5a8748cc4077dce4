package export

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/export"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/trail"
)

// days reads what the forms of the list begin with.
func (k *Room) days(p *listPage) func(context.Context, *pg.Tx) error {
	return func(ctx context.Context, tx *pg.Tx) (err error) {
		p.Last = tx.Today()
		p.First = p.Last.AddDate(0, 0, -30)
		if p.Pays {
			p.Batches, err = k.d.Payout.Batches(ctx, tx)
		}
		return err
	}
}

// made writes the file and leads to its page.
func (k *Room) made(w http.ResponseWriter, r *http.Request, at desk.At, t export.Table) error {
	t.For = export.Purpose(r.FormValue("purpose"))
	f, err := k.d.Exports.Make(r.Context(), at.Staff, t)
	if err != nil {
		return err
	}
	said := "做好了,可以下载。"
	if f.Waits() {
		said = "做好了。7 天里一共超过 100 行了,请另一个人来这一页同意。"
	}
	return desk.Back(w, r, home(f.ID), said)
}

// batch is the list of one batch, as its page has it.
func (k *Room) batch(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, _ := strconv.ParseInt(r.FormValue("batch"), 10, 64) // nonsense is no batch
	t := export.Table{Kind: export.Batch, HasSum: true, Head: []string{"流水", "回执号", "乡镇", "事项", "月份", "卡上的名字", "尾号", "金额(元)", "现在", "银行代码"}}
	var list []payout.Line
	var heads map[core.CaseID]casefile.Head
	err := k.d.DB.Read(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		b, err := payout.BatchByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if b.Totals.Lines > export.MaxRows {
			return export.ErrMany
		}
		t.Name = "批次 " + b.Name + " 的明细"
		if list, err = k.lines(ctx, tx, id); err != nil {
			return err
		}
		cases := make([]core.CaseID, len(list))
		for i, l := range list {
			cases[i] = l.Case
		}
		heads, err = k.d.Cases.Heads(ctx, tx, cases...)
		return err
	})
	if err != nil {
		return err
	}
	for _, l := range list {
		t.Sum += l.Amount
		t.IDs = append(t.IDs, l.ID)
		t.Rows = append(t.Rows, []string{l.Name, string(heads[l.Case].Receipt), heads[l.Case].Town, l.ItemName, fmt.Sprintf("%d 年 %d 月", l.Period.Year(), l.Period.Month()),
			casefile.MaskName(l.Holder), l.Last4, l.Amount.String(), trail.StateWord(l.State), l.Code})
	}
	return k.made(w, r, at, t)
}

// lines reads a whole batch, page by page.
func (k *Room) lines(ctx context.Context, tx *pg.Tx, id int64) (list []payout.Line, err error) {
	for after := int64(0); ; {
		more, err := k.d.Payout.LinesAfter(ctx, tx, id, after)
		if err != nil || len(more) == 0 {
			return list, err
		}
		list = append(list, more...)
		after = more[len(more)-1].ID
	}
}

// span reads the two days of a form.
func span(r *http.Request) (since, until core.Date, err error) {
	since, err1 := core.ParseDate(r.FormValue("since"))
	until, err2 := core.ParseDate(r.FormValue("until"))
	if err1 != nil || err2 != nil || until < since {
		return 0, 0, core.Invalid("since", "请选从哪天到哪天。")
	}
	return since, until, nil
}

func days(since, until core.Date) string { return since.SayWhole() + "到 " + until.SayWhole() }

// cases are those of one's own places that were opened in some days, as the queue has them.
func (k *Room) cases(w http.ResponseWriter, r *http.Request, at desk.At) error {
	since, until, err := span(r)
	if err != nil {
		return err
	}
	t := export.Table{Kind: export.Cases, Name: "我管的办件," + days(since, until) + "来的", Asked: since.String() + " " + until.String(),
		Head: []string{"回执号", "申请人", "几口人", "乡镇", "村", "现在", "事项", "来的日子", "受理到期", "决定到期"}}
	var list []casefile.Listed
	err = k.d.DB.Read(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		list, err = k.d.Cases.OpenedIn(ctx, tx, since, until, at.Staff.ID, export.MaxRows+1)
		return err
	})
	if err != nil {
		return err
	}
	for _, l := range list {
		t.IDs = append(t.IDs, int64(l.ID))
		t.Rows = append(t.Rows, []string{string(l.Receipt), l.Applicant, strconv.Itoa(l.People), l.Town, l.Village, l.Status, l.Items, iso(l.Opened), iso(l.AcceptDue), iso(l.Decides)})
	}
	return k.made(w, r, at, t)
}

func iso(d core.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// sample is payments by lot; the seed is in the file's name and in the log.
func (k *Room) sample(w http.ResponseWriter, r *http.Request, at desk.At) error {
	since, until, err := span(r)
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(r.FormValue("n")) // nonsense is none of 1 to 500
	by := trail.By{Actor: desk.ActorOf(at), Staff: at.Staff.ID, Scope: at.Staff.Scope()}
	list, seed, err := k.d.Trail.Draw(r.Context(), by, since, until, n)
	if err != nil {
		return err
	}
	t := export.Table{Kind: export.Sample, HasSum: true, Name: "抽样," + days(since, until) + "做的批次,种子 " + seed, Asked: since.String() + " " + until.String() + " " + seed,
		Head: []string{"流水", "批次", "回执号", "乡镇", "事项", "月份", "收款人", "尾号", "金额(元)", "现在"}}
	for _, d := range list {
		t.Sum += d.Amount
		t.IDs = append(t.IDs, d.ID)
		t.Rows = append(t.Rows, []string{d.Line, d.Batch, string(d.Receipt), d.Town, d.ItemName, d.Period, d.Holder, d.Last4, d.Amount.String(), trail.StateWord(d.State)})
	}
	return k.made(w, r, at, t)
}
