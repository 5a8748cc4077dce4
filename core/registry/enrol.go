package registry

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// NewHousehold is a household that the store does not know yet.
type NewHousehold struct {
	ID      core.HouseholdID // 0: the next free one
	Live    core.Place       // township or village, and the door
	Hukou   core.RegionCode  // county of registration; "" outside the city or not known
	Since   core.Date        // they have lived together since
	Members []NewPerson      // at least one
	Sheets  []Sheet          // about the household
}

// NewPerson is one person of a NewHousehold.
type NewPerson struct {
	ID       core.PersonID // 0: the next free one
	Ref      core.MemberRef
	Relation core.Relation
	Name     string
	IDNumber core.IDNumber    // zero when not known; birth and sex are then read from the fields below
	Birth    core.Date        // zero when not known
	Sex      core.Sex         // "" when not known
	Phone    core.Phone       //
	Account  core.BankAccount //
	Sheets   []Sheet          // about the person
}

// ErrFlagged says that somebody of this city already has one of the numbers. It
// does not tell who or where: a person who may see more finds out (F3).
var ErrFlagged = core.E(core.KindConflict, "person_flagged", "这个身份证号在本市已有登记,请交县级核对。")

// Enrol adds a household and its people. It gives their ids in the order of
// Members. Errors: ErrFlagged, KindInvalid for a place that does not exist, a
// member without a name or facts outside the vocabulary.
func (r *Registry) Enrol(ctx context.Context, tx *pg.Tx, why Purpose, h NewHousehold) (core.HouseholdID, []core.PersonID, error) {
	if err := r.checkNew(&h, tx.Today()); err != nil {
		return 0, nil, err
	}
	for _, m := range h.Members {
		if m.IDNumber.IsZero() {
			continue
		}
		if known, err := r.Flagged(ctx, tx, m.IDNumber); err != nil {
			return 0, nil, err
		} else if known {
			return 0, nil, ErrFlagged
		}
	}
	if err := assignIDs(ctx, tx, &h); err != nil {
		return 0, nil, err
	}
	var rows batch
	if err := rows.add(r, h, tx.Now()); err != nil {
		return 0, nil, err
	}
	if err := rows.insert(ctx, tx); err != nil {
		return 0, nil, err
	}
	ids := make([]core.PersonID, len(h.Members))
	for i, m := range h.Members {
		ids[i] = m.ID
	}
	about := Person{Region: h.Live.Region.Township()}
	return h.ID, ids, r.trace(ctx, tx, why, "household.enrolled", about, looked{Home: h.ID, Persons: ids})
}

// checkNew holds a household to the places and the vocabulary, and fills in what
// an identity number says by itself.
func (r *Registry) checkNew(h *NewHousehold, today core.Date) error {
	place, ok := r.regions.Place(h.Live.Region)
	if !ok || place.Level < LevelTownship {
		return core.Invalid("region", "没有这个地方,请从列表里选到乡镇或村。")
	}
	h.Live.Region = place.Code
	if len(h.Members) == 0 || len(h.Members) > core.MaxMembers {
		return core.Invalid("members", "请至少登记一位家庭成员。")
	}
	if h.Since.IsZero() {
		h.Since = today
	}
	for _, s := range h.Sheets {
		if err := s.check(false); err != nil {
			return err
		}
	}
	for i := range h.Members {
		m := &h.Members[i]
		if m.Name == "" || m.Ref == "" {
			return core.Invalid("name", "请写上每位家庭成员的姓名。")
		}
		if !m.IDNumber.IsZero() {
			m.Birth, m.Sex = m.IDNumber.Birth(), "female"
			if m.IDNumber.Male() {
				m.Sex = "male"
			}
		}
		for _, s := range m.Sheets {
			if err := s.check(true); err != nil {
				return err
			}
		}
	}
	return nil
}

// assignIDs gives every row its id before anything is sealed: the id is part of
// what sealed bytes are bound to.
func assignIDs(ctx context.Context, tx *pg.Tx, h *NewHousehold) error {
	if h.ID == 0 {
		if err := tx.QueryRow(ctx, `select nextval('household_id_seq')`).Scan(&h.ID); err != nil {
			return pg.Fail(err, "number a household")
		}
	}
	for i := range h.Members {
		if h.Members[i].ID != 0 {
			continue
		}
		if err := tx.QueryRow(ctx, `select nextval('person_id_seq')`).Scan(&h.Members[i].ID); err != nil {
			return pg.Fail(err, "number a person")
		}
	}
	return nil
}

// insert writes rows one by one, for roles that COPY is closed to. Households among them
// bring their packed rows along.
func (b *batch) insert(ctx context.Context, tx *pg.Tx) error {
	return packed(ctx, tx, func() error {
		for _, t := range b.tables() {
			for _, row := range t.rows {
				if _, err := tx.Exec(ctx, t.insert, row...); err != nil {
					return pg.Fail(err, "add to "+t.name)
				}
			}
		}
		return nil
	})
}

// Sealed is households on their way into the store: every row made and sealed, so
// that nothing is left but to write them.
type Sealed struct {
	// Households and People count what is in it.
	Households, People int

	rows batch
}

// Seal makes the rows of many households without a database, known as of now.
// Every id must be given and the facts be of the vocabulary; this is the importer's
// to see to.
func (r *Registry) Seal(list []NewHousehold, now time.Time) (Sealed, error) {
	s := Sealed{Households: len(list)}
	for _, h := range list {
		if err := s.rows.add(r, h, now); err != nil {
			return Sealed{}, err
		}
		s.People += len(h.Members)
	}
	s.rows.sort()
	return s, nil
}

// Load writes sealed households at once by COPY, which is how a city of millions
// comes in. It needs the role lianou_import: COPY FROM is closed to roles under a
// policy. It writes no audit entry for each person; the caller writes one for the
// whole load, with counts.
func (r *Registry) Load(ctx context.Context, tx *pg.Tx, s Sealed) error {
	return s.rows.copyTo(ctx, tx)
}

// AfterLoad moves the numbering past the ids a load brought in.
func (r *Registry) AfterLoad(ctx context.Context, tx *pg.Tx) error {
	const sql = `select setval('household_id_seq', greatest((select coalesce(max(id), 1) from household), (select last_value from household_id_seq))),
		setval('person_id_seq', greatest((select coalesce(max(id), 1) from person), (select last_value from person_id_seq)))`
	_, err := tx.Exec(ctx, sql)
	return pg.Fail(err, "move the numbering of people on")
}

// Empty reports whether nobody is in the store that the scope of tx can see.
func (r *Registry) Empty(ctx context.Context, tx *pg.Tx) (bool, error) {
	var some bool
	err := tx.QueryRow(ctx, `select exists (select 1 from person)`).Scan(&some)
	return !some, pg.Fail(err, "look whether anybody is registered")
}

// Has reports which of some households are in the store, as far as the scope of
// tx can see, so that a load broken off can go on.
func (r *Registry) Has(ctx context.Context, tx *pg.Tx, ids []core.HouseholdID) (map[core.HouseholdID]bool, error) {
	plain := make([]int64, len(ids))
	for i, id := range ids {
		plain[i] = int64(id)
	}
	rows, err := tx.Query(ctx, `select id from household where id = any ($1)`, plain)
	if err != nil {
		return nil, pg.Fail(err, "look for households")
	}
	found := map[core.HouseholdID]bool{}
	var id core.HouseholdID
	_, err = pgx.ForEachRow(rows, []any{&id}, func() error { found[id] = true; return nil })
	return found, pg.Fail(err, "look for households")
}

// knownAt is when a sheet became known: as it says, or now.
func (s Sheet) knownAt(now time.Time) time.Time {
	if s.KnownAt.IsZero() {
		return now
	}
	return s.KnownAt
}
