// Package export makes tables that leave the house as files: every cell is text, the number of rows
// is bounded, and rows, sum and SHA-256 stand on the page, in the log and in the database. A file of
// more than FreeRows rows is handed out after a second person's yes.
//
// It does not decide whose rows somebody may have: who makes a table reads it in their own scope.
package export
