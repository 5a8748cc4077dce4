package casefile

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Beyond is what a township may know of a case that the same person has in another one:
// enough to ask there, and nothing of the people in it.
type Beyond struct {
	Doubt  int64 // of this case, that names the other
	Region core.RegionCode
	Town   string       // "" at a county's sorting desk
	Tail   core.Receipt // the last four digits of the receipt
	Since  time.Time
	State  CaseState
}

// beyond reads what doubts of a case name outside its township, as it is now.
func (s *Store) beyond(ctx context.Context, tx *pg.Tx, id core.CaseID) ([]Beyond, error) {
	rows, err := tx.Query(ctx, `select doubt, region, town, tail, since, state from case_beyond($1)`, id)
	if err != nil {
		return nil, pg.Fail(err, "read the cases of the same person elsewhere")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Beyond])
	return list, pg.Fail(err, "read the cases of the same person elsewhere")
}

// maxBeyond bounds how many other cases one new case is linked with.
const maxBeyond = 10

// OfSamePerson finds the open cases in other townships that name the applicant's number,
// or are the household's. It wants a city-wide scope and holds the case and what it finds,
// the number first and then by id: two new cases of one number, or of one household, wait for
// each other here.
func (s *Store) OfSamePerson(ctx context.Context, tx *pg.Tx, c Case, household core.HouseholdID) ([]Case, error) {
	var key []byte
	if err := tx.QueryRow(ctx, `select number_key from casefile where id = $1`, c.ID).Scan(&key); err != nil {
		return nil, pg.Fail(err, "read the number of a case")
	}
	if err := s.holdNumber(ctx, tx, key); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `select `+caseColumns+` from casefile f where (f.region <> $2 or f.id = $1) and f.id in (select $1::bigint
			union select id from casefile where number_key = $3 and state not in ('settled', 'withdrawn')
			union select id from casefile where household = $4 and state not in ('settled', 'withdrawn'))
		order by f.id limit $5 for update of f`, c.ID, c.Region, key, number(household), maxBeyond+1)
	if err != nil {
		return nil, pg.Fail(err, "look for the same person elsewhere")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (Case, error) { return scanCase(r) })
	list = slices.DeleteFunc(list, func(o Case) bool { return o.ID == c.ID })
	return list, pg.Fail(err, "look for the same person elsewhere")
}

// Doubled writes the doubt that one case has about another in another township, once. It
// reports whether it was new. What was opened knowing only that there is another case
// learns which.
func (s *Store) Doubled(ctx context.Context, tx *pg.Tx, c, other Case) (bool, error) {
	tag, err := tx.Exec(ctx, `update case_doubt d set other = $3 where d.case_id = $1 and d.application = $2 and d.kind = 'elsewhere'
		and d.other is null and d.verdict = '' and not exists (select from case_doubt o where o.case_id = $1 and o.other = $3)`,
		c.ID, c.Application, other.ID)
	if err != nil || tag.RowsAffected() > 0 {
		return err == nil, pg.Fail(err, "complete a doubt")
	}
	tag, err = tx.Exec(ctx, `insert into case_doubt (case_id, region, application, kind, other, made)
		select id, region, $2, 'elsewhere', $3, $4 from casefile where id = $1
		and not exists (select from case_doubt o where o.case_id = $1 and o.other = $3) on conflict do nothing`,
		c.ID, c.Application, other.ID, tx.Now())
	return err == nil && tag.RowsAffected() > 0, pg.Fail(err, "write a doubt")
}

const senderOf = `select a.citizen from casefile f join case_application a on a.application = ` + spoken + ` where f.id = $1`

// Sender is the account that a case's contact wrote from, "" for none.
func (s *Store) Sender(ctx context.Context, tx *pg.Tx, c Case) (citizen string, err error) {
	err = tx.QueryRow(ctx, senderOf, c.ID).Scan(&citizen)
	return citizen, pg.Fail(err, "read who sent an application")
}
