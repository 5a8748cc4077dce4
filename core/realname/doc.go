// Package realname answers whether a person is who they say: match, mismatch, not
// found or unavailable.
//
// It asks the city's register first and then, when the register cannot vouch, an
// outside service over HTTP. "Unavailable" never refuses anybody (F28): the case
// goes on and the question is asked again later. It must not decide what an
// answer means for a case, keep names or numbers, or hold a transaction open
// while it waits for the outside.
package realname
