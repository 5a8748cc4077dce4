package notify

import (
	"context"

	"lianou/core"
)

// Number opens the number of a notice for a way that dials. It is the only way from a
// notice to a telephone: KindNotFound unless the notice is open, and this way has
// written under this reference that it is about to call (toll fraud, security.md E2).
func (w *Worker) Number(ctx context.Context, channel core.ChannelName, notice int64, reference string) (core.Phone, error) {
	n, err := w.load(ctx, notice)
	if err != nil {
		return core.Phone{}, err
	}
	a := n.attempts[channel]
	if n.ended || n.phone.IsZero() || a == nil || a.id != reference || a.state != "intended" {
		return core.Phone{}, core.E(core.KindNotFound, "no_number", "")
	}
	return n.phone, nil
}
