package registry

import (
	"context"
	"slices"

	"lianou/core"
	"lianou/core/pg"
)

// Birth adds a child to a household from the day of birth on, which is the event's day.
// Errors: KindInvalid for a child without a name or with another day of birth, ErrFlagged,
// ErrNoHousehold; KindInvalid for a relation that no birth gives (BornAs) and for a day
// before BornSince.
func (l *Life) Birth(ctx context.Context, tx *pg.Tx, why Purpose, told Told, household core.HouseholdID, child NewPerson) (EventID, core.PersonID, error) {
	w, err := l.begin(ctx, tx, why, EventBirth, told)
	if err != nil {
		return 0, 0, err
	}
	if child.Birth == 0 {
		child.Birth = told.Day
	}
	if child.Name == "" || child.Birth != told.Day || (!child.IDNumber.IsZero() && child.IDNumber.Birth() != told.Day) {
		return 0, 0, core.Invalid("birth", "请填写孩子的姓名,出生日期要和身份证一致。")
	}
	if told.Day < BornSince(tx.Today()) {
		return 0, 0, errBornLate
	}
	if err := w.lock(ctx, nil, household); err != nil {
		return 0, 0, err
	}
	home, err := w.homeNow(ctx, household)
	if err != nil {
		return 0, 0, err
	}
	elders, err := w.elders(ctx, household)
	if err != nil {
		return 0, 0, err
	}
	if !slices.Contains(BornAs(elders, told.Day), child.Relation) {
		return 0, 0, errBornAs
	}
	if err := l.reg.addPerson(ctx, tx, &child, home); err != nil {
		return 0, 0, err
	}
	w.event.Person, w.people = child.ID, []core.PersonID{child.ID}
	if err := w.join(ctx, household, Mover{child.ID, child.Ref, child.Relation}); err != nil {
		return 0, 0, err
	}
	id, err := w.end(ctx)
	return id, child.ID, err
}

// addPerson adds somebody the store does not know, who belongs to no household yet.
func (r *Registry) addPerson(ctx context.Context, tx *pg.Tx, p *NewPerson, home homeImage) error {
	h := NewHousehold{ID: -1, Live: core.Place{Region: home.Region}, Members: []NewPerson{*p}}
	if home.Village != "" {
		h.Live.Region = home.Village
	}
	if h.Members[0].Ref == "" {
		h.Members[0].Ref = "new" // join gives the ref that counts
	}
	if err := r.checkNew(&h, tx.Today()); err != nil {
		return err
	}
	*p = h.Members[0]
	if !p.IDNumber.IsZero() {
		if known, err := r.Flagged(ctx, tx, p.IDNumber); err != nil {
			return err
		} else if known {
			return ErrFlagged
		}
	}
	if err := assignIDs(ctx, tx, &h); err != nil {
		return err
	}
	*p = h.Members[0]
	if p.Ref == "new" {
		p.Ref = ""
	}
	row, err := r.sealPerson(p, string(home.Region), string(home.Village), tx.Now())
	if err != nil {
		return err
	}
	b := batch{people: [][]any{row}}
	for _, s := range p.Sheets {
		b.personSheets = append(b.personSheets, s.row(string(home.Region), int64(p.ID), tx.Now()))
	}
	for _, token := range r.words.of(p.Name, p.Birth, p.IDNumber, p.Phone) {
		b.tokens = append(b.tokens, []any{token, string(home.Region), int64(p.ID)})
	}
	return b.insert(ctx, tx)
}

// Death ends the membership of somebody on the day they died and keeps the day; their
// row and their sheets stay. Because says by what it is told. Errors: KindInvalid without that,
// ErrUnknown, ErrDead, ErrOrder.
func (l *Life) Death(ctx context.Context, tx *pg.Tx, why Purpose, told Told, person core.PersonID) (EventID, error) {
	w, err := l.begin(ctx, tx, why, EventDeath, told)
	if err != nil {
		return 0, err
	}
	if err := w.lock(ctx, []core.PersonID{person}); err != nil {
		return 0, err
	}
	o, err := w.now(ctx, person)
	if err != nil {
		return 0, err
	}
	home := o.key.household
	if home == 0 { // who had moved out of the city dies all the same
		const last = `select household from membership where person = $1 and until is not null order by since desc, household desc limit 1`
		if err := tx.QueryRow(ctx, last, int64(person)).Scan(&home); err != nil {
			return 0, pg.Fail(err, "read where somebody belonged last")
		}
		w.touch(home)
	}
	if err := w.lock(ctx, nil, home); err != nil {
		return 0, err
	}
	w.event.Person, w.people = person, []core.PersonID{person}
	if err := w.leave(ctx, o); err != nil {
		return 0, err
	}
	p, err := w.personNow(ctx, person)
	if err != nil {
		return 0, err
	}
	p.Died = told.Day
	if err := w.person(ctx, person, p); err != nil {
		return 0, err
	}
	return w.end(ctx)
}

// Marry brings a couple into one household, an old one or a new one, with whom they
// bring. Who of the couple lives there already is no mover. Errors: KindInvalid when one
// of the couple would not be in it or they cannot marry (mayMarry), and as Move.
func (l *Life) Marry(ctx context.Context, tx *pg.Tx, why Purpose, told Told, couple [2]core.PersonID, movers []Mover, to Target) (EventID, core.HouseholdID, error) {
	may := func(w *writing) error { return w.mayMarry(ctx, couple) }
	return l.moved(ctx, tx, why, EventMarriage, told, movers, to, may, func(w *writing, home core.HouseholdID) error {
		for i, id := range couple {
			o, err := w.l.reg.HouseholdOf(ctx, tx, id)
			if err != nil || o != home {
				return errCouple
			}
			if slices.Contains(w.people, id) {
				continue
			}
			if err := w.weds(ctx, id, couple[1-i]); err != nil {
				return err
			}
		}
		return w.pairs(ctx, home, couple)
	})
}

// Divorce brings one of a couple, with whom they take along, into another household.
// Errors: KindInvalid when nobody stays behind, and as Move.
func (l *Life) Divorce(ctx context.Context, tx *pg.Tx, why Purpose, told Told, movers []Mover, to Target) (EventID, core.HouseholdID, error) {
	return l.parted(ctx, tx, why, EventDivorce, told, movers, to)
}

// Split makes a new household of some members of one. Its facts are not known: the sheets
// of a household stay where they are true. Errors: as Divorce.
func (l *Life) Split(ctx context.Context, tx *pg.Tx, why Purpose, told Told, movers []Mover, live core.Place, hukou core.RegionCode) (EventID, core.HouseholdID, error) {
	return l.parted(ctx, tx, why, EventSplit, told, movers, Target{Live: live, Hukou: hukou})
}

// parted moves people of one household, of which somebody stays.
func (l *Life) parted(ctx context.Context, tx *pg.Tx, why Purpose, kind EventKind, told Told, movers []Mover, to Target) (EventID, core.HouseholdID, error) {
	return l.moved(ctx, tx, why, kind, told, movers, to, nil, func(w *writing, home core.HouseholdID) error {
		left := slices.DeleteFunc(slices.Clone(w.touched), func(id core.HouseholdID) bool { return id == home })
		var stay bool
		if len(left) == 1 {
			const sql = `select exists (select from membership where household = $1 and until is null)`
			if err := tx.QueryRow(ctx, sql, int64(left[0])).Scan(&stay); err != nil {
				return pg.Fail(err, "look who stays")
			}
		}
		if !stay {
			return core.Invalid("members", "请选同一户里要分出去的人,原来的户里要留下人。")
		}
		return nil
	})
}

// Adopt brings a child who is registered into another household. A child nobody has
// registered arrives (Arrive). Errors: KindInvalid for who is of age or comes in as an
// elder, and as Move. What else speaks against it: DoubtAdoption.
func (l *Life) Adopt(ctx context.Context, tx *pg.Tx, why Purpose, told Told, child Mover, household core.HouseholdID) (EventID, error) {
	may := func(w *writing) error { return w.mayAdopt(ctx, child) }
	id, _, err := l.moved(ctx, tx, why, EventAdoption, told, []Mover{child}, Target{Household: household}, may, nil)
	return id, err
}
