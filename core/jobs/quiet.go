package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"lianou/core"
	"lianou/core/pg"
)

// quiet stands between every worker and River, which keeps the text of an error
// or panic in its table for a week: only kind, code and SQLSTATE pass.
type quiet struct{ river.MiddlewareDefaults }

// Work runs the job.
func (*quiet) Work(ctx context.Context, _ *rivertype.JobRow, inner func(context.Context) error) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			// The value may quote anything; its type says enough to find the place.
			err = &storedError{text: fmt.Sprintf("kind=internal code=panic type=%T", fault)}
		}
	}()
	return shorten(inner(ctx))
}

// storedError is what River may keep. It unwraps to the few errors River itself
// looks for and to nothing that has a text.
type storedError struct {
	text string
	stop error // context.Canceled or nil: River gives the attempt back at a stop
}

func (e *storedError) Error() string { return e.text }
func (e *storedError) Unwrap() error { return e.stop }

func shorten(err error) error {
	if err == nil {
		return nil
	}
	var snooze *rivertype.JobSnoozeError
	if errors.As(err, &snooze) {
		return snooze
	}
	known := core.Known(err)
	short := &storedError{text: "kind=" + kindName(known.Kind) + " code=" + known.Code}
	if state := pg.SQLState(err); state != "" {
		short.text += " sqlstate=" + state
	}
	if errors.Is(err, context.Canceled) {
		short.stop = context.Canceled
	}
	var cancel *rivertype.JobCancelError
	if errors.As(err, &cancel) {
		return river.JobCancel(short)
	}
	return short
}

// Cancel marks an error after which trying again is pointless. The job ends and
// stays to be looked at.
func Cancel(err error) error { return river.JobCancel(err) }

// Snooze puts a job off without counting an attempt.
func Snooze(d time.Duration) error { return river.JobSnooze(d) }

// Snoozed reports whether an error is a Snooze.
func Snoozed(err error) bool {
	var snooze *rivertype.JobSnoozeError
	return errors.As(err, &snooze)
}

func kindName(k core.Kind) string {
	names := [...]string{"internal", "invalid", "unauthenticated", "forbidden", "not_found", "conflict", "too_large", "too_many", "unsupported", "unavailable"}
	if int(k) < len(names) {
		return names[k]
	}
	return "internal"
}
