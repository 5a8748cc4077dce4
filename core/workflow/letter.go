package workflow

import (
	"context"
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/matching"
	"lianou/core/payout"
	"lianou/core/registry"
	"lianou/core/wording"
)

// Letters puts decisions into words. The desk prints them and the household reads and
// hears them: what is read at one door is what was handed over at the other.
//
// ByCounty says that who decided is of the county, which a township's item goes to as well: for
// an appeal that nobody new is left for there, a sum beyond what a township may decide, a third
// time. The letter names whose decision it is, for that is against whom 复议 is asked. Signed is
// what a letter that lies with its household already is signed by, and goes before.
type Letters struct {
	Regions  *registry.Regions
	Books    matching.Books
	ByCounty bool
	Signed   string
}

// Decision puts a decision into the words of wording's letters. The way to ask again
// is the one that was written down with the decision.
func (l Letters) Decision(v casefile.View, d casefile.Decision) wording.Letter {
	return askUs(l.decision(v, d))
}

func (l Letters) decision(v casefile.View, d casefile.Decision) wording.Letter {
	claim := claimOf(v, d.Claim)
	var texts []string
	for _, reason := range d.Reasons {
		texts = append(texts, strings.TrimRight(reason.Text, "。 ")+"。")
	}
	paper := wording.Paper{To: v.Applicant, No: v.Receipt, On: core.DateOf(d.At), Law: strings.Join(l.lawsOf(v, d), "、")}
	county := l.Regions.FullName(v.Region.County())
	by := l.decider(v, claim)
	switch d.Outcome {
	case casefile.Refused:
		return wording.RefusalLetter(paper, wording.Refusal{Item: claim.Name, Everyday: claim.Everyday, Reason: strings.Join(texts, ""), By: by, County: county,
			Near: nearOf(v, d), Ask: d.Appeal, Else: fitting(v)})
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
	out := wording.GrantLetter(paper, claim.Name, wording.Grant{Item: claim.Everyday, Amount: d.Amount, Per: d.Period, From: payout.FirstMonth(d.Period, core.DateOf(d.At)).Start(), Sample: d.Sample, By: by})
	if !d.HasAmount || !claim.Cash { // a thing or a service: no sum and no card to name
		out.Paragraphs[1] = "给的是东西或服务。交到时请收的人签名;没有收到,打 " + wording.Hotline + "。"
	}
	return withReasons(out, texts, d.Appeal)
}

// askUs ends a letter with how to say that it is wrong without writing anything.
func askUs(l wording.Letter) wording.Letter {
	l.Paragraphs = append(l.Paragraphs, wording.AskUs())
	return l
}

// Stop puts a stop into words.
func (l Letters) Stop(v casefile.View, c casefile.Change) wording.Letter {
	claim := claimOf(v, c.Claim)
	return askUs(wording.StopLetter(wording.Paper{To: v.Applicant, No: v.Receipt, On: core.DateOf(c.Decided)}, claim.Name, l.decider(v, claim),
		wording.Change{What: "从" + payout.SayMonth(c.From) + "起停发", Stopped: true, Was: c.Was, Reason: c.Reason}, c.Appeal))
}

// decider is who decides on a claim, as a letter is signed.
func (l Letters) decider(v casefile.View, claim casefile.Claim) string {
	if l.Signed != "" {
		return l.Signed
	}
	if claim.Decides == "county" || l.ByCounty && claim.Decides == "township" {
		return l.Regions.FullName(v.Region.County()) + claim.Department
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
func (l Letters) lawsOf(v casefile.View, d casefile.Decision) []string {
	reasons := d.Reasons
	if !slices.ContainsFunc(reasons, func(r casefile.Reason) bool { return r.Law != "" }) {
		for _, f := range v.Findings {
			if f.Item == d.Item {
				reasons = f.Reasons
			}
		}
	}
	laws := l.groundOf(d)
	for _, r := range reasons {
		if r.Law != "" && !slices.Contains(laws, r.Law) {
			laws = append(laws, r.Law)
		}
	}
	return laws[:min(len(laws), mostLaws)]
}

func (l Letters) groundOf(d casefile.Decision) []string {
	book, err := l.Books.On(core.DateOf(d.At))
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

// nearOf is what of the household's own facts would have to be otherwise for an item that its
// facts did not fit; "" where it was refused for other reasons, or the facts are others now.
func nearOf(v casefile.View, d casefile.Decision) string {
	if d.FactsVersion != v.FactsVersion {
		return ""
	}
	for _, f := range v.Findings {
		if f.Item == d.Item && f.Outcome == "not_eligible" {
			return f.Near
		}
	}
	return ""
}

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

// changeLetter is the decision on a new sum, on paper.
func changeLetter(p wording.Paper, claim casefile.Claim, c casefile.Change, by string) wording.Letter {
	return wording.ChangeLetter(p, claim.Name, by, wording.Change{What: "从" + payout.SayMonth(c.From) + "起每月 " + c.Amount.Short() + " 元" + sampleMark(claim.Sample),
		Was: c.Was, Reason: c.Reason}, c.Appeal)
}

func sampleMark(sample bool) string {
	if sample {
		return "(样本)"
	}
	return ""
}

// letter lays the letter of a decision or of a stop down for the household to read, in the
// transaction that decided: the words are those of the law and the facts of that day.
func (a *act) letter(ctx context.Context, of casefile.LetterOf) (err error) {
	v := casefile.View{Case: a.c}
	if v.Claims, err = a.f.Cases.Claims(ctx, a.tx, a.c.ID); err != nil {
		return err
	}
	if a.c.FactsVersion > 0 {
		if v.Findings, err = a.f.Cases.Findings(ctx, a.tx, a.c.ID, a.c.FactsVersion); err != nil {
			return err
		}
	}
	if v.Changes, err = a.f.Cases.Changes(ctx, a.tx, a.c.ID); err != nil {
		return err
	}
	letters := Letters{Regions: a.f.Registry.Regions(), Books: a.f.Books, ByCounty: a.actor.Has(casefile.RoleCounty)}
	if of.Change != 0 {
		i := slices.IndexFunc(v.Changes, func(c casefile.Change) bool { return c.ID == of.Change })
		if i < 0 {
			return casefile.ErrMovedOn
		}
		return a.f.Cases.AddLetter(ctx, a.tx, of, letters.Stop(v, v.Changes[i]))
	}
	if v.Decisions, err = a.f.Cases.Decisions(ctx, a.tx, a.c.ID); err != nil {
		return err
	}
	i := slices.IndexFunc(v.Decisions, func(d casefile.Decision) bool { return d.ID == of.Decision })
	if i < 0 {
		return casefile.ErrMovedOn
	}
	of.Digest = v.Decisions[i].Digest
	return a.f.Cases.AddLetter(ctx, a.tx, of, letters.Decision(v, v.Decisions[i]))
}
