// Package records gives an interview what the city's departments know already, so that
// nobody is asked what is written down (已知的不再问).
//
// The gateway asks one way and the platform answers one way, each sealed to the other:
// the gateway reads no register. Facts are given only to the account whose own telephone
// is the one that the register has of the person whose name and whole ID number were
// typed; for everybody else the answer is the same empty one, so that nobody learns from
// it whom the register knows. Every look is in the log, and the person sees it among those
// who read about them. Nothing here judges, and what the person says stands over it.
package records
