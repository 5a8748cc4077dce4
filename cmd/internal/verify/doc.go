// Package verify is the independent checker: it re-derives what Lianou promises
// from the rows as they stand, with its own SQL and a role that can only read.
//
// It is a second opinion and therefore shares no code with the programs it
// checks, but for opening the database. A check that could not be made is a
// verdict of its own and never counts as held. It must not mend anything, and
// prints names of rows (numbers, receipts), never what is in them.
package verify
