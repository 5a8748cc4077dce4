// Package workflow is the order of the steps: from an application that the
// gateway handed over to money on a card and a person who knows it.
//
// It alone calls realname, matching, hardship, routing, payout and notify for one
// case; the steps do not know one another. Each file is one step, readable as a
// numbered procedure. Workers may run a step twice and find it done; acts are
// called by the desk with the person who acts. A step's changes, its timeline
// line, its notices, its next job and its audit entry are one transaction; bells
// ring after it.
//
// It must hold no arithmetic of rules, no SQL, no legality of its own (casefile
// says what is legal) and no wording of notices (core/wording). It decides
// nothing: a machine may open, check, assess and route, and everything after that
// names a person.
package workflow
