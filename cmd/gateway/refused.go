package main

import (
	"context"

	"lianou/channels"
	"lianou/core/audit"
	"lianou/core/pg"
)

// refused writes one entry for a request that was turned away, without anything it
// said (security.md P25).
func (e *edge) refused(ctx context.Context, r channels.Refusal) error {
	entry := audit.Refused(audit.Actor{Kind: "outside", ID: string(r.Channel)}, r.Code, r.Code)
	entry.Purpose = r.Route
	return e.stores.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error { return e.audit.Write(ctx, tx, entry) })
}
