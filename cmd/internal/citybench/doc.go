// Package citybench measures what is asked of a whole city (B5 to B7): the scan of the
// registry against the bare reading of the same bytes, the scan after a change of a few
// facts and after a change of the Book, and the ranking; and what has to be through in a
// minute: a simulation, and what other weights of the index would do.
//
// It makes an invented city in a throw-away server of its own and removes it; nothing
// that runs is touched. The yardsticks run on the same server, in turn with what they
// measure.
package citybench
