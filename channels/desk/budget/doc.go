// Package budget is the room of the year's money: each budget line with what is reserved,
// spent and left of it, who entered and who confirmed it, and what waits for more.
//
// Payers enter and confirm; the county reads what is its own. The room shows sums and
// staff, no citizen. It must not decide who is paid: core/payout reserves, when a batch is
// made.
package budget
