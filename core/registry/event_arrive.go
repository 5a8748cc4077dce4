package registry

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Errors of arrivals that cannot be; each says in Chinese what to do.
var (
	errNoNumber  = core.Invalid("number", "新来的人要有姓名和 18 位身份证号,对着身份证或者户口簿写。还没有号码的,先到派出所登记户口。")
	ErrNotNew    = core.E(core.KindConflict, "person_not_new", "这个身份证号在德州已经登记过,不是新来的人。搬回来、收养、结婚、搬家,请把这件事告诉县里,由县里登记;他登记在别的县的,由市里登记。")
	errOtherName = core.Invalid("name", "这个身份证号登记过,名字不一样。请对着身份证核对姓名和号码。")
	errComesAs   = core.Invalid("relation", "年纪和关系对不上:父母至少大 14 岁,祖父母至少大 28 岁。请重新选,或者对一下身份证号。")
	errSpouse    = core.Invalid("relation", "这一家已经登记着本人的配偶。离了婚的先由县里登记离婚,配偶去世的先登记去世。")
)

// Arrive brings into a household somebody whom nobody has registered: a child or a parent who
// comes to live with it, who is adopted, whose hukou came in, a spouse from elsewhere. They
// have an identity number, which says that they are new. A row that is left of an arrival that
// was taken back is theirs again. Errors: KindInvalid for who has no number, for a relation
// that the ages or a spouse speak against, and as Marry and Adopt; ErrUnborn; ErrNoHousehold;
// KindConflict for who is registered already.
func (l *Life) Arrive(ctx context.Context, tx *pg.Tx, why Purpose, told Told, household core.HouseholdID, who NewPerson, adopted bool) (EventID, core.PersonID, error) {
	kind := EventArrive
	if adopted {
		kind = EventAdoption
	}
	w, err := l.begin(ctx, tx, why, kind, told)
	if err != nil {
		return 0, 0, err
	}
	birth := who.IDNumber.Birth()
	switch {
	case who.Name == "" || who.IDNumber.IsZero():
		return 0, 0, errNoNumber
	case told.Day < birth:
		return 0, 0, ErrUnborn
	case adopted && birth.Age(told.Day) >= comesOfAge:
		return 0, 0, errGrown
	case adopted && !slices.Contains([]core.Relation{"child", "grandchild", "other"}, who.Relation):
		return 0, 0, errElder
	}
	head, err := w.head(ctx, household)
	if err != nil {
		return 0, 0, err
	}
	if err := w.lock(ctx, head, household); err != nil {
		return 0, 0, err
	}
	home, err := w.homeNow(ctx, household)
	if err != nil {
		return 0, 0, err
	}
	if err := w.comesAs(ctx, household, who.Relation, birth); err != nil {
		return 0, 0, err
	}
	if err := w.enters(ctx, &who, home); err != nil {
		return 0, 0, err
	}
	if who.Relation == "spouse" && len(head) > 0 {
		if err := w.mayMarry(ctx, [2]core.PersonID{head[0], who.ID}); err != nil {
			return 0, 0, err
		}
	}
	w.event.Person, w.people = who.ID, []core.PersonID{who.ID}
	if err := w.join(ctx, household, Mover{who.ID, who.Ref, who.Relation}); err != nil {
		return 0, 0, err
	}
	id, err := w.end(ctx)
	return id, who.ID, err
}

// head is whom a household is called after, nobody where it has none. Errors: ErrNoHousehold
// for one of nobody.
func (w *writing) head(ctx context.Context, household core.HouseholdID) ([]core.PersonID, error) {
	if _, err := w.members(ctx, household); err != nil {
		return nil, err
	}
	rows, err := w.tx.Query(ctx, `select person from membership where household = $1 and until is null and relation = 'applicant'`, int64(household))
	if err != nil {
		return nil, pg.Fail(err, "read whom a household is called after")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[core.PersonID])
	return list, pg.Fail(err, "read whom a household is called after")
}

// comesAs refuses a relation that the ages speak against, and a second spouse.
func (w *writing) comesAs(ctx context.Context, household core.HouseholdID, as core.Relation, birth core.Date) error {
	elders, err := w.elders(ctx, household)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(elders, func(m Member) bool { return m.Relation == "applicant" && !m.Person.Birth.IsZero() })
	older := func(years int) bool { return i < 0 || birth.Age(elders[i].Person.Birth) >= years }
	fits := true
	switch as {
	case "child", "grandchild":
		fits = slices.Contains(BornAs(elders, birth), as)
	case "parent":
		fits = older(parentAge)
	case "grandparent":
		fits = older(2 * parentAge)
	case "spouse":
		if slices.ContainsFunc(elders, func(m Member) bool { return m.Relation == "spouse" }) {
			return errSpouse
		}
	case "other":
	default:
		return core.Invalid("relation", "选新来的人是这一家申请人的什么人。")
	}
	if !fits {
		return errComesAs
	}
	return nil
}

// enters adds who comes to the register, or takes the row that an arrival left which was taken
// back: it belonged to no household for a day. Errors: ErrNotNew for anybody else.
func (w *writing) enters(ctx context.Context, who *NewPerson, home homeImage) error {
	const sql = `select p.id, p.name, exists (select from membership m where m.person = p.id and m.until is distinct from m.since)
			or exists (select from person_death d where d.person = p.id) or exists (select from person_alias x where x.ended is null and p.id in (x.gone, x.kept))
		from person p where p.id_blind = $1`
	var name string
	var known bool
	err := w.tx.QueryRow(ctx, sql, w.l.reg.words.idBlind(who.IDNumber)).Scan(&who.ID, &name, &known)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		if err = w.l.reg.addPerson(ctx, w.tx, who, home); errors.Is(err, ErrFlagged) {
			return ErrNotNew
		}
		return err
	case err != nil:
		return pg.Fail(err, "look whether somebody is new")
	case known:
		return ErrNotNew
	case name != who.Name:
		return errOtherName
	}
	if err := w.lock(ctx, []core.PersonID{who.ID}); err != nil {
		return err
	}
	return w.person(ctx, who.ID, personImage{Region: home.Region, Village: home.Village})
}
