// Package book is the room in which the city's people change the rules of assistance: the
// editions that were published, the drafts, what a draft changes, and both signatures.
//
// It shows rules and who signed them. Of citizens it shows a few households on which a draft
// is previewed: township, number of people and what the changed conditions read; no name, no
// number and no way to the household. It decides nothing of rights: whoever
// may not write or sign is refused by core/rulebook and its tables. It must not show a draft
// to be published whose files are not the ones that are then published: each signature names
// the digest of what was on the page.
package book
