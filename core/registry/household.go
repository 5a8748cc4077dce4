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
// them (alias.go). It shows nothing of anybody, so it leaves no trace. Errors:
// ErrNoHousehold.
func (r *Registry) HouseholdOf(ctx context.Context, tx *pg.Tx, person core.PersonID) (core.HouseholdID, error) {
	var id core.HouseholdID
	const sql = `select household from membership where until is null and person in (select $1::bigint
		union all select kept from person_alias where gone = $1 and ended is null) order by person = $1 limit 1`
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
// that moment could have been based on (F34). Who belongs to the household, and where
// it lived, is read as of both times too. Errors: ErrNoHousehold, also for one that was
// not known yet; ErrBeyond when somebody of it is another township's now.
func (r *Registry) FactsAsOf(ctx context.Context, tx *pg.Tx, why Purpose, id core.HouseholdID, as AsOf) (core.Household, map[string]core.Provenance, error) {
	d, err := r.Dossier(ctx, tx, why, id, as)
	return d.Household, d.Sources, err
}

// gathering collects the facts of one household.
type gathering struct {
	as        AsOf
	home      Home
	order     []core.PersonID
	refs      map[core.PersonID]core.MemberRef
	relations map[core.PersonID]core.Relation
	top       map[string]json.RawMessage
	members   map[core.PersonID]map[string]json.RawMessage
	sources   map[string]core.Provenance
	facts     []Fact
	lived     belonged
}

func gatheringOf(as AsOf) gathering {
	return gathering{as: as, refs: map[core.PersonID]core.MemberRef{}, relations: map[core.PersonID]core.Relation{}, top: map[string]json.RawMessage{},
		members: map[core.PersonID]map[string]json.RawMessage{}, sources: map[string]core.Provenance{}}
}

func (r *Registry) gather(ctx context.Context, tx *pg.Tx, id core.HouseholdID, as AsOf) (gathering, error) {
	g := gatheringOf(as)
	if err := g.family(ctx, tx, id); err != nil {
		return g, err
	}
	if len(g.order) == 0 {
		return g, ErrNoHousehold
	}
	return g, g.sheets(ctx, tx, id)
}

// member takes one member with what the register of people itself says, and by whose word.
func (g *gathering) member(m counted) {
	g.order, g.refs[m.person], g.relations[m.person] = append(g.order, m.person), m.ref, core.Relation(m.relation)
	g.members[m.person] = map[string]json.RawMessage{"ref": text(string(m.ref)), "age": json.RawMessage("null")}
	own := func(path string, value json.RawMessage, from core.Date, by voucher) {
		g.members[m.person][path] = value
		w := word{m.person, path, value, by.source, from, by.known, 100, 0}
		g.told(laid{word: w})
	}
	if m.relation != "" {
		own("relation", text(m.relation), m.since, m.kin)
	}
	if m.sex != "" {
		own("sex", text(m.sex), m.birth, m.own)
	}
	if !m.birth.IsZero() {
		own("age", number(m.birth.Age(g.as.On)), m.birth, m.own)
	}
}

// told notes who says a fact.
func (g *gathering) told(f laid) {
	prefix := ""
	if f.about != 0 {
		prefix = "members/" + string(g.refs[f.about]) + "/"
	}
	from := core.Provenance{Said: f.source, At: f.known}
	if f.about == 0 && f.path == core.ShocksPath {
		from.Since = f.from
	}
	g.sources[prefix+f.path] = from
	fact := f.fact(prefix, g.as.Known)
	fact.Turned = g.turned(fact)
	g.facts = append(g.facts, fact)
}

// sheets lays what the sheets say over one another.
func (g *gathering) sheets(ctx context.Context, tx *pg.Tx, id core.HouseholdID) error {
	words, err := readWords(ctx, tx, id, g.order, g.as)
	if err != nil {
		return err
	}
	for _, f := range lay(words, g.as) {
		into := g.top
		if f.about != 0 {
			into = g.members[f.about]
		}
		into[f.path] = f.value
		g.told(f)
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
	h, err := core.DecodeKept(whole)
	if err != nil {
		return core.Household{}, core.E(core.KindInternal, "facts_unreadable", "").Wrap(err)
	}
	h.Told(g.sources)
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
