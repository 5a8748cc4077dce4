package bulk

import (
	"hash/maphash"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/registry"
	"lianou/core/tables"
)

// person is one row of people as it was understood.
type person struct {
	home     string // household number of the source
	name     string
	id       core.IDNumber
	birth    core.Date
	sex      core.Sex
	relation core.Relation
	phone    core.Phone
	place    core.RegionCode
	detail   string
	hukou    core.RegionCode
	since    core.Date
	reviewed bool
}

// peopleReader understands rows of people.
type peopleReader struct {
	layout    *layout
	places    *places
	relations map[string]core.Relation
	today     core.Date
}

// read understands one row, or says what is wrong with it first.
func (p *peopleReader) read(row tables.Row) (person, *fault) {
	var out person
	cell := func(field string) tables.Cell { return p.layout.cell(row, field) }
	out.reviewed = yes(cell(fReviewed).Text)
	for _, step := range [...]struct {
		field string
		take  func(tables.Cell) reason
	}{
		{fName, func(c tables.Cell) (bad reason) { out.name, bad = personName(c); return bad }},
		{fHome, func(c tables.Cell) (bad reason) { out.home, bad = label(c); return orMissing(out.home, bad) }},
		{fID, func(c tables.Cell) (bad reason) { out.id, bad = idNumber(c, p.today, out.reviewed); return bad }},
		{fBirth, func(c tables.Cell) (bad reason) { out.birth, bad = dateOf(c, row.Early, p.today); return bad }},
		{fSince, func(c tables.Cell) (bad reason) { out.since, bad = dateOf(c, row.Early, p.today); return bad }},
		{fAddress, func(c tables.Cell) (bad reason) { out.detail, bad = plainText(c); return bad }},
		{fPhone, func(c tables.Cell) reason { return out.takePhone(c) }},
		{fRelation, func(c tables.Cell) reason { return out.takeRelation(c, p.relations) }},
		{fSex, func(c tables.Cell) reason { return out.takeSex(c) }},
		{fHukou, func(c tables.Cell) reason { return p.takeHukou(&out, c) }},
	} {
		if bad := step.take(cell(step.field)); bad != "" {
			return person{}, &fault{step.field, bad}
		}
	}
	if bad := out.agree(); bad != nil {
		return person{}, bad
	}
	if out.relation == "spouse" && out.birth.Age(p.today) < 18 { // no county registers such a marriage
		return person{}, &fault{fRelation, childSpouse}
	}
	return out, p.takePlace(&out, row)
}

func orMissing(s string, bad reason) reason {
	if bad == "" && s == "" {
		return missing
	}
	return bad
}

func (out *person) takePhone(c tables.Cell) reason {
	if c.Text == "" {
		return ""
	}
	if isFloat(c.Text) {
		return floatText
	}
	var err error
	if out.phone, err = core.ParsePhone(c.Text); err != nil {
		return badPhone
	}
	return ""
}

func (out *person) takeRelation(c tables.Cell, words map[string]core.Relation) reason {
	var ok bool
	if out.relation, ok = relationOf(words, c.Text); !ok && c.Text != "" {
		return badRelation
	}
	return ""
}

func (out *person) takeSex(c tables.Cell) reason {
	var ok bool
	if out.sex, ok = sexOf(c.Text); !ok {
		return badSex
	}
	return ""
}

func (p *peopleReader) takeHukou(out *person, c tables.Cell) reason {
	if c.Text == "" {
		return ""
	}
	code, ok := p.places.county(c.Text)
	if !ok {
		return badHukou
	}
	out.hukou = code
	return ""
}

// agree holds birth and sex to what the number says, and takes them from it.
func (out *person) agree() *fault {
	if out.id.IsZero() {
		if out.birth.IsZero() {
			return &fault{fBirth, noBirth}
		}
		return nil
	}
	sex := core.Sex("female")
	if out.id.Male() {
		sex = "male"
	}
	switch {
	case !out.birth.IsZero() && out.birth != out.id.Birth():
		return &fault{fBirth, birthDiffers}
	case out.sex != "" && out.sex != sex:
		return &fault{fSex, sexDiffers}
	}
	out.birth, out.sex = out.id.Birth(), sex
	return nil
}

func (p *peopleReader) takePlace(out *person, row tables.Row) *fault {
	at, field := place{}, fRegion
	if code := p.layout.cell(row, fRegion); code.Text != "" {
		at = p.places.byCode(code.Text)
	} else {
		field = fVillage
		if !p.layout.has(fVillage) {
			field = fTown
		}
		at = p.places.byName(p.layout.cell(row, fCounty).Text, p.layout.cell(row, fTown).Text, p.layout.cell(row, fVillage).Text)
	}
	if at.why != "" {
		return &fault{field, at.why}
	}
	out.place = at.code
	return nil
}

// separator stands between the parts of a staged row: no cell may hold it.
const separator = "\x1f"

// pack writes a person down for the staging table; it is sealed there.
func (out *person) pack() string {
	return strings.Join([]string{out.name, out.id.Reveal(), day(out.birth), string(out.sex), string(out.relation), out.phone.Reveal(),
		string(out.place), out.detail, string(out.hukou), day(out.since)}, separator)
}

func day(d core.Date) string { return strconv.Itoa(int(d)) }

// unpackPerson reads what pack wrote.
func unpackPerson(s string, today core.Date) (person, error) {
	broken := core.E(core.KindInternal, "staged_row_broken", "")
	parts := strings.Split(s, separator)
	if len(parts) != 10 {
		return person{}, broken
	}
	out := person{name: parts[0], sex: core.Sex(parts[3]), relation: core.Relation(parts[4]), place: core.RegionCode(parts[6]), detail: parts[7], hukou: core.RegionCode(parts[8])}
	birth, err1 := strconv.Atoi(parts[2])
	since, err2 := strconv.Atoi(parts[9])
	if err1 != nil || err2 != nil {
		return person{}, broken
	}
	out.birth, out.since = core.Date(birth), core.Date(since)
	var err error
	if parts[1] != "" {
		if out.id, err = core.ParseID(parts[1], today); err != nil {
			return person{}, broken
		}
	}
	if parts[5] != "" {
		if out.phone, err = core.ParsePhone(parts[5]); err != nil {
			return person{}, broken
		}
	}
	return out, nil
}

// kinOf marks of whom a household has one only.
func kinOf(r core.Relation) int16 {
	switch r {
	case "applicant":
		return 1
	case "spouse":
		return 2
	}
	return 0
}

// stage makes the row of the staging table that a person becomes.
func (out *person) stage(reg *registry.Registry, source string, row int, seed maphash.Seed) staged {
	packed := out.pack()
	s := staged{row: row, group: reg.SourceKey(source, out.home), place: string(out.place), packed: packed,
		content: int64(maphash.String(seed, packed+separator+out.home)), blind: reg.NumberBlind(out.id),
		name: out.name, reviewed: out.reviewed, birth: out.birth, kin: kinOf(out.relation)}
	switch {
	case s.blind != nil:
		s.identity = s.blind
	case out.reviewed: // somebody looked: whoever is alike in another household is another one
		s.identity = reg.SourceKey(source, strings.Join([]string{out.name, day(out.birth), string(out.place), out.home}, separator))
	default:
		s.identity = reg.SourceKey(source, strings.Join([]string{out.name, day(out.birth), string(out.place)}, separator))
	}
	return s
}
