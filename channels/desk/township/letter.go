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
	"lianou/core/payout"
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

// stopMark stands before the number of a change where an address names a stop: it
// is a decision too, but has no row among those that give something.
const stopMark = "stop-"

// letter shows a decision as it is printed and handed over. Reading it is a read
// of a person and leaves its own entry beside that of the case.
func (t *Room) letter(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	var v casefile.View
	var l written
	err = t.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		if v, err = t.d.Cases.View(ctx, tx, id, casefile.As(at.Staff), "打印决定书"); err != nil {
			return err
		}
		var found bool
		if l, found = t.written(v, r.PathValue("decision")); !found {
			return errNoDecision
		}
		return t.d.Audit.Write(ctx, tx, audit.Entry{Actor: desk.ActorOf(at), Act: "decision.read", Case: v.ID, Application: v.Application,
			Region: v.Region, Purpose: "打印决定书", Detail: l.detail})
	})
	if err != nil {
		return err
	}
	names, err := t.d.Staff.Names(r.Context(), l.proposer, l.approver)
	if err != nil {
		return err
	}
	l.Case, l.Proposer, l.Approver = strconv.FormatInt(int64(v.ID), 10), names[l.proposer], names[l.approver]
	l.Sample = slices.ContainsFunc(l.Letter.Paragraphs, func(s string) bool { return strings.Contains(s, "样本") })
	return at.Page.Show(w, at, desk.View{Room: "township", Name: "letter", Title: l.Letter.Title}, l.letterPage)
}

// written is a letter with whose it is and what the log keeps of reading it.
type written struct {
	letterPage
	proposer, approver core.StaffID
	detail             map[string]any
}

// written gives the letter that the last part of an address names.
func (t *Room) written(v casefile.View, name string) (written, bool) {
	digits, isStop := strings.CutPrefix(name, stopMark)
	number, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return written{}, false
	}
	if isStop {
		i := slices.IndexFunc(v.Changes, func(c casefile.Change) bool {
			return c.ID == number && c.Kind == casefile.ChangeStop && c.State == casefile.ChangeApproved
		})
		if i < 0 {
			return written{}, false
		}
		c := v.Changes[i]
		return written{letterPage{Number: "停 " + digits, On: day(c.Decided), Letter: askUs(t.writeStop(v, c))}, c.Proposer, c.Approver,
			map[string]any{"change": c.ID}}, true
	}
	i := slices.IndexFunc(v.Decisions, func(d casefile.Decision) bool { return d.ID == number })
	if i < 0 {
		return written{}, false
	}
	d := v.Decisions[i]
	return written{letterPage{Number: digits, On: day(d.At), Digest: casefile.LetterCode(d.Digest), Letter: askUs(t.write(v, d)), Version: d.FactsVersion}, d.Proposer, d.Approver,
		map[string]any{"decision": d.ID, "digest": d.Digest}}, true
}

func day(at time.Time) string { return at.In(core.China).Format("2006年1月2日") }

var errNoDecision = core.E(core.KindNotFound, "no_decision", "没有这份决定书。")

// write puts a decision into the words of wording's letters. The way to ask again
// is the one that was written down with the decision.
func (t *Room) write(v casefile.View, d casefile.Decision) wording.Letter {
	claim := claimOf(v, d.Claim)
	var texts []string
	for _, reason := range d.Reasons {
		texts = append(texts, strings.TrimRight(reason.Text, "。 ")+"。")
	}
	paper := wording.Paper{To: v.Applicant, No: v.Receipt, On: core.DateOf(d.At), Law: strings.Join(t.lawsOf(v, d), "、")}
	county := t.d.Regions.FullName(v.Region.County())
	by := t.decider(v, claim)
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
	l := wording.GrantLetter(paper, claim.Name, wording.Grant{Item: claim.Everyday, Amount: d.Amount, Per: d.Period, From: payout.FirstMonth(d.Period, core.DateOf(d.At)).Start(), Sample: d.Sample, By: by})
	if !d.HasAmount || !claim.Cash { // a thing or a service: no sum and no card to name
		l.Paragraphs[1] = "给的是东西或服务。交到时请收的人签名;没有收到,打 " + wording.Hotline + "。"
	}
	return withReasons(l, texts, d.Appeal)
}

// askUs ends a letter with how to say that it is wrong without writing anything.
func askUs(l wording.Letter) wording.Letter {
	l.Paragraphs = append(l.Paragraphs, wording.AskUs())
	return l
}

// writeStop puts a stop into words.
func (t *Room) writeStop(v casefile.View, c casefile.Change) wording.Letter {
	claim := claimOf(v, c.Claim)
	return wording.StopLetter(wording.Paper{To: v.Applicant, No: v.Receipt, On: core.DateOf(c.Decided)}, claim.Name, t.decider(v, claim),
		wording.Change{What: "从" + monthWord(c.From) + "起停发", Stopped: true, Was: c.Was, Reason: c.Reason}, c.Appeal)
}

// decider is who decides on a claim, as a letter is signed.
func (t *Room) decider(v casefile.View, claim casefile.Claim) string {
	if claim.Decides == "county" {
		return t.d.Regions.FullName(v.Region.County()) + claim.Department
	}
	return v.Town + "人民政府"
}

func claimOf(v casefile.View, id core.ClaimID) (claim casefile.Claim) {
	for _, c := range v.Claims {
		if c.ID == id {
			claim = c
		}
	}
	return claim
}

// lawsOf names what a decision rests on: the ground of the item itself as the Book had
// it on that day, then the articles of the decision's own reasons or, where the officer
// wrote them in their own words, those of the item's finding.
func (t *Room) lawsOf(v casefile.View, d casefile.Decision) []string {
	reasons := d.Reasons
	if !slices.ContainsFunc(reasons, func(r casefile.Reason) bool { return r.Law != "" }) {
		for _, f := range v.Findings {
			if f.Item == d.Item {
				reasons = f.Reasons
			}
		}
	}
	laws := t.groundOf(d)
	for _, r := range reasons {
		if r.Law != "" && !slices.Contains(laws, r.Law) {
			laws = append(laws, r.Law)
		}
	}
	return laws[:min(len(laws), mostLaws)]
}

func (t *Room) groundOf(d casefile.Decision) []string {
	book, err := t.d.Book.On(core.DateOf(d.At))
	if err != nil {
		return nil // a day before the first Book: the reasons' articles stand alone
	}
	item, ok := book.Item(d.Item)
	if !ok {
		return nil
	}
	return slices.Clone(item.Law)
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

// withReasons adds to a grant why it was granted and how to ask again: who finds
// the sum too small has the same right as who was refused.
func withReasons(l wording.Letter, texts []string, appeal string) wording.Letter {
	if len(texts) > 0 {
		l.Paragraphs = slices.Insert(l.Paragraphs, 1, "为什么批准:"+strings.Join(texts, ""))
	}
	l.Paragraphs = append(l.Paragraphs, appeal)
	return l
}
