package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// open is where somebody belongs now; household 0 for nowhere.
type open struct {
	key   memberKey
	image memberImage
}

// now reads where somebody belongs, and refuses the dead and a day before they were born
// or before the last change of where they belonged.
func (w *writing) now(ctx context.Context, id core.PersonID) (open, error) {
	p, err := w.personNow(ctx, id)
	if err != nil {
		return open{}, err
	}
	if p.Died != 0 {
		return open{}, ErrDead
	}
	_, birth, err := w.born(ctx, id)
	if err != nil {
		return open{}, err
	}
	if !birth.IsZero() && w.event.Told.Day < birth {
		return open{}, ErrUnborn
	}
	var last core.Date // that something is known of
	const ended = `select coalesce(max(until) - date '1970-01-01', 0) from membership where person = $1 and until > since`
	if err := w.tx.QueryRow(ctx, ended, int64(id)).Scan(&last); err != nil {
		return open{}, pg.Fail(err, "read memberships")
	}
	o, told := open{key: memberKey{person: id}}, false
	const sql = `select household, since - date '1970-01-01', ref, relation from membership where person = $1 and until is null`
	err = w.tx.QueryRow(ctx, sql, int64(id)).Scan(&o.key.household, &o.key.since, &o.image.Ref, &o.image.Relation)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return open{}, pg.Fail(err, "read a membership")
	}
	if last != 0 && w.event.Told.Day < last {
		return open{}, ErrOrder
	}
	if w.event.Told.Day < o.key.since { // a stay since the day on which they were registered may be older
		err := w.tx.QueryRow(ctx, `select exists (select from life_change where what = 'membership' and household = $1 and person = $2 and day = $3)`,
			int64(o.key.household), int64(id), pgDate(o.key.since)).Scan(&told)
		if err != nil {
			return open{}, pg.Fail(err, "read what was told of a stay")
		}
		if told {
			return open{}, ErrOrder
		}
	}
	return o, nil
}

// leave ends where somebody belongs on the day of the event.
func (w *writing) leave(ctx context.Context, o open) error {
	if o.key.household == 0 {
		return nil
	}
	if o.image.Relation == "applicant" {
		w.vacant = append(w.vacant, o.key.household)
	}
	if w.event.Told.Day <= o.key.since {
		return w.member(ctx, o.key, nil)
	}
	o.image.Until = w.event.Told.Day
	return w.member(ctx, o.key, &o.image)
}

// transfer brings people into a household, out of that which they belonged to. It gives
// the household.
func (w *writing) transfer(ctx context.Context, movers []Mover, to Target) (core.HouseholdID, error) {
	ids := make([]core.PersonID, 0, len(movers))
	for _, m := range movers {
		ids = append(ids, m.Person)
	}
	if len(movers) == 0 || len(movers) > core.MaxMembers || distinct(ids) < len(ids) {
		return 0, core.Invalid("members", "请选出要变动的家庭成员,每人一次。")
	}
	if err := w.lock(ctx, ids); err != nil {
		return 0, err
	}
	w.people = append(w.people, ids...)
	var stands []open
	var homes []core.HouseholdID
	if to.Household != 0 {
		homes = append(homes, to.Household)
	}
	for _, id := range ids {
		o, err := w.now(ctx, id)
		if err != nil {
			return 0, err
		}
		if to.Household != 0 && o.key.household == to.Household {
			return 0, core.Invalid("members", "这个人已经在这一户里。")
		}
		stands = append(stands, o)
		if o.key.household != 0 {
			homes = append(homes, o.key.household)
		}
	}
	if err := w.lock(ctx, nil, homes...); err != nil {
		return 0, err
	}
	home, err := w.target(ctx, &to)
	if err != nil {
		return 0, err
	}
	for i, m := range movers {
		if err := w.leave(ctx, stands[i]); err != nil {
			return 0, err
		}
		if err := w.person(ctx, m.Person, personImage{Region: home.Region, Village: home.Village}); err != nil {
			return 0, err
		}
		if err := w.join(ctx, to.Household, m); err != nil {
			return 0, err
		}
	}
	return to.Household, nil
}

// target gives the place of the household that people come into, and founds a new one.
func (w *writing) target(ctx context.Context, to *Target) (homeImage, error) {
	if to.Household != 0 {
		return w.homeNow(ctx, to.Household)
	}
	home, err := w.l.reg.place(to.Live, to.Hukou)
	if err != nil {
		return home, err
	}
	if err := w.tx.QueryRow(ctx, `select nextval('household_id_seq')`).Scan(&to.Household); err != nil {
		return home, pg.Fail(err, "number a household")
	}
	if home.Address, err = w.l.reg.sealAddress(to.Household, to.Live.Detail); err != nil {
		return home, err
	}
	const sql = `insert into household (id, region, village, hukou, address, made) values ($1, $2, $3, $4, $5, $6)`
	if _, err := w.tx.Exec(ctx, sql, int64(to.Household), home.Region, home.Village, home.Hukou, home.Address, w.tx.Now()); err != nil {
		return home, beyond(err, "found a household")
	}
	return home, w.home(ctx, to.Household, nil, &home)
}

// join makes somebody a member from the day of the event on, under a ref of their own.
func (w *writing) join(ctx context.Context, household core.HouseholdID, m Mover) error {
	const sql = `select ref from membership where household = $1 and (until is null or until > greatest($2::date, since))`
	rows, err := w.tx.Query(ctx, sql, int64(household), pgDate(w.event.Told.Day))
	if err != nil {
		return pg.Fail(err, "read memberships")
	}
	taken, err := pgx.CollectRows(rows, pgx.RowTo[core.MemberRef])
	if err != nil {
		return pg.Fail(err, "read memberships")
	}
	for n := 1; m.Ref == ""; n++ {
		if free := core.MemberRef(fmt.Sprintf("m%d", n)); !slices.Contains(taken, free) {
			m.Ref = free
		}
	}
	if slices.Contains(taken, m.Ref) || len(m.Ref) > 16 {
		return core.Invalid("ref", "这个成员代号已经有人用了。")
	}
	if len(taken) >= core.MaxMembers {
		return core.Invalid("members", "一户的人太多了,请先分户。")
	}
	return w.member(ctx, memberKey{household, m.Person, w.event.Told.Day}, &memberImage{Ref: m.Ref, Relation: m.Relation})
}

// place holds a new place to live to the list of places.
func (r *Registry) place(live core.Place, hukou core.RegionCode) (homeImage, error) {
	at, ok := r.regions.Place(live.Region)
	if !ok || at.Level < LevelTownship {
		return homeImage{}, core.Invalid("region", "没有这个地方,请从列表里选到乡镇或村。")
	}
	home := homeImage{Region: at.Code.Township(), Hukou: hukou}
	if at.Level == LevelVillage {
		home.Village = at.Code
	}
	return home, nil
}

func (r *Registry) sealAddress(household core.HouseholdID, detail string) ([]byte, error) {
	if detail == "" {
		return nil, nil
	}
	return r.ring.Seal([]byte(detail), at("household", int64(household), "address"))
}
