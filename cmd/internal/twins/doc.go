// Package twins holds that a household is the same whichever door it comes through
// (features.md F2): its test leads a household of the seeded city for each item through
// the interview, says the same at every other door, and compares what intake was given,
// byte for byte. It must not know how a door works: it sends what its page would send.
package twins
