// Package intake turns what a door heard into one strict application and keeps
// it: durable before acknowledged, one for each (channel, key) for ever.
//
// A door hands in a loose Submission. Submit holds it to the rules of its way
// in, makes the immutable core.Application with the provenance of every fact,
// names it with a receipt number, seals it to the platform, and answers when it
// is committed, or, while PostgreSQL is away, when it is sealed and fsynced in
// the spool.
//
// It must not decide anything about a household, must not know which doors
// exist, and cannot read back what it sealed.
package intake
