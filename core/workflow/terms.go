package workflow

import (
	"context"
	"fmt"
	"strings"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/policy"
)

// routineDays stands in where an item names no number of days, such as a yearly
// round: the promise is an answer on where it stands.
const routineDays = 20

// sampleLaw stands where no law is cited for a number of days.
const sampleLaw = "样本口径"

// termsOf freezes how the Book has an item handled that is accepted on a day.
func termsOf(book *policy.Book, item *policy.Item, on core.Date) casefile.Terms {
	t := casefile.Terms{On: on, Days: item.LimitDays, County: item.CountyDays, Special: item.SpecialDays, Outside: !item.NoticeIn,
		Law: lawOf(item), NoticeLaw: item.NoticeLaw, SurveyDone: item.Survey.Done, Appraisal: string(item.Appraisal), AppraiseLaw: item.AppraiseLaw}
	switch {
	case item.NoticeDays == 0:
	case item.NoticeTwice:
		t.Notices = 2
	default:
		t.Notices = 1
	}
	codes := make([]string, 0, len(book.Packs))
	for _, p := range book.Packs {
		codes = append(codes, p.Code)
	}
	t.Packs = strings.Join(codes, " ")
	return t
}

// lawOf is what fixes an item's days: the pack's article, else the item's own sources. A
// sample is said to be one, also beside the article from which its parts were added up.
func lawOf(item *policy.Item) string {
	sample := item.LimitMark != "S"
	switch {
	case item.LimitLaw != "" && sample:
		return item.LimitLaw + "," + sampleLaw
	case item.LimitLaw != "":
		return item.LimitLaw
	case sample || len(item.Law) == 0:
		return sampleLaw
	}
	return item.Law[0]
}

// stand is what the length of a claim's clock depends on beside its terms.
type stand struct {
	County  bool // the county decides
	Special bool // 有异议、人户分离、调查难度较大 (最低生活保障审核确认办法第二十二条)
	Notice  int  // days that a notice hangs; 0 for none
}

// cause is why a clock of the law has another day: what makes it longer, else its own terms again.
func (s stand) cause() casefile.Cause {
	switch {
	case s.Special:
		return casefile.DecideSpecial
	case s.County:
		return casefile.DecideCounty
	}
	return casefile.DecideTerms
}

// clock is the last good day to decide a claim, and what says so. A notice that lies
// outside the limit comes on top of it, in days of the calendar, and as often as it hangs;
// what ends on a rest day has the next working day (民法典第二百零三条).
func clock(days func(core.Date, int) core.Date, t casefile.Terms, s stand) (core.Date, string) {
	n, why := t.Days, ""
	if s.County && t.County > 0 {
		n, why = t.County, "县里定,"
	}
	if s.Special && t.Special > n {
		n, why = t.Special, "特殊情况,"
	}
	if n == 0 {
		return days(t.On, routineDays), fmt.Sprintf("%d 个工作日,%s", routineDays, sampleLaw)
	}
	due, extra := days(t.On, n), ""
	if t.Outside && s.Notice > 0 && t.Notices > 0 {
		due = days(due.AddDate(0, 0, s.Notice*t.Notices), 0)
		extra = fmt.Sprintf(",公示 %d 天另算", s.Notice*t.Notices)
	}
	return due, fmt.Sprintf("%s%d 个工作日%s。%s", why, n, extra, t.Law)
}

// filed is a claim as it is accepted today: its terms, and its clock.
func (a *act) filed(ctx context.Context, book *policy.Book, code core.ItemCode) (casefile.Agreed, string, error) {
	in := casefile.Agreed{By: a.actor.Staff, Terms: casefile.Terms{On: a.tx.Today()}}
	where := stand{}
	if item, ok := book.Item(code); ok {
		in.Terms, in.NoticeDays = termsOf(book, item, a.tx.Today()), item.NoticeDays
		where.County, where.Notice = item.Decides == policy.ByCounty, item.NoticeDays
	}
	var err error
	if where.Special, err = a.fromElsewhere(ctx); err != nil {
		return in, "", err
	}
	due, law := clock(a.f.Routing.Days, in.Terms, where)
	in.Due = due
	return in, law, nil
}

// fromElsewhere reports whether the household lives apart from where it is registered
// (人户分离), outside the city; inside it, it makes no difference here.
func (a *act) fromElsewhere(ctx context.Context) (bool, error) {
	if a.c.FactsVersion == 0 {
		return false, nil
	}
	facts, err := a.f.Cases.Facts(ctx, a.tx, a.c.ID, a.c.FactsVersion)
	return err == nil && facts.Household.Hukou != nil && *facts.Household.Hukou != "local", err
}

// reclock sets a claim's day again where its terms give it another: the county decides now,
// or it has become a special case. Claims without terms keep the day they have.
func (a *act) reclock(ctx context.Context, c casefile.Claim, s stand) error {
	if c.Terms.On.IsZero() || c.Due.IsZero() {
		return nil
	}
	if !s.Special {
		elsewhere, err := a.fromElsewhere(ctx)
		if err != nil {
			return err
		}
		objected, err := a.f.Cases.Objected(ctx, a.tx, c)
		if err != nil {
			return err
		}
		conferred, err := a.f.Cases.Conferred(ctx, a.tx, a.c.ID)
		if err != nil {
			return err
		}
		s.Special = elsewhere || objected || conferred
	}
	s.Notice = c.NoticeDays
	stands, err := a.f.Cases.DeadlineOf(ctx, a.tx, a.c.ID, c.ID, casefile.DeadlineDecide)
	if err != nil {
		return err
	}
	due, law := clock(a.f.Routing.Days, c.Terms, s)
	if stands.Rest > 0 { // an appeal took it up again; the days between are nobody's
		due, law = a.f.Routing.Days(due, stands.Rest), law+resumedLaw
	}
	if due == c.Due {
		return nil
	}
	a.detail["due"] = due.String()
	return a.f.Cases.Extend(ctx, a.tx, c, casefile.Deadline{Case: a.c.ID, Claim: c.ID, Kind: casefile.DeadlineDecide, Due: due, Law: law, Cause: s.cause()})
}

// survey sets by when the household's means are looked into, the strictest of what is filed.
func (a *act) survey(ctx context.Context, book *policy.Book, items []core.ItemCode) error {
	var first *policy.Survey
	for _, code := range items {
		if item, ok := book.Item(code); ok && item.Survey.Days > 0 && (first == nil || item.Survey.Days < first.Days) {
			first = &item.Survey
		}
	}
	if first == nil {
		return nil
	}
	what := "开始"
	if first.Done {
		what = "查完"
	}
	return a.f.Cases.SetDeadline(ctx, a.tx, casefile.Deadline{Case: a.c.ID, Kind: casefile.DeadlineSurvey, Due: a.f.Routing.Days(a.tx.Today(), first.Days),
		Law: fmt.Sprintf("受理后 %d 个工作日内%s。%s", first.Days, what, first.Law)})
}

// Appraise is what a meeting of neighbours and representatives said of a claim (民主评议).
type Appraise struct {
	Claim            core.ClaimID
	Present, Of, For int    // who came, who was asked, and who of those present found it right
	Minutes          string // who said what
}

// Appraise files a meeting. It decides nothing; the officer's opinion and the second
// person's decision follow it.
func (f *Flow) Appraise(ctx context.Context, actor casefile.Actor, in Appraise) error {
	on := target{name: casefile.ActAppraise, trace: "claim.appraised", claim: in.Claim}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if err := checkText("reason", in.Minutes, "请写下评议记录:谁到会、怎么说。"); err != nil {
			return err
		}
		err := f.Cases.Appraise(ctx, a.tx, a.c, casefile.Appraisal{Claim: in.Claim, Present: in.Present, Of: in.Of, For: in.For, Minutes: trim(in.Minutes), By: actor.Staff})
		if err != nil {
			return err
		}
		a.detail["present"], a.detail["of"], a.detail["for"], a.detail["law"] = in.Present, in.Of, in.For, a.claim.Terms.AppraiseLaw
		return a.event(ctx, "claim.appraised", a.claim.Everyday+"开会评议过了。",
			fmt.Sprintf("%s:民主评议,应到 %d 人,到会 %d 人,赞成 %d 人", a.claim.Name, in.Of, in.Present, in.For))
	})
}

// begun notes that the survey has begun, which is all that most laws ask for; where one
// asks for its end, the second visitor's word ends it.
func (a *act) begun(ctx context.Context) error {
	for _, c := range a.all.Claims {
		if c.Terms.SurveyDone && c.State != casefile.ClaimWithdrawn {
			return nil
		}
	}
	return a.f.Cases.Meet(ctx, a.tx, a.c.ID, 0, casefile.DeadlineSurvey)
}
