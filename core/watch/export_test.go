package watch

import "context"

// Far notes how far a report is, as its job does.
func (w *Watch) Far(ctx context.Context, id int64, done, of int) { w.far(ctx, id, done, of) }
