// Package objections takes what a villager says against a public notice (异议, F62) at a door
// of their own.
//
// A Store, at the public edge, keeps it once under its key, sealed to the platform, and cannot
// read it back. Take opens it there. Whoever sent it is a keyed hash and a number: with the
// number anybody learns what came of it in general words, and nothing of whom it is about.
// Nothing here judges what was said, or moves a case.
package objections
