package seed

import (
	"encoding/json"

	"lianou/core"
	"lianou/core/registry"
)

// Double is a pair of rows of a city for show that look like one person twice. Its people
// stand in the village of the first Story, whose officer a newcomer is told to log in as.
type Double struct {
	Same bool // whether they are one person, which only people may say
	Rows [2]DoubleRow
}

// DoubleRow is one of the two, who lives alone.
type DoubleRow struct {
	Household core.HouseholdID
	Person    core.PersonID
	Name      string
	ID        core.IDNumber // zero for none: of a list without numbers
	Birth     core.Date
	Phone     core.Phone
	door      string
	facts     string
}

// Doubles gives two pairs. The first is one person, registered a second time by ear and
// without a number from a list of another department: one telephone, one day of birth. The
// second are two women of one village who share a name and a day of birth, and nothing else.
func Doubles() []Double {
	yufeng, xiuqin := storyID("37242219580411991"), storyID("37242219690302992")
	return []Double{
		{true, [2]DoubleRow{
			{11, 101, "赵玉峰", yufeng, yufeng.Birth(), storyPhone("13905340041"), "27号", noDisability + `,"work_ability":"partial","employment":"idle","pension":"resident"`},
			{12, 102, "赵玉锋", core.IDNumber{}, yufeng.Birth(), storyPhone("13905340041"), "", `"disability":{},"insurance":"resident"`},
		}},
		{false, [2]DoubleRow{
			{13, 103, "孙秀芹", xiuqin, xiuqin.Birth(), storyPhone("13905340042"), "5号", noDisability + `,"work_ability":"full","employment":"idle","pension":"resident"`},
			{14, 104, "孙秀芹", core.IDNumber{}, xiuqin.Birth(), storyPhone("13905340043"), "61号", `"disability":{},"insurance":"employee","work_ability":"full","employment":"employed","pension":"employee"`},
		}},
	}
}

// Known writes the two as the registry is to know them on a day.
func (d Double) Known(today core.Date) []registry.NewHousehold {
	at := motherAndSon()
	sex := core.Sex("female")
	for _, r := range d.Rows {
		if !r.ID.IsZero() {
			sex = sexOf(r.ID.Male())
		}
	}
	var out []registry.NewHousehold
	for _, r := range d.Rows {
		sheets := byKeeper
		if r.ID.IsZero() {
			sheets = byList
		}
		out = append(out, registry.NewHousehold{
			ID: r.Household, Live: core.Place{Region: at.Region, Detail: r.door}, Hukou: at.Region.County(), Since: today.AddDate(-2, 0, 0),
			Sheets: sheets(`"area":"rural","hukou":"local"`, today-40),
			Members: []registry.NewPerson{{ID: r.Person, Ref: "m", Relation: "applicant", Name: r.Name, IDNumber: r.ID, Birth: r.Birth, Sex: sex,
				Phone: r.Phone, Sheets: sheets(r.facts, today-40)}},
		})
	}
	return out
}

// byList is one sheet of the list that brought who has no number: whoever is in it by name alone
// stands in no register of the police or of the certificates, which go by numbers.
func byList(facts string, from core.Date) []registry.Sheet {
	return []registry.Sheet{{Source: "registry:medical", ValidFrom: from, KnownAt: from.Time(), Confidence: 90, Facts: json.RawMessage("{" + facts + "}")}}
}
