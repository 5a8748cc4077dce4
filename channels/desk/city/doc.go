// Package city is the room of those who answer for the whole: how many people
// wait where, what is late, and whether the audit log is whole.
//
// It must not show a person: it counts, and suppresses counts under five
// (domain.md 7.5). The one exception is a case that has no place yet, at a sorting
// desk or handed back: only the city can send it over a county's border, and for
// that its officer sees whose it is.
package city
