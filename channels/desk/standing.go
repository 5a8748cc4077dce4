package desk

import "lianou/core/casefile"

// Standing is how an item stands for the household or one member, with every condition:
// the same on the page of a case and on that of a household (template "standings").
type Standing struct {
	Who, Word, Tone string
	Rows            []Condition
}

// Condition is one condition as it stood: sentence, value, limit, law, and where the fact
// came from.
type Condition struct {
	casefile.Reason
	Word, Tone, Source string
}

// Unlisted is the source of a status that follows from what is recorded and stands on no list.
const Unlisted = "按登记的情况算的,名单上没有"

// Stands puts an outcome of matching into a word and its colour.
func Stands(outcome string) (word, tone string) {
	switch outcome {
	case "eligible":
		return "符合", "leaf"
	case "not_eligible":
		return "不符合", ""
	case "dropped":
		return "让给别项", ""
	}
	return "还不知道", "amber"
}
