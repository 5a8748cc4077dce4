package registry

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// spouse finds who surely is somebody's living spouse in their household: who it is called
// after and who is their spouse; its father and mother, where they are two and no parent of a
// wife can be meant; and a couple whose marriage was registered here and not ended. $2 is whom
// they marry now: father and mother who never were married may be.
const spouse = `select exists (select from membership a join membership b on b.household = a.household and b.person <> a.person
		join person p on p.id = a.person join person q on q.id = b.person
	where a.person = $1 and a.until is null and b.until is null
		and not exists (select from person_alias x where x.gone = b.person and x.ended is null)
		and ((a.relation, b.relation) in (('applicant', 'spouse'), ('spouse', 'applicant'))
			or a.relation = 'parent' and b.relation = 'parent' and b.person <> $2 and p.sex <> q.sex
				and (select count(*) from membership n where n.household = a.household and n.until is null and n.relation = 'parent') = 2
				and not exists (select from membership s where s.household = a.household and s.relation = 'spouse' and s.until is distinct from s.since)
			or exists (select from life_change c join life_event e on e.id = c.event and e.kind = 'marriage'
				where c.person in (a.person, b.person) and (c.after ->> 'wed')::bigint in (a.person, b.person)
					and not exists (select from life_event u where u.undoes = e.id)
					and not exists (select from life_change d join life_event f on f.id = d.event and f.kind = 'divorce'
						where d.person in (a.person, b.person) and f.id > e.id and not exists (select from life_event u where u.undoes = f.id)))))`

// married reports whether somebody has a spouse already, as far as the register knows for
// certain. What it only suspects: DoubtMarriage.
func (w *writing) married(ctx context.Context, id, with core.PersonID) (yes bool, err error) {
	err = w.tx.QueryRow(ctx, spouse, int64(id), int64(with)).Scan(&yes)
	return yes, pg.Fail(err, "look for a spouse")
}

// CoupleDoubts is what speaks against a marriage and does not forbid it for certain: whoever
// registers it has seen the certificate.
type CoupleDoubts struct {
	Beside []Beside
	Kin    bool // they stood in one household as what an elder and their child may stand as
}

// Any reports whether there is something to look at.
func (d CoupleDoubts) Any() bool { return d.Kin || len(d.Beside) > 0 }

// Beside is somebody in the household of one of the couple who may be that one's spouse.
type Beside struct {
	Of       core.PersonID
	Relation core.Relation // of who may be
}

// DoubtMarriage says what speaks against a marriage on a day. It shows nobody, so it leaves
// no trace. A mother of the applicant and one of the applicant's spouse are both a parent, a
// daughter's husband and a nephew both somebody else: which it is a person has to see.
func (l *Life) DoubtMarriage(ctx context.Context, tx *pg.Tx, couple [2]core.PersonID, on core.Date) (d CoupleDoubts, err error) {
	const beside = `select distinct a.person, b.relation from membership a join membership b on b.household = a.household
			join person p on p.id = a.person join person q on q.id = b.person
		where a.person = any($1) and b.person <> all($1) and a.until is null and b.until is null
			and not exists (select from person_alias x where x.gone = b.person and x.ended is null)
			and (p.sex <> q.sex) is not false and (q.birth + make_interval(years => $3) <= $2::date) is not false
			and (a.relation, b.relation) in (('parent', 'parent'), ('grandparent', 'grandparent'), ('child', 'other'), ('other', 'child'),
				('other', 'other'), ('grandchild', 'other'), ('other', 'grandchild'))
		order by a.person, b.relation`
	rows, err := tx.Query(ctx, beside, idsOf(couple[:]), pgDate(on), womanMarries)
	if err != nil {
		return d, pg.Fail(err, "look for who may be a spouse")
	}
	if d.Beside, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Beside]); err != nil {
		return d, pg.Fail(err, "look for who may be a spouse")
	}
	const kin = `select exists (select from membership a join membership b on b.household = a.household
		where a.person = any($1) and b.person = any($1) and a.person <> b.person and (a.until is null or a.until > a.since) and (b.until is null or b.until > b.since)
			and daterange(a.since, a.until) && daterange(b.since, b.until)
			and (a.relation, b.relation) in (('spouse', 'child'), ('spouse', 'grandchild'), ('parent', 'grandparent'), ('other', 'grandchild'), ('other', 'child')))`
	err = tx.QueryRow(ctx, kin, idsOf(couple[:])).Scan(&d.Kin)
	return d, pg.Fail(err, "look for who may be kin")
}
