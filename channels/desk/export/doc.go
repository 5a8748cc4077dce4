// Package export is the room in which tables become files (导出): the lines of a batch for payers,
// the cases of one's own places for the township and the county, a sample for the auditor.
//
// core/export makes, counts and hands out; this room reads the rows, each in the scope of who asks
// and masked as the page on which they read them.
package export
