package casefile

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/mandate"
	"lianou/core/pg"
	"lianou/core/seal"
	"lianou/core/wording"
)

// Status is what a citizen may see of one application: the same words whatever
// door they ask at.
type Status struct {
	Application core.ApplicationID
	Case        core.CaseID
	Receipt     core.Receipt
	Status      wording.Status
	Detail      string // what belongs in the status word's brackets
	Next        string // what comes now and by when; "" when nothing does
	Items       []StatusItem
	Timeline    []StatusLine
	Missing     *Missing // what the household is asked for now
	Updated     time.Time
	Own         bool // handed in by the account that asks, not seen through a grant
}

// Say is the status word with its detail.
func (s Status) Say() string { return s.Status.Say(s.Detail) }

// StatusItem is one item of the case as the citizen sees it.
type StatusItem struct {
	Item   core.ItemCode  `json:"item"`
	Name   string         `json:"name"` // everyday
	Status wording.Status `json:"status"`
	Say    string         `json:"say,omitempty"` // the status word with its detail
	Detail string         `json:"detail,omitempty"`
	Amount string         `json:"amount,omitempty"` // "180 元/月", once decided
	Sample bool           `json:"sample,omitempty"`
	Again  string         `json:"again,omitempty"` // somebody said that it is wrong, and it is looked at anew: by when it is answered
	Hear   bool           `json:"hear,omitempty"`  // while it is looked at, the household may say something more

	Unsolved string `json:"unsolved,omitempty"` // the household says that it is not solved: who has it and by when it is answered
}

// Decided reports whether there is a decision that the household may say is wrong, and
// nobody looks at it anew yet, or may say something more while somebody does.
func (i StatusItem) Decided() bool {
	return i.Hear || i.ended() && i.Again == ""
}

// ended reports whether the household was told how the item ended.
func (i StatusItem) ended() bool {
	switch i.Status {
	case wording.StatusApproved, wording.StatusRefused, wording.StatusReferred, wording.StatusSent, wording.StatusPaid, wording.StatusRunning, wording.StatusReturned, wording.StatusChanged:
		return true
	}
	return false
}

// Reopens reports whether the household may say of an item that it is not solved: it was told how that
// ended, and nothing of the case waits for such an answer.
func (s Status) Reopens(item core.ItemCode) bool {
	return !slices.ContainsFunc(s.Items, func(i StatusItem) bool { return i.Unsolved != "" }) &&
		slices.ContainsFunc(s.Items, func(i StatusItem) bool { return i.Item == item && i.ended() })
}

// StatusLine is one line of the citizen's timeline.
type StatusLine struct {
	At    time.Time `json:"at"`
	Says  string    `json:"says"`
	Money bool      `json:"money,omitempty"` // it tells of a payment: no helper reads it
}

// Shared gives the keyed hash that the gateway has as well.
func (s *Store) Shared() seal.Blinder { return s.shared }

// insertStatus writes the first row of an application: 已收到.
func (s *Store) insertStatus(ctx context.Context, tx *pg.Tx, id core.CaseID, region core.RegionCode, a *core.Application) error {
	_, err := tx.Exec(ctx, `insert into case_status (application, case_id, region, receipt, citizen, phone_key, status, updated, number_key)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, a.ID, id, region, a.Receipt, a.Contact.CitizenID,
		phoneKey(s.shared.Blind, a.Receipt, a.Applicant.ID.Last4()), wording.StatusReceived, tx.Now(), mandate.NumberKey(s.shared, a.Applicant.ID))
	return pg.Fail(err, "write the status of an application")
}

// BindCitizen shows the status of an application to a citizen's account, for
// those who log in after they phoned. The right to it is the caller's to check.
func (s *Store) BindCitizen(ctx context.Context, tx *pg.Tx, id core.ApplicationID, citizen string) error {
	batch := &pgx.Batch{}
	batch.Queue(`update case_application set citizen = $2 where application = $1`, id, citizen)
	batch.Queue(`update case_status set citizen = $2, updated = $3 where application = $1`, id, citizen, tx.Now())
	return pg.Fail(tx.SendBatch(ctx, batch).Close(), "bind a citizen to an application")
}

// PublishStatus rewrites what citizens see of a case from its present state. Every
// act ends with it, in its own transaction.
func (s *Store) PublishStatus(ctx context.Context, tx *pg.Tx, id core.CaseID) error {
	c, err := s.Get(ctx, tx, id)
	if err != nil {
		return err
	}
	claims, err := s.Claims(ctx, tx, id)
	if err != nil {
		return err
	}
	visit, err := s.visitStage(ctx, tx, id)
	if err != nil {
		return err
	}
	if visit.papers, err = s.papersWait(ctx, tx, id); err != nil {
		return err
	}
	events, err := s.told(ctx, tx, id)
	if err != nil {
		return err
	}
	appeals, err := s.Appeals(ctx, tx, id)
	if err != nil {
		return err
	}
	unsolved, err := s.unsolveds(ctx, tx, id, nil)
	if err != nil {
		return err
	}
	status, detail := caseStatus(c, claims, visit)
	lines := make([]StatusLine, 0, len(events))
	for _, e := range events {
		if e.Citizen != "" {
			lines = append(lines, StatusLine{At: e.At, Says: e.Citizen, Money: strings.HasPrefix(e.Kind, "payment.")})
		}
	}
	missing, err := s.missing(ctx, tx, c)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update case_status set status = $2, detail = $3, next = $4, items = $5, timeline = $6, updated = $7, missing = $8
		where case_id = $1 and application in (select application from case_application
			where case_id = $1 and state not in ('contested', 'set_aside'))`, id, status, detail, nextStep(c, claims, visit), encode(statusItems(claims, appeals, unsolved, tx.Today())), encode(lines), tx.Now(), missing)
	return pg.Fail(err, "publish the status of a case")
}

// stage is how far the newest visit is, and whether papers wait for an officer, on a day.
type stage struct {
	today   core.Date
	planned core.Date
	done    bool
	papers  bool
}

func (s *Store) visitStage(ctx context.Context, tx *pg.Tx, id core.CaseID) (stage, error) {
	rows, err := tx.Query(ctx, `select planned, done is not null from visit where case_id = $1 and `+ofThis+` order by id desc limit 1`, id)
	if err != nil {
		return stage{}, pg.Fail(err, "read the stage of a visit")
	}
	defer rows.Close()
	v := stage{today: tx.Today()}
	if rows.Next() {
		var planned time.Time
		if err := rows.Scan(&planned, &v.done); err != nil {
			return stage{}, pg.Fail(err, "read the stage of a visit")
		}
		v.planned = dayOf(&planned)
	}
	return v, pg.Fail(rows.Err(), "read the stage of a visit")
}

// caseStatus is the one word for a whole case: the most advanced thing that is
// true for the household.
func caseStatus(c Case, claims []Claim, visit stage) (wording.Status, string) {
	switch c.State {
	case CaseWithdrawn:
		return wording.StatusWithdrawn, ""
	case CaseSettled:
		return settledStatus(claims), ""
	case CaseSupplement:
		if visit.papers { // it is the officer's turn, until they say that it is enough or ask again
			return wording.StatusPapersIn, ""
		}
		return wording.StatusAskOne, ""
	case CaseOpen, CaseReturned:
		if c.Routed.IsZero() || c.State == CaseReturned {
			return wording.StatusReceived, ""
		}
		return wording.StatusRouted, c.Town
	}
	if status, detail, ok := furthest(claims); ok {
		return status, detail
	}
	switch {
	case visit.done:
		return wording.StatusVisited, ""
	case !visit.planned.IsZero():
		return wording.StatusVisitSet, ""
	}
	return wording.StatusAccepted, ""
}

// furthest picks the claim that is furthest on, if one has left the desk.
func furthest(claims []Claim) (best wording.Status, detail string, ok bool) {
	rank := map[wording.Status]int{wording.StatusPublished: 1, wording.StatusReferred: 2, wording.StatusRefused: 3,
		wording.StatusApproved: 4, wording.StatusSent: 5, wording.StatusPaid: 6, wording.StatusRunning: 6, wording.StatusReturned: 7}
	for _, c := range claims {
		status, d := claimStatus(c)
		if rank[status] > rank[best] {
			best, detail, ok = status, d, true
		}
	}
	return best, detail, ok
}

func claimStatus(c Claim) (wording.Status, string) {
	switch c.State {
	case ClaimWithdrawn:
		return wording.StatusWithdrawn, ""
	case ClaimNoticed, ClaimObjected:
		if c.NoticeOver {
			return wording.StatusReviewing, ""
		}
		return wording.StatusPublished, ""
	case ClaimApproved, ClaimDelivering:
		return wording.StatusApproved, ""
	case ClaimRefused:
		return wording.StatusRefused, firstReason(c)
	case ClaimReferred:
		return wording.StatusReferred, c.Department
	case ClaimPaying:
		return moneyStatus(c.Money), ""
	case ClaimTold, ClaimClosed:
		return endStatus(c)
	}
	return wording.StatusReviewing, ""
}

func moneyStatus(m Money) wording.Status {
	switch m {
	case MoneySent:
		return wording.StatusSent
	case MoneyReturned:
		return wording.StatusReturned
	case MoneyPaid:
		return wording.StatusPaid
	}
	return wording.StatusApproved
}

func endStatus(c Claim) (wording.Status, string) {
	switch {
	case c.Proposal == ProposeRefuse:
		return wording.StatusRefused, firstReason(c)
	case c.Proposal == ProposeRefer:
		return wording.StatusReferred, c.Department
	case c.Changed != "":
		return wording.StatusChanged, c.Changed
	case c.Money == MoneyReturned: // a later month
		return wording.StatusReturned, ""
	case c.Money == MoneyPaid && c.Period == "month":
		return wording.StatusRunning, ""
	case c.Money == MoneyPaid:
		return wording.StatusPaid, ""
	}
	return wording.StatusApproved, ""
}

// settledStatus is the word for a case in which nothing is left to decide: money that
// runs on is not over, and a month that came back less so.
func settledStatus(claims []Claim) wording.Status {
	out := wording.StatusClosed
	for _, c := range claims {
		switch status, _ := claimStatus(c); status {
		case wording.StatusReturned:
			return status
		case wording.StatusRunning:
			out = status
		}
	}
	return out
}

func firstReason(c Claim) string {
	if len(c.Reasons) == 0 {
		return ""
	}
	return c.Reasons[0].Text
}

func statusItems(claims []Claim, appeals []Appeal, unsolved []Unsolved, today core.Date) []StatusItem {
	list := make([]StatusItem, 0, len(claims))
	for _, c := range claims {
		if c.State == ClaimProposed || c.State == ClaimWithdrawn && c.AgreedBy == 0 {
			continue // the household has not said that it wants this: nothing of it was withdrawn
		}
		item := StatusItem{Item: c.Item, Name: c.Everyday}
		item.Status, item.Detail = claimStatus(c)
		if i := slices.IndexFunc(appeals, func(p Appeal) bool { return p.Claim == c.ID && p.Open() }); i >= 0 {
			item.Again, item.Hear = "您说不对,换了人在重新看。"+appeals[i].Due.Say()+"前答复。", appeals[i].Hears()
			if appeals[i].BackBy != 0 {
				item.Again = "有人记下您不要重新看了。不是您的意思,现在就说。"
			}
		}
		if i := slices.IndexFunc(unsolved, func(u Unsolved) bool { return u.Claim == c.ID && u.Open() }); i >= 0 {
			item.Unsolved = wording.UnsolvedSays(unsolved[i].Unit.Say(), unsolved[i].Due, today)
		}
		if c.HasAmount && c.Cash && c.Granted() { // of a thing the sum is what it is worth
			item.Amount, item.Sample = c.Amount.Short()+" 元"+perWord(c.Period), c.Sample
		}
		list = append(list, item)
	}
	return list
}

// perWord is the period as it stands behind an amount.
func perWord(period string) string {
	switch period {
	case "month":
		return "/月"
	case "term":
		return "/学期"
	case "year":
		return "/年"
	case "season":
		return "/采暖季"
	}
	return ""
}

// undecided reports whether a claim that was filed still waits for its decision.
func undecided(c Claim) bool {
	switch c.State {
	case ClaimAgreed, ClaimReviewed, ClaimNoticed, ClaimObjected:
		return true
	}
	return false
}

// nextStep is one sentence about what comes now. It promises only what a deadline
// or a plan backs; where that day has passed it promises none.
func nextStep(c Case, claims []Claim, visit stage) string {
	by, say := core.Date(0), ""
	switch {
	case c.State == CaseOpen && !c.Routed.IsZero() && !c.AcceptDue.IsZero():
		by, say = c.AcceptDue, "前,镇上会联系您。"
	case c.State.Closed() || c.State == CaseOpen:
		return ""
	case !visit.done && !visit.planned.IsZero():
		by, say = visit.planned, "有两个人到您家看看。"
	case !c.DecideDue.IsZero() && (c.State == CaseAccepted || c.State == CaseVisiting) && slices.ContainsFunc(claims, undecided):
		by, say = c.DecideDue, "前会有结果。"
	}
	switch {
	case by.IsZero():
		return ""
	case by < visit.today:
		return wording.NextLate()
	}
	return by.Say() + say
}
