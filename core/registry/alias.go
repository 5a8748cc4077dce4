package registry

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Alias says that two rows are one person: Gone stands aside for Kept. Nothing of
// either row is moved, and nothing of other packages' tables: a case, a payment or an
// account that names Gone goes on naming it. Reads follow it here: who asks for Gone
// gets Kept, what is known of Gone is known of Kept, and a household counts the two
// once. A bank account is never followed: no mistake here may send money elsewhere.
type Alias struct {
	Gone, Kept core.PersonID
	// Decider said so, and Second, another member of staff, did too.
	Decider, Second core.StaffID
}

// The refusals of an alias.
var (
	ErrTwoPeople = core.E(core.KindForbidden, "two_people", "合并和撤销合并,都要两位工作人员核对过才行。请另一位同事也看一遍。")
	ErrPartOf    = core.E(core.KindConflict, "alias_part_of", "其中一条已经和别的登记合并过,请先撤销那一次,或选那一条保留。")
)

// Merge lets one row stand aside for another. tx must see both, and the words of both
// deciders about the pair stand already: the database asks for them. Errors: ErrTwoPeople,
// ErrPartOf, ErrUnknown, KindForbidden without a decider.
func (r *Registry) Merge(ctx context.Context, tx *pg.Tx, why Purpose, a Alias) error {
	switch {
	case a.Decider <= 0:
		return core.E(core.KindForbidden, "no_decider", "合并要由工作人员核对决定。")
	case a.Second <= 0 || a.Second == a.Decider:
		return ErrTwoPeople
	}
	regions, err := lockBoth(ctx, tx, a)
	if err != nil {
		return err
	}
	const sql = `insert into person_alias (region, gone, kept, decider, second, at) values ($1, $2, $3, $4, $5, $6)`
	for _, region := range regions {
		if _, err := tx.Exec(ctx, sql, region, int64(a.Gone), int64(a.Kept), int64(a.Decider), int64(a.Second), tx.Now()); err != nil {
			switch pg.SQLState(err) {
			case "23514":
				return ErrTwoPeople
			case "23505":
				return ErrPartOf
			}
			return pg.Fail(err, "let one row stand for another")
		}
	}
	return r.traceBoth(ctx, tx, why, "person.merged", a, regions)
}

// Unmerge ends an alias that asker asked to be ended and by agreed to: both rows are read as
// before. As for Merge, their words stand already. Errors: ErrTwoPeople, ErrUnknown when gone
// stands aside for nobody.
func (r *Registry) Unmerge(ctx context.Context, tx *pg.Tx, why Purpose, gone core.PersonID, asker, by core.StaffID) error {
	switch {
	case by <= 0:
		return core.E(core.KindForbidden, "no_decider", "撤销合并要由工作人员决定。")
	case asker <= 0 || asker == by:
		return ErrTwoPeople
	}
	const sql = `update person_alias set ended = greatest($2, at), ender = $3, end_asker = $4 where gone = $1 and ended is null returning region, kept`
	rows, err := tx.Query(ctx, sql, int64(gone), tx.Now(), int64(by), int64(asker))
	if err != nil {
		return pg.Fail(err, "end an alias")
	}
	var region core.RegionCode
	var regions []core.RegionCode
	a := Alias{Gone: gone, Decider: asker, Second: by}
	if _, err = pgx.ForEachRow(rows, []any{&region, &a.Kept}, func() error { regions = append(regions, region); return nil }); err != nil {
		if pg.Constraint(err) == "person_alias_two_people" {
			return ErrTwoPeople
		}
		return pg.Fail(err, "end an alias")
	}
	if len(regions) == 0 {
		return ErrUnknown
	}
	return r.traceBoth(ctx, tx, why, "person.unmerged", a, regions)
}

// Aside is how a row stands to others, over every township that tx sees.
type Aside struct {
	For   core.PersonID // the one it stands aside for; 0 for nobody
	Keeps bool          // others stand aside for it
}

// Aside reads how a row stands to others.
func (r *Registry) Aside(ctx context.Context, tx *pg.Tx, id core.PersonID) (Aside, error) {
	var s Aside
	const sql = `select coalesce((select kept from person_alias where gone = $1 and ended is null limit 1), 0),
		exists (select from person_alias where kept = $1 and ended is null)`
	err := tx.QueryRow(ctx, sql, int64(id)).Scan(&s.For, &s.Keeps)
	return s, pg.Fail(err, "read who stands for whom")
}

// lockBoth locks the two rows, always in one order, and gives their townships once each.
func lockBoth(ctx context.Context, tx *pg.Tx, a Alias) ([]core.RegionCode, error) {
	rows, err := tx.Query(ctx, `select region from person where id = any($1) order by id for no key update`, []int64{int64(a.Gone), int64(a.Kept)})
	if err != nil {
		return nil, pg.Fail(err, "lock two people")
	}
	regions, err := pgx.CollectRows(rows, pgx.RowTo[core.RegionCode])
	if err != nil {
		return nil, pg.Fail(err, "lock two people")
	}
	if len(regions) != 2 {
		return nil, ErrUnknown
	}
	slices.Sort(regions)
	return slices.Compact(regions), nil
}

func (r *Registry) traceBoth(ctx context.Context, tx *pg.Tx, why Purpose, act string, a Alias, regions []core.RegionCode) error {
	for _, region := range regions {
		detail := struct {
			Gone    core.PersonID `json:"gone"`
			Kept    core.PersonID `json:"kept"`
			Decider core.StaffID  `json:"decider"`
			Second  core.StaffID  `json:"second,omitempty"`
		}(a)
		if err := r.trace(ctx, tx, why, act, Person{ID: a.Gone, Region: region}, detail); err != nil {
			return err
		}
	}
	return nil
}

// standsFor gives, of some people, those who stand aside and for whom, as far as the
// scope sees it.
func standsFor(ctx context.Context, tx *pg.Tx, ids []core.PersonID) (map[core.PersonID]core.PersonID, error) {
	plain := make([]int64, len(ids))
	for i, id := range ids {
		plain[i] = int64(id)
	}
	rows, err := tx.Query(ctx, `select distinct gone, kept from person_alias where gone = any($1) and ended is null`, plain)
	if err != nil {
		return nil, pg.Fail(err, "look who stands for whom")
	}
	out := map[core.PersonID]core.PersonID{}
	var gone, kept core.PersonID
	_, err = pgx.ForEachRow(rows, []any{&gone, &kept}, func() error { out[gone] = kept; return nil })
	return out, pg.Fail(err, "look who stands for whom")
}

// follow gives the row that stands for a person: the same one for nearly everybody,
// and where the other is out of this scope.
func (r *Registry) follow(ctx context.Context, tx *pg.Tx, p Person) (Person, error) {
	to, err := standsFor(ctx, tx, []core.PersonID{p.ID})
	if err != nil || to[p.ID] == 0 {
		return p, err
	}
	list, err := r.people(ctx, tx, `select `+personColumns+` from person p where p.id = $1`, int64(to[p.ID]))
	if err != nil || len(list) == 0 {
		return p, err
	}
	return list[0], nil
}

// followAll puts, into the place of each hit who stands aside, the one who stands for
// them, once.
func (r *Registry) followAll(ctx context.Context, tx *pg.Tx, list []Found) ([]Found, error) {
	ids := make([]core.PersonID, len(list))
	for i, f := range list {
		ids[i] = f.ID
	}
	to, err := standsFor(ctx, tx, ids)
	if err != nil || len(to) == 0 {
		return list, err
	}
	var out []Found
	for _, f := range list {
		if to[f.ID] != 0 {
			p, err := r.follow(ctx, tx, f.Person)
			if err != nil {
				return nil, err
			}
			if p.ID != f.ID {
				f.As, f.Person = f.Name, p
			}
		}
		if !slices.ContainsFunc(out, func(o Found) bool { return o.ID == f.ID }) {
			out = append(out, f)
		}
	}
	return out, nil
}
