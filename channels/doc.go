// Package channels is the contract that every way of reaching us meets, and the
// host that runs them: deadline, body limit, rate limit, panic recovery, metrics,
// audit of refusals, start and stop, once for all.
//
// A channel authenticates and translates. It does not touch the database, does not
// answer before the receipt, imports no other channel and keeps no package
// variables; vendor names and error codes stop at its folder. The host must not
// know what any channel says.
package channels
