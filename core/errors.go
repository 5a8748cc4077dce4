package core

import (
	"errors"
)

// Kind is the closed set of what can go wrong. Each edge (HTTP, websocket, job,
// command line) has one place that turns a Kind into its own kind of reply;
// nothing switches on error texts or on database codes above the store that met
// them.
type Kind uint8

// The kinds, from the caller's fault to ours. Retryable says which may succeed
// when simply repeated.
const (
	KindInternal        Kind = iota // a defect of ours; its text never leaves
	KindInvalid                     // the input breaks a rule; Say names it
	KindUnauthenticated             // we do not know who speaks
	KindForbidden                   // we know, and it may not
	KindNotFound                    // nothing of that name that this caller may see
	KindConflict                    // the same key with another body, or a state that moved on
	KindTooLarge                    // beyond a limit
	KindTooMany                     // rate limit
	KindUnsupported                 // a medium or form we do not take
	KindUnavailable                 // something we need is away; later is fine
)

// Retryable reports whether the same call may succeed later unchanged.
func (k Kind) Retryable() bool { return k == KindUnavailable || k == KindTooMany }

// Error is an error of a known kind. Code is stable and machine-readable; Say is
// one Chinese sentence the person can act on, or "" where no citizen or officer
// sees it; Field names the input it is about; Err is for our logs only.
type Error struct {
	Kind  Kind
	Code  string
	Say   string
	Field string
	Err   error
}

// E makes an error of a kind.
func E(kind Kind, code, say string) *Error { return &Error{Kind: kind, Code: code, Say: say} }

// Invalid makes a KindInvalid error about one field, with code "invalid_<field>".
func Invalid(field, say string) *Error {
	return &Error{Kind: KindInvalid, Code: "invalid_" + field, Say: say, Field: field}
}

// Wrap gives a copy of e that carries its cause.
func (e *Error) Wrap(err error) *Error {
	c := *e
	c.Err = err
	return &c
}

// Error is the text for our logs: the code and the cause, never Say.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Code
	}
	return e.Code + ": " + e.Err.Error()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is match on kind and code, so that a package's exported error
// values compare equal to copies that carry a cause.
func (e *Error) Is(target error) bool {
	var t *Error
	return errors.As(target, &t) && t.Kind == e.Kind && t.Code == e.Code
}

// KindOf gives the kind of any error; what is not one of ours is KindInternal.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return KindInternal
}

// Known gives the first of our errors in the chain, or an internal one with the
// code "internal" and an apology that promises only what is true.
func Known(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return E(KindInternal, "internal", "我们这边出了点问题,正在修。您可以再试一次,也可以打 12345。").Wrap(err)
}
