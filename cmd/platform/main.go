// Command platform is the back office: the workers that carry a case from its
// first minute to money and a notice, the staff desk and the data exchange.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"lianou/cmd/internal/boot"
	"lianou/core"
)

func main() {
	cfg, err := boot.FromEnvironment()
	if err == nil {
		ctx, cancel := boot.Context(context.Background(), cfg.Lifeline, os.Stdin)
		defer cancel()
		err = Run(ctx, cfg)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "platform:", boot.Plain(err))
		os.Exit(1)
	}
}

// Run is the program: it returns when ctx ends or a part fails, everything stopped.
func Run(ctx context.Context, cfg *boot.Config) error {
	if !boot.Loopback(cfg.PlatformAddr) && !boot.TLS(cfg.DeskURL) {
		return core.E(core.KindForbidden, "desk_without_tls", "").Wrap(fmt.Errorf("the desk on %s could be reached from other machines without TLS; "+
			"put a proxy with TLS before it and give its address in LIANOU_DESK_URL (https://...), or listen on loopback in LIANOU_PLATFORM_ADDR", cfg.PlatformAddr))
	}
	log := boot.NewLog(os.Stderr, cfg, "platform")
	stores, err := boot.OpenStores(ctx, cfg, "platform", log)
	if err != nil {
		return err
	}
	defer stores.Close()
	metrics := boot.NewMetrics()
	mux := http.NewServeMux()
	boot.Operator(mux, metrics, stores.Checks()...)
	h, err := build(ctx, wiring{cfg: cfg, stores: stores, log: log, metrics: metrics, mux: mux})
	if err != nil {
		return err
	}
	parts, err := workerParts(ctx, h)
	if err != nil {
		return err
	}
	rooms, err := roomParts(h)
	if err != nil {
		return err
	}
	parts = append(append(parts, rooms...), boot.HTTP("LIANOU_PLATFORM_ADDR", cfg.PlatformAddr, boot.Front(cfg.Proxies, mux), log))
	return boot.Run(ctx, log, cfg.StopTimeout, parts...)
}
