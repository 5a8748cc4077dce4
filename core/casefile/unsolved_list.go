package casefile

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// NotSolved is a line of a desk's list: what waits there for an answer.
type NotSolved struct {
	Unsolved
	Region    core.RegionCode
	Town      string
	Applicant string
	Receipt   core.Receipt
	Item      string
	First     core.Date // when the household first came with the case: its clock never began anew
	Late      bool
	Name      string // of Who; put in by the desk
}

const notSolvedOf = `select ` + unsolvedColumns + `, u.region, f.town, f.applicant, f.receipt, k.name, (f.first_contact at time zone 'Asia/Shanghai')::date
	from unsolved u join casefile f on f.id = u.case_id join claim k on k.id = u.claim_id
	where u.region = any ($1) and u.state = 'open' and u.unit = any ($2) and not exists (select from case_conflict c where c.case_id = u.case_id and c.staff = $3)`

// UnsolvedWaiting lists what waits for an answer of the units that an actor answers for, in their
// regions, the most pressing first, at most limit; nothing of their kin. What was said is not in it.
// The caller writes one audit entry with the cases shown.
func (s *Store) UnsolvedWaiting(ctx context.Context, tx *pg.Tx, a Actor, limit int) ([]NotSolved, error) {
	rows, err := tx.Query(ctx, notSolvedOf+` order by u.due, u.id limit $4`, texts(a.Regions), unitTexts(a), int64(a.Staff), limit)
	if err != nil {
		return nil, pg.Fail(err, "list what is not solved")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (NotSolved, error) { return scanNotSolved(tx, r) })
	return list, pg.Fail(err, "list what is not solved")
}

func unitTexts(a Actor) []string {
	list := []string{}
	for _, u := range UnitsOf(a) {
		list = append(list, string(u))
	}
	return list
}

func scanNotSolved(tx *pg.Tx, r pgx.CollectableRow) (one NotSolved, err error) {
	var says, answer []byte
	var first time.Time
	one.Unsolved, err = scanUnsolved(r, &says, &answer, &one.Region, &one.Town, &one.Applicant, &one.Receipt, &one.Item, &first)
	one.First, one.Late = dayOf(&first), one.Due < tx.Today()
	return one, err
}

// UnsolvedRead is one with the words of all of its claim, for who has no page of the case.
type UnsolvedRead struct {
	NotSolved
	Before []Unsolved // those of the claim that were answered, oldest first
}

// ReadUnsolved opens one that waits for an answer of an actor's unit and writes the read into the log.
// KindNotFound for what lies elsewhere, is answered, or is of their kin.
func (s *Store) ReadUnsolved(ctx context.Context, tx *pg.Tx, id int64, a Actor) (out UnsolvedRead, err error) {
	rows, err := tx.Query(ctx, notSolvedOf+` and u.id = $4`, texts(a.Regions), unitTexts(a), int64(a.Staff), id)
	if err != nil {
		return out, pg.Fail(err, "read what is not solved")
	}
	if out.NotSolved, err = pgx.CollectExactlyOneRow(rows, func(r pgx.CollectableRow) (NotSolved, error) { return scanNotSolved(tx, r) }); err != nil {
		return out, pg.Fail(err, "read what is not solved")
	}
	c, err := s.Get(ctx, tx, out.Case)
	if err != nil {
		return out, err
	}
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return out, err
	}
	all, err := s.unsolveds(ctx, tx, c.ID, &b)
	if err != nil {
		return out, err
	}
	for _, u := range all {
		switch {
		case u.ID == id:
			out.Says = u.Says
		case u.Claim == out.Claim && !u.Open():
			out.Before = append(out.Before, u)
		}
	}
	return out, s.audit.Write(ctx, tx, audit.Entry{Actor: a.Audit(), Act: "unsolved.read", Case: c.ID, Application: c.Application, Region: c.Region,
		Purpose: "casework", Detail: map[string]any{"unsolved": id}})
}

// UnsolvedOpen reports whether a case has one that nobody has answered.
func (s *Store) UnsolvedOpen(ctx context.Context, tx *pg.Tx, id core.CaseID) (open bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from unsolved where case_id = $1 and state = 'open')`, id).Scan(&open)
	return open, pg.Fail(err, "look for what is not solved")
}
