// Package seed invents a city: households, people and what is known of them, all
// synthetic, for demonstration, tests and figures.
//
// The same number of the seed gives the same people on any machine (sealing is
// random, what is sealed is not). People come in chunks that do not depend on one
// another, so a city of millions needs the memory of two chunks. Three families,
// the Stories, are always there under fixed ids.
//
// It must not be used on a database that holds real people: the command that
// runs it refuses one that is not empty. Amounts and shares follow published
// orders of magnitude and prove nothing about the real city.
package seed
