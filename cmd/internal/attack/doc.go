// Package attack holds tests only: what a hostile outsider, a curious insider and a
// damaged message can do to a whole running city. It starts one city from the built
// programs and uses its public doors; what it looks for afterwards are traces that
// must not be there and rows that must not have changed.
//
// It must not import what it attacks, except for constants of the stand-ins and for
// the arithmetic that makes valid synthetic numbers.
package attack
