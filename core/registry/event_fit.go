package registry

import (
	"context"
	"slices"

	"lianou/core"
	"lianou/core/pg"
)

// The ages of the Civil Code: of marriage (art. 1047), up to which a child is adopted
// (art. 1093), from which somebody adopts (art. 1098), and by how many years somebody without
// a spouse is older than a child of the other sex (art. 1102).
const (
	manMarries   = 22
	womanMarries = 20
	comesOfAge   = 18
	adopts       = 30
	apart        = 40
)

// Errors of marriages and adoptions that cannot be; each says in Chinese what to do.
var (
	errCouple    = core.Invalid("couple", "结婚的两个人要在同一户里,请选上两个人。")
	errKin       = core.Invalid("couple", "这两个人登记的是近亲,不能登记结婚。家里的关系登记错了的,先更正再来。")
	errAlike     = core.Invalid("couple", "登记的两个人性别一样,不能登记结婚。请对一下是不是选错了人。")
	errNotTheirs = core.Invalid("relation", "他要结婚的人不是那一家的本人,他就不是本人的配偶。请选「儿媳、女婿、其他」。")
	errGrown     = core.Invalid("day", "这个人在收养那天已经满 18 岁,不能登记收养。请对一下是哪个人、哪一天。")
	errElder     = core.Invalid("relation", "收养来的孩子,在这一家里是子女、孙子女或者其他。请重新选。")
)

// Marriageable reports whether somebody is old enough to marry on a day. Whose birth is
// not known is not too young; whose sex is not known is where nobody may marry.
func Marriageable(sex core.Sex, birth, on core.Date) bool {
	if birth.IsZero() {
		return true
	}
	if sex == "male" {
		return birth.Age(on) >= manMarries
	}
	return birth.Age(on) >= womanMarries
}

// mayMarry refuses a couple that cannot marry, as far as the register knows: who is too
// young, of one sex, married already, or close kin. What it does not know it lets pass: the
// officer saw the certificate. It holds both people, so that nobody marries twice at once.
func (w *writing) mayMarry(ctx context.Context, couple [2]core.PersonID) error {
	if couple[0] == couple[1] {
		return errCouple
	}
	if err := w.lock(ctx, couple[:]); err != nil {
		return err
	}
	var sexes [2]core.Sex
	for i, id := range couple {
		sex, birth, err := w.born(ctx, id)
		if err != nil {
			return err
		}
		sexes[i] = sex
		if !Marriageable(sex, birth, w.event.Told.Day) {
			return tooYoung(sex)
		}
		wed, err := w.married(ctx, id, couple[1-i])
		if err != nil {
			return err
		}
		if wed {
			return core.Invalid("couple", side(sex)+"家里还登记着配偶,不能再登记结婚。离了婚的先登记离婚,配偶去世的先登记去世。")
		}
	}
	if sexes[0] != "" && sexes[0] == sexes[1] {
		return errAlike
	}
	return w.notAkin(ctx, couple)
}

func tooYoung(sex core.Sex) error {
	if sex == "male" {
		return core.Invalid("couple", "男方在这一天不满 22 岁,不能登记结婚。请对一下是哪个人、哪一天。")
	}
	return core.Invalid("couple", side(sex)+"在这一天不满 20 岁,不能登记结婚。请对一下是哪个人、哪一天。")
}

// side is how one of a couple is called.
func side(sex core.Sex) string {
	switch sex {
	case "male":
		return "男方"
	case "female":
		return "女方"
	}
	return "有一方"
}

func (w *writing) born(ctx context.Context, id core.PersonID) (sex core.Sex, birth core.Date, err error) {
	const sql = `select coalesce(sex, ''), coalesce(birth - date '1970-01-01', 0) from person where id = $1`
	err = w.tx.QueryRow(ctx, sql, int64(id)).Scan(&sex, &birth)
	return sex, birth, pg.Fail(err, "read when somebody was born")
}

// notAkin refuses two who belonged to one household at one time as kin by blood: all whom
// one person has for children and children's children, and that person and their parents.
func (w *writing) notAkin(ctx context.Context, couple [2]core.PersonID) error {
	const sql = `select exists (select from membership a join membership b on b.household = a.household
		where a.person = $1 and b.person = $2 and (a.until is null or a.until > a.since) and (b.until is null or b.until > b.since)
			and daterange(a.since, a.until) && daterange(b.since, b.until)
			and a.relation = any($3) and b.relation = any($3) and (a.relation <> all($4) or b.relation <> all($4)))`
	blood, elders := []string{"applicant", "child", "grandchild", "parent", "grandparent"}, []string{"parent", "grandparent"}
	var akin bool
	if err := w.tx.QueryRow(ctx, sql, int64(couple[0]), int64(couple[1]), blood, elders).Scan(&akin); err != nil {
		return pg.Fail(err, "look for kin")
	}
	if akin { // father and mother are no kin of one another
		return errKin
	}
	return nil
}

// mayAdopt refuses who is of age on the day, and who would come in as an elder of those who
// adopt.
func (w *writing) mayAdopt(ctx context.Context, child Mover) error {
	if slices.Contains([]core.Relation{"applicant", "spouse", "parent", "grandparent"}, child.Relation) {
		return errElder
	}
	if err := w.lock(ctx, []core.PersonID{child.Person}); err != nil {
		return err
	}
	_, birth, err := w.born(ctx, child.Person)
	if err == nil && !birth.IsZero() && birth.Age(w.event.Told.Day) >= comesOfAge {
		return errGrown
	}
	return err
}

// pairs refuses a spouse of somebody whom the household is not called after: they would be
// that one's.
func (w *writing) pairs(ctx context.Context, home core.HouseholdID, couple [2]core.PersonID) error {
	const sql = `select exists (select from membership a join membership b on b.household = a.household where a.household = $1 and a.until is null and b.until is null
		and a.person = any($2) and b.person = any($2) and a.person <> b.person and a.relation = 'spouse' and b.relation <> 'applicant')`
	var wrong bool
	if err := w.tx.QueryRow(ctx, sql, int64(home), idsOf(couple[:])).Scan(&wrong); err != nil {
		return pg.Fail(err, "look at a couple")
	}
	if wrong {
		return errNotTheirs
	}
	return nil
}

// Doubts is what speaks against an adoption and does not forbid it for certain: whoever
// registers it has seen the certificate.
type Doubts struct {
	Parents bool // the child belongs to a household with parents, or with somebody of their age
	Young   bool // nobody whom the other household is called after, nor their spouse, is known to be thirty
	Close   bool // who the other household is called after has no spouse in it, is of the other sex, and not known to be forty years older
}

// DoubtAdoption says what speaks against an adoption on a day. It shows nobody, so it
// leaves no trace. Close is no bar: the child of a brother or a sister is exempt (art.
// 1099), and the register does not know whose child one is.
func (l *Life) DoubtAdoption(ctx context.Context, tx *pg.Tx, child core.PersonID, household core.HouseholdID, on core.Date) (d Doubts, err error) {
	const sql = `select exists (select from membership c join membership p on p.household = c.household and p.person <> c.person and p.until is null
			where c.person = $1 and c.until is null and (c.relation, p.relation) in
				(('child', 'applicant'), ('child', 'spouse'), ('applicant', 'parent'), ('grandchild', 'child'))),
		not exists (select from membership m join person p on p.id = m.person where m.household = $2 and m.until is null
			and m.relation in ('applicant', 'spouse') and p.birth <= $3),
		exists (select from membership m join person p on p.id = m.person join person c on c.id = $1
			where m.household = $2 and m.until is null and m.relation = 'applicant' and p.sex <> c.sex
				and (p.birth + make_interval(years => $4) <= c.birth) is not true)
			and not exists (select from membership s where s.household = $2 and s.until is null and s.relation = 'spouse'
				and not exists (select from person_alias x where x.gone = s.person and x.ended is null))`
	err = tx.QueryRow(ctx, sql, int64(child), int64(household), pgDate(on.AddDate(-adopts, 0, 0)), apart).Scan(&d.Parents, &d.Young, &d.Close)
	return d, pg.Fail(err, "look at an adoption")
}
