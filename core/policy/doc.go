// Package policy holds the rules of social assistance as dated data.
//
// It reads strict YAML (the embedded policies/ folder, or another folder with
// the same shape) into a Library and gives, for any day, the immutable Book in
// force: parameters, named conditions, statuses, the 41 items, the rules by which
// they exclude or reduce one another, and the working-day calendar. Everything
// that a rule may ask is in the closed vocabulary of facts.go, with its unit.
//
// It is pure: no database, no clock, no network. It does not judge anybody: that
// is matching's work. It does not know how a household is stored or asked.
package policy
