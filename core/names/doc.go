// Package names knows when two written names may be one name: traditional and
// simplified characters, variant characters, the dot of minority names and its
// absence, characters a system could not show, and characters that sound alike.
//
// It finds; it does not decide. That two names are alike says nothing of whether
// two people are one: core/registry/twins weighs that and people decide it. What
// Fold and Reading give is never shown as somebody's name. It must not read any
// database and keeps nothing of the names it is given.
package names
