// Command gateway is the public edge: the channels people reach us by, intake,
// and the senders of notices. It cannot pay anyone and cannot open what it has
// handed over: it contains neither the code nor the keys.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"runtime/debug"

	"lianou/cmd/internal/boot"
)

func main() {
	cfg, err := boot.FromEnvironment()
	if err == nil {
		ctx, cancel := boot.Context(context.Background(), cfg.Lifeline, os.Stdin)
		defer cancel()
		err = Run(ctx, cfg)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gateway:", boot.Plain(err))
		os.Exit(1)
	}
}

// memoryLimit is where the collector becomes eager, in bytes.
const memoryLimit = 200 << 20

// Run is the program: it returns when ctx ends or a part fails, everything stopped.
func Run(ctx context.Context, cfg *boot.Config) error {
	// The heap is small and short-lived: a form comes, is sealed and is gone. Collecting
	// at twice its size takes a sixth of the processor at full load; the limit keeps
	// photographs, which are large, in bounds.
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(memoryLimit)
	log := boot.NewLog(os.Stderr, cfg, "gateway")
	stores, err := boot.OpenStores(ctx, cfg, "gateway", log)
	if err != nil {
		return err
	}
	defer stores.Close()
	metrics := boot.NewMetrics()
	mux := http.NewServeMux()
	boot.Operator(mux, metrics, stores.Checks()...)
	parts, err := channelParts(ctx, wiring{cfg: cfg, stores: stores, log: log, metrics: metrics, mux: mux})
	if err != nil {
		return err
	}
	parts = append(parts, boot.HTTP("LIANOU_GATEWAY_ADDR", cfg.GatewayAddr, boot.Front(cfg.Proxies, mux), log))
	return boot.Run(ctx, log, cfg.StopTimeout, parts...)
}
