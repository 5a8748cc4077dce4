// Package recheck is the random re-check (抽查): of the cases that a county decided in a period
// a share is drawn by lot, and two people who had no part in them go there again.
//
// Nobody steers the draw, and anybody can draw again. A round takes three steps, each once:
//
//  1. committed: the program draws a seed of 32 random bytes and writes its SHA-256 into the
//     log, with the county, the period and the share. Nobody is shown the seed.
//  2. listed: the period is over and the log has grown past the commitment. The list of the
//     period's decided cases is frozen in the order of their numbers, and so is, apart, the
//     register of those in which a member of staff is kin (casefile.Kin). The digest of the
//     list, a salted hash of the register and the log's head go into the log.
//  3. drawn: the seed is laid open, in the log too, and the draw follows from it (Draw).
//
// The head that is mixed in is the first signed one that has so many entries after the
// commitment (After). The seed alone would be known to who made the program choose it; the
// head alone would be known to everybody while cases are still being decided. The head hangs
// on the salts of what others do all over the city: it is fixed after the seed is, and before
// the list is, and who knows one of the two cannot choose the other.
//
// The database holds all of it (migration 00634): the order of the steps, one round for each
// day of a county, a list that is whole and never changes, a draw that is what the seed comes
// to. `lianou draw verify` recomputes it from the log and the list by code of its own.
//
// It owns the tables recheck_share, recheck_round, recheck_entry, recheck_kin, recheck_visit and
// recheck_word. It changes no case: what is found to be different is for people to act on, by
// the change that workflow has. Why a case was drawn is said to nobody: lot or kin.
package recheck
