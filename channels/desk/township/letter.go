package township

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/wording"
)

// letterPage is a decision on paper.
type letterPage struct {
	Case, Number, On, Digest string
	Letter                   wording.Letter
	Sample                   bool
	Proposer, Approver       string
	Version                  int
}

// letter shows a decision as it is printed and handed over. Reading it is a read
// of a person and leaves its own entry beside that of the case.
func (t *Room) letter(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	number, err := strconv.ParseInt(r.PathValue("decision"), 10, 64)
	if err != nil {
		return errNoDecision
	}
	var v casefile.View
	var d casefile.Decision
	err = t.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		if v, err = t.d.Cases.View(ctx, tx, id, casefile.As(at.Staff), "打印决定书"); err != nil {
			return err
		}
		i := slices.IndexFunc(v.Decisions, func(d casefile.Decision) bool { return d.ID == number })
		if i < 0 {
			return errNoDecision
		}
		d = v.Decisions[i]
		return t.d.Audit.Write(ctx, tx, audit.Entry{Actor: desk.ActorOf(at), Act: "decision.read", Case: v.ID, Application: v.Application,
			Region: v.Region, Purpose: "打印决定书", Detail: map[string]any{"decision": d.ID, "digest": d.Digest}})
	})
	if err != nil {
		return err
	}
	names, err := t.d.Staff.Names(r.Context(), d.Proposer, d.Approver)
	if err != nil {
		return err
	}
	p := letterPage{Case: strconv.FormatInt(int64(v.ID), 10), Number: strconv.FormatInt(d.ID, 10), On: d.At.In(core.China).Format("2006年1月2日"),
		Digest: d.Digest[:12], Letter: t.write(v, d), Proposer: names[d.Proposer], Approver: names[d.Approver], Version: d.FactsVersion}
	p.Sample = slices.ContainsFunc(p.Letter.Paragraphs, func(s string) bool { return strings.Contains(s, "样本") })
	return at.Page.Show(w, at, desk.View{Room: "township", Name: "letter", Title: p.Letter.Title}, p)
}

var errNoDecision = core.E(core.KindNotFound, "no_decision", "没有这份决定书。")

// write puts a decision into the words of wording's letters. The way to ask again
// is the one that was written down with the decision.
func (t *Room) write(v casefile.View, d casefile.Decision) wording.Letter {
	claim := casefile.Claim{}
	for _, c := range v.Claims {
		if c.ID == d.Claim {
			claim = c
		}
	}
	var texts []string
	for _, reason := range d.Reasons {
		texts = append(texts, strings.TrimRight(reason.Text, "。 ")+"。")
	}
	paper := wording.Paper{To: v.Applicant, No: v.Receipt, On: core.DateOf(d.At), Law: strings.Join(lawsOf(v, d), "、")}
	county := t.d.Regions.FullName(v.Region.County())
	by := v.Town + "人民政府"
	if claim.Decides == "county" {
		by = county + claim.Department
	}
	switch d.Outcome {
	case casefile.Refused:
		return wording.RefusalLetter(paper, wording.Refusal{Item: claim.Name, Everyday: claim.Everyday, Reason: strings.Join(texts, ""), By: by, County: county,
			Ask: d.Appeal, Else: fitting(v)})
	case casefile.Referred:
		return wording.Letter{Title: claim.Name + "转办告知书", To: paper.To, From: by, On: paper.On, Paragraphs: []string{
			"您要办的" + claim.Name + "已转给" + claim.Department + "。回执号 " + wording.GroupReceipt(paper.No) + "。",
			strings.Join(texts, ""), d.Appeal}}
	}
	for _, c := range v.Changes {
		if c.Decision == d.ID {
			return changeLetter(paper, claim, c, by)
		}
	}
	l := wording.GrantLetter(paper, claim.Name, wording.Grant{Item: claim.Everyday, Amount: d.Amount, Per: d.Period, From: nextMonth(d), Sample: d.Sample, By: by})
	if !d.HasAmount { // a thing or a service: no sum and no card to name
		l.Paragraphs = slices.Delete(l.Paragraphs, 1, 2)
	}
	return withReasons(l, texts, d.Appeal)
}

// lawsOf names what a decision rests on: the articles of its own reasons, or, where
// the officer wrote them in their own words, those of the item's finding.
func lawsOf(v casefile.View, d casefile.Decision) []string {
	reasons := d.Reasons
	if !slices.ContainsFunc(reasons, func(r casefile.Reason) bool { return r.Law != "" }) {
		for _, f := range v.Findings {
			if f.Item == d.Item {
				reasons = f.Reasons
			}
		}
	}
	var laws []string
	for _, r := range reasons {
		if r.Law != "" && !slices.Contains(laws, r.Law) && len(laws) < mostLaws {
			laws = append(laws, r.Law)
		}
	}
	return laws
}

// mostLaws is how many articles a letter names.
const mostLaws = 3

// fitting names what else may fit: the best of the other items that nobody filed.
func fitting(v casefile.View) []string {
	var out []string
	for _, f := range v.Findings {
		filed := slices.ContainsFunc(v.Claims, func(c casefile.Claim) bool {
			return c.Item == f.Item && c.State != casefile.ClaimProposed && c.State != casefile.ClaimWithdrawn
		})
		if f.Bundled && !filed && len(out) < 3 {
			out = append(out, f.Name)
		}
	}
	return out
}

// nextMonth is when a monthly benefit begins: the month after the decision.
func nextMonth(d casefile.Decision) core.Date {
	t := d.At.In(core.China)
	return core.DateOf(time.Date(t.Year(), t.Month()+1, 1, 12, 0, 0, 0, core.China)) // December goes on to January
}

// withReasons adds to a grant why it was granted and how to ask again: who finds
// the sum too small has the same right as who was refused.
func withReasons(l wording.Letter, texts []string, appeal string) wording.Letter {
	if len(texts) > 0 {
		l.Paragraphs = slices.Insert(l.Paragraphs, 1, "为什么批准:"+strings.Join(texts, ""))
	}
	l.Paragraphs = append(l.Paragraphs, appeal)
	return l
}
