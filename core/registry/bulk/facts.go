package bulk

import (
	"encoding/json"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/tables"
	"lianou/core/wording"
)

// factPaths lists the facts a column may hold, by their keys in the schema. Those of
// a member say something about the person of the row, the others about the household.
func factPaths() []string {
	return []string{"area", "hukou", "income_per_capita_month", "income_12m", "financial_assets_per_capita", "houses", "cars", "car_value",
		"business_with_staff", "medical_12m", "education_12m", "rehab_12m", "rigid_12m", "house_grade", "owns_home", "renting", "floor_area_per_capita",
		"legal_matter", "statuses", "shocks.kind", "shocks.date", "shocks.loss", "shocks.damaged_home",
		"disability.kind", "disability.grade", "adl_failed", "needs_long_term_care", "work_ability", "employment", "unemployed_months", "school_stage",
		"orphan", "parents", "illness", "self_paid_medical_12m", "insurance", "pension", "veteran", "union_member", "lost_only_child", "supporter"}
}

// factsReader understands rows of facts.
type factsReader struct {
	*work
	paths []string // those the file has
}

func (w *work) factsReader() *factsReader {
	f := &factsReader{work: w}
	if w.Kind == Facts {
		for _, p := range factPaths() {
			if w.layout.has(p) {
				f.paths = append(f.paths, p)
			}
		}
	}
	return f
}

// sheets is what one row says: about the person, and about the household.
type sheets struct {
	from              core.Date
	person, household string // JSON objects; "" for nothing
}

func (s sheets) pack() string {
	return day(s.from) + separator + s.person + separator + s.household
}

// digest tells what two rows say of one household apart; "" for a row that says nothing of it.
func (s sheets) digest(seed maphash.Seed) string {
	if s.household == "" {
		return ""
	}
	return strconv.FormatUint(maphash.String(seed, s.household), 36)
}

func (f *factsReader) read(row tables.Row, seed maphash.Seed) (staged, *fault) {
	cell := func(field string) tables.Cell { return f.layout.cell(row, field) }
	id, bad := idNumber(cell(fID), f.today, false)
	if bad != "" {
		return staged{}, &fault{fID, bad}
	}
	home, bad := label(cell(fHome))
	if bad != "" {
		return staged{}, &fault{fHome, bad}
	}
	name, bad := plainText(cell(fName))
	if name != "" {
		name, bad = personName(cell(fName))
	}
	if bad != "" {
		return staged{}, &fault{fName, bad}
	}
	said, wrong := f.said(row)
	if wrong != nil {
		return staged{}, wrong
	}
	switch {
	case id.IsZero() && (home == "" || said.person != ""):
		return staged{}, &fault{fID, missing}
	case said.person == "" && said.household == "":
		return staged{}, &fault{"", noFacts}
	}
	// Two rows of one day about the same are one sheet said twice, or a contradiction.
	who := f.cfg.Registry.SourceKey(f.Numbers, home)
	blind := f.cfg.Registry.NumberBlind(id)
	key := string(who) + "/" + home
	if blind != nil {
		key = string(blind)
	}
	packed := said.pack()
	identity := f.cfg.Registry.SourceKey("facts of a day", day(said.from)+separator+key)
	n := 1
	if said.person != "" && said.household != "" {
		n = 2
	}
	return staged{row: row.Number, sheets: n, group: identity, identity: identity, content: int64(maphash.String(seed, packed)), packed: packed,
		blind: blind, name: name, home: who, aboutHome: said.household != "", on: said.from, place: said.digest(seed)}, nil
}

// said gathers the facts of a row.
func (f *factsReader) said(row tables.Row) (sheets, *fault) {
	out := sheets{}
	from, bad := dateOf(f.layout.cell(row, fFrom), row.Early, f.today)
	if bad != "" {
		return out, &fault{fFrom, bad}
	}
	if out.from = from; from.IsZero() {
		out.from = f.On
	}
	about := map[bool]map[string]any{true: {}, false: {}}
	for _, path := range f.paths {
		c := f.layout.cell(row, path)
		if c.Text == "" {
			continue
		}
		key, part, inside := strings.Cut(path, ".")
		_, member := wording.MemberFact(key)
		value, bad := factValue(path, c, row.Early, f.today)
		if bad != "" {
			return out, &fault{path, bad}
		}
		if !inside {
			about[member][key] = value
			continue
		}
		whole, _ := about[member][key].(map[string]any)
		if whole == nil {
			whole = map[string]any{}
			about[member][key] = whole
		}
		if value != nil {
			whole[part] = value
		}
	}
	if shock, ok := about[false]["shocks"]; ok {
		about[false]["shocks"] = []any{shock}
	}
	var wrong *fault
	out.person, wrong = f.sheet(about[true], true)
	if wrong == nil {
		out.household, wrong = f.sheet(about[false], false)
	}
	return out, wrong
}

// sheet writes facts down and holds them to the vocabulary.
func (f *factsReader) sheet(facts map[string]any, person bool) (string, *fault) {
	if len(facts) == 0 {
		return "", nil
	}
	b, err := json.Marshal(facts)
	if err == nil {
		err = f.asSheet(f.On, string(b)).Check(person)
	}
	if err == nil {
		return string(b), nil
	}
	// The vocabulary names the fact; its column is the row's fault.
	field := strings.TrimPrefix(core.Known(err).Field, "members.")
	at := slices.IndexFunc(f.paths, func(p string) bool { return p == field || strings.HasPrefix(p, field+".") })
	if at < 0 {
		return "", &fault{"", badValue}
	}
	return "", &fault{f.paths[at], badValue}
}

// factValue reads one cell as a value of a fact, in the words of desks or of the
// schema. nil without a reason says that there is none, such as a certificate.
func factValue(path string, c tables.Cell, early int, today core.Date) (any, reason) {
	f, ok := wording.HouseholdFact(path)
	if !ok {
		f, _ = wording.MemberFact(path)
	}
	none := c.Text == "无" || c.Text == "没有" || c.Text == "none"
	var value any
	switch {
	case path == "shocks.date":
		d, bad := dateOf(c, early, today)
		return d.String(), bad
	case strings.HasPrefix(path, "disability.") && none:
		return nil, ""
	case several(path):
		value, ok = words(f, c.Text)
	case len(f.Options) > 0:
		value, ok = word(f, strings.TrimSuffix(c.Text, "残疾"))
	default:
		n, isNumber := number(c.Text)
		switch {
		case !isNumber:
			return nil, badNumber
		case strings.HasPrefix(n.String(), "-"):
			return nil, badSign
		}
		value, ok = n, true
	}
	if !ok {
		return nil, badWord
	}
	return value, ""
}

// several reports whether a cell may hold several words of a field.
func several(path string) bool { return path == "statuses" || path == "parents" }

// word finds a closed answer; true, false and grades are no texts in the schema.
func word(f wording.Fact, said string) (any, bool) {
	if said == "TRUE" || said == "FALSE" { // a workbook's own yes and no
		said = strings.ToLower(said)
	}
	for _, o := range f.Options {
		if said != o.Value && said != o.Word && !strings.HasPrefix(o.Word, said+" ") && !strings.HasPrefix(o.Word, said+",") {
			continue
		}
		switch o.Value {
		case "true", "false":
			return o.Value == "true", true
		case "1", "2", "3", "4":
			return json.Number(o.Value), true
		}
		return o.Value, true
	}
	if no := said == "否" || said == "无"; f.Options[0].Value == "true" && (no || said == "是" || said == "有") {
		return !no, true
	}
	return nil, false
}

func words(f wording.Fact, said string) (any, bool) {
	out := []any{}
	for _, s := range strings.FieldsFunc(said, func(r rune) bool { return strings.ContainsRune("、,\uff0c;\uff1b/ ", r) }) {
		if s == "无" || s == "没有" {
			continue
		}
		v, ok := word(f, s)
		if !ok {
			return nil, false
		}
		out = append(out, v)
	}
	return out, true
}

// number takes a plain number, as people write money too.
func number(said string) (json.Number, bool) {
	s := strings.NewReplacer(",", "", "\uff0c", "", "元", "", "¥", "").Replace(said)
	if v, err := strconv.ParseFloat(s, 64); err != nil || len(s) > 20 || strings.Trim(s, "-.0123456789") != "" {
		return "", false
	} else if v == float64(int64(v)) {
		return json.Number(strconv.FormatInt(int64(v), 10)), true
	} else {
		return json.Number(strconv.FormatFloat(v, 'f', -1, 64)), true // ".5" is no number of JSON
	}
}
