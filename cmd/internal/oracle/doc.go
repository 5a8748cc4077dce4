// Package oracle says of a whole registry what fits whom, by SQL alone: the sheets are
// laid over one another, the facts taken out of them and the criteria of a Book answered
// by the database, whose three-valued logic is its own. It shares no line with the packed
// rows, the compiled program or the memory of a scan, so that a scan can be held against
// it, household by household and item by item (performance.md B5b).
//
// It must not be used to decide anything, and knows nothing of reasons.
package oracle
