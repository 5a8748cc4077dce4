package casefile

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/wording"
)

// Rung is who is told that something is late, from below (F57).
type Rung int

// The rungs; 0 is nobody yet.
const (
	RungAssistant Rung = iota + 1
	RungTownship
	RungCounty
	RungCity
)

// RungOf are the rungs that a member of staff stands on, by their roles.
func RungOf(a Actor) (list []Rung) {
	for rung, roles := range map[Rung][]Role{RungAssistant: {RoleAssistant}, RungTownship: {RoleOfficer, RoleApprover},
		RungCounty: {RoleCounty}, RungCity: {RoleCity}} {
		if a.Has(roles...) {
			list = append(list, rung)
		}
	}
	return list
}

// LateOf is what is late in the household's words; a case that no township has waits for one.
func LateOf(k DeadlineKind, c Case) wording.LateWhat {
	switch {
	case k == DeadlineAccept && c.Routed.IsZero():
		return wording.LateSorting
	case k == DeadlineAccept:
		return wording.LateContact
	case k == DeadlineSurvey, k == DeadlineVisit:
		return wording.LateVisit
	case k == DeadlinePapers:
		return wording.LateForms
	case k == DeadlineSupplement:
		return wording.LatePapers
	case k == DeadlineDeliver:
		return wording.LateHandover
	case k == DeadlineTell:
		return wording.LateTelling
	case k == DeadlineCard:
		return wording.LateCard
	case k == DeadlineReview:
		return wording.LateReview
	case k == DeadlineUnsolved:
		return wording.LateUnsolved
	case k == DeadlineAsk:
		return wording.LateAsk
	case k == DeadlineMatter:
		return wording.LateMatter
	case k == DeadlineLookup:
		return wording.LateLookup
	case k == DeadlineConference:
		return wording.LateMeeting
	}
	return wording.LateAnswer
}

// Climb is that one rung was told, once, that a deadline has passed.
type Climb struct {
	ID   int64
	Rung Rung
	Due  core.Date // the day that had passed
	Told time.Time
	To   core.StaffID // 0: everybody of the rung there
	Seen time.Time    // when the first of them opened it; zero: nobody has
	By   core.StaffID // who that was
}

// Climb tells a rung, once, and notes when the one above will be: it reports whether this
// call did it. A deadline that was met or moved meanwhile is told to nobody.
func (s *Store) Climb(ctx context.Context, tx *pg.Tx, d Deadline, to Climb, next core.Date) (bool, error) {
	tag, err := tx.Exec(ctx, `update deadline set level = $3, next = $4 where id = $1 and level = $2 and met is null and next < $5`,
		d.ID, d.Level, to.Rung, day(next), day(tx.Today()))
	if err != nil || tag.RowsAffected() == 0 {
		return false, pg.Fail(err, "escalate a deadline")
	}
	_, err = tx.Exec(ctx, `insert into climb (deadline, case_id, region, rung, due, told, staff) select id, case_id, region, $2, $3, $4, $5 from deadline where id = $1`,
		d.ID, to.Rung, day(d.Due), tx.Now(), number(to.To))
	return err == nil, pg.Fail(err, "tell a rung that something is late")
}

// Climbed is what is late and was told to a rung, with the case and all who were told.
type Climbed struct {
	Climb
	Deadline  Deadline
	Case      Case
	Item      string // of the claim, "" for what is of the whole case
	Ladder    []Climb
	Mine      bool // told to whoever reads by name, or theirs to do
	Following bool // a rung above was told as well
}

// maxClimbed bounds one list: the oldest.
const maxClimbed = 50

const climbColumns = `b.id, b.rung, b.due, b.told, coalesce(b.staff, 0), b.seen, coalesce(b.seen_by, 0)`

func (c *Climb) into() ([]any, func()) {
	var due time.Time
	var seen *time.Time
	return []any{&c.ID, &c.Rung, &due, &c.Told, &c.To, &seen, &c.By}, func() { c.Due, c.Seen = dayOf(&due), timeOf(seen) }
}

// theirs is the SQL for what was told to $2, who stands on the rungs $1: the township's and
// those above are told together, an assistant what lies in their own hands or in nobody's.
const theirs = `b.rung = any ($1) and (b.rung > 1 or b.staff is null or b.staff = $2 or f.assistant = $2)`

// Climbs lists what is late still and was told to the rungs of an actor, oldest first, at
// most 50. The caller writes one audit entry with the cases shown.
func (s *Store) Climbs(ctx context.Context, tx *pg.Tx, a Actor) ([]Climbed, error) {
	rows, err := tx.Query(ctx, `select `+caseColumns+`, `+climbColumns+`, d.id, d.kind, d.claim_id, d.due, d.first_due, d.level, d.law,
		coalesce((select k.name from claim k where k.id = d.claim_id), '')
		from climb b join deadline d on d.id = b.deadline join casefile f on f.id = b.case_id
		where b.region = any ($3) and d.met is null and d.due < $4 and `+theirs+`
		and not exists (select from climb h where h.deadline = b.deadline and h.rung > b.rung and h.rung = any ($1))
		order by b.told, b.id limit $5`, rungs(a), int64(a.Staff), texts(a.Regions), day(tx.Today()), maxClimbed)
	if err != nil {
		return nil, pg.Fail(err, "read what climbed")
	}
	defer rows.Close()
	var list []Climbed
	for rows.Next() {
		one, err := scanClimbed(rows)
		if err != nil {
			return nil, pg.Fail(err, "read what climbed")
		}
		one.Mine = a.Staff == one.To || a.Staff == one.Case.Officer || a.Staff == one.Case.Assistant
		one.Following = one.Deadline.Level > one.Rung
		list = append(list, one)
	}
	if err := rows.Err(); err != nil {
		return nil, pg.Fail(err, "read what climbed")
	}
	return list, s.ladders(ctx, tx, list)
}

func scanClimbed(rows pgx.Rows) (one Climbed, err error) {
	var due, first time.Time
	into, put := one.Climb.into()
	d := &one.Deadline
	one.Case, err = scanCase(rows, append(into, &d.ID, &d.Kind, &d.Claim, &due, &first, &d.Level, &d.Law, &one.Item)...)
	put()
	d.Case, d.Region, d.Due, d.First = one.Case.ID, one.Case.Region, dayOf(&due), dayOf(&first)
	return one, err
}

// ladders puts to each line all who were told of it.
func (s *Store) ladders(ctx context.Context, tx *pg.Tx, list []Climbed) error {
	ids := make([]int64, 0, len(list))
	for _, one := range list {
		ids = append(ids, one.Deadline.ID)
	}
	rows, err := tx.Query(ctx, `select b.deadline, `+climbColumns+` from climb b where b.deadline = any ($1) order by b.rung`, ids)
	if err != nil {
		return pg.Fail(err, "read who was told")
	}
	var of int64
	var c Climb
	told := map[int64][]Climb{}
	into, put := c.into()
	_, err = pgx.ForEachRow(rows, append([]any{&of}, into...), func() error {
		put()
		told[of] = append(told[of], c)
		return nil
	})
	for i := range list {
		list[i].Ladder = told[list[i].Deadline.ID]
	}
	return pg.Fail(err, "read who was told")
}

// seeClimbs notes that an actor opened what was told to their rung of one case, and gives
// what nobody of it had opened before. The caller writes the audit entry.
func (s *Store) seeClimbs(ctx context.Context, tx *pg.Tx, id core.CaseID, a Actor) ([]int64, error) {
	rows, err := tx.Query(ctx, `update climb b set seen = $4, seen_by = $2 from casefile f
		where f.id = b.case_id and b.case_id = $3 and b.seen is null and `+theirs+` returning b.id`, rungs(a), int64(a.Staff), id, tx.Now())
	if err != nil {
		return nil, pg.Fail(err, "note who looked at what is late")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return list, pg.Fail(err, "note who looked at what is late")
}

// SeeClimb notes that an actor opened one line that was told to their rung, and writes it
// into the audit log: for who has no page of the case. KindNotFound for a line of another
// rung, and for what is done.
func (s *Store) SeeClimb(ctx context.Context, tx *pg.Tx, id int64, a Actor) error {
	list, err := s.Climbs(ctx, tx, a)
	if err != nil {
		return err
	}
	for _, one := range list {
		if one.ID != id {
			continue
		}
		seen, err := s.seeClimbs(ctx, tx, one.Case.ID, a)
		if err != nil {
			return err
		}
		return s.climbSeen(ctx, tx, one.Case, a, seen)
	}
	return core.E(core.KindNotFound, "not_found", "这一条办好了,或者不在您这里。")
}

// climbSeen writes who opened what had climbed to them; first lists what nobody had before.
func (s *Store) climbSeen(ctx context.Context, tx *pg.Tx, c Case, a Actor, first []int64) error {
	return s.audit.Write(ctx, tx, audit.Entry{Actor: a.Audit(), Act: "climb.seen", Case: c.ID, Application: c.Application, Region: c.Region,
		Purpose: "casework", Detail: map[string]any{"first": first}})
}

func rungs(a Actor) []int16 {
	list := []int16{}
	for _, r := range RungOf(a) {
		list = append(list, int16(r))
	}
	return list
}
