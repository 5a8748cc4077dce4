package casefile

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Why a part of a case waits for a hand.
const (
	WaitFull = "full" // all who may take it have as much in hand as they may
	WaitLate = "late" // nobody took it up in its days, and it goes on by itself no more
)

// Wait is a part of a case that waits for a hand, before whom. One is open for each part.
type Wait struct {
	ID    int64
	Case  core.CaseID
	Part  Part
	Why   string
	Owner core.StaffID // 0: nobody who may is there
	Since time.Time
}

// Wait has a part of a case wait. It reports false where it waited already.
func (s *Store) Wait(ctx context.Context, tx *pg.Tx, c Case, w Wait) (bool, error) {
	tag, err := tx.Exec(ctx, `insert into case_wait (case_id, region, part, why, owner, since) values ($1, $2, $3, $4, $5, $6)
		on conflict (case_id, part) where ended is null do nothing`, c.ID, c.Region, w.Part, w.Why, number(w.Owner), tx.Now())
	if err != nil {
		return false, pg.Fail(err, "have a case wait for a hand")
	}
	return tag.RowsAffected() == 1, nil
}

// WaitOf reads the open wait of a part of a case; a zero ID where there is none.
func (s *Store) WaitOf(ctx context.Context, tx *pg.Tx, id core.CaseID, part Part) (Wait, error) {
	rows, err := tx.Query(ctx, `select id, case_id, part, why, coalesce(owner, 0), since from case_wait where case_id = $1 and part = $2 and ended is null`, id, part)
	if err != nil {
		return Wait{}, pg.Fail(err, "read what waits for a hand")
	}
	list, err := pgx.CollectRows(rows, scanWait)
	if err != nil || len(list) == 0 {
		return Wait{}, pg.Fail(err, "read what waits for a hand")
	}
	return list[0], nil
}

func scanWait(r pgx.CollectableRow) (w Wait, err error) {
	return w, r.Scan(&w.ID, &w.Case, &w.Part, &w.Why, &w.Owner, &w.Since)
}

// Lining reports whether another case waits for the hand that this one wants, for an assistant
// that of its village: who comes later goes behind it.
func (s *Store) Lining(ctx context.Context, tx *pg.Tx, c Case, part Part) (some bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from case_wait w join casefile f on f.id = w.case_id
		where w.region = $1 and w.part = $2 and w.why = 'full' and w.ended is null and w.case_id <> $3 and ($2 = 'officer' or f.village = $4))`,
		c.Region, part, c.ID, c.Village).Scan(&some)
	return some, pg.Fail(err, "look whether a case waits for a hand")
}

// Waiting is a case that waits for a hand, as a list shows it.
type Waiting struct {
	Case
	Wait Wait
}

// waitOrder is who is first where a hand is free: urgent, the highest index, and of those alike
// who has waited longest (F78).
const waitOrder = ` order by f.urgent desc, f.index_low desc nulls last, f.index_high desc nulls last, f.first_contact, f.id limit `

// WaitingIn lists what waits in some places, who is first before others, at most limit. With no
// places: in all of the scope. Those of a looker's kin are left out (F60); 0 looks for nobody.
func (s *Store) WaitingIn(ctx context.Context, tx *pg.Tx, towns []core.RegionCode, looker core.StaffID, limit int) ([]Waiting, error) {
	rows, err := tx.Query(ctx, `select `+caseColumns+`, w.id, w.part, w.why, coalesce(w.owner, 0), w.since from case_wait w join casefile f on f.id = w.case_id
		where w.ended is null and (cardinality($1::text[]) = 0 or w.region = any ($1))
		and not exists (select from case_conflict k where k.case_id = f.id and k.staff = $2)`+waitOrder+`$3`, texts(towns), looker, limit)
	if err != nil {
		return nil, pg.Fail(err, "read what waits for a hand")
	}
	defer rows.Close()
	var list []Waiting
	for rows.Next() {
		var w Waiting
		if w.Case, err = scanCase(rows, &w.Wait.ID, &w.Wait.Part, &w.Wait.Why, &w.Wait.Owner, &w.Wait.Since); err != nil {
			return nil, pg.Fail(err, "read what waits for a hand")
		}
		w.Wait.Case = w.Case.ID
		list = append(list, w)
	}
	return list, pg.Fail(rows.Err(), "read what waits for a hand")
}

// FullTowns lists the places in which something waits because all have as much as they may.
func (s *Store) FullTowns(ctx context.Context, tx *pg.Tx) ([]core.RegionCode, error) {
	rows, err := tx.Query(ctx, `select distinct region from case_wait where ended is null and why = 'full' order by region`)
	if err != nil {
		return nil, pg.Fail(err, "look where cases wait for a hand")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[core.RegionCode])
	return list, pg.Fail(err, "look where cases wait for a hand")
}

// Orphaned lists the cases whose wait lies before nobody, or before one of those who are not
// there (closed accounts, and who is on leave today), after a wait, at most limit.
func (s *Store) Orphaned(ctx context.Context, tx *pg.Tx, after int64, limit int) ([]Wait, error) {
	rows, err := tx.Query(ctx, `select w.id, w.case_id, w.part, w.why, coalesce(w.owner, 0), w.since from case_wait w
		where w.ended is null and w.id > $1 and not exists (select from staff_account a where a.id = w.owner and a.active
			and not exists (select from staff_absence b where b.staff = a.id and b.undone is null and $2 between b.from_day and b.to_day))
		order by w.id limit $3`, after, day(tx.Today()), limit)
	if err != nil {
		return nil, pg.Fail(err, "look before whom cases wait")
	}
	list, err := pgx.CollectRows(rows, scanWait)
	return list, pg.Fail(err, "look before whom cases wait")
}

// OwnWait puts what waits before somebody.
func (s *Store) OwnWait(ctx context.Context, tx *pg.Tx, id int64, owner core.StaffID) error {
	_, err := tx.Exec(ctx, `update case_wait set owner = $2 where id = $1 and ended is null`, id, number(owner))
	return pg.Fail(err, "put what waits before somebody")
}

// HandWaits reports whether something waits where one of some people works.
func (s *Store) HandWaits(ctx context.Context, tx *pg.Tx, staff ...core.StaffID) (some bool, err error) {
	err = tx.QueryRow(ctx, `select hand_waits($1)`, staffIDs(staff)).Scan(&some)
	return some, pg.Fail(err, "look whether a case waits for a hand")
}

// Heads is what lies before who looks after some places.
type Heads struct {
	Waits int // parts of cases that wait for a hand
	Moved int // cases that went on by themselves since yesterday, of which this one was told
}

const headsOf = `select (select count(*) from case_wait where region = any ($1) and ended is null),
		(select count(*) from case_hop where region = any ($1) and expired >= $2 and moved_to is not null and told = $3)`

// HeadsOf counts it, out of an index of its own each: it is read with every page of a queue.
func (s *Store) HeadsOf(ctx context.Context, tx *pg.Tx, regions []core.RegionCode, who core.StaffID) (h Heads, err error) {
	err = tx.QueryRow(ctx, headsOf, texts(regions), (tx.Today()-1).Time().Add(-8*time.Hour), who).Scan(&h.Waits, &h.Moved)
	return h, pg.Fail(err, "count what lies before a head")
}
