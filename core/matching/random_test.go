package matching

import (
	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/facts/factstest"
)

func drawHousehold(t *rapid.T) core.Household { return factstest.Household(t) }
