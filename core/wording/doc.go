// Package wording is the catalogue of what Lianou says: status words, notices,
// letters, receipts, errors and the spoken forms of amounts, dates and numbers.
//
// One voice everywhere: a sentence says what happened, what to do and by when;
// Lint holds every text to the bounds (short sentences, no office words, no
// blame, no exclamation marks). Texts are small typed functions, so that a
// missing value does not compile.
//
// It must not decide anything, know a person's ID number or whole card number,
// read a clock or do I/O.
package wording
