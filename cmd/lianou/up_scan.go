package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/seal"
	"lianou/core/watch"
)

// firstScan is the look at everybody that a city gets when nobody has had one yet: the
// ranking is not empty when its page is first opened. The platform does it, beside whatever
// else it does; up begins it and tells of its end.
type firstScan struct {
	cancel context.CancelFunc
	done   chan struct{}
}

func (m *machine) beginFirstScan(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	m.first = &firstScan{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(m.first.done)
		// A city without a ranking is a city all the same; the doctor and the night remember.
		if err := m.lookAtEverybody(ctx); err != nil && ctx.Err() == nil {
			fmt.Fprintln(os.Stderr, "lianou: the first scan has not ended; `lianou rescan` makes one:", err)
		}
	}()
}

func (m *machine) lookAtEverybody(ctx context.Context) error {
	w, into, closeDB, err := openWatchAt(ctx, m.place.Roles["lianou_platform"], filepath.Join(m.keys(), seal.PlatformFile))
	if err != nil {
		return err
	}
	defer closeDB()
	// Of a fresh city the platform may have begun the night's scan while the people were
	// still coming in: that one gives way to a scan of everybody.
	if any, err := w.Any(ctx); err != nil || any && !m.fresh {
		return err
	}
	id, err := w.Begin(ctx, into, watch.Request{Towns: w.Registry.Regions().Expand(core.DezhouCity), Reason: "first", By: audit.Actor{Kind: "operator"}, Over: m.fresh})
	if err != nil {
		return err
	}
	var last watch.Progress
	if err := follow(ctx, w, id, func(p watch.Progress) { last = p }); err != nil {
		return err
	}
	fmt.Fprintln(m.tool.out, "  everybody has been looked at:", scanned(id, last))
	return nil
}

// stop stops following the scan, which the platform goes on with at its next start.
func (f *firstScan) stop() {
	if f != nil {
		f.cancel()
		<-f.done
	}
}
