// Package core is the vocabulary of Lianou: the words every other package
// speaks in.
//
// It holds named types for identifiers, money, places, dates, masked personal
// numbers, the facts of a household, the strict Application and the closed set
// of error kinds. It is pure: no I/O, no clock, no randomness, no logging, no
// helpers that lack a type of their own, and it imports nothing of ours. A
// function with nowhere to go does not go here.
package core
