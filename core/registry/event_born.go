package registry

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// What somebody may be to the one a household is called after on the day they are born:
// parents are at least so many years older, grandparents twice as many. Nobody is born as a
// spouse, as an elder or as the one the household is called after.
const parentAge = 14

// BornSince is the earliest day of a birth that is told on a day. A birth is registered
// within a month (Regulations on Household Registration, art. 7); who has had a first
// birthday is registered late, by the police, who look into whose child it is.
func BornSince(today core.Date) core.Date { return today.AddDate(-1, 0, 0) }

// Errors of births that cannot be; each says in Chinese what to do.
var (
	errBornAs   = core.Invalid("relation", "刚生的孩子,在这一家里是子女、孙子女或者其他,申请人的年纪也要对得上。请重新选。")
	errBornLate = core.Invalid("day", "生下来满了一周岁的,是补登户口,不在这里登记。请他家带上出生证明,到派出所补登。补好了,有了身份证号,再登记「添了还没登记过的人」。日子填错了的,改一下。")
)

// BornAs gives what a child born on a day may be to the one whom a household of these members
// is called after. Whose age is not known is old enough.
func BornAs(members []Member, on core.Date) []core.Relation {
	first, known := on, true
	for _, m := range members {
		if m.Relation == "applicant" || m.Relation == "spouse" {
			first, known = min(first, m.Person.Birth), known && !m.Person.Birth.IsZero()
		}
	}
	var out []core.Relation
	for years, r := range []core.Relation{"child", "grandchild"} {
		if !known || first.Age(on) >= (years+1)*parentAge {
			out = append(out, r)
		}
	}
	return append(out, "other") // a brother's child, or a brother
}

// elders reads those by whose age it is told what a child may be to them.
func (w *writing) elders(ctx context.Context, home core.HouseholdID) ([]Member, error) {
	const sql = `select m.relation, coalesce(p.birth - date '1970-01-01', 0) from membership m join person p on p.id = m.person
		where m.household = $1 and m.until is null and m.relation in ('applicant', 'spouse')`
	rows, err := w.tx.Query(ctx, sql, int64(home))
	if err != nil {
		return nil, pg.Fail(err, "read the elders of a household")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m Member, err error) {
		return m, row.Scan(&m.Relation, &m.Person.Birth)
	})
	return list, pg.Fail(err, "read the elders of a household")
}
