package boot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// Part is one component of a program.
type Part struct {
	Name string

	// Start returns when the part is ready. What goes on running is ended by Stop.
	Start func(ctx context.Context) error

	// Stop ends the part under a deadline. May be nil.
	Stop func(ctx context.Context) error

	// Failed, when not nil, says that a running part has ended by itself.
	Failed <-chan error
}

// Run starts parts in order, waits until ctx ends or a part fails, and stops them
// in reverse under one deadline. When a part does not start, those before it are
// stopped.
func Run(ctx context.Context, log *slog.Logger, deadline time.Duration, parts ...Part) error {
	failed := make(chan error, len(parts))
	started, cause := 0, error(nil)
	for _, p := range parts {
		if err := p.Start(ctx); err != nil {
			cause = fmt.Errorf("start %s: %w", p.Name, err)
			break
		}
		started++
		if p.Failed != nil {
			go func() {
				if err := <-p.Failed; err != nil {
					failed <- fmt.Errorf("%s ended: %w", p.Name, err)
				}
			}()
		}
	}
	if cause == nil {
		log.InfoContext(ctx, "ready")
		select {
		case <-ctx.Done():
		case cause = <-failed:
		}
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), deadline)
	defer cancel()
	for i := started - 1; i >= 0; i-- {
		if parts[i].Stop == nil {
			continue
		}
		if err := parts[i].Stop(stopping); err != nil {
			cause = errors.Join(cause, fmt.Errorf("stop %s: %w", parts[i].Name, err))
		}
	}
	return cause
}

// Context ends on SIGINT and SIGTERM and, with a lifeline, when in ends: the
// parent is gone. A second signal ends the process at once.
func Context(parent context.Context, lifeline bool, in io.Reader) (context.Context, context.CancelFunc) {
	ctx, cancel := signal.NotifyContext(parent, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, cancel) // a second signal finds the default again
	if lifeline {
		go func() {
			_, _ = io.Copy(io.Discard, in)
			cancel()
		}()
	}
	return ctx, cancel
}
