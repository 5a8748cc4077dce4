package casefile

import (
	"context"
	"time"

	"lianou/core"
	"lianou/core/pg"
)

// Part is the hand in which a case lies with somebody.
type Part string

// The parts. Nobody has both of one case.
const (
	PartOfficer   Part = "officer"
	PartAssistant Part = "assistant"
)

// InHand is a case that somebody has in hand, with its nearest day.
type InHand struct {
	Case
	Part Part
	Due  core.Date
}

// Handed is one case that went from one hand to another while somebody was away, or in one act
// with others of theirs.
type Handed struct {
	ID       int64
	Case     core.CaseID
	Absence  int64 // 0: by a move
	Move     int64 // 0: by leave
	Part     Part
	From, To core.StaffID
	At       time.Time
	Done     bool // somebody has done something in the case since
}

// DueInHand lists the open cases of the scope that somebody has in hand and of which
// something is due by a day: a deadline, or for an assistant a household to be told. The
// nearest first.
func (s *Store) DueInHand(ctx context.Context, tx *pg.Tx, who core.StaffID, by core.Date) ([]InHand, error) {
	rows, err := tx.Query(ctx, `select `+caseColumns+`, coalesce(f.officer = $1, false), d.due
		from casefile f join lateral (select min(due) as due from (
			select due from deadline where case_id = f.id and met is null
			union all select due from call_task where case_id = f.id and done is null and assistant = $1) days) d on d.due <= $2
		where f.state not in ('settled', 'withdrawn') and (f.officer = $1 or f.assistant = $1) order by d.due, f.id limit $3`,
		int64(who), day(by), maxPage)
	if err != nil {
		return nil, pg.Fail(err, "read what falls due in somebody's hands")
	}
	defer rows.Close()
	var list []InHand
	for rows.Next() {
		h := InHand{Part: PartAssistant}
		var officer bool
		var due time.Time
		if h.Case, err = scanCase(rows, &officer, &due); err != nil {
			return nil, pg.Fail(err, "read what falls due in somebody's hands")
		}
		if h.Due = dayOf(&due); officer {
			h.Part = PartOfficer
		}
		list = append(list, h)
	}
	return list, pg.Fail(rows.Err(), "read what falls due in somebody's hands")
}

// HandOver puts a locked case into other hands, with what an assistant still has to tell.
// ErrMovedOn when it does not lie where the hand-over says.
func (s *Store) HandOver(ctx context.Context, tx *pg.Tx, c Case, h Handed, by core.StaffID) error {
	if err := s.rehand(ctx, tx, c.ID, h.Part, h.From, h.To); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `insert into case_handover (case_id, region, absence, part, from_staff, to_staff, at, by_staff, move)
		values ($1, $2, nullif($3, 0), $4, $5, $6, $7, $8, nullif($9, 0))`, c.ID, c.Region, h.Absence, h.Part, h.From, h.To, tx.Now(), by, h.Move)
	return pg.Fail(err, "write a hand-over")
}

func (s *Store) rehand(ctx context.Context, tx *pg.Tx, id core.CaseID, part Part, from, to core.StaffID) error {
	sql := `update casefile set officer = $3, updated = $4 where id = $1 and coalesce(officer, 0) = $2`
	if part == PartAssistant {
		sql = `update casefile set assistant = $3, updated = $4 where id = $1 and coalesce(assistant, 0) = $2`
	}
	tag, err := tx.Exec(ctx, sql, id, from, to, tx.Now())
	if err != nil {
		return pg.Fail(err, "hand a case over")
	}
	if tag.RowsAffected() == 0 {
		return ErrMovedOn
	}
	if part == PartOfficer {
		return s.rehandUnsolved(ctx, tx, id, from, to)
	}
	_, err = tx.Exec(ctx, `update call_task set assistant = $3 where case_id = $1 and coalesce(assistant, 0) = $2 and done is null`, id, from, to)
	return pg.Fail(err, "hand the tasks of a case over")
}

// HandBack gives a case back to whom it was taken from. ErrMovedOn once something was done.
func (s *Store) HandBack(ctx context.Context, tx *pg.Tx, h Handed) error {
	tag, err := tx.Exec(ctx, `update case_handover set undone = $2 where id = $1 and undone is null and not `+doneSince, h.ID, tx.Now())
	if err != nil {
		return pg.Fail(err, "take a hand-over back")
	}
	if tag.RowsAffected() == 0 {
		return ErrMovedOn
	}
	return s.rehand(ctx, tx, h.Case, h.Part, h.To, h.From)
}

// doneSince holds when somebody of the staff did something in the case after it was
// handed over.
const doneSince = `exists (select from case_event e where e.case_id = case_handover.case_id and e.actor_kind = 'staff' and e.at > case_handover.at)`

// HandedIn lists what was handed over under an absence and not given back.
func (s *Store) HandedIn(ctx context.Context, tx *pg.Tx, absence int64) ([]Handed, error) {
	return s.handed(ctx, tx, handedQuery+`absence = $1 order by id`, absence)
}

// HandedBy lists what one move handed over and was not given back.
func (s *Store) HandedBy(ctx context.Context, tx *pg.Tx, move int64) ([]Handed, error) {
	return s.handed(ctx, tx, handedQuery+`move = $1 order by id`, move)
}

// HandedOf lists what was handed to or from somebody since a moment, the newest first.
func (s *Store) HandedOf(ctx context.Context, tx *pg.Tx, who core.StaffID, since time.Time) ([]Handed, error) {
	return s.handed(ctx, tx, handedQuery+`(to_staff = $1 or from_staff = $1) and at >= $2 order by at desc, id desc limit 200`, int64(who), since)
}

const handedQuery = `select id, case_id, coalesce(absence, 0), coalesce(move, 0), part, from_staff, to_staff, at, ` + doneSince + ` from case_handover where undone is null and `

func (s *Store) handed(ctx context.Context, tx *pg.Tx, sql string, args ...any) ([]Handed, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, pg.Fail(err, "read hand-overs")
	}
	defer rows.Close()
	var list []Handed
	for rows.Next() {
		var h Handed
		if err := rows.Scan(&h.ID, &h.Case, &h.Absence, &h.Move, &h.Part, &h.From, &h.To, &h.At, &h.Done); err != nil {
			return nil, pg.Fail(err, "read a hand-over")
		}
		list = append(list, h)
	}
	return list, pg.Fail(rows.Err(), "read hand-overs")
}
