package main

import "fmt"

// The exit statuses of commands. A thing that could not be looked at is neither well nor
// broken, what was stopped is not done, and a script must be able to tell.
const (
	statusDone       = 0
	statusBroken     = 1
	statusNotKnown   = 2
	statusUnfinished = 3  // told to stop before it was done; a scan that is begun goes on without this process
	statusUsage      = 80 // the reader of the command line's own: the command was not understood
)

// verdict is an error that ends the tool with a status of its own.
type verdict struct {
	status int
	why    error
}

func (v *verdict) Error() string { return v.why.Error() }
func (v *verdict) Unwrap() error { return v.why }

func broken(format string, args ...any) error {
	return &verdict{statusBroken, fmt.Errorf(format, args...)}
}

func notKnown(err error) error {
	if err == nil {
		return nil
	}
	return &verdict{statusNotKnown, fmt.Errorf("could not check: %w", err)}
}
