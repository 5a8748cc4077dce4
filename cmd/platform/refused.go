package main

import (
	"context"
	"time"

	"lianou/channels"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/pg"
)

// refused writes one entry for a form of the desk that was turned away, without
// anything it said.
func (h *house) refused(ctx context.Context, r channels.Refusal) error {
	entry := audit.Refused(audit.Actor{Kind: "outside", ID: string(r.Channel)}, r.Code, r.Code)
	entry.Purpose = r.Route
	return h.stores.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error { return h.audit.Write(ctx, tx, entry) })
}

// allow bounds the forms of one source. It asks Redis, or this process's own count
// while Redis is away; it never fails.
func (h *house) allow(ctx context.Context, source string, perMinute int) bool {
	ok, _ := h.stores.Bell.Allow(ctx, source, bell.Rate{Count: perMinute, Per: time.Minute})
	return ok
}
