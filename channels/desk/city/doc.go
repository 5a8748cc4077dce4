// Package city is the room of those who answer for the whole: how many people
// wait where, what is late, and whether the audit log is whole.
//
// It must not show a person: it counts, and suppresses counts under five
// (domain.md 7.5).
package city
