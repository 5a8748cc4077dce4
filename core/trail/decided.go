package trail

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/wording"
)

// decided is who decided what, and why.
func (w *walk) decided() (Hop, error) {
	list, err := w.w.d.Cases.Decisions(w.ctx, w.tx, w.owed.of)
	if err != nil {
		return Hop{}, err
	}
	at := slices.IndexFunc(list, func(d casefile.Decision) bool { return d.ID == w.owed.decision && d.Claim == w.owed.claim })
	if at < 0 {
		return Hop{}, errGap
	}
	d := list[at]
	w.decision = d
	veil, err := w.w.d.Cases.Veil(w.ctx, w.tx, d.Case)
	if err != nil {
		return Hop{}, err
	}
	h := Hop{At: d.At, Points: []Point{{Label: "结果", Value: outcome(d)}, {Label: "提意见", Who: d.Proposer}, {Label: "批准", Who: d.Approver}}}
	for _, r := range d.Reasons {
		h.Points = append(h.Points, Point{Label: "理由", Value: veil.Over(r.Text)})
	}
	h.Points = append(h.Points, Point{Label: "决定的指纹", Value: d.Digest})
	// The entry is of the same transaction, hence of the same time; there is no subject to find it by.
	err = w.tx.QueryRow(w.ctx, `select coalesce(min(id), 0) from audit_entry where case_id = $1 and act in ('claim.decided', 'benefit.change_decided', 'appeal.decided')
		and at between $2::timestamptz - interval '1 second' and $2::timestamptz + interval '1 second'`, d.Case, d.At).Scan(&h.Entry)
	if err != nil {
		return h, pg.Fail(err, "find the entry of a decision")
	}
	h.Checks = []Check{same("决定的指纹重新算过", d.Digest, d.Sum()), same("该发的钱认的是这份决定", w.owed.digest, d.Digest),
		same("金额和决定一样", w.owed.amount, d.Amount), {What: "提意见和批准是两个人,有理由", Holds: d.Proposer != d.Approver && len(d.Reasons) > 0, Seen: "不是两个人,或者没有理由"},
		{What: "定的人没有经手发钱", Holds: !w.paidBy(d.Proposer) && !w.paidBy(d.Approver), Seen: "提意见或者批准的人,也做了批或者核了批"}, logged(h.Entry)}
	more, err := w.rests(d)
	h.Checks = append(h.Checks, more...)
	return h, err
}

// paidBy reports whether somebody made or approved the batch of this payment.
func (w *walk) paidBy(who core.StaffID) bool {
	for _, h := range w.t.Hops {
		for _, p := range h.Points {
			if h.Stage == Batch && p.Who == who {
				return true
			}
		}
	}
	return false
}

func outcome(d casefile.Decision) string {
	word := map[casefile.Outcome]string{casefile.Approved: "批准", casefile.Refused: "不批", casefile.Referred: "转给别的部门"}[d.Outcome]
	if d.HasAmount {
		word += " " + yuan(d.Amount)
	}
	if d.Sample {
		word += "(样本)"
	}
	return word
}

// rests looks at what a decision names as its ground: the visit of two, and the notice that hung.
func (w *walk) rests(d casefile.Decision) (list []Check, err error) {
	if d.Evidence.Visit != 0 {
		var signed bool
		err := w.tx.QueryRow(w.ctx, `select coalesce((select done is not null and first_staff <> second_staff and (remote <> '' or signatures ? 'first' and signatures ? 'second') from visit where id = $1 and case_id = $2), false)`,
			d.Evidence.Visit, d.Case).Scan(&signed)
		if err != nil {
			return nil, pg.Fail(err, "read the visit of a decision")
		}
		list = append(list, Check{What: fmt.Sprintf("入户 %d 号,两个人都签了字", d.Evidence.Visit), Holds: signed, Seen: "没有这次入户,或者签字不全"})
	}
	if d.Evidence.Notice != 0 {
		var hung bool
		err := w.tx.QueryRow(w.ctx, `select coalesce((select until_day < ($3::timestamptz at time zone 'Asia/Shanghai')::date from public_notice where id = $1 and claim_id = $2), false)`,
			d.Evidence.Notice, d.Claim, d.At).Scan(&hung)
		if err != nil {
			return nil, pg.Fail(err, "read the notice of a decision")
		}
		list = append(list, Check{What: fmt.Sprintf("公示 %d 号,满期以后才定", d.Evidence.Notice), Holds: hung, Seen: "没有这次公示,或者没满期就定了"})
	}
	return list, nil
}

// facts is what was judged, and where each fact under a reason was said.
func (w *walk) facts() (Hop, error) {
	d := w.decision
	f, err := w.w.d.Cases.Facts(w.ctx, w.tx, d.Case, d.FactsVersion)
	if err != nil {
		return Hop{}, gone(err)
	}
	again, err := w.w.d.Cases.FactsSum(w.ctx, w.tx, d.Case, d.FactsVersion)
	if err != nil {
		return Hop{}, gone(err)
	}
	list, err := w.w.d.Cases.Findings(w.ctx, w.tx, d.Case, d.FactsVersion)
	if err != nil {
		return Hop{}, err
	}
	h := Hop{Points: []Point{{Label: "事实", Value: fmt.Sprintf("第 %d 版,%d 口人", d.FactsVersion, len(f.Household.Members))}, {Label: "事实的指纹", Value: f.Digest}, {Label: "政策库的指纹", Value: d.Book}}}
	if f.By != 0 {
		h.Points = append(h.Points, Point{Label: "确认的人", Who: f.By})
	}
	h.Checks = []Check{same("事实的指纹重新算过", f.Digest, again), same("决定认的是这一版事实", d.FactsDigest, f.Digest)}
	at := slices.IndexFunc(list, func(x casefile.Finding) bool { return x.Item == d.Item })
	h.Checks = append(h.Checks, Check{What: "这一项有判断", Holds: at >= 0, Seen: "没有判断过"})
	if err := w.row("find the entry of a judgement", `select coalesce(min(id), 0) from audit_entry where case_id = $1 and act = 'case.assessed'`, []any{d.Case}, &h.Entry); err != nil {
		return h, err
	}
	if at >= 0 {
		h.Points = append(h.Points, Point{Label: "判断", Value: list[at].Name + ":" + map[string]string{"eligible": "符合", "not_eligible": "不符合", "unknown": "还不清楚"}[list[at].Outcome]})
		veil, err := w.w.d.Cases.Veil(w.ctx, w.tx, d.Case)
		if err != nil {
			return h, err
		}
		h.Grounds = grounds(list[at], f, veil)
	}
	w.spoken(f)
	return h, nil
}

// gone makes a missing row the end of the walk.
func gone(err error) error {
	if errors.Is(err, pgx.ErrNoRows) || core.KindOf(err) == core.KindNotFound {
		return errGap
	}
	return err
}

// grounds are the reasons of a finding, those of its members as well, with the facts under them.
func grounds(x casefile.Finding, f casefile.Facts, veil casefile.Veil) (out []Ground) {
	seen := map[string]bool{}
	add := func(r casefile.Reason) {
		if r.Text == "" || seen[r.Text+r.Fact] {
			return
		}
		seen[r.Text+r.Fact] = true
		g := Ground{Text: veil.Over(r.Text)}
		if r.Fact != "" {
			g.Fact = wording.FactLabel(r.Fact)
			if p, told := f.Provenance[r.Fact]; told {
				g.Source, g.Sure = casefile.SourceOf(p)
				g.Call, g.FromMS, g.ToMS = p.CallID, p.FromMS, p.ToMS
			}
		}
		out = append(out, g)
	}
	for _, r := range x.Reasons {
		add(r)
	}
	for _, m := range x.Members {
		for _, r := range m.Reasons {
			add(r)
		}
	}
	return out
}

// Seconds says a place in a recording: "第 94–101 秒".
func Seconds(from, to int64) string {
	if to <= 0 {
		return ""
	}
	return "第 " + strconv.FormatInt(from/1000, 10) + "–" + strconv.FormatInt((to+999)/1000, 10) + " 秒"
}
