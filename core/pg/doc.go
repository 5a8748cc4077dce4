// Package pg is the one way to PostgreSQL, which is the only truth of the city:
// it opens pools, migrates, runs transactions under a scope and reads the one
// clock.
//
// It must not know any table except its own (lianou_clock and the migration
// history), hold business rules, let a database error text out (texts quote the
// rows, and rows hold identity numbers), or hand out a connection without a
// scope to anything but River and LISTEN.
package pg
