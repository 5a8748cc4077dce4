package casefile

import (
	"context"
	"time"

	"lianou/core"
	"lianou/core/pg"
)

// Case is the header of a case: everything the queue and the acts need, nothing
// that is sealed.
type Case struct {
	ID          core.CaseID
	Region      core.RegionCode // township, or a county's sorting desk
	Village     core.RegionCode // "" when not known
	Town        string          // names of the two, as they were when the case came
	VillageName string
	Application core.ApplicationID
	Receipt     core.Receipt
	Channel     core.ChannelName
	State       CaseState
	Urgent      bool

	Household core.HouseholdID // 0: not in the registry, or not found yet
	Person    core.PersonID    // the applicant, 0 as above
	Applicant string
	People    int
	EnteredBy core.StaffID    // who wrote it down for the person, 0 for nobody
	Asked     []core.ItemCode // named by the household, in any of its requests

	Identity     Identity
	Officer      core.StaffID
	Assistant    core.StaffID
	FactsVersion int
	Book         string // digest of the Book the newest findings come from
	Index        Index

	FirstContact time.Time // the clock that never stops (F55)
	Opened       time.Time
	Routed       time.Time // zero: not yet, as for the times below
	Accepted     time.Time
	Returned     time.Time
	ReturnedBy   core.StaffID // 0: nobody handed it back
	Returns      int          // how often it was handed back
	Moves        int          // how often it was sent to another place
	Settled      time.Time
	AcceptDue    core.Date // last good day, zero before it was routed or lay at a sorting desk
	DecideDue    core.Date
	Updated      time.Time
}

// Index is the hardship index as the case keeps it. Tenths is 0 to 1000; Parts
// sum to Tenths. Known is false before the first assessment.
type Index struct {
	Known     bool
	Tenths    int
	Parts     []int // seven, in the order of core/hardship
	Low, High int   // the interval while facts are missing
	Band      string
	Version   string
}

// spoken is the application that speaks for a case f. It is no coalesce, which PostgreSQL has not on
// its list of what tells nothing (contain_leaked_vars): a join by it under row-level security reads
// the other table from end to end.
const spoken = `case when f.speaks is null then f.application else f.speaks end`

const caseColumns = `f.id, f.region, f.village, f.town, f.village_name, f.application::text, f.receipt, f.channel, f.state, f.urgent,
	coalesce(f.household, 0), coalesce(f.person, 0), f.applicant, f.people, coalesce(f.entered_by, 0), f.asked,
	f.identity, coalesce(f.officer, 0), coalesce(f.assistant, 0), f.facts_version, f.book,
	f.index_tenths is not null, coalesce(f.index_tenths, 0), f.index_parts, coalesce(f.index_low, 0), coalesce(f.index_high, 0),
	f.index_band, f.index_version, f.first_contact, f.opened,
	f.routed, f.accepted, f.returned, coalesce(f.returned_by, 0), f.returns, f.moves, f.settled, f.accept_due, f.decide_due, f.updated`

// row is what scans: pgx.Row or pgx.Rows.
type row interface{ Scan(...any) error }

func scanCase(r row, more ...any) (Case, error) {
	var c Case
	var routed, accepted, returned, settled, acceptDue, decideDue *time.Time
	into := []any{&c.ID, &c.Region, &c.Village, &c.Town, &c.VillageName, &c.Application, &c.Receipt, &c.Channel, &c.State, &c.Urgent,
		&c.Household, &c.Person, &c.Applicant, &c.People, &c.EnteredBy, &c.Asked,
		&c.Identity, &c.Officer, &c.Assistant, &c.FactsVersion, &c.Book,
		&c.Index.Known, &c.Index.Tenths, &c.Index.Parts, &c.Index.Low, &c.Index.High,
		&c.Index.Band, &c.Index.Version, &c.FirstContact, &c.Opened,
		&routed, &accepted, &returned, &c.ReturnedBy, &c.Returns, &c.Moves, &settled, &acceptDue, &decideDue, &c.Updated}
	if err := r.Scan(append(into, more...)...); err != nil {
		return Case{}, err
	}
	c.Routed, c.Accepted, c.Returned, c.Settled = timeOf(routed), timeOf(accepted), timeOf(returned), timeOf(settled)
	c.AcceptDue, c.DecideDue = dayOf(acceptDue), dayOf(decideDue)
	return c, nil
}

// Get reads a case in the transaction's scope. What the scope does not reach is
// KindNotFound, like what does not exist.
func (s *Store) Get(ctx context.Context, tx *pg.Tx, id core.CaseID) (Case, error) {
	c, err := scanCase(tx.QueryRow(ctx, `select `+caseColumns+` from casefile f where f.id = $1`, id))
	return c, pg.Fail(err, "read a case")
}

// Each reads several cases of the transaction's scope. What it does not reach is not in the map.
func (s *Store) Each(ctx context.Context, tx *pg.Tx, ids []core.CaseID) (map[core.CaseID]Case, error) {
	list := make([]int64, len(ids))
	for i, id := range ids {
		list[i] = int64(id)
	}
	rows, err := tx.Query(ctx, `select `+caseColumns+` from casefile f where f.id = any ($1)`, list)
	if err != nil {
		return nil, pg.Fail(err, "read cases")
	}
	defer rows.Close()
	out := map[core.CaseID]Case{}
	for rows.Next() {
		c, err := scanCase(rows)
		if err != nil {
			return nil, pg.Fail(err, "read a case")
		}
		out[c.ID] = c
	}
	return out, pg.Fail(rows.Err(), "read cases")
}

// Lock reads a case and holds it until the transaction ends: every act begins
// with it, so that two officers cannot act on one state.
func (s *Store) Lock(ctx context.Context, tx *pg.Tx, id core.CaseID) (Case, error) {
	c, err := scanCase(tx.QueryRow(ctx, `select `+caseColumns+` from casefile f where f.id = $1 for update`, id))
	return c, pg.Fail(err, "lock a case")
}

// ByApplication reads the case an application opened or was linked to.
func (s *Store) ByApplication(ctx context.Context, tx *pg.Tx, id core.ApplicationID) (Case, error) {
	c, err := scanCase(tx.QueryRow(ctx, `select `+caseColumns+` from casefile f
		join case_application a on a.case_id = f.id where a.application = $1`, id))
	return c, pg.Fail(err, "read the case of an application")
}

// timeOf and dayOf read nullable columns: the zero value is null.
func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func dayOf(t *time.Time) core.Date {
	if t == nil {
		return 0
	}
	return core.NewDate(t.Date())
}

// day writes a date column; the zero day is null.
func day(d core.Date) any {
	if d.IsZero() {
		return nil
	}
	return d.Time()
}

// number writes a nullable id; 0 is null.
func number[T ~int64](n T) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}
