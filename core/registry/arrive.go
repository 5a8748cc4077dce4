package registry

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// This file is what an import (core/registry/bulk) needs of the store: to meet many
// people at once, and to add people to households that stand already. All of it needs
// the role lianou_import, and writes no audit entry for each person: an import writes
// one for the whole file, with counts.

// Met is somebody an import found in the store by their number.
type Met struct {
	Blind     []byte // of the number, as NumberBlind gives it
	Person    core.PersonID
	Name      string
	Household core.HouseholdID // 0 for none
	Region    core.RegionCode  // township
}

// Meet gives those of some numbers that somebody in the store has.
func (r *Registry) Meet(ctx context.Context, tx *pg.Tx, blinds [][]byte) ([]Met, error) {
	// Each by the index, however many: the planner would rather read a whole small city.
	const sql = `select u.blind, p.id, p.name, p.region, coalesce(p.household, 0) from unnest($1::bytea[]) u (blind)
		cross join lateral (select p.id, p.name, p.region, (select m.household from membership m where m.person = p.id and m.until is null) as household
			from person p where p.id_blind = u.blind limit 1) p`
	rows, err := tx.Query(ctx, sql, blinds)
	if err != nil {
		return nil, pg.Fail(err, "look for people by number")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m Met, err error) {
		err = row.Scan(&m.Blind, &m.Person, &m.Name, &m.Region, &m.Household)
		return m, err
	})
	return list, pg.Fail(err, "look for people by number")
}

// Likeness is what two people share who may be one: the name, the birth date and the
// village, or the township where no village is known.
type Likeness struct {
	Name     string
	Birth    core.Date
	Region   core.RegionCode // nine or twelve digits
	Numbered bool            // they have a number, so whoever has another one is somebody else
}

// Resemble says of each likeness whether somebody in the store shares it. It is a
// candidate for people to look at and never a match.
func (r *Registry) Resemble(ctx context.Context, tx *pg.Tx, list []Likeness) ([]bool, error) {
	// By the index of those without a number, and by the birth date's token for the rest.
	const sql = `select u.n from unnest($1::int[], $2::text[], $3::date[], $4::text[], $5::bool[]) u (n, name, birth, place, numbered)
			join person p on p.id_blind is null and p.name = u.name and p.birth = u.birth and (p.village = u.place or p.region = u.place)
		union
		select u.n from unnest($1::int[], $2::text[], $3::date[], $4::text[], $5::bool[], $6::int8[]) u (n, name, birth, place, numbered, token)
			join person_token t on t.token = u.token and t.region = left(u.place, 9)
			join person p on p.id = t.person and p.name = u.name and p.birth = u.birth and (p.village = u.place or p.region = u.place)
			where not u.numbered`
	found := make([]bool, len(list))
	if len(list) == 0 {
		return found, nil
	}
	var c struct {
		n             []int32
		names, places []string
		births        []pgDate
		numbered      []bool
		tokens        []int64
	}
	for i, l := range list {
		c.n, c.names, c.places = append(c.n, int32(i)), append(c.names, l.Name), append(c.places, string(l.Region))
		c.births, c.numbered = append(c.births, pgDate(l.Birth)), append(c.numbered, l.Numbered)
		var token int64
		if !l.Numbered {
			token = r.words.birth(l.Birth)
		}
		c.tokens = append(c.tokens, token)
	}
	rows, err := tx.Query(ctx, sql, c.n, c.names, c.births, c.places, c.numbered, c.tokens)
	if err != nil {
		return nil, pg.Fail(err, "look for people alike")
	}
	var n int32
	_, err = pgx.ForEachRow(rows, []any{&n}, func() error { found[n] = true; return nil })
	return found, pg.Fail(err, "look for people alike")
}

// Resident is one member of a household now, as far as an import must know to add
// others.
type Resident struct {
	Household core.HouseholdID
	Home      core.RegionCode // village of the household, or its township
	Person    core.PersonID
	Ref       core.MemberRef
	Name      string
	Birth     core.Date // zero when not known
	Numbered  bool
	Relation  core.Relation // as it was written down when they came; "" when it was not
}

// Residents lists who lives in some households now, and who did: refs are not given
// twice. Gone is true for those.
func (r *Registry) Residents(ctx context.Context, tx *pg.Tx, households []core.HouseholdID) (now []Resident, gone []Resident, err error) {
	const sql = `select m.household, coalesce(nullif(h.village, ''), h.region), m.person, m.ref, p.name, p.birth, p.id_blind is not null, m.relation, m.until is not null
		from membership m join person p on p.id = m.person join household h on h.id = m.household
		where m.household = any ($1)`
	ids := make([]int64, len(households))
	for i, h := range households {
		ids[i] = int64(h)
	}
	rows, err := tx.Query(ctx, sql, ids)
	if err != nil {
		return nil, nil, pg.Fail(err, "read who lives in households")
	}
	var one Resident
	var birth *pgDate
	var ended bool
	_, err = pgx.ForEachRow(rows, []any{&one.Household, &one.Home, &one.Person, &one.Ref, &one.Name, &birth, &one.Numbered, &one.Relation, &ended}, func() error {
		if one.Birth = 0; birth != nil {
			one.Birth = core.Date(*birth)
		}
		if ended {
			gone = append(gone, one)
		} else {
			now = append(now, one)
		}
		return nil
	})
	return now, gone, pg.Fail(err, "read who lives in households")
}

// Joining is people on their way into a household that stands already.
type Joining struct {
	Household core.HouseholdID
	Home      core.RegionCode // village of the household, or its township
	Since     core.Date
	Members   []NewPerson // ids and refs given
}

// SealJoining makes the rows of people who join, as Seal does for whole households.
func (r *Registry) SealJoining(list []Joining, now time.Time) (Sealed, error) {
	var s Sealed
	for _, j := range list {
		town, village := string(j.Home.Township()), ""
		if len(j.Home) == 12 {
			village = string(j.Home)
		}
		for i := range j.Members {
			m := &j.Members[i]
			row, err := r.sealPerson(m, town, village, now)
			if err != nil {
				return Sealed{}, err
			}
			s.rows.people = append(s.rows.people, row)
			s.rows.memberships = append(s.rows.memberships, []any{int64(j.Household), int64(m.ID), town, string(m.Ref), string(m.Relation), pgDate(j.Since)})
			for _, token := range r.words.of(m.Name, m.Birth, m.IDNumber, m.Phone) {
				s.rows.tokens = append(s.rows.tokens, []any{token, town, int64(m.ID)})
			}
		}
		s.People += len(j.Members)
	}
	s.rows.sort()
	return s, nil
}

// NumberPeople takes ids for people and households who are about to come.
func (r *Registry) NumberPeople(ctx context.Context, tx *pg.Tx, people, households int) ([]core.PersonID, []core.HouseholdID, error) {
	take := func(sequence string, n int) ([]int64, error) {
		rows, err := tx.Query(ctx, `select nextval($1::text::regclass) from generate_series(1, $2)`, sequence, n)
		if err != nil {
			return nil, pg.Fail(err, "take numbers")
		}
		list, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		return list, pg.Fail(err, "take numbers")
	}
	ids, err := take("person_id_seq", people)
	if err != nil {
		return nil, nil, err
	}
	homes, err := take("household_id_seq", households)
	if err != nil {
		return nil, nil, err
	}
	p, h := make([]core.PersonID, people), make([]core.HouseholdID, households)
	for i, id := range ids {
		p[i] = core.PersonID(id)
	}
	for i, id := range homes {
		h[i] = core.HouseholdID(id)
	}
	return p, h, nil
}

// SourceKey is the keyed hash under which a household number of a source is kept.
func (r *Registry) SourceKey(source, number string) []byte {
	return r.ring.Blind("household.number", strconv.Itoa(len(source))+":"+source+number)[:16]
}
