// Package papers takes what somebody hands in after they applied (补材料): photos that
// were uploaded before, and a line of theirs.
//
// A Store, at the public edge, keeps it once under its key, sealed to the platform, and
// cannot read it back. Take opens it there. Nothing here says what was asked for, judges
// what came, or moves a case: an officer looks.
package papers
