// Package matching judges one household against every item of a Book at once.
//
// It has two evaluators over the same rules. Judge is the fast path for scans of a
// whole city: the Book compiled once into flat programs over a vector of facts,
// without allocation. Explain is a plain recursive evaluation that also says why,
// in Chinese, per member, and what is still to be asked. A property test holds
// them equal.
//
// It is pure: no database, no clock, no network; facts and Book in, findings out.
// It grants and refuses nothing: a finding is a proposal to a person.
package matching
