package desk

import (
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/registry"
)

// matter is what a fact that counts everybody is about, in the words in which officers ask for it.
var matter = map[string]string{
	"income_per_capita_month": "收入", "income_12m": "收入", "financial_assets_per_capita": "财产", "houses": "财产", "cars": "财产", "car_value": "财产", "business_with_staff": "财产",
	"medical_12m": "支出", "education_12m": "支出", "rehab_12m": "支出", "rigid_12m": "支出", "floor_area_per_capita": "住房面积", "shocks": "近来出没出过事",
}

// Matters names what some facts are about, each once and in the order of their own talk.
func Matters(paths []string) string {
	var out []string
	for _, word := range []string{"收入", "财产", "支出", "住房面积", "近来出没出过事"} {
		if slices.ContainsFunc(paths, func(p string) bool { return matter[p] == word }) {
			out = append(out, word)
		}
	}
	return strings.Join(out, "、")
}

// TurnWords says who came or left on which day, or was wrongly counted. Who left is another
// household's, or nobody's, now: they are counted.
func TurnWords(list []registry.Turn, names map[core.PersonID]string, today core.Date) string {
	var out []string
	for i, t := range list {
		who, day := names[t.Person], t.Day.Say()
		if t.Day.Time().Year() != today.Time().Year() {
			day = t.Day.SayWhole()
		}
		if who == "" || !t.Came {
			who = " 1 人"
		}
		words := day + moved[t.Came] + who
		if t.Back {
			words = miscounted[t.Came] + who
		}
		if i > 0 && sameTurn(list[i-1], t) && who != " 1 人" { // "11月20日多了李小新、李老"
			words = "、" + who
		} else if i > 0 {
			words = "," + words
		}
		out = append(out, words)
	}
	return strings.Join(out, "")
}

// The words of somebody who came (true) or left since, and of whom the register had wrongly left
// out (true) or in when the figure was written.
var (
	moved      = map[bool]string{true: "多了", false: "少了"}
	miscounted = map[bool]string{true: "写的时候没算上", false: "写的时候多算了"}
)

func sameTurn(a, b registry.Turn) bool {
	return a.Came == b.Came && a.Back == b.Back && (a.Back || a.Day == b.Day)
}

// Unasked says of a household what of it was told for other people than live in it now, and who
// came or left since the oldest of it; "" for nothing. It is said where somebody decides by what
// hangs on it, and is no verdict: the figures stand until they are told anew.
func Unasked(facts []registry.Fact, members []registry.Member, today core.Date) string {
	names := map[core.PersonID]string{}
	for _, m := range members {
		names[m.Person.ID] = m.Person.Name
	}
	var paths []string
	var turns []registry.Turn
	for _, f := range facts {
		if len(f.Turned) == 0 {
			continue
		}
		paths = append(paths, f.Path)
		if len(f.Turned) > len(turns) {
			turns = f.Turned
		}
	}
	what := Matters(paths)
	if what == "" {
		return ""
	}
	return "他家的" + what + "是家里人变动以前登记的,没有核对过:" + TurnWords(turns, names, today) + "。要重新问。"
}
