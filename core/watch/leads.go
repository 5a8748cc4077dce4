package watch

import (
	"context"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/insight"
	"lianou/core/pg"
)

// The kinds of leads.
const (
	LeadDue  = "due"  // an item fits now that did not before (新符合)
	LeadLost = "lost" // an item that fitted does not any more (不再符合)

	// LeadRaised: months that the household was entitled to may be owed a difference, for a
	// higher amount took effect on an earlier day (补发).
	LeadRaised = "raised"
)

// Outcome is what came of a lead when somebody looked into it (domain.md 4.3).
type Outcome string

// The outcomes.
const (
	Applied    Outcome = "applied"     // the household applies, with help
	Served     Outcome = "served"      // it has this already
	NotInNeed  Outcome = "not_in_need" // the facts are right, and nobody wants it
	NotReached Outcome = "not_reached" // nobody was met
	WrongData  Outcome = "wrong_data"  // what the register says is not so

	// Of a loss alone, beside NotReached and WrongData. None of them stops anything.
	StillFits Outcome = "still_fits" // somebody went: it goes on as it is
	ToChange  Outcome = "to_change"  // somebody went: two people are to decide on a change
	NotHad    Outcome = "not_had"    // it was never received

	// Checking is no end: somebody goes and sees, and the lead lies open.
	Checking Outcome = "checking"

	// Of back-pay alone, beside WrongData.
	MadeGood Outcome = "made_good" // the difference has been paid, or is on its way
	NotOwed  Outcome = "not_owed"  // the rules give it to others
)

// Outcomes lists those of a kind of lead in the order in which a form offers them.
func Outcomes(kind string) []Outcome {
	switch kind {
	case LeadRaised:
		return []Outcome{MadeGood, NotOwed, WrongData}
	case LeadLost:
		return []Outcome{Checking, StillFits, ToChange, NotHad, NotReached, WrongData}
	default:
		return []Outcome{Applied, Served, NotInNeed, NotReached, WrongData}
	}
}

// A Lead is something that a look found and a person has to see to.
type Lead struct {
	ID        int64
	Region    core.RegionCode
	Household core.HouseholdID
	Kind      string
	Items     insight.Items
	Cause     string // "facts" or "book"
	Since     core.Date
	Found     time.Time
	Place     insight.Place // where the household stands; of a settled lead, where it stood at last
	Then      insight.Place // where it stood on the day of the lead
	Owed      core.Fen      // of LeadRaised: of all items, by the facts of the last look
	Raised    []Raised      // of LeadRaised

	Again  string  // why it was opened again, "" where it never was settled
	Before Outcome // what had come of it then

	Checker core.StaffID // who goes and sees, 0 for nobody yet
	Checked time.Time    // when they said so
}

// LeadsPage is which leads of a list are wanted.
type LeadsPage struct {
	N     int
	After *LeadMark          // the last of the page before; nil for the first page
	Of    []core.HouseholdID // these alone, such as a village's; nil for all
}

// LeadMark is where a lead stands in its list: by its place among open ones, by when it was
// settled among those.
type LeadMark struct {
	Place insight.Place
	At    time.Time
	ID    int64
}

const leadColumns = `id, region, household, kind, items, cause, since, found, place, coalesce(owed, 0) as owed, coalesce(raise, '[]') as raise,
	coalesce(found_place, place) as found_place, coalesce(checker, 0) as checker, coalesce(checking, found) as checking`

// Leads gives a page of the open leads of some townships: the hardest households first.
func (w *Watch) Leads(ctx context.Context, tx *pg.Tx, towns []core.RegionCode, p LeadsPage) ([]Lead, error) {
	after := LeadMark{Place: math.MaxInt32}
	if p.After != nil {
		after = *p.After
	}
	const sql = `select l.*, coalesce(r.reason, ''), coalesce(o.outcome, '') from unnest($1::text[]) as t (region)
		cross join lateral (select ` + leadColumns + ` from lead where region = t.region and state = 'open'
				and place <= $3 and (place < $3 or id > $4) and ($5::bigint[] is null or household = any ($5)) order by place desc, id limit $2) l
		left join lead_reopen r on r.fresh = l.id left join lead o on o.id = r.lead
		order by l.place desc, l.id limit $2`
	rows, err := tx.Query(ctx, sql, towns, p.N, int32(after.Place), after.ID, p.Of)
	if err != nil {
		return nil, pg.Fail(err, "list leads")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l Lead, err error) {
		err = l.scan(row, &l.Again, &l.Before)
		return l, err
	})
	return list, pg.Fail(err, "list leads")
}

// OpenLeads counts the open leads of some townships, of certain households where of is not nil,
// and those of them that somebody goes to see.
func (w *Watch) OpenLeads(ctx context.Context, tx *pg.Tx, towns []core.RegionCode, of []core.HouseholdID) (n, checking int, err error) {
	const sql = `select count(*), count(checker) from lead where region = any ($1) and state = 'open' and ($2::bigint[] is null or household = any ($2))`
	err = tx.QueryRow(ctx, sql, towns, of).Scan(&n, &checking)
	return n, checking, pg.Fail(err, "count leads")
}

// scan reads leadColumns, and more behind them.
func (l *Lead) scan(row pgx.CollectableRow, more ...any) error {
	var items int64
	var since time.Time
	err := row.Scan(append([]any{&l.ID, &l.Region, &l.Household, &l.Kind, &items, &l.Cause, &since, &l.Found, &l.Place, &l.Owed, &l.Raised,
		&l.Then, &l.Checker, &l.Checked}, more...)...)
	l.Items, l.Since = insight.Items(items), core.DateOf(since)
	return err
}
