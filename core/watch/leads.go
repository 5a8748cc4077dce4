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

	Relieved core.StaffID // who had said so before them, 0 for nobody
	Promised time.Time    // when the first of all said so
	Aside    bool         // somebody said so CheckDays ago, and nothing came of it
}

// LeadsPage is which leads of a list are wanted.
type LeadsPage struct {
	N     int
	After *LeadMark          // the last of the page before; nil for the first page
	Of    []core.HouseholdID // these alone, such as a village's; nil for all
}

// LeadMark is where a lead stands in its list: by its place among open ones, those that are laid
// aside first, by when it was settled among those.
type LeadMark struct {
	Aside bool
	Place insight.Place
	At    time.Time
	ID    int64
}

const leadColumns = `id, region, household, kind, items, cause, since, found, place, coalesce(owed, 0) as owed, coalesce(raise, '[]') as raise,
	coalesce(found_place, place) as found_place, coalesce(checker, 0) as checker, coalesce(checking, found) as checking,
	coalesce(relieved, 0) as relieved, coalesce(promised, checking, found) as promised`

// Leads gives a page of the open leads of some townships: those first that somebody said they
// would go and see to, and did not, and of each the hardest households first.
func (w *Watch) Leads(ctx context.Context, tx *pg.Tx, towns []core.RegionCode, p LeadsPage) ([]Lead, error) {
	first := LeadMark{Place: math.MaxInt32}
	aside, rest := first, first
	if p.After != nil && p.After.Aside {
		aside = *p.After
	} else if p.After != nil {
		aside.Place, rest = math.MinInt32, *p.After
	}
	late, err := w.overdue(tx)
	if err != nil {
		return nil, err
	}
	const of = `from lead where region = t.region and state = 'open' and ($4::bigint[] is null or household = any ($4))`
	const sql = `select l.*, coalesce(r.reason, ''), coalesce(o.outcome, '') from unnest($1::text[]) as t (region)
		cross join lateral (
			(select ` + leadColumns + `, true as aside ` + of + ` and checker is not null and coalesce(promised, checking) < $3
				and place <= $5 and (place < $5 or id > $6) order by place desc, id limit $2)
			union all
			(select ` + leadColumns + `, false ` + of + ` and (checker is null or coalesce(promised, checking) >= $3)
				and place <= $7 and (place < $7 or id > $8) order by place desc, id limit $2)) l
		left join lead_reopen r on r.fresh = l.id left join lead o on o.id = r.lead
		order by l.aside desc, l.place desc, l.id limit $2`
	rows, err := tx.Query(ctx, sql, towns, p.N, late, p.Of, int32(aside.Place), aside.ID, int32(rest.Place), rest.ID)
	if err != nil {
		return nil, pg.Fail(err, "list leads")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l Lead, err error) {
		err = l.scan(row, &l.Aside, &l.Again, &l.Before)
		return l, err
	})
	return list, pg.Fail(err, "list leads")
}

// Open is how many leads lie open.
type Open struct {
	All      int
	Checking int // that somebody goes to see
	Aside    int // of them, those of CheckDays ago
}

// OpenLeads counts the open leads of some townships, of certain households where of is not nil.
func (w *Watch) OpenLeads(ctx context.Context, tx *pg.Tx, towns []core.RegionCode, of []core.HouseholdID) (n Open, err error) {
	late, err := w.overdue(tx)
	if err != nil {
		return n, err
	}
	const sql = `select count(*), count(checker), count(*) filter (where coalesce(promised, checking) < $3) from lead
		where region = any ($1) and state = 'open' and ($2::bigint[] is null or household = any ($2))`
	err = tx.QueryRow(ctx, sql, towns, of, late).Scan(&n.All, &n.Checking, &n.Aside)
	return n, pg.Fail(err, "count leads")
}

// scan reads leadColumns, and more behind them.
func (l *Lead) scan(row pgx.CollectableRow, more ...any) error {
	var items int64
	var since time.Time
	err := row.Scan(append([]any{&l.ID, &l.Region, &l.Household, &l.Kind, &items, &l.Cause, &since, &l.Found, &l.Place, &l.Owed, &l.Raised,
		&l.Then, &l.Checker, &l.Checked, &l.Relieved, &l.Promised}, more...)...)
	l.Items, l.Since = insight.Items(items), core.DateOf(since)
	return err
}
