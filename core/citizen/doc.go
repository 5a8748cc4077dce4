// Package citizen keeps citizens' accounts: how they log in (WeChat, or a code by
// text message), what is bound to them, their sessions, and the one-time
// subscription grants WeChat counts.
//
// Tokens are signed and self-contained, five minutes long, so that most requests
// need no look-up and a citizen can still submit while PostgreSQL is away
// (VerifyForSubmit). It runs in the gateway.
//
// It must not know a citizen's name or ID number, tell whether a phone number is
// known to us, keep a code or token in the clear, or decide what a citizen may
// see: the subject scope of the database does.
package citizen
