package township

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/mandate"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/staff"
	"lianou/core/wording"
)

// casePage is what the page of one case shows.
type casePage struct {
	View     casefile.View
	Me       core.StaffID // whoever reads
	Said     string
	Names    map[core.StaffID]string
	May      map[string]bool // acts about the case that may be done now
	Acts     bool            // something is offered, or held back with a reason
	Lead     *actRow
	Next     []actRow // as good as the lead: the same act for other items
	Other    []actRow // possible, and seldom meant
	Held     []actRow // waiting for something; Why says what
	County   []string // items that the county has now, and whoever reads has not
	Visitors []staff.Person
	Guests   []staff.Person         // who may be asked to a conference
	Grown    []casefile.MeansPerson // of the family, who may agree to an item in place of the applicant
	Towns    []registry.Place
	VisitDay string        // what the forms offer as the day of a visit
	Today    string        // as a form takes it
	Months   []monthOption // in which a change may begin
	Confirm  []asking
	Drop     map[core.ClaimID]bool // items that the household may let fall
	Filed    []casefile.Claim
	Unfiled  []string // names of items that were offered and that nobody asked for
	Ahead    []ahead
	Until    string // the day the next thing is due
	Items    map[core.ItemCode]string
	Facts    []factGroup
	Doubts   []doubtView
	Seconds  []secondRow        // records of visits that do not count
	Acting   []actingRow        // who acts for the household
	Consent  casefile.MeansText // what is read to an adult whose word is wanted
	Talk     []talkLine         // the conversation in WeChat it came from
	Walked   []casefile.Event

	Register bool // whoever reads may look into the register too
	Adding   bool // the case is on its way, and more may be filed with the household's yes
	Free     int  // matched and not filed

	Fit, Open, Not              int
	Fitting, Opening, Unfitting []findingRow
}

// actRow is one act with what its form needs.
type actRow struct {
	casefile.Act
	First            bool // the one solid button
	Same             int  // how many more items wait for the same
	Hard             bool // could hurt somebody
	Item, Department string
	Cash, Refers     bool
	Either           bool                 // money or otherwise, as the officer proposes
	Change           *casefile.Change     // the one to decide
	Review           *casefile.Review     // the periodic re-check to do
	Appeal           *casefile.Appeal     // the one to answer
	Unsolved         *casefile.Unsolved   // what is not solved and waits for an answer
	Objected         []casefile.Objection // what was said of the notice and nobody has answered
	Heard            int64                // the last word of them
	Amount, Reason   string
	Rule             casefile.Benefit // what the Book says of an amount it does not come to
	Period           string           // of the amount
	Sample           bool             // the amount is a sample figure
	Follows          casefile.Outcome // what deciding by the proposal comes to
}

// findingRow is one of the 41 findings in words.
type findingRow struct {
	casefile.Finding
	Word, Tone   string
	Asked        bool
	Ticked       bool
	Free         bool   // not filed: may be ticked, to accept or to add
	Filed        string // the word for where its claim stands, "" when there is none
	MissingWords string
	Main, More   []casefile.Reason // what the outcome hangs on; the rest
	Besides      []casefile.Reason // what the household has already that bears on it
	NearWords    string            // how near it is, as an officer reads it
	Nothing      string            // that its sum is none and why, "" else
	Whom         string            // whom alone of the household it is for, "" else
	Whole        []desk.Standing   // every condition, of the item and of each member
}

func (t *Room) page(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	p := casePage{Me: at.Staff.ID, May: map[string]bool{}, Drop: map[core.ClaimID]bool{}, Said: desk.Said(w, r), Register: at.Has(staff.Officer, staff.Approver, staff.County)}
	err = t.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		if p.View, err = t.d.Cases.View(ctx, tx, id, casefile.As(at.Staff), "办件"); err != nil {
			return err
		}
		p.Today, p.VisitDay, p.Months = tx.Today().String(), t.visitDay(tx.Today(), p.View.Urgent).String(), monthsAhead(tx.Today())
		mandates, err := mandate.NewStore(nil).OfCase(ctx, tx, id)
		if err != nil {
			return err
		}
		p.Acting = acting(mandates, tx.Today())
		if err := reach(ctx, tx, p.Acting); err != nil {
			return err
		}
		if p.Consent, err = t.d.Cases.MeansText(ctx, tx); err != nil {
			return err
		}
		if p.Visitors, err = t.visitors(ctx, tx, p.View, at.Staff); err != nil || !p.confers() {
			return err
		}
		p.Guests, err = t.guests(ctx, tx, p.View, at.Staff)
		return err
	})
	if err != nil {
		return err
	}
	if p.Names, err = t.d.Staff.Names(r.Context(), p.View.StaffIDs()...); err != nil {
		return err
	}
	if p.Talk, err = t.talkOf(r, at, p.View); err != nil {
		return err
	}
	if p.Walked, err = t.walked(r.Context(), p.View); err != nil {
		return err
	}
	p.Towns = t.d.Regions.Townships(p.View.Region.County())
	p.Confirm = askings(p.View)
	p.Facts, p.Doubts = factGroups(p.View), doubtViews(p.View)
	p.Seconds = secondRows(p.View)
	p.Items = map[core.ItemCode]string{}
	for _, c := range p.View.Claims {
		p.Items[c.Item] = c.Name
		if neverFiled(c) {
			p.Unfiled = append(p.Unfiled, c.Name)
		} else {
			p.Filed = append(p.Filed, c)
		}
	}
	p.Until, p.Ahead, p.Grown = until(p.View), whatIsAhead(p.View), grown(p.View)
	p.sortActs()
	p.Adding = p.May[string(casefile.ActAddItem)] && !p.View.Accepted.IsZero()
	p.sortFindings()
	return at.Page.Show(w, at, desk.View{Room: "township", Name: "case", Title: p.View.Applicant + "家"}, p)
}

// grown lists who of the family may agree to an item in the applicant's place: workflow refuses a
// child, so no child is offered, nor one of whom nobody knows how old they are.
func grown(v casefile.View) (list []casefile.MeansPerson) {
	for _, p := range v.Means {
		i := slices.IndexFunc(v.Facts.Household.Members, func(said core.Member) bool { return said.Ref == p.Ref })
		if i < 0 || p.Name == "" || p.Minor {
			continue
		}
		switch said := v.Facts.Household.Members[i]; {
		case said.Relation == "applicant", !p.Aged && (said.Relation == "child" || said.Relation == "grandchild"):
		default:
			list = append(list, p)
		}
	}
	return list
}

// saidYes names who of the family agreed, beside how.
func saidYes(v casefile.View, c casefile.Consent) string {
	for _, m := range v.Members {
		if c.Ref != "" && string(m.Ref) == c.Ref {
			c.Name = m.Name
		}
	}
	return c.Say()
}

// ahead is one time limit still to be met; items with the same one share a line.
type ahead struct {
	Kind  casefile.DeadlineKind
	Due   core.Date
	Items int
	Name  string // of the item, where there is one
	Law   string // what fixes it
}

func whatIsAhead(v casefile.View) []ahead {
	var out []ahead
	for _, d := range v.Deadlines {
		if !d.Met.IsZero() {
			continue
		}
		i := slices.IndexFunc(out, func(a ahead) bool { return a.Kind == d.Kind && a.Due == d.Due && a.Law == d.Law })
		if i < 0 {
			out = append(out, ahead{d.Kind, d.Due, 1, claimIn(v, d.Claim).Name, d.Law})
			continue
		}
		out[i].Items++
	}
	slices.SortStableFunc(out, func(a, b ahead) int { return int(a.Due - b.Due) })
	return out
}

// until says by when the next thing is due, "" when nothing waits.
func until(v casefile.View) string {
	var next core.Date
	for _, d := range v.Deadlines {
		if d.Met.IsZero() && (next.IsZero() || d.Due < next) {
			next = d.Due
		}
	}
	if next.IsZero() {
		return ""
	}
	return next.Say() + " 前"
}

// sortFindings parts the findings by outcome, the nearest to a yes first.
func (p *casePage) sortFindings() {
	told := tellerOf(p.View)
	for _, f := range p.View.Findings {
		row := findingRow{Finding: f, Asked: slices.Contains(p.View.Asked, f.Item)}
		row.Ticked = f.Bundled || row.Asked
		row.Free, row.Filed = p.filed(f.Item)
		row.Main, row.More = weigh(f)
		row.Main, row.More = told.reasons(row.Main), told.reasons(row.More)
		row.Whole, row.NearWords, row.Besides = told.whole(p.View, f), told.reason(casefile.Reason{Text: f.Near}).Text, told.reasons(havings(f))
		row.Nothing, row.Whom = f.Benefit.Nothing, told.alone(f.Benefit.Alone)
		switch f.Outcome {
		case "eligible":
			row.Word, row.Tone = "符合", "leaf"
			if f.After != "" {
				row.Word = "随" + called(p.View, f.After)
			}
			if row.Free {
				p.Free++
			}
			p.Fitting = append(p.Fitting, row)
		case "unknown":
			row.Word, row.Tone = "还差事实", "amber"
			row.MissingWords = missing(f.Missing)
			p.Opening = append(p.Opening, row)
		default:
			row.Word = "不符合"
			p.Unfitting = append(p.Unfitting, row)
		}
	}
	p.Fit, p.Open, p.Not = len(p.Fitting), len(p.Opening), len(p.Unfitting)
	slices.SortStableFunc(p.Opening, func(a, b findingRow) int { return len(a.Missing) - len(b.Missing) })
	slices.SortStableFunc(p.Fitting, func(a, b findingRow) int { return first(b.Ticked) - first(a.Ticked) })
}

// Stands is the word for where a claim is; when its notice has hung its days, that
// is with whoever decides.
func (p casePage) Stands(c casefile.Claim) string {
	if d := p.Handed(c.ID); d != nil && d.Waits() {
		return "交了,等第二人确认"
	}
	if c.NoticeOver {
		if c.Terms.Twice() && c.NoticeNth < 2 {
			return "公示完,等再公示一次"
		}
		if waitsForCounty(c) {
			return "公示完,等县里定"
		}
		return "公示完,等第二人定"
	}
	return claimWord(c)
}

// filed reports whether an item may still be filed, and where it stands if it was.
func (p *casePage) filed(item core.ItemCode) (free bool, stands string) {
	for _, c := range p.View.Claims {
		if c.Item == item && c.State != casefile.ClaimProposed && c.State != casefile.ClaimWithdrawn {
			return false, p.Stands(c)
		}
	}
	return p.May[string(casefile.ActAccept)] || p.Adding, ""
}

func first(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// weigh parts the reasons that carry the outcome, at most two, from the others.
func weigh(f casefile.Finding) (main, more []casefile.Reason) {
	rest := slices.DeleteFunc(slices.Clone(f.Reasons), besides)
	slices.SortStableFunc(rest, func(a, b casefile.Reason) int { return first(b.Limit != "") - first(a.Limit != "") }) // numbers with their line first
	for _, r := range rest {
		if len(main) < 2 && r.Outcome == f.Outcome {
			main = append(main, r)
		} else {
			more = append(more, r)
		}
	}
	return main, more
}

// missing names up to four open facts in words.
func missing(paths []string) string {
	var words []string
	for _, path := range paths {
		if w := wording.FactLabel(path); !slices.Contains(words, w) && len(words) < 4 {
			words = append(words, w)
		}
	}
	return strings.Join(words, "、")
}

func (p *casePage) sortActs() {
	claims := map[core.ClaimID]casefile.Claim{}
	for _, c := range p.View.Claims {
		claims[c.ID] = c
	}
	for _, a := range p.View.Acts {
		if slices.Contains(beside, a.Name) {
			p.May[string(a.Name)] = a.Why == ""
			continue
		}
		c := claims[a.Claim]
		row := actRow{Act: a, Item: c.Name, Department: c.Department, Cash: c.Cash, Refers: c.Decides == "outside", Hard: hard[a.Name],
			Either: either(p.View, c.Item), Change: openChange(p.View, c.ID), Review: openReview(p.View, c.ID), Appeal: openAppeal(p.View, c.ID), Unsolved: openUnsolved(p.View, c.ID), Objected: objected(p.View, c.ID), Heard: heardOf(objected(p.View, c.ID))}
		if c.HasAmount {
			row.Amount, row.Period, row.Sample = strings.ReplaceAll(c.Amount.Short(), ",", ""), c.Period, c.Sample
		}
		row.Reason, row.Follows = reasonFor(p.View, c), follows[c.Proposal]
		if c.Cash && !c.HasAmount {
			row.Rule = benefitOf(p.View, c.Item)
		}
		p.place(row)
	}
	p.Acts = slices.ContainsFunc(p.View.Acts, func(a casefile.Act) bool { return !slices.Contains(always, a.Name) })
	for _, c := range p.View.Claims {
		decides := func(a casefile.Act) bool { return a.Name == casefile.ActDecide && a.Claim == c.ID }
		if waitsForCounty(c) && !slices.ContainsFunc(p.View.Acts, decides) {
			p.County = append(p.County, c.Name)
		}
	}
}

// beside are acts whose form stands beside what it is about.
var beside = []casefile.ActName{casefile.ActWeigh, casefile.ActLookPapers, casefile.ActLookedUp, casefile.ActEndMandate, casefile.ActAuthorise, casefile.ActTakeWordBack}

// always are acts that stand open and leave nothing to do.
var always = []casefile.ActName{casefile.ActEndMandate, casefile.ActAuthorise, casefile.ActTakeWordBack}

// place puts an act where the officer looks for it.
func (p *casePage) place(row actRow) {
	if row.Why == "" && row.Claim == 0 {
		p.May[string(row.Name)] = true
	}
	switch {
	case row.Name == casefile.ActDrop: // stands with its item
		p.Drop[row.Claim] = row.Why == ""
	case row.Why != "":
		if n := len(p.Held); n > 0 && p.Held[n-1].Name == row.Name && p.Held[n-1].Why == row.Why {
			p.Held[n-1].Same++ // one line for all items that wait for the same
			return
		}
		p.Held = append(p.Held, row)
	case !leading[row.Name] && !p.mends(row.Name), row.Name == casefile.ActMinutes && p.minuted():
		p.Other = append(p.Other, row)
	case p.Lead == nil:
		row.First = true
		p.Lead = &row
	default:
		p.Next = append(p.Next, row)
	}
}

// mends reports whether an act is what a payment that came back waits for: then it
// leads, where it is else seldom meant.
func (p *casePage) mends(act casefile.ActName) bool {
	return act == casefile.ActProposeCard && slices.ContainsFunc(p.View.Claims, func(c casefile.Claim) bool {
		return c.State == casefile.ClaimPaying && c.Money == casefile.MoneyReturned
	})
}

// leading acts carry a case forward and may be the page's one solid button.
var leading = map[casefile.ActName]bool{casefile.ActAccept: true, casefile.ActRecordVisit: true, casefile.ActSecondVisit: true, casefile.ActConfirmCard: true,
	casefile.ActPropose: true, casefile.ActPublish: true, casefile.ActDecide: true, casefile.ActDeliver: true, casefile.ActSecondDelivery: true, casefile.ActAnswer: true, casefile.ActResume: true,
	casefile.ActChangeDecide: true, casefile.ActReviewBenefit: true, casefile.ActUnsolvedAnswer: true, casefile.ActReview: true, casefile.ActReviewDecide: true, casefile.ActMinutes: true, casefile.ActConferenceRead: true, casefile.ActConferenceIn: true}

// follows is the decision that agrees with a proposal.
var follows = map[casefile.Outcome]casefile.Outcome{casefile.ProposeApprove: casefile.Approved, casefile.ProposeRefuse: casefile.Refused, casefile.ProposeRefer: casefile.Referred}

// hard acts can hurt somebody when done by mistake.
var hard = map[casefile.ActName]bool{casefile.ActReturn: true, casefile.ActWithdraw: true, casefile.ActChange: true, casefile.ActTakeBack: true, casefile.ActConferenceOff: true}

// To is where an act's form goes.
func (p casePage) To(a actRow) string {
	at := fmt.Sprintf("/desk/township/case/%d", p.View.ID)
	if a.Claim != 0 {
		at += fmt.Sprintf("/claim/%d", a.Claim)
	}
	return at + "/" + string(a.Name)
}
