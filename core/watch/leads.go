package watch

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
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

	// Of back-pay alone, beside WrongData.
	MadeGood Outcome = "made_good" // the difference has been paid, or is on its way
	NotOwed  Outcome = "not_owed"  // the rules give it to others
)

// Outcomes lists those of a kind of lead in the order in which a form offers them.
func Outcomes(kind string) []Outcome {
	if kind == LeadRaised {
		return []Outcome{MadeGood, NotOwed, WrongData}
	}
	return []Outcome{Applied, Served, NotInNeed, NotReached, WrongData}
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
	Place     insight.Place // where the household stood then
	Owed      core.Fen      // of LeadRaised: of all items, by the facts of the last look
	Raised    []Raised      // of LeadRaised
}

// Leads gives the first n open leads of some townships: the hardest households first.
func (w *Watch) Leads(ctx context.Context, tx *pg.Tx, towns []core.RegionCode, n int) ([]Lead, error) {
	const sql = `select l.id, l.region, l.household, l.kind, l.items, l.cause, l.since, l.found, l.place, l.owed, l.raise from unnest($1::text[]) as t (region)
		cross join lateral (select id, region, household, kind, items, cause, since, found, place, coalesce(owed, 0) as owed, coalesce(raise, '[]') as raise
			from lead where region = t.region and state = 'open' order by place desc, id limit $2) l
		order by l.place desc, l.id limit $2`
	rows, err := tx.Query(ctx, sql, towns, n)
	if err != nil {
		return nil, pg.Fail(err, "list leads")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l Lead, err error) {
		var items int64
		var since time.Time
		err = row.Scan(&l.ID, &l.Region, &l.Household, &l.Kind, &items, &l.Cause, &since, &l.Found, &l.Place, &l.Owed, &l.Raised)
		l.Items, l.Since = insight.Items(items), core.DateOf(since)
		return l, err
	})
	return list, pg.Fail(err, "list leads")
}

// errSettled says that a lead is not open: settled by somebody, gone by itself, or none.
var errSettled = core.E(core.KindConflict, "lead_settled", "这条线索已经有人处理了,或者情况又变了。请刷新再看。")

// Whose gives the household of a lead, which stays open until tx ends or settles it. Errors:
// KindConflict for one that is not open within the scope of tx.
func (w *Watch) Whose(ctx context.Context, tx *pg.Tx, id int64) (household core.HouseholdID, err error) {
	err = tx.QueryRow(ctx, `select household from lead where id = $1 and state = 'open' for update`, id).Scan(&household)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, errSettled
	}
	return household, pg.Fail(err, "read whose a lead is")
}

// Settle closes a lead with what came of it. Errors: KindConflict for one that is not open
// within the scope of tx, KindInvalid for an outcome that is none.
func (w *Watch) Settle(ctx context.Context, tx *pg.Tx, id int64, by audit.Actor, o Outcome) error {
	staff, err := strconv.ParseInt(by.ID, 10, 64)
	if err != nil {
		return core.E(core.KindInternal, "lead_staff", "").Wrap(err)
	}
	var region core.RegionCode
	var household core.HouseholdID
	var kind string
	var owed core.Fen
	const hold = `select region, household, kind, coalesce(owed, 0) from lead where id = $1 and state = 'open' for update`
	err = tx.QueryRow(ctx, hold, id).Scan(&region, &household, &kind, &owed)
	if errors.Is(err, pgx.ErrNoRows) {
		return errSettled
	}
	if err != nil {
		return pg.Fail(err, "settle a lead")
	}
	if !slices.Contains(Outcomes(kind), o) {
		return core.Invalid("outcome", "请选一下结果。")
	}
	const sql = `update lead set state = 'settled', outcome = $2, staff = $3, settled = $4 where id = $1`
	if _, err := tx.Exec(ctx, sql, id, string(o), staff, tx.Now()); err != nil {
		return pg.Fail(err, "settle a lead")
	}
	detail := map[string]any{"lead": id, "household": household, "outcome": o}
	if kind == LeadRaised {
		detail["owed"] = owed
	}
	return w.Audit.Write(ctx, tx, audit.Entry{Actor: by, Act: "lead.settled", Region: region, Purpose: "lead", Detail: detail})
}
