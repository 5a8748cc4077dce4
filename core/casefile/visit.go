package casefile

import (
	"context"
	"strconv"
	"time"

	"lianou/core"
	"lianou/core/pg"
)

// Visit is one home visit (入户) by two people.
type Visit struct {
	ID           int64
	Case         core.CaseID
	First        core.StaffID
	Second       core.StaffID
	Planned      core.Date
	Moved        int       // how often that day was changed
	Done         time.Time // zero: still to come
	Remote       string    // why by phone or video instead
	FactsVersion int       // the facts the two confirmed
	Present      string    // who of the household was there and signed
	Place        string    // "lon,lat" of the device, "" when it gave none
	Statement    string    // what the two saw; opened by View only
	Recording    core.BlobDigest
	Signatures   map[string]core.BlobDigest // "first", "second", "household"
	Photos       []core.BlobDigest
	RecordedBy   core.StaffID // which of the two wrote it down, 0 on records from before that was kept
	Seconded     time.Time    // when the other one confirmed it; zero: still to come
	Held         []string     // facts that departments are asked about once every adult said yes
	Seen         time.Time    // when it was written down where there was no network; zero: it was on line
	Taken        []time.Time  // when each of the pictures was made, of such a record
}

// Waits reports whether one of the two still has to confirm what the other wrote.
func (v Visit) Waits() bool { return v.RecordedBy != 0 && v.Seconded.IsZero() }

// ErrTwoVisitors is the answer to a visit by fewer than two people.
var ErrTwoVisitors = core.E(core.KindInvalid, "invalid_visitors", "入户要两个人一起去,请再选一位。")

// ErrVisitIncomplete is the answer to a visit form that lacks what makes it one.
var ErrVisitIncomplete = core.E(core.KindInvalid, "invalid_visit", "入户记录要有所见情况、在场家人和三个签名(两位入户人和家人)。")

// ErrRecordChanged is the answer to a confirmation of a record that another one has
// taken the place of.
var ErrRecordChanged = core.E(core.KindConflict, "record_changed", "入户记录换过了。请刷新,看过新的再确认。")

// ErrSameStrokes is the answer to one drawing in place of several signatures.
var ErrSameStrokes = core.E(core.KindInvalid, "invalid_strokes", "有两个签名一模一样。入户人和家人要各签各的。")

// MaxMoves is how often a township may change the day of one visit (a sample figure): after
// that the county says when.
const MaxMoves = 2

// ErrMoves is the answer to a township that would change the day once more.
var ErrMoves = core.E(core.KindConflict, "visit_moved", "这次入户的日子改过两次了。还要改,请县里来改。")

// PlanVisit sets who goes and when; planning again replaces the plan, and another day is
// counted.
func (s *Store) PlanVisit(ctx context.Context, tx *pg.Tx, c Case, first, second core.StaffID, on core.Date) error {
	if first == second || first == 0 || second == 0 {
		return ErrTwoVisitors
	}
	_, err := tx.Exec(ctx, `insert into visit (case_id, region, first_staff, second_staff, planned, planned_at)
		values ($1, $2, $3, $4, $5, $6)
		on conflict (case_id) where done is null
		do update set first_staff = excluded.first_staff, second_staff = excluded.second_staff, planned = excluded.planned,
			moved = visit.moved + (visit.planned <> excluded.planned)::int`,
		c.ID, c.Region, first, second, day(on), tx.Now())
	if pg.Constraint(err) == "visit_people" {
		return ErrConflictOfInterest
	}
	return pg.Fail(err, "plan a visit")
}

// mayPlan: the township's, and the county's once the township has moved the day as often
// as it may. Whether this is another day only the act knows.
func mayPlan(s Situation, _ Claim, a Actor) error {
	if !a.Has(RoleOfficer) && (s.Planned == nil || s.Planned.Moved < MaxMoves) {
		return ErrNotYours
	}
	return nil
}

// Whole holds a record to what makes it one. Errors: ErrVisitIncomplete, ErrSameStrokes.
func (v Visit) Whole() error {
	first, second, household := v.Signatures["first"], v.Signatures["second"], v.Signatures["household"]
	switch {
	case v.Statement == "", v.Present == "", first == "", second == "", household == "":
		return ErrVisitIncomplete
	case first == second, first == household, second == household:
		return ErrSameStrokes
	}
	return nil
}

// RecordVisit fills in the planned visit, which is then over and unchangeable by
// this door. KindNotFound when none was planned.
func (s *Store) RecordVisit(ctx context.Context, tx *pg.Tx, c Case, v Visit) (int64, error) {
	if err := v.Whole(); err != nil {
		return 0, err
	}
	var id int64
	var wrapped []byte
	err := tx.QueryRow(ctx, `select v.id, f.data_key from visit v join casefile f on f.id = v.case_id
		where v.case_id = $1 and v.done is null for update of v`, c.ID).Scan(&id, &wrapped)
	if err != nil {
		return 0, pg.Fail(err, "find the planned visit")
	}
	b, err := s.openBox(c.Application, wrapped)
	if err != nil {
		return 0, err
	}
	sealed, err := b.put("visit", "statement/"+strconv.FormatInt(id, 10), v.Statement)
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `update visit set done = $2, remote = $3, facts_version = $4, present = $5, place = $6, statement = $7,
		recording = $8, signatures = $9, photos = $10, recorded_by = $11 where id = $1`,
		id, tx.Now(), v.Remote, v.FactsVersion, v.Present, v.Place, sealed, v.Recording, encode(v.Signatures), texts(v.Photos), v.RecordedBy)
	return id, pg.Fail(err, "record a visit")
}

// visits reads the visits of a case, newest first, their statements opened with
// the case's key. The caller has logged the read.
func (s *Store) visits(ctx context.Context, tx *pg.Tx, id core.CaseID, b box) ([]Visit, error) {
	rows, err := tx.Query(ctx, `select id, case_id, first_staff, second_staff, planned, done, remote, coalesce(facts_version, 0), present,
		place, statement, recording, signatures, photos, coalesce(recorded_by, 0), seconded,
		(select c.seen from visit_capture c where c.visit = visit.id and c.outcome = 'recorded'),
		array (select p.taken from visit_photo p join visit_capture c on c.key = p.capture where c.visit = visit.id and c.outcome = 'recorded' order by p.n)
		from visit where case_id = $1 order by id desc`, id)
	if err != nil {
		return nil, pg.Fail(err, "read visits")
	}
	defer rows.Close()
	var list []Visit
	for rows.Next() {
		var v Visit
		var planned time.Time
		var done, seconded, seen *time.Time
		var sealed []byte
		if err := rows.Scan(&v.ID, &v.Case, &v.First, &v.Second, &planned, &done, &v.Remote, &v.FactsVersion, &v.Present,
			&v.Place, &sealed, &v.Recording, &v.Signatures, &v.Photos, &v.RecordedBy, &seconded, &seen, &v.Taken); err != nil {
			return nil, pg.Fail(err, "read a visit")
		}
		v.Planned, v.Done, v.Seconded, v.Seen = dayOf(&planned), timeOf(done), timeOf(seconded), timeOf(seen)
		if v.Statement, err = b.get("visit", "statement/"+strconv.FormatInt(v.ID, 10), sealed); err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, pg.Fail(rows.Err(), "read visits")
}

// SecondVisit writes down that the other visitor stands behind a record.
func (s *Store) SecondVisit(ctx context.Context, tx *pg.Tx, v Visit, by core.StaffID) error {
	tag, err := tx.Exec(ctx, `update visit set seconded_by = $2, seconded = $3 where id = $1 and done is not null and seconded is null`, v.ID, by, tx.Now())
	if err == nil && tag.RowsAffected() == 0 {
		return ErrMovedOn
	}
	return pg.Fail(err, "second a visit")
}

// ofThis is the SQL for a visit to those whose case it is: not for one that went to
// the household of a false application, before another took its place.
const ofThis = `coalesce(visit.done > (select max(d.looked_at) from case_doubt d where d.case_id = visit.case_id and d.verdict = 'replaced'), true)`

// VisitWaits reports whether the newest record of a case still waits for the other
// visitor's word.
func (s *Store) VisitWaits(ctx context.Context, tx *pg.Tx, id core.CaseID) (bool, error) {
	var waits bool
	err := tx.QueryRow(ctx, `select coalesce((select recorded_by is not null and seconded is null from visit
		where case_id = $1 and done is not null and `+ofThis+` order by id desc limit 1), false)`, id).Scan(&waits)
	return waits, pg.Fail(err, "look whether a visit waits")
}

// LastVisit is the newest visit that took place and that both stand behind, 0 for none.
func (s *Store) LastVisit(ctx context.Context, tx *pg.Tx, id core.CaseID) (int64, error) {
	var visit int64
	err := tx.QueryRow(ctx, `select coalesce(max(id), 0) from visit where case_id = $1 and done is not null
		and (seconded is not null or recorded_by is null) and `+ofThis, id).Scan(&visit)
	return visit, pg.Fail(err, "look for a visit")
}

func texts[T ~string](list []T) []string {
	out := make([]string, 0, len(list))
	for _, t := range list {
		out = append(out, string(t))
	}
	return out
}
