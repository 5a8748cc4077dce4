package core

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
)

// Limits on a stated household. They stop typing mistakes and hostile input; no
// real household in the samples comes near them.
const (
	MaxMembers = 30
	MaxShocks  = 20
	maxAge     = 130
)

// DecodeHousehold reads one household from JSON, strictly: unknown keys, unknown
// words, a second value after the first and anything outside the limits are
// KindInvalid, and Field names the place.
func DecodeHousehold(b []byte) (Household, error) {
	h, err := DecodeKept(b)
	if err == nil {
		err = h.oneHead()
	}
	return h, err
}

// DecodeKept is DecodeHousehold of what a register keeps: a household that files of before gave two
// heads is read, so that somebody can put it right.
func DecodeKept(b []byte) (Household, error) {
	var h Household
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&h); err != nil {
		return Household{}, badFacts(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Household{}, badFacts(errors.New("more than one value"))
	}
	return h, h.checkKept()
}

func badFacts(err error) error {
	known := &Error{}
	if errors.As(err, &known) {
		return known
	}
	field := "facts"
	var typed *json.UnmarshalTypeError
	if errors.As(err, &typed) {
		field = typed.Field
	}
	// The decoder's own text may quote the input, which may be personal: it is
	// kept for the log's error kind only through Code, and not wrapped.
	// An unknown field's name is input as well, and may be a number of a person: it is
	// told to who sent it and is no part of the code, which goes into logs.
	if name, found := strings.CutPrefix(err.Error(), "json: unknown field "); found {
		return &Error{Kind: KindInvalid, Code: "unknown_fact", Field: strings.Trim(name, `"`), Say: "有一项填法不认识,请检查后再提交。"}
	}
	return Invalid(field, "有一项填法不认识,请检查后再提交。")
}

// Check holds the household to the schema: known words, members present with
// unique refs and one head at most, numbers inside limits.
func (h *Household) Check() error {
	if err := h.checkKept(); err != nil {
		return err
	}
	return h.oneHead()
}

// ErrTwoHeads says that two members are written down as the one whom the others are related to.
var ErrTwoHeads = &Error{Kind: KindInvalid, Code: "two_heads", Field: "members.relation", Say: "家里写了两个申请人(户主)。留一个,别的写和他的关系。"}

// Heads is how many members are written down as the one whom the others are related to; families
// that came in before it was looked at may have two.
func (h *Household) Heads() (n int) {
	for i := range h.Members {
		if h.Members[i].Relation == "applicant" {
			n++
		}
	}
	return n
}

func (h *Household) oneHead() error {
	if h.Heads() > 1 {
		return ErrTwoHeads
	}
	return nil
}

func (h *Household) checkKept() error {
	c := checker{}
	if h.On.IsZero() {
		c.bad("on")
	}
	if r, err := ParseRegion(string(h.County)); err != nil || len(r) != 6 {
		c.bad("county")
	}
	word(&c, "area", h.Area, areas)
	word(&c, "hukou", h.Hukou, hukous)
	word(&c, "house_grade", h.HouseGrade, houseGrades)
	word(&c, "legal_matter", h.LegalMatter, legalMatters)
	for name, v := range map[string]*Fen{
		"income_12m": h.Income12m, "car_value": h.CarValue,
		"financial_assets_per_capita": h.FinancialAssetsPerCapita,
		"medical_12m":                 h.Medical12m, "education_12m": h.Education12m,
		"rehab_12m": h.Rehab12m, "rigid_12m": h.Rigid12m,
	} {
		c.money(name, v)
	}
	// Net business income may be negative; everything else is not.
	if h.IncomePerCapitaMonth != nil && *h.IncomePerCapitaMonth < -MaxAmount {
		c.bad("income_per_capita_month")
	}
	c.count("houses", h.Houses)
	c.count("cars", h.Cars)
	if h.FloorAreaPerCapita != nil && (*h.FloorAreaPerCapita < 0 || *h.FloorAreaPerCapita > 10_000_00) {
		c.bad("floor_area_per_capita")
	}
	c.shocks(h.Shocks)
	if h.Statuses != nil {
		for i := range *h.Statuses {
			word(&c, "statuses", &(*h.Statuses)[i], statuses)
		}
	}
	c.members(h.Members)
	return c.err
}

// checker keeps the first fault found.
type checker struct{ err error }

func (c *checker) bad(field string) {
	if c.err == nil {
		c.err = Invalid(field, "有一项填得不对,请检查后再提交。")
	}
}

func (c *checker) money(field string, v *Fen) {
	if v != nil && (*v < 0 || *v > MaxAmount) {
		c.bad(field)
	}
}

// CountLimit is the most that a fact that is counted may be, by its key without the member;
// the least is 0. It is false for a fact that is not counted.
func CountLimit(key string) (int, bool) {
	switch key {
	case "houses", "cars":
		return 100, true
	case "age":
		return maxAge, true
	case "adl_failed":
		return 6, true
	case "unemployed_months":
		return 12 * maxAge, true
	}
	return 0, false
}

func (c *checker) count(field string, v *int) {
	limit, _ := CountLimit(strings.TrimPrefix(field, "members."))
	if v != nil && (*v < 0 || *v > limit) {
		c.bad(field)
	}
}

func word[T ~string](c *checker, field string, v *T, allowed []T) {
	if v != nil && !slices.Contains(allowed, *v) {
		c.bad(field)
	}
}

func (c *checker) shocks(list *[]Shock) {
	if list == nil {
		return
	}
	if len(*list) > MaxShocks {
		c.bad("shocks")
	}
	for i := range *list {
		s := &(*list)[i]
		word(c, "shocks.kind", &s.Kind, shockKinds)
		word(c, "shocks.damaged_home", s.DamagedHome, damages)
		c.money("shocks.loss", s.Loss)
		if s.Date.IsZero() {
			c.bad("shocks.date")
		}
	}
}

func (c *checker) members(list []Member) {
	if len(list) == 0 || len(list) > MaxMembers {
		c.bad("members")
	}
	seen := make(map[MemberRef]bool, len(list))
	for i := range list {
		m := &list[i]
		if m.Ref == "" || len(m.Ref) > 32 || seen[m.Ref] {
			c.bad("members.ref")
		}
		seen[m.Ref] = true
		c.member(m)
	}
}

func (c *checker) member(m *Member) {
	if m.Relation != "" {
		word(c, "members.relation", &m.Relation, relations)
	}
	word(c, "members.sex", m.Sex, sexes)
	word(c, "members.work_ability", m.WorkAbility, workAbilities)
	word(c, "members.employment", m.Employment, employments)
	word(c, "members.school_stage", m.SchoolStage, schoolStages)
	word(c, "members.illness", m.Illness, illnesses)
	word(c, "members.insurance", m.Insurance, covers)
	word(c, "members.pension", m.Pension, covers)
	word(c, "members.supporter", m.Supporter, supporters)
	c.count("members.age", m.Age)
	c.count("members.adl_failed", m.ADLFailed)
	c.count("members.unemployed_months", m.UnemployedMonths)
	c.money("members.self_paid_medical_12m", m.SelfPaidMedical12m)
	if m.Parents != nil {
		if len(*m.Parents) > 2 {
			c.bad("members.parents")
		}
		for i := range *m.Parents {
			word(c, "members.parents", &(*m.Parents)[i], parents)
		}
	}
	if d := m.Disability; d != nil && *d != (Disability{}) {
		word(c, "members.disability.kind", &d.Kind, disabilityKinds)
		if d.Grade < 1 || d.Grade > 4 {
			c.bad("members.disability.grade")
		}
	}
}
