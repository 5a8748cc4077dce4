// Package jobs is how the two programs give each other work: River clients on the
// same database, one schema per program, the arguments that cross from one side
// to the other, and the sealed hand-over of applications.
//
// It must not contain any worker, put anything personal into job arguments or
// stored errors, let a job carry authority, or enqueue outside the transaction
// that makes the job true. A kind is a stable string, registered one release
// before anything inserts it.
package jobs
