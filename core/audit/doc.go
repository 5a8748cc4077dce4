// Package audit is the trace of every act and of every read of a person: a
// Merkle log inside the database, with its checkpoints copied outside.
//
// Whoever acts writes an Entry as the last statement of the same transaction.
// One integrator gives the entries dense numbers, builds RFC 6962 hashes kept as
// C2SP tiles and an SM3 chain, signs a checkpoint (Ed25519 signed note) and copies
// leaf hashes and checkpoints to a folder that is not in the database. Verify
// recomputes everything and names the first wrong leaf.
//
// An entry's detail is sealed and stands in the log only as a salted commitment:
// who holds the key can check it, and erasing it later breaks no proof.
//
// It must not decide whether an act is allowed, and is not for debugging: what
// went wrong goes to the logger, what was done goes here. Nothing is ever changed
// or deleted.
package audit
