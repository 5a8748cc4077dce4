package desk

import (
	"lianou/core"
	"lianou/core/casefile"
)

// SourceOf says in words where a fact came from, and in which colour a page says it.
func SourceOf(p core.Provenance) (words, tone string) {
	words, sure := casefile.SourceOf(p)
	switch sure {
	case casefile.SureRegister:
		return words, "blue"
	case casefile.SureSeen:
		return words, "leaf"
	case casefile.SureSaid:
		return words, "amber"
	}
	return words, "red"
}
