package seed

import (
	"fmt"
	"math/rand/v2"

	"lianou/core"
	"lianou/core/registry"
)

// maker invents the households of one chunk.
type maker struct {
	r      *rand.Rand
	number numberer
	today  core.Date
}

// role is one place in a family: how the person is related to the first one, and
// how old they are. The first one's age is drawn; the others' hang on it.
type role struct {
	relation core.Relation
	from, to int  // years of age; for a child, years younger than the first
	younger  bool // from and to count down from the first one's age
	older    bool // from and to count up
}

// family is a kind of household with its share per thousand.
type family []role

var families = weighted([]share[family]{
	{family{{"applicant", 62, 92, false, false}}, 75},
	{family{{"applicant", 20, 60, false, false}}, 85},
	{family{{"applicant", 60, 88, false, false}, {"spouse", -4, 5, true, false}}, 170},
	{family{{"applicant", 24, 60, false, false}, {"spouse", -3, 4, true, false}}, 110},
	{family{{"applicant", 26, 52, false, false}, {"spouse", -3, 4, true, false}, {"child", 22, 32, true, false}}, 215},
	{family{{"applicant", 28, 54, false, false}, {"spouse", -3, 4, true, false}, {"child", 22, 28, true, false}, {"child", 26, 34, true, false}}, 135},
	{family{{"applicant", 30, 52, false, false}, {"spouse", -3, 4, true, false}, {"child", 22, 30, true, false}, {"parent", 22, 32, false, true}}, 60},
	{family{{"applicant", 32, 52, false, false}, {"spouse", -3, 4, true, false}, {"child", 22, 28, true, false}, {"child", 25, 32, true, false}, {"parent", 22, 30, false, true}, {"parent", 21, 31, false, true}}, 70},
	{family{{"applicant", 55, 75, false, false}, {"child", 22, 34, true, false}}, 30},
	{family{{"applicant", 27, 50, false, false}, {"child", 21, 32, true, false}}, 30},
	{family{{"applicant", 56, 78, false, false}, {"grandchild", 46, 62, true, false}}, 20},
})

// household invents one family in a village, of at most `room` people.
func (m *maker) household(village core.RegionCode, room int) registry.NewHousehold {
	plan := families.draw(m.r)
	if len(plan) > room {
		plan = plan[:room]
	}
	county := village.County()
	if county == "371471" || county == "371472" {
		county = "371402" // the two zones register in no book of their own
	}
	h := home{urban: urban(village), hukou: "local", county: county}
	switch {
	case chance(m.r, 12):
		h.hukou = "permit"
	case chance(m.r, 12):
		h.hukou = "other"
	}
	h.people = m.people(plan, county)
	out := registry.NewHousehold{
		Live:  core.Place{Region: village, Detail: m.door(h.urban)},
		Since: m.today.AddDate(-1-m.r.IntN(20), -m.r.IntN(12), 0),
	}
	if h.hukou == "local" {
		out.Hukou = county
	}
	m.condition(&h)
	out.Members = m.members(&h)
	out.Sheets = m.householdSheets(&h)
	return out
}

func (m *maker) door(urban bool) string {
	if urban {
		return fmt.Sprintf("%d号楼%d单元%d", 1+m.r.IntN(40), 1+m.r.IntN(4), 100*(1+m.r.IntN(6))+1+m.r.IntN(3))
	}
	return fmt.Sprintf("%d号", 1+m.r.IntN(300))
}

// home is a household while it is being invented.
type home struct {
	urban    bool
	hukou    string
	county   core.RegionCode
	people   []person
	ipc      core.Fen // income per head and month
	medical  core.Fen // own pocket, twelve months, whole household
	statuses []string
	shock    string // a JSON list
}

// person is a member while being invented.
type person struct {
	relation core.Relation
	name     string
	id       core.IDNumber
	birth    core.Date
	age      int
	male     bool

	disKind  string // "" for none
	disGrade int
	adl      int // activities failed, of six
	illness  string
	medical  core.Fen
	work     string
	employ   string
	stage    string // "" when past school age
}

// people draws ages, sexes and numbers. Children take the father's surname, and
// couples are man and woman.
func (m *maker) people(plan family, county core.RegionCode) []person {
	list := make([]person, 0, len(plan))
	surname := surnames.draw(m.r)
	var first, parents int
	for i, role := range plan {
		p := person{relation: role.relation, male: m.r.IntN(2) == 0}
		age := role.from + m.r.IntN(role.to-role.from+1)
		switch {
		case role.younger:
			age = max(0, first-age)
		case role.older:
			age = min(101, first+age)
		}
		own := surname
		switch role.relation {
		case "applicant":
			first = age
			p.male = len(plan) == 1 || plan[1].relation != "spouse" || chance(m.r, 800)
			if len(plan) == 1 {
				p.male = m.r.IntN(2) == 0
			}
			if !p.male {
				own = surnames.draw(m.r)
			}
		case "spouse":
			if p.male = !list[0].male; !p.male {
				own = surnames.draw(m.r)
			}
		case "parent":
			p.male = parents == 0 && chance(m.r, 550)
			if parents++; parents == 2 {
				p.male = !list[i-1].male
			}
			if !p.male {
				own = surnames.draw(m.r)
			}
		}
		birth := m.number.birthOn(m.today.AddDate(-age, 0, -m.r.IntN(360)))
		p.id, p.birth = m.number.id(m.r, addressCode(m.r, county, birth), birth, p.male)
		p.age = p.birth.Age(m.today)
		p.name = fullName(m.r, own, p.male, p.birth.Time().Year())
		list = append(list, p)
	}
	return list
}

// members turns the invented people into rows for the registry.
func (m *maker) members(h *home) []registry.NewPerson {
	out := make([]registry.NewPerson, len(h.people))
	for i := range h.people {
		p := &h.people[i]
		out[i] = registry.NewPerson{
			Ref: core.MemberRef(fmt.Sprintf("m%d", i+1)), Relation: p.relation, Name: p.name, IDNumber: p.id,
			Birth: p.birth, Sex: sexOf(p.male), Sheets: m.personSheets(h, p),
		}
		if p.age >= 14 && (p.age < 70 || chance(m.r, 650)) {
			out[i].Phone = phone(m.r)
		}
		if i == 0 || (p.age >= 18 && chance(m.r, 800)) {
			out[i].Account = card(m.r)
		}
	}
	return out
}

func sexOf(male bool) core.Sex {
	if male {
		return "male"
	}
	return "female"
}
