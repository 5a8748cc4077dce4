// Package bulk brings people and facts into the registry from files: a city's own
// lists, and what departments send. It owns the tables bulk_run, bulk_tally, bulk_row,
// bulk_refusal and bulk_home.
//
// A file goes through it in order. Every row is read, held to the rules and compared
// with the store; what can be written waits sealed in a staging table and what cannot
// is noted with its reason. Only when the whole file was looked at, and no more than a
// stated share is refused, is anything written: batch by batch, each a transaction of
// whole households with its own progress, while the run says 'writing'. Killed at any
// point and run again, it goes on; the same file again changes nothing. What is
// refused goes back to the sender row by row, with what is wrong and how to mend it.
//
// People are matched by identity number, else by the household number of the source
// together with name and birth date. Name, birth date and village alone make a
// candidate, which people look at and no machine merges (F31). Who is known stays as
// they are: a verified fact changes by a change request and a move by an event, not by
// a list (docs/architecture.md).
//
// It must not put a number or a name into a log, an error or an audit entry.
package bulk
