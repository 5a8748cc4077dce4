package people

import (
	"slices"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/matching"
	"lianou/core/registry"
	"lianou/core/wording"
)

// turnedRow is a fact that was told for as many as lived in the household then, where somebody
// came or left since: nobody has looked whether it still holds.
type turnedRow struct {
	Label, Value string
	Source, Tone string
	Since        core.Date
	Turn         string // who came or left, "11月20日多了李小新"
	Key          string // by which it is asked anew
	Waits        *changeRow
	recorded     bool // by a department
}

// TurnedBy are those of them that departments recorded, or that people said.
func (page householdPage) TurnedBy(departments bool) (out []turnedRow) {
	for _, row := range page.Turned {
		if row.recorded == departments {
			out = append(out, row)
		}
	}
	return out
}

// turnedOf lists those facts in the order in which they are asked for, and how each was turned
// by its path.
func turnedOf(d registry.Dossier, members []registry.Member) (rows []turnedRow, by map[string]string) {
	names := personNames(members)
	by = map[string]string{}
	said := wording.Facts(d.Household)
	order, _ := desk.Asked()
	for _, f := range d.Facts {
		if words := lapsed(f, d.Household.On); words != "" {
			by[f.Path] = words
		}
		if len(f.Turned) == 0 {
			continue
		}
		by[f.Path] = desk.TurnWords(f.Turned, names, d.Household.On)
		row := turnedRow{Label: wording.FactLabel(f.Path), Value: said[f.Path], Since: f.ValidFrom, Turn: by[f.Path], Key: f.Path, recorded: strings.HasPrefix(f.Source, "registry:")}
		row.Source, row.Tone = desk.SourceOf(d.Sources[f.Path])
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b turnedRow) int { return slices.Index(order, a.Key) - slices.Index(order, b.Key) })
	return rows, by
}

func turnedPaths(rows []turnedRow) (out []string) {
	for _, row := range rows {
		out = append(out, row.Key)
	}
	return out
}

func personNames(members []registry.Member) map[core.PersonID]string {
	names := map[core.PersonID]string{}
	for _, m := range members {
		names[m.Person.ID] = m.Person.Name
	}
	return names
}

// before is what is known of a household without what was told of another one than it is now.
func before(h core.Household, turned map[string]string) core.Household {
	forget := map[string]func(){
		"income_per_capita_month": func() { h.IncomePerCapitaMonth = nil }, "income_12m": func() { h.Income12m = nil },
		"financial_assets_per_capita": func() { h.FinancialAssetsPerCapita = nil }, "houses": func() { h.Houses = nil }, "cars": func() { h.Cars = nil },
		"car_value": func() { h.CarValue = nil }, "business_with_staff": func() { h.BusinessWithStaff = nil },
		"medical_12m": func() { h.Medical12m = nil }, "education_12m": func() { h.Education12m = nil }, "rehab_12m": func() { h.Rehab12m = nil },
		"rigid_12m": func() { h.Rigid12m = nil }, "floor_area_per_capita": func() { h.FloorAreaPerCapita = nil },
	}
	for path := range turned {
		if forget[path] != nil {
			forget[path]()
		}
	}
	return h
}

// doubt marks what rests on facts that nobody has looked at since the family is another one:
// whose outcome they alone carry, and of whom an amount hangs on them. The verdicts stay as
// they are: they follow from what is recorded, and the officer reads what to ask first.
func (page *householdPage) doubt(without matching.Result, turned map[string]string) {
	for _, rows := range [][]findingRow{page.Fitting, page.Nearly, page.Opening, page.Failing} {
		for i := range rows {
			row := &rows[i]
			f := without.Finding(row.Code)
			if f == nil {
				continue
			}
			var open []string
			for path := range turned {
				if slices.Contains(f.Missing, path) {
					open = append(open, path)
				}
			}
			words := desk.Matters(open)
			switch {
			case row.found == matching.Unknown && slices.Contains(row.asks, events) && turned[events] != "":
				row.Again = desk.Matters([]string{events}) + "要重新问" // the days since alone undo what was known of it: the verdict has it
			case f.Outcome != row.found && words != "":
				row.Again = words + "要重新问"
				if row.found == matching.Eligible {
					row.Word, row.Tone, row.Again = "可能符合,"+row.Again, "amber", ""
				}
			case f.Outcome == row.found && f.Benefit.Amount != row.Benefit.Amount:
				row.Again = "给多少要重新算"
			}
		}
	}
	for i := range page.Together {
		for _, row := range page.Fitting {
			if row.Code == page.Together[i].Code && row.Tone == "amber" {
				page.Together[i].Doubt = row.Word
			} else if row.Code == page.Together[i].Code && row.Again != "" {
				page.Together[i].Doubt = row.Again
			}
		}
	}
}
