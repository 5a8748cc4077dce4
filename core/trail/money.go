package trail

import (
	"fmt"
	"strconv"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/payout"
)

type lineRow struct {
	id, batch, owed int64
	region          core.RegionCode
	amount          core.Fen
	item, period    string
}

// bank is what the bank was told of this payment.
func (w *walk) bank() (Hop, error) {
	l := &w.line
	var attempt int
	var holder, last4, state, code, answered string
	var at *time.Time
	err := w.row("read a line", `select l.id, l.batch, l.entitlement, l.region, l.amount, l.item_name, l.period, l.attempt, l.holder, l.last4, l.state, l.code, l.answered,
			coalesce((select r.name from bank_return r where r.batch = l.batch and r.state = 'applied'), '')
		from payout_line l where l.name = $1`, []any{w.t.Line},
		&l.id, &l.batch, &l.owed, &l.region, &l.amount, &l.item, &l.period, &attempt, &holder, &last4, &state, &code, &at, &answered)
	if err != nil {
		return Hop{}, err
	}
	// Kin may not look, whatever their office (F60): asked before anything is shown.
	var of core.CaseID
	if err := w.tx.QueryRow(w.ctx, `select coalesce((select case_id from payout_entitlement where id = $1), 0)`, l.owed).Scan(&of); err != nil {
		return Hop{}, err
	}
	if err := w.w.d.Cases.NoConflict(w.ctx, w.tx, of, w.by.Staff); err != nil {
		return Hop{}, err
	}
	h := Hop{Points: []Point{{Label: "事项", Value: l.item + " " + month(l.period)}, {Label: "金额", Value: yuan(l.amount)},
		{Label: "收款人", Value: casefile.MaskName(holder) + ",卡尾号 " + last4}, {Label: "现在", Value: StateWord(state)}}}
	if attempt > 1 {
		h.Points = append(h.Points, Point{Label: "第几次发", Value: strconv.Itoa(attempt)})
	}
	if at != nil {
		h.At = *at
		said := "代码 " + code
		if answered != "" {
			said += ",回单 " + answered
		}
		h.Points = append(h.Points, Point{Label: "银行的答复", Value: said})
	}
	subject := "entitlement:" + strconv.FormatInt(l.owed, 10)
	switch state {
	case "paid":
		h.Entry, err = w.entry(subject, "payment.settled")
		h.Checks = append(h.Checks, logged(h.Entry))
	case "returned":
		h.Entry, err = w.entry(subject, "payment.returned")
		h.Checks = append(h.Checks, logged(h.Entry))
	}
	return h, err
}

func month(period string) string {
	p := payout.Period(period)
	return fmt.Sprintf("%d 年 %d 月", p.Year(), p.Month())
}

// StateWord is how far a line is, in words.
func StateWord(s string) string {
	return map[string]string{"ordered": "交给银行,还没答复", "paid": "到账了", "returned": "退回来了", "void": "没有发,作废了"}[s]
}

// batch is the file that two people stand behind.
func (w *walk) batch() (Hop, error) {
	id := w.line.batch
	var name, state string
	var maker, approver core.StaffID
	var lines int
	var total core.Fen
	var created time.Time
	err := w.row("read a batch", `select name, created_by, coalesce(approved_by, 0), lines, total, state, created from payout_batch where id = $1`, []any{id},
		&name, &maker, &approver, &lines, &total, &state, &created)
	if err != nil {
		return Hop{}, err
	}
	again, err := payout.Recount(w.ctx, w.tx, id)
	if err != nil {
		return Hop{}, err
	}
	h := Hop{At: created, Points: []Point{{Label: "批次", Value: name}, {Label: "做批", Who: maker}, {Label: "核准", Who: approver},
		{Label: "总数", Value: sum(lines, total)}, {Label: "内容指纹", Value: again.Stored}}}
	subject := "batch:" + strconv.FormatInt(id, 10)
	if h.Entry, err = w.entry(subject, "batch.created"); err != nil {
		return h, err
	}
	approved := int64(1)
	if approver != 0 {
		if approved, err = w.byWho(subject, "batch.approved", approver); err != nil {
			return h, err
		}
	}
	early := approver == 0 && (state == "draft" || state == "discarded")
	h.Checks = []Check{{What: "做批和核准是两个人", Holds: early || approver != 0 && maker != 0 && approver != maker, Seen: "只有一个人"},
		{What: "笔数和总额,一笔笔重新加过", Holds: again.Lines == lines && again.Total == total, Seen: "写的是 " + sum(lines, total) + ",加起来是 " + sum(again.Lines, again.Total)},
		same("内容指纹重新算过", again.Stored, again.Digest), logged(h.Entry), {What: "日志里核准的就是这个人", Holds: approved != 0, Seen: "日志里不是这个工号核准的"}}
	if early {
		h.Points[2] = Point{Label: "核准", Value: "还没有,钱没有出去"}
	}
	return h, nil
}

func sum(n int, f core.Fen) string { return fmt.Sprintf("%d 笔 %s", n, yuan(f)) }

type owedRow struct {
	of           core.CaseID
	claim        core.ClaimID
	decision     int64
	digest       string
	amount       core.Fen
	item, period string
}

// entitlement is one month of one claim, frozen with the digest of its decision.
func (w *walk) entitlement() (Hop, error) {
	o := &w.owed
	var created time.Time
	err := w.row("read an entitlement", `select case_id, claim, decision, decision_digest, amount, item_name, period, created from payout_entitlement where id = $1`, []any{w.line.owed},
		&o.of, &o.claim, &o.decision, &o.digest, &o.amount, &o.item, &o.period, &created)
	if err != nil {
		return Hop{}, err
	}
	w.t.Case = o.of
	h := Hop{At: created, Points: []Point{{Label: "该发", Value: o.item + " " + month(o.period) + " " + yuan(o.amount)}, {Label: "所依决定的指纹", Value: o.digest}}}
	if h.Entry, err = w.entry("entitlement:"+strconv.FormatInt(w.line.owed, 10), "payment.entitled"); err != nil {
		return h, err
	}
	h.Checks = []Check{same("金额和银行这一笔一样", o.amount, w.line.amount), same("事项和月份和银行这一笔一样", o.item+month(o.period), w.line.item+month(w.line.period)), logged(h.Entry)}
	return h, nil
}
