package main

import (
	"context"
	"slices"
	"time"

	"lianou/core"
	"lianou/core/blob"
	"lianou/core/pg"
	"lianou/intake"
)

const (
	blobsEvery = time.Hour
	// unsentAfter is how old a photo or signature must be that no application names:
	// a form may lie on somebody's phone over a weekend, and in a spool over an outage.
	unsentAfter = 7 * 24 * time.Hour
)

// sweepBlobs removes, every hour until ctx ends, what citizens uploaded and never
// sent, and what crashes left half-written.
func (h *house) sweepBlobs(ctx context.Context) error {
	tick := time.NewTicker(blobsEvery)
	defer tick.Stop()
	for {
		n, err := h.blobs.Sweep(ctx, blob.Sweeping{Age: unsentAfter, Known: h.wanted})
		if err != nil && ctx.Err() == nil {
			h.log.WarnContext(ctx, "files not swept", "error", err)
		}
		if n > 0 {
			h.log.InfoContext(ctx, "files swept", "count", n)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// wanted reports whether a file is to be kept: everything but what the public doors
// store before a form is sent, and of that what an application names.
func (h *house) wanted(ctx context.Context, d core.BlobDigest) (bool, error) {
	class, err := h.blobs.Class(d)
	if err != nil || !slices.Contains([]string{"paper", "signature", "document"}, class) {
		return true, err
	}
	named := true
	err = h.stores.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		named, err = intake.BlobNamed(ctx, tx, d)
		return err
	})
	return named || err != nil, err
}
