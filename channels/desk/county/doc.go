// Package county is the room of those who pay: making a batch, approving it by a
// second person, mending accounts that the bank returned, the ledger, and
// the bank's statements beside it.
//
// It must not make money move by itself: every act is core/payout's, in one
// transaction, with two people. Deciding on cases at county level happens on the
// case's own page (package township), which county officers reach too.
package county
