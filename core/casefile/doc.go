// Package casefile keeps the case (个案): what the city knows and does about one
// household's request, from its opening to the last claim told.
//
// It owns the tables of the case, knows which transitions are legal (the
// database enforces the same table), who may do what (Can), and supplies every
// value the desk and the citizen's pages show, so that templates only render.
// Legality lives here; the choice of the next step is core/workflow's. It must
// not judge facts, compute amounts, choose officers, send notices or pay.
//
// Functions take the caller's transaction: what belongs together is committed
// together, and the caller writes the audit entry as its last statement. Reads
// of a person (View, Reveal) write their own audit entry, because nobody else
// knows what was shown.
package casefile
