package casefile

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Listed is one case as a list of one's own places has it: as the queue shows it, no number.
type Listed struct {
	ID                 core.CaseID
	Receipt            core.Receipt
	Applicant          string
	People             int
	Town, Village      string
	Status             string
	Items              string // everyday names of what is asked for, with 、 between
	Opened             core.Date
	AcceptDue, Decides core.Date // zero: none
}

// OpenedIn lists the cases of the scope that were opened from one day to another, both counted, in
// the order they came, at most limit. Those of the looker's kin are left out (F60).
func (s *Store) OpenedIn(ctx context.Context, tx *pg.Tx, since, until core.Date, looker core.StaffID, limit int) ([]Listed, error) {
	rows, err := tx.Query(ctx, `select f.id, f.receipt, f.applicant, f.people, f.town, f.village_name, s.status,
			coalesce((select string_agg(c.everyday, '、' order by c.id) from claim c where c.case_id = f.id and c.state <> 'withdrawn'), ''),
			(f.opened at time zone 'Asia/Shanghai')::date, f.accept_due, f.decide_due
		from casefile f join case_status s on s.application = `+spoken+`
		where (f.opened at time zone 'Asia/Shanghai')::date between $1 and $2 and not exists (select from case_conflict k where k.case_id = f.id and k.staff = $3)
		order by f.id limit $4`, day(since), day(until), looker, limit)
	if err != nil {
		return nil, pg.Fail(err, "list cases")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (l Listed, err error) {
		var opened, accept, decide *time.Time
		err = r.Scan(&l.ID, &l.Receipt, &l.Applicant, &l.People, &l.Town, &l.Village, &l.Status, &l.Items, &opened, &accept, &decide)
		l.Opened, l.AcceptDue, l.Decides = dayOf(opened), dayOf(accept), dayOf(decide)
		return l, err
	})
	return list, pg.Fail(err, "list cases")
}
