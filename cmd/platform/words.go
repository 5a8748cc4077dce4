package main

import (
	"context"
	"time"
)

// sealWords seals what people said and lies in the clear from before it was sealed, once
// after the start; a failure is tried again each hour.
func (h *house) sealWords(ctx context.Context) error {
	for {
		n, err := h.reseal(ctx)
		if n > 0 {
			h.log.InfoContext(ctx, "words of before sealed", "count", n)
		}
		if err != nil && ctx.Err() == nil {
			h.log.WarnContext(ctx, "words of before not sealed", "error", err)
		}
		wait := time.NewTimer(time.Hour)
		select {
		case <-ctx.Done():
			wait.Stop()
			return nil
		case <-wait.C:
		}
	}
}

func (h *house) reseal(ctx context.Context) (all int, err error) {
	for _, some := range []func(context.Context) (int, error){h.quota.Reseal, h.twins.Reseal} {
		for n := 1; n > 0 && err == nil; all += n {
			n, err = some(ctx)
		}
	}
	return all, err
}
