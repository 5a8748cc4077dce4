// Package phone answers telephone calls: SIP over UDP and TCP (RFC 3261), trunks by
// address and digest, one recording a call, and SIPREC sessions that an exchange
// forks to us (RFC 7866).
//
// It picks up, hands each call to whoever talks with the caller, and hands over what
// was recorded, whatever ended the call. It answers only the trunks on its list; a
// caller's number is what a trunk says it is, a hint and never an identity.
//
// It places calls through the trunk that is set for it, and only to the number that an
// open notice holds: it is asked by the notice, never by a number. It must not know
// what a call is about, or log what a message said.
package phone
