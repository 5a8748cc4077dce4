// Package tables reads tables that come from outside, CSV and XLSX, row by row.
//
// Departments send what their own programs write: CSV in UTF-8 or GB18030, with or
// without a mark at the front, with commas, semicolons or tabs, and workbooks. A
// Reader gives all of them in one shape and in bounded memory, whatever the file
// says about itself: rows, cells and what a packed part grows to have limits. What is
// wrong with one row is told with that row (Fault), so that a caller can refuse it and
// go on; what is wrong with the file is an error.
//
// It must not know what a column means, and no cell may get into an error or a log.
package tables
