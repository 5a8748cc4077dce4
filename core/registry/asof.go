package registry

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// counted is one member as the register of the population has them.
type counted struct {
	person        core.PersonID
	ref           core.MemberRef
	relation, sex string
	birth, since  core.Date
	made          time.Time
	numbered      bool    // has an identity number
	own, kin      voucher // of the person, and of the relation
}

// family takes the household's place and its members as of the two times. How it is now
// is read as it stands; an earlier day or moment goes back over what events changed.
func (g *gathering) family(ctx context.Context, tx *pg.Tx, id core.HouseholdID) error {
	var made time.Time
	live := homeImage{}
	const sql = `select region, village, hukou, made from household where id = $1`
	err := tx.QueryRow(ctx, sql, int64(id)).Scan(&live.Region, &live.Village, &live.Hukou, &made)
	if errors.Is(err, pgx.ErrNoRows) || (err == nil && made.After(g.as.Known)) {
		return ErrNoHousehold
	}
	if err != nil {
		return pg.Fail(err, "read a household")
	}
	var changes []lifeChange
	if g.as.On < tx.Today() || g.as.Known.Before(tx.Now()) {
		if changes, err = readChanges(ctx, tx, `select `+changeColumns+` from life_change where household = $1 order by id`, int64(id)); err != nil {
			return err
		}
	}
	lived, err := placeOf(live, changes, g.as)
	if err != nil {
		return err
	}
	if lived == nil {
		return ErrNoHousehold
	}
	g.home = Home{ID: id, Region: lived.Region, Village: lived.Village, Hukou: lived.Hukou}
	return g.people(ctx, tx, id, changes)
}

// people takes the members of the day, as they were known at the moment. One of them who
// is another township's now is not left out in silence (ErrBeyond).
func (g *gathering) people(ctx context.Context, tx *pg.Tx, id core.HouseholdID, changes []lifeChange) error {
	all, err := readStays(ctx, tx, id)
	if err != nil {
		return err
	}
	if all, err = stays(all, changes, g.as.Known); err != nil {
		return err
	}
	there := map[core.PersonID]counted{}
	for k, m := range all {
		if m.present(k.since, g.as.On) {
			there[k.person] = counted{person: k.person, ref: m.Ref, relation: string(m.Relation), since: k.since}
		}
	}
	if err := dropAside(ctx, tx, there, g.as.Known); err != nil {
		return err
	}
	aside := map[core.PersonID]bool{}
	maps.DeleteFunc(all, func(k memberKey, m memberImage) bool { // they are one of the others
		_, counts := there[k.person]
		one := m.present(k.since, g.as.On) && !counts
		aside[k.person] = aside[k.person] || one
		return one
	})
	list, err := readCounted(ctx, tx, idsOf(slices.Collect(maps.Keys(there))), there)
	if err != nil {
		return err
	}
	if len(list) < len(there) {
		return ErrBeyond
	}
	said, err := readTold(ctx, tx, id, all, g.as.Known)
	if err != nil {
		return err
	}
	g.lived = belongedOf(id, all, said, g.as.On)
	g.lived.aside = aside
	slices.SortFunc(list, func(a, b counted) int { return cmp.Or(cmp.Compare(a.ref, b.ref), cmp.Compare(a.person, b.person)) })
	for _, m := range list {
		m.own, m.kin = m.vouch(said, id)
		g.member(m)
	}
	return nil
}

// dropAside leaves out whoever stood aside, at a moment, for another one who is there: two
// rows of one person are one member.
func dropAside(ctx context.Context, tx *pg.Tx, there map[core.PersonID]counted, known time.Time) error {
	const sql = `select gone, kept from person_alias where gone = any($1) and at <= $2 and (ended is null or ended > $2)`
	ids := make([]int64, 0, len(there))
	for person := range there {
		ids = append(ids, int64(person))
	}
	rows, err := tx.Query(ctx, sql, ids, known)
	if err != nil {
		return pg.Fail(err, "read who stands aside")
	}
	var gone, kept core.PersonID
	var drop []core.PersonID
	_, err = pgx.ForEachRow(rows, []any{&gone, &kept}, func() error {
		if _, here := there[kept]; here {
			drop = append(drop, gone)
		}
		return nil
	})
	for _, person := range drop {
		delete(there, person)
	}
	return pg.Fail(err, "read who stands aside")
}

// readStays reads every stay in a household that has a day in it.
func readStays(ctx context.Context, tx *pg.Tx, id core.HouseholdID) (map[memberKey]memberImage, error) {
	const sql = `select person, since - date '1970-01-01', ref, relation, coalesce(until - date '1970-01-01', 0) from membership
		where household = $1 and until is distinct from since`
	rows, err := tx.Query(ctx, sql, int64(id))
	if err != nil {
		return nil, pg.Fail(err, "read the members of a household")
	}
	all := map[memberKey]memberImage{}
	k := memberKey{household: id}
	var m memberImage
	_, err = pgx.ForEachRow(rows, []any{&k.person, &k.since, &m.Ref, &m.Relation, &m.Until}, func() error { all[k] = m; return nil })
	return all, pg.Fail(err, "read the members of a household")
}

// readCounted fills in what the register of the population says of members.
func readCounted(ctx context.Context, tx *pg.Tx, ids []int64, there map[core.PersonID]counted) ([]counted, error) {
	rows, err := tx.Query(ctx, `select id, birth, coalesce(sex, ''), made, id_blind is not null from person where id = any($1)`, ids)
	if err != nil {
		return nil, pg.Fail(err, "read the members of a household")
	}
	var list []counted
	var id core.PersonID
	var birth *pgDate
	var sex string
	var made time.Time
	var numbered bool
	_, err = pgx.ForEachRow(rows, []any{&id, &birth, &sex, &made, &numbered}, func() error {
		m := there[id]
		m.sex, m.made, m.numbered = sex, made, numbered
		if birth != nil {
			m.birth = core.Date(*birth)
		}
		list = append(list, m)
		return nil
	})
	return list, pg.Fail(err, "read the members of a household")
}
