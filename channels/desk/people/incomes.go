package people

import (
	"strconv"

	"lianou/core"
	"lianou/core/registry"
	"lianou/core/registry/change"
)

const (
	incomeYear = "income_12m"
	incomeEach = "income_per_capita_month"

	incomesApart = "两处收入对不上"
)

// incomes are the two figures of what a household earns. Conditions of 低保 and its edge read
// what each has a month, those of a year of heavy expenses what all have in twelve, and the
// index both: where they contradict one another, half of what is judged is judged wrongly.
type incomes struct {
	year, each   *core.Fen
	people       int // of today
	fewest, most int // of as many as either figure was told for
}

// incomesOf reads both figures. One that was told before somebody came or left counted as many
// as lived there then.
func incomesOf(d registry.Dossier) incomes {
	n := len(d.Household.Members)
	in := incomes{core.Unmarked(d.Household.Income12m), core.Unmarked(d.Household.IncomePerCapitaMonth), n, n, n}
	for _, f := range d.Facts {
		if f.Path != incomeYear && f.Path != incomeEach {
			continue
		}
		then := n
		for _, t := range f.Turned {
			if t.Came {
				then--
			} else {
				then++
			}
		}
		in.fewest, in.most = min(in.fewest, then), max(in.most, then)
	}
	return in
}

// asked is how the figures will be once what somebody asked for is written: the one that is
// asked for, and the other as it waits for a second person.
func (in incomes) asked(c change.Change, waiting []changeRow) incomes {
	for _, row := range waiting {
		if row.State == change.Open && row.Person == 0 && row.Path != c.Path {
			in.put(row.Path, row.Becomes)
		}
	}
	in.put(c.Path, c.Becomes)
	return in
}

func (in *incomes) put(key string, value []byte) {
	var sum core.Fen
	if sum.UnmarshalJSON(value) != nil {
		return
	}
	switch key {
	case incomeYear:
		in.year = &sum
	case incomeEach:
		in.each = &sum
	}
}

// apart says that the figures contradict one another, with what the one comes to beside the
// other; "" where they agree for some number of people they may have been told for.
func (in incomes) apart() string {
	if in.year == nil || in.each == nil || in.people <= 0 {
		return ""
	}
	for n := max(in.fewest, 1); n <= in.most; n++ {
		if agree(*in.year, *in.each, n) {
			return ""
		}
	}
	months := core.Fen(12 * in.people)
	each := (*in.year/months + 50) / 100 * 100 // in whole yuan
	return "全家一年 " + in.year.Short() + " 元," + strconv.Itoa(in.people) + " 口人,平均每人每月是 " + each.Short() + " 元;“平均每人月收入”写的是 " + in.each.Short() + " 元。请问清楚改哪一个。"
}

// agree allows for rounding: by ten yuan a head and month, or a fiftieth of it.
func agree(year, each core.Fen, people int) bool {
	months := core.Fen(12 * people)
	far := max(year-each*months, each*months-year)
	return far <= months*max(core.Yuan(10), each/50)
}
