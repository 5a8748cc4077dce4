// Package e2e holds tests only: real people at real pages. It builds the three
// programs, starts one whole city with cmd/internal/rig, and drives Chromium
// through every room of the staff's desk.
//
// It must not reach into the programs: what it knows of them is their addresses,
// the pages they serve and, for the audit log, the role made for checking.
package e2e
