package policy

import "lianou/core"

// Yearly is what an amount by a period comes to in a year: two terms, one heating season.
// What is paid once is paid in that year.
func Yearly(fen core.Fen, per string) core.Fen {
	switch per {
	case "month":
		return 12 * fen
	case "term":
		return 2 * fen
	}
	return fen
}

// Monthly is what an amount by a period comes to in a month. What is paid once has no month.
func Monthly(fen core.Fen, per string) core.Fen {
	switch per {
	case "month":
		return fen
	case "once", "":
		return 0
	}
	return Yearly(fen, per) / 12
}
