// Package quota shares out what there is too little of: public rental housing (公租房),
// the renovation of dangerous houses (危房改造), public-service posts (公益性岗位).
//
// A round has a number of places. One person opens it. At its cut-off a job draws the list:
// the households of an area that the item fits, or may fit, in the order of the index, by
// what is known then. From then on the order is a stored list that the database refuses to
// change; another person looks at it and freezes it, or the round is withdrawn. Places are
// offered from the top; who accepts, declines, cannot be reached or is skipped is written
// down with the reason and by whom, so that a stranger can follow why one household came
// before another (Why) and check that the list is the one that was frozen (Verify). Who is
// skipped, declines or was not reached is so by the word of two people, and so it is taken back.
//
// It owns the tables quota_round, quota_entry, quota_offer, quota_try and quota_skip. It
// grants nothing: who accepts a place still has a case that people decide. Nobody is
// refused by a machine: a household of which a fact is missing stands in the list by the
// lowest index it can have, with a mark, and no offer ends by itself when its day passes.
package quota
