package registry

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Member is one person of a household, under the ref that its facts use.
type Member struct {
	Ref      core.MemberRef
	Relation core.Relation
	Person   Person
}

// Home is a household without its facts.
type Home struct {
	ID      core.HouseholdID
	Region  core.RegionCode // township
	Village core.RegionCode
	Hukou   core.RegionCode // county of registration; "" outside the city or not known
}

// ErrNoHousehold says that a person belongs to no household within the scope.
var ErrNoHousehold = core.E(core.KindNotFound, "household_unknown", "这个人还没有登记家庭,请先登记家庭成员。")

// HouseholdOf gives the household a person belongs to now, or the row that stands for
// them (alias.go). It shows nothing of
// anybody, so it leaves no trace. Errors: ErrNoHousehold.
func (r *Registry) HouseholdOf(ctx context.Context, tx *pg.Tx, person core.PersonID) (core.HouseholdID, error) {
	var id core.HouseholdID
	const sql = `select household from membership where until is null and (person = $1
		or person in (select kept from person_alias where gone = $1 and ended is null)) order by person = $1 limit 1`
	err := tx.QueryRow(ctx, sql, int64(person)).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, ErrNoHousehold
	}
	return id, pg.Fail(err, "find the household of a person")
}

// Home reads where a household lives and is registered. Errors: ErrNoHousehold.
func (r *Registry) Home(ctx context.Context, tx *pg.Tx, id core.HouseholdID) (Home, error) {
	var h Home
	const sql = `select id, region, village, hukou from household where id = $1`
	err := tx.QueryRow(ctx, sql, int64(id)).Scan(&h.ID, &h.Region, &h.Village, &h.Hukou)
	if errors.Is(err, pgx.ErrNoRows) {
		return Home{}, ErrNoHousehold
	}
	return h, pg.Fail(err, "read a household")
}

// Address opens where a household lives, down to the door; "" when not known.
func (r *Registry) Address(ctx context.Context, tx *pg.Tx, why Purpose, id core.HouseholdID) (string, error) {
	var region core.RegionCode
	var sealed []byte
	err := tx.QueryRow(ctx, `select region, address from household where id = $1`, int64(id)).Scan(&region, &sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", ErrNoHousehold
	}
	if err != nil {
		return "", pg.Fail(err, "read an address")
	}
	if sealed == nil {
		return "", nil
	}
	plain, err := r.ring.Open(sealed, at("household", int64(id), "address"))
	if err != nil {
		return "", err
	}
	return string(plain), r.trace(ctx, tx, why, "household.read", Person{Region: region}, looked{Home: id, Shown: []string{"address"}})
}

// Members reads the people of a household as of now, in the order of their refs,
// in one audit entry; who stands aside for another member is not among them. An
// unknown household has none.
func (r *Registry) Members(ctx context.Context, tx *pg.Tx, why Purpose, id core.HouseholdID) ([]Member, error) {
	const sql = `select ` + personColumns + ` from membership mm join person p on p.id = mm.person
		where mm.household = $1 and mm.until is null
			and not exists (select from person_alias a join membership k on k.person = a.kept and k.household = mm.household and k.until is null
				where a.gone = mm.person and a.ended is null) order by mm.ref`
	people, err := r.people(ctx, tx, sql, int64(id))
	if err != nil {
		return nil, err
	}
	roles, err := r.roles(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	detail := looked{Home: id, Shown: []string{"name", "birth", "sex", "village", "id_number", "phone"}}
	list := make([]Member, 0, len(people))
	for _, p := range people {
		m := roles[p.ID]
		m.Person = p
		list = append(list, m)
		detail.Persons = append(detail.Persons, p.ID)
	}
	if len(list) == 0 {
		return nil, nil
	}
	return list, r.trace(ctx, tx, why, "household.read", Person{Region: people[0].Region}, detail)
}

// roles reads under which ref and relation the members stand.
func (r *Registry) roles(ctx context.Context, tx *pg.Tx, id core.HouseholdID) (map[core.PersonID]Member, error) {
	rows, err := tx.Query(ctx, `select person, ref, relation from membership where household = $1 and until is null`, int64(id))
	if err != nil {
		return nil, pg.Fail(err, "read memberships")
	}
	out := map[core.PersonID]Member{}
	var p core.PersonID
	var m Member
	_, err = pgx.ForEachRow(rows, []any{&p, &m.Ref, &m.Relation}, func() error { out[p] = m; return nil })
	return out, pg.Fail(err, "read memberships")
}

// Facts gives all that the store holds about a household as it was true on a day
// and is known now, with the source of each fact under its path ("income_12m",
// "members/m1/age"). Age, sex and relation come from the persons themselves.
// Errors: ErrNoHousehold, also for a household without members.
func (r *Registry) Facts(ctx context.Context, tx *pg.Tx, why Purpose, id core.HouseholdID, on core.Date) (core.Household, map[string]core.Provenance, error) {
	return r.FactsAsOf(ctx, tx, why, id, AsOf{On: on, Known: tx.Now()})
}

// FactsAsOf is Facts as they were known at an earlier moment: what a decision of
// that moment could have been based on (F34). Who belongs to the household is read
// as of the day.
func (r *Registry) FactsAsOf(ctx context.Context, tx *pg.Tx, why Purpose, id core.HouseholdID, as AsOf) (core.Household, map[string]core.Provenance, error) {
	home, err := r.Home(ctx, tx, id)
	if err != nil {
		return core.Household{}, nil, err
	}
	g := gathering{as: as, sources: map[string]core.Provenance{}, top: map[string]json.RawMessage{}, members: map[core.PersonID]map[string]json.RawMessage{}}
	if err := g.people(ctx, tx, id); err != nil {
		return core.Household{}, nil, err
	}
	if len(g.order) == 0 {
		return core.Household{}, nil, ErrNoHousehold
	}
	if err := g.sheets(ctx, tx, id); err != nil {
		return core.Household{}, nil, err
	}
	h, err := g.household(home)
	if err != nil {
		return core.Household{}, nil, err
	}
	detail := looked{Home: id, Persons: g.order, Paths: map[string]string{}}
	for path, src := range g.sources {
		detail.Paths[path] = src.Said
	}
	return h, g.sources, r.trace(ctx, tx, why, "facts.read", Person{Region: home.Region}, detail)
}

// gathering collects the facts of one household.
type gathering struct {
	as      AsOf
	order   []core.PersonID
	refs    map[core.PersonID]core.MemberRef
	top     map[string]json.RawMessage
	members map[core.PersonID]map[string]json.RawMessage
	sources map[string]core.Provenance
}

// people takes the members as of the day asked for.
func (g *gathering) people(ctx context.Context, tx *pg.Tx, id core.HouseholdID) error {
	const sql = `select p.id, m.ref, m.relation, p.birth, coalesce(p.sex, ''), p.made
		from membership m join person p on p.id = m.person
		where m.household = $1 and m.since <= $2 and (m.until is null or m.until > $2)
			and not exists (select from person_alias a join membership k on k.person = a.kept and k.household = m.household
					and k.since <= $2 and (k.until is null or k.until > $2)
				where a.gone = m.person and a.at <= $3 and (a.ended is null or a.ended > $3)) order by m.ref`
	rows, err := tx.Query(ctx, sql, int64(id), pgDate(g.as.On), g.as.Known)
	if err != nil {
		return pg.Fail(err, "read the members of a household")
	}
	g.refs = map[core.PersonID]core.MemberRef{}
	var p core.PersonID
	var ref core.MemberRef
	var relation, sex string
	var birth *pgDate
	var src core.Provenance
	src.Said = "registry:population"
	_, err = pgx.ForEachRow(rows, []any{&p, &ref, &relation, &birth, &sex, &src.At}, func() error {
		g.order, g.refs[p] = append(g.order, p), ref
		facts := map[string]json.RawMessage{"ref": text(string(ref)), "age": json.RawMessage("null")}
		if relation != "" {
			facts["relation"] = text(relation)
			g.sources["members/"+string(ref)+"/relation"] = src
		}
		if sex != "" {
			facts["sex"] = text(sex)
			g.sources["members/"+string(ref)+"/sex"] = src
		}
		if birth != nil {
			facts["age"] = number(core.Date(*birth).Age(g.as.On))
			g.sources["members/"+string(ref)+"/age"] = src
		}
		g.members[p] = facts
		return nil
	})
	return pg.Fail(err, "read the members of a household")
}

// sheets lays the sheets over one another, oldest first.
func (g *gathering) sheets(ctx context.Context, tx *pg.Tx, id core.HouseholdID) error {
	list, err := readSheets(ctx, tx, id, g.order, g.as)
	if err != nil {
		return err
	}
	for _, s := range list {
		into, prefix := g.top, ""
		if s.person != 0 {
			into, prefix = g.members[s.person], "members/"+string(g.refs[s.person])+"/"
		}
		var facts map[string]json.RawMessage
		if err := json.Unmarshal(s.Facts, &facts); err != nil {
			return core.E(core.KindInternal, "sheet_unreadable", "")
		}
		for path, value := range facts {
			into[path] = value
			g.sources[prefix+path] = core.Provenance{Said: s.Source, At: s.KnownAt}
			if string(value) == "null" {
				delete(g.sources, prefix+path)
			}
		}
	}
	return nil
}

// household makes the strict form of what was gathered. The county whose standard
// applies is that of the registration when it is local, else where they live.
func (g *gathering) household(home Home) (core.Household, error) {
	county := home.Region.County()
	if home.Hukou != "" && string(g.top["hukou"]) != `"other"` && string(g.top["hukou"]) != `"permit"` {
		county = home.Hukou.County()
	}
	g.top["on"], g.top["county"] = text(g.as.On.String()), text(string(county))
	members := make([]map[string]json.RawMessage, 0, len(g.order))
	for _, p := range g.order {
		members = append(members, g.members[p])
	}
	all, err := json.Marshal(members)
	if err != nil {
		return core.Household{}, core.E(core.KindInternal, "facts_unreadable", "")
	}
	g.top["members"] = all
	whole, err := json.Marshal(g.top)
	if err != nil {
		return core.Household{}, core.E(core.KindInternal, "facts_unreadable", "")
	}
	h, err := core.DecodeHousehold(whole)
	if err != nil {
		return core.Household{}, core.E(core.KindInternal, "facts_unreadable", "").Wrap(err)
	}
	return h, nil
}

func text(s string) json.RawMessage {
	b, _ := json.Marshal(s) // a string always encodes
	return b
}

func number(n int) json.RawMessage {
	b, _ := json.Marshal(n) // an int always encodes
	return b
}
