package main

import (
	"context"
	"slices"
	"time"

	"lianou/core/audit"
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
		n, err := h.blobs.Sweep(ctx, blob.Sweeping{Age: unsentAfter, Known: h.wanted, Removing: h.swept})
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
// store before a form is sent, and of that what any row names.
func (h *house) wanted(ctx context.Context, f blob.File) (bool, error) {
	if !slices.Contains([]string{"paper", "signature", "document", "voice"}, f.Class) {
		return true, nil
	}
	named := true
	err := h.stores.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		named, err = intake.BlobNamed(ctx, tx, f.Digest)
		return err
	})
	return named || err != nil, err
}

// swept leaves a trace of a file before it goes: whoever misses it later finds when
// and as what it went.
func (h *house) swept(ctx context.Context, f blob.File) error {
	return h.stores.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return h.audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "job", ID: "files"}, Act: "blob.swept",
			Subject: "blob:" + string(f.Digest), Purpose: "unsent", Detail: map[string]any{"class": f.Class}})
	})
}
