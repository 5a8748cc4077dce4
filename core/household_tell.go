package core

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
)

// ErrNoFact says that a name is not, letter by letter, one of the facts that Tell knows.
// DecodeHousehold may still read it: it does not tell capitals from small letters.
var ErrNoFact = errors.New("no fact of this name")

// errValue says nothing of the value: it may be personal.
var errValue = errors.New("this is no value of the fact")

// Tell sets one fact of the household by its name and its value in JSON, as
// DecodeHousehold does with a whole one, for who has so many that writing each down as
// JSON first costs too much. It does not tell day, county and members; Check holds the
// whole to the limits afterwards. The value must be valid JSON.
// Errors: ErrNoFact; anything else for a value of another kind.
func (h *Household) Tell(name string, value []byte) error { return tell(householdTold, h, name, value) }

// Tell is the same for a member; it does not tell ref, relation, age and sex.
func (m *Member) Tell(name string, value []byte) error { return tell(memberTold, m, name, value) }

// A teller reads a value into its field.
type teller[T any] func(*T, []byte) error

func tell[T any](all map[string]teller[T], into *T, name string, value []byte) error {
	read, known := all[name]
	if !known {
		return ErrNoFact
	}
	if string(value) == "null" {
		return nil
	}
	return read(into, value)
}

// householdTold and memberTold name the fields as their tags do; a test holds them to the
// tags.
var (
	householdTold = map[string]teller[Household]{
		"area":                        words(func(h *Household) **Area { return &h.Area }),
		"hukou":                       words(func(h *Household) **Hukou { return &h.Hukou }),
		"income_per_capita_month":     with(ParseYuan, func(h *Household) **Fen { return &h.IncomePerCapitaMonth }),
		"income_12m":                  with(ParseYuan, func(h *Household) **Fen { return &h.Income12m }),
		"financial_assets_per_capita": with(ParseYuan, func(h *Household) **Fen { return &h.FinancialAssetsPerCapita }),
		"houses":                      with(strconv.Atoi, func(h *Household) **int { return &h.Houses }),
		"cars":                        with(strconv.Atoi, func(h *Household) **int { return &h.Cars }),
		"car_value":                   with(ParseYuan, func(h *Household) **Fen { return &h.CarValue }),
		"business_with_staff":         with(truth, func(h *Household) **bool { return &h.BusinessWithStaff }),
		"medical_12m":                 with(ParseYuan, func(h *Household) **Fen { return &h.Medical12m }),
		"education_12m":               with(ParseYuan, func(h *Household) **Fen { return &h.Education12m }),
		"rehab_12m":                   with(ParseYuan, func(h *Household) **Fen { return &h.Rehab12m }),
		"rigid_12m":                   with(ParseYuan, func(h *Household) **Fen { return &h.Rigid12m }),
		"house_grade":                 words(func(h *Household) **HouseGrade { return &h.HouseGrade }),
		"owns_home":                   with(truth, func(h *Household) **bool { return &h.OwnsHome }),
		"renting":                     with(truth, func(h *Household) **bool { return &h.Renting }),
		"legal_matter":                words(func(h *Household) **LegalMatter { return &h.LegalMatter }),
		"floor_area_per_capita":       with(hundredths, func(h *Household) **Hundredths { return &h.FloorAreaPerCapita }),
		"shocks":                      lists(func(h *Household) **[]Shock { return &h.Shocks }),
		"statuses":                    lists(func(h *Household) **[]Status { return &h.Statuses }),
	}
	memberTold = map[string]teller[Member]{
		"disability":            whole(func(m *Member) **Disability { return &m.Disability }),
		"adl_failed":            with(strconv.Atoi, func(m *Member) **int { return &m.ADLFailed }),
		"needs_long_term_care":  with(truth, func(m *Member) **bool { return &m.NeedsLongTermCare }),
		"work_ability":          words(func(m *Member) **WorkAbility { return &m.WorkAbility }),
		"employment":            words(func(m *Member) **Employment { return &m.Employment }),
		"unemployed_months":     with(strconv.Atoi, func(m *Member) **int { return &m.UnemployedMonths }),
		"school_stage":          words(func(m *Member) **SchoolStage { return &m.SchoolStage }),
		"orphan":                with(truth, func(m *Member) **bool { return &m.Orphan }),
		"parents":               lists(func(m *Member) **[]Parent { return &m.Parents }),
		"illness":               words(func(m *Member) **Illness { return &m.Illness }),
		"self_paid_medical_12m": with(ParseYuan, func(m *Member) **Fen { return &m.SelfPaidMedical12m }),
		"insurance":             words(func(m *Member) **Cover { return &m.Insurance }),
		"pension":               words(func(m *Member) **Cover { return &m.Pension }),
		"veteran":               with(truth, func(m *Member) **bool { return &m.Veteran }),
		"union_member":          with(truth, func(m *Member) **bool { return &m.UnionMember }),
		"lost_only_child":       with(truth, func(m *Member) **bool { return &m.LostOnlyChild }),
		"supporter":             words(func(m *Member) **Supporter { return &m.Supporter }),
	}
)

// with reads a field by how its value is written.
func with[T, V any](read func(string) (V, error), at func(*T) **V) teller[T] {
	return func(into *T, value []byte) error {
		v, err := read(string(value))
		if err != nil {
			return errValue
		}
		*at(into) = &v
		return nil
	}
}

func truth(s string) (bool, error) {
	if s != "true" && s != "false" {
		return false, errValue
	}
	return s == "true", nil
}

func hundredths(s string) (Hundredths, error) {
	n, err := ParseYuan(s)
	return Hundredths(n), err
}

// words reads a word. One that is written with escapes goes the long way.
func words[T any, V ~string](at func(*T) **V) teller[T] {
	long := whole(at)
	return func(into *T, value []byte) error {
		if n := len(value); n < 2 || value[0] != '"' || value[n-1] != '"' || bytes.IndexByte(value, '\\') >= 0 {
			return long(into, value)
		}
		v := V(value[1 : len(value)-1])
		*at(into) = &v
		return nil
	}
}

// lists reads a list; most are empty.
func lists[T, V any](at func(*T) **[]V) teller[T] {
	long := whole(at)
	return func(into *T, value []byte) error {
		if string(value) == "[]" {
			*at(into) = &[]V{}
			return nil
		}
		return long(into, value)
	}
}

// whole reads what is made of parts, strictly; most certificates are empty.
func whole[T, V any](at func(*T) **V) teller[T] {
	return func(into *T, value []byte) error {
		v := new(V)
		if string(value) != "{}" {
			d := json.NewDecoder(bytes.NewReader(value))
			d.DisallowUnknownFields()
			if d.Decode(v) != nil {
				return errValue
			}
		}
		*at(into) = v
		return nil
	}
}
