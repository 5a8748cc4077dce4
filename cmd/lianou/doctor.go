package main

import (
	"context"
	"fmt"

	"lianou/cmd/internal/boot"
)

type doctorCmd struct {
	For string `help:"What this machine is for: up (everything, a demo), gateway or platform, each as a service." enum:"up,gateway,platform" default:"up"`
}

// finding is one line of the doctor.
type finding struct {
	what string
	err  error  // nil: well
	note string // said when well
	soft bool   // works without it
}

func well(what, note string) finding { return finding{what: what, note: note} }

func mend(what, format string, args ...any) finding {
	return finding{what: what, err: fmt.Errorf(format, args...)}
}

func remark(what, format string, args ...any) finding {
	return finding{what: what, err: fmt.Errorf(format, args...), soft: true}
}

// Run checks everything and fails when something must be mended.
func (c doctorCmd) Run(t *tool) error {
	var list []finding
	if cfg, err := t.config(); err != nil {
		list = []finding{mend("settings", "%w; the rest is looked at once they are right", boot.Plain(err))}
	} else {
		list = examine(t.ctx, cfg, c.For)
	}
	ill := 0
	for _, f := range list {
		switch {
		case f.err == nil:
			fmt.Fprintf(t.out, "  ok    %-18s %s\n", f.what, f.note)
		case f.soft:
			fmt.Fprintf(t.out, "  note  %-18s %v\n", f.what, f.err)
		default:
			ill++
			fmt.Fprintf(t.out, "  MEND  %-18s %v\n", f.what, f.err)
		}
	}
	if ill > 0 {
		return fmt.Errorf("%d to mend", ill)
	}
	return nil
}

// The programs a machine can be for.
const (
	forUp       = "up"
	forGateway  = "gateway"
	forPlatform = "platform"
)

// examine looks at what the program needs, as far as it can be seen without
// starting it.
func examine(ctx context.Context, cfg *boot.Config, program string) []finding {
	list := []finding{folder(cfg), disk(cfg.DataDir), blobFolder(cfg)}
	list = append(list, spools(cfg.DataDir)...)
	if program != forUp {
		list = append(list, keyFile(cfg, program))
		list = append(list, services(cfg, program)...)
		list = append(list, freePorts(ctx, portsOf(cfg, program))...)
		list = append(list, serviceDatabase(ctx, cfg, program)...)
		return append(list, redisServer(ctx, cfg.RedisURL.Reveal(), true))
	}
	list = append(list, programs(), keyFiles(cfg))
	if place, err := readInstallation(cfg.DataDir); err == nil {
		list = append(list, upDatabase(ctx, place.Admin)...)
		return append(list, redisServer(ctx, place.Redis, false))
	}
	list = append(list, upDatabase(ctx, cfg.DatabaseURL.Reveal())...)
	list = append(list, redisServer(ctx, cfg.RedisURL.Reveal(), false))
	return append(list, freePorts(ctx, ports(cfg))...)
}

// portsOf is the one listener of a service.
func portsOf(cfg *boot.Config, program string) map[string]string {
	setting := map[string]string{forGateway: "LIANOU_GATEWAY_ADDR", forPlatform: "LIANOU_PLATFORM_ADDR"}[program]
	return map[string]string{setting: ports(cfg)[setting]}
}
