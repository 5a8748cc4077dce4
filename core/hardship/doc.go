// Package hardship computes the household hardship index (困难指数) H-1 of
// domain.md 4.2: seven parts in tenths of a point that sum exactly to the index,
// and an interval when facts are missing.
//
// The index orders work and finds silent hardship. It never decides eligibility,
// and nothing here refuses, grants or ranks below a line.
//
// It is pure: no database, no clock, no network, and no floating point.
package hardship
