// Package ranking is the desk's room of the city's order: the households from the lowest
// band up, hardest first, with the parts of each index, and the leads that scans laid.
//
// It shows an order and reasons for it. It decides nothing, changes nothing but the state
// of a lead, and gives a household's name only to those whose scope it stands in.
package ranking
