package twins

import (
	"lianou/core"
	"lianou/core/names"
)

// Record is what is known of one person when two are compared.
type Record struct {
	Name    string
	Number  Number
	Birth   core.Date // zero when not known
	Sex     core.Sex  // "" when not known
	Phone   core.Phone
	Village core.RegionCode // a village, or the township when no more is known
	Home    core.HouseholdID
}

// Part is one share of a score: what was compared, how alike it is, and for how much
// that speaks. An officer reads it as it stands.
type Part struct {
	What   string `json:"what"` // name, number, birth, sex, phone, place, home
	Like   string `json:"like"`
	Points int    `json:"points"`
}

// Score is how much speaks for two records being one person. It is no probability
// and decides nothing: from Flag on people look.
type Score struct {
	Parts []Part
	Total int
}

// Flag is the total from which a pair is shown to people. Below it two records are
// left as they are; that says nothing of whether they are one.
const Flag = 70

// Flagged reports whether people should look.
func (s Score) Flagged() bool { return s.Total >= Flag }

// The weights. A name and a birth date are not enough by themselves: the city has
// many who share both. A name, a birth date and a village are, unless the numbers
// say that they are two.
var (
	nameWeight = map[names.Likeness]int{names.Same: 40, names.Variant: 39, names.Order: 39, names.Hidden: 33, names.Homophone: 34,
		names.Heard: 34, names.Short: 14, names.Near: 10, names.Surname: -35, names.Apart: -50}
	// The same number under quite another name is shown as well: one of the two is wrong.
	numberWeight = map[NumberLike]int{NumberNone: 0, NumberSame: 100, NumberSlip: 45, NumberClose: 15, NumberSequence: -70, NumberOther: -90}
	birthWeight  = map[string]int{"unknown": 0, "same": 25, "slip": 5, "other": -30}
	sexWeight    = map[string]int{"unknown": 0, "same": 0, "other": -40}
	phoneWeight  = map[string]int{"unknown": 0, "same": 22, "other": 0}
	placeWeight  = map[string]int{"unknown": 0, "village": 12, "township": 6, "other": -4}
	// Who counted a family counted two: that speaks for two, as with twins.
	homeWeight = map[string]int{"unknown": 0, "same": -25, "other": 0}
)

// Compare scores two records.
func Compare(table *names.Table, a, b Record, today core.Date) Score {
	var s Score
	add := func(what, like string, points int) {
		s.Parts, s.Total = append(s.Parts, Part{what, like, points}), s.Total+points
	}
	name, number := table.Compare(a.Name, b.Name), CompareNumbers(a.Number, b.Number, today)
	birth, sex := births(a.Birth, b.Birth), same(string(a.Sex), string(b.Sex))
	phone, place := same(a.Phone.Reveal(), b.Phone.Reveal()), places(a.Village, b.Village)
	add("name", string(name), nameWeight[name])
	add("number", string(number), numberWeight[number])
	add("birth", birth, birthWeight[birth])
	add("sex", sex, sexWeight[sex])
	add("phone", phone, phoneWeight[phone])
	add("place", place, placeWeight[place])
	home := "unknown"
	if a.Home != 0 && b.Home != 0 {
		home = map[bool]string{true: "same", false: "other"}[a.Home == b.Home]
	}
	add("home", home, homeWeight[home])
	return s
}

func same(a, b string) string {
	switch {
	case a == "" || b == "":
		return "unknown"
	case a == b:
		return "same"
	}
	return "other"
}

// births tells a slip of the pen from another day: one digit wrong, two neighbours
// changed, or month and day in the other order.
func births(a, b core.Date) string {
	if a.IsZero() || b.IsZero() {
		return "unknown"
	}
	x, y := a.Time().Format("20060102"), b.Time().Format("20060102")
	switch {
	case x == y:
		return "same"
	case slip(x, y), x[:4] == y[:4] && x[4:6] == y[6:] && x[6:] == y[4:6]:
		return "slip"
	}
	return "other"
}

func places(a, b core.RegionCode) string {
	switch {
	case a.Township() == "" || b.Township() == "":
		return "unknown"
	case a == b && len(a) == 12:
		return "village"
	case a.Township() == b.Township():
		return "township"
	}
	return "other"
}
