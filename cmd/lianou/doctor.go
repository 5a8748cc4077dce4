package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"lianou/cmd/internal/boot"
	"lianou/core"
	"lianou/core/bell"
	"lianou/core/pg"
	"lianou/core/pg/local"
	"lianou/core/seal"
)

type doctorCmd struct{}

// finding is one line of the doctor.
type finding struct {
	what string
	err  error  // nil: well
	note string // said when well
	soft bool   // works without it
}

// Run checks everything and fails when something must be mended.
func (doctorCmd) Run(t *tool) error {
	cfg, err := t.config()
	if err != nil {
		return err
	}
	ill := 0
	for _, f := range examine(t.ctx, cfg) {
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

func examine(ctx context.Context, cfg *boot.Config) []finding {
	list := []finding{folder(cfg), programs(), keyFiles(cfg)}
	place, err := readInstallation(cfg.DataDir)
	running := err == nil
	if !running {
		place = &installation{Admin: cfg.DatabaseURL.Reveal(), Redis: cfg.RedisURL.Reveal()}
	}
	list = append(list, database(ctx, place, running)...)
	list = append(list, redisServer(ctx, place))
	if !running {
		list = append(list, freePorts(ctx, cfg)...)
	}
	return list
}

func freePorts(ctx context.Context, cfg *boot.Config) []finding {
	var list []finding
	taken := ports(cfg)
	for _, setting := range slices.Sorted(maps.Keys(taken)) {
		f := finding{what: "port", note: taken[setting] + " is free"}
		if listener, err := boot.Listen(ctx, setting, taken[setting]); err != nil {
			f.err = boot.Plain(err)
		} else {
			listener.Close()
		}
		list = append(list, f)
	}
	return list
}

func folder(cfg *boot.Config) finding {
	f := finding{what: "data folder", note: cfg.DataDir}
	if err := os.MkdirAll(cfg.DataDir, 0o755); err != nil {
		f.err = fmt.Errorf("%s cannot be made; give another one in LIANOU_DATA_DIR", cfg.DataDir)
	} else if err := tryWrite(cfg.DataDir); err != nil {
		f.err = fmt.Errorf("%s cannot be written; give another one in LIANOU_DATA_DIR", cfg.DataDir)
	}
	return f
}

func programs() finding {
	f := finding{what: "programs", note: "gateway and platform are beside this one"}
	for _, name := range []string{"gateway", "platform"} {
		if _, err := beside(name); err != nil {
			f.err = err
		}
	}
	return f
}

func keyFiles(cfg *boot.Config) finding {
	f := finding{what: "keys", note: "both key files open"}
	dir := filepath.Join(cfg.DataDir, "keys")
	if _, err := os.Stat(dir); err != nil {
		return finding{what: "keys", soft: true, err: errors.New("none yet; the first `lianou up` makes them")}
	}
	if _, err := seal.LoadKeys(dir); err != nil {
		f.err = fmt.Errorf("the key files in %s do not open: %w", dir, err)
	}
	return f
}

// database looks at the binaries where a private cluster would be made, and at
// the server where there is one.
func database(ctx context.Context, place *installation, running bool) []finding {
	if place.Admin == "" {
		bin, err := local.FindBinaries()
		return []finding{{what: "postgresql", note: "binaries in " + bin, err: boot.Plain(err)}}
	}
	f := finding{what: "postgresql", note: "answers"}
	db, err := pg.Open(ctx, pg.Config{URL: place.Admin, Name: "lianou doctor", MaxConns: 1, Privileged: "the doctor looks at the set-up"})
	if err != nil {
		f.err = err
		if !running && core.KindOf(err) == core.KindUnavailable {
			f.err = errors.New("the server of LIANOU_DATABASE_URL does not answer")
		}
		return []finding{f}
	}
	defer db.Close()
	tables := finding{what: "tables", note: "at a version with a clock"}
	if c, err := db.ReadClock(ctx); err != nil {
		tables.err = errors.New("not migrated; run: lianou migrate")
	} else if c.Demo {
		tables.note = fmt.Sprintf("a demo, its clock moved by %s", c.Shift)
	}
	return []finding{f, tables}
}

func redisServer(ctx context.Context, place *installation) finding {
	if place.Redis == "" {
		if _, err := exec.LookPath("redis-server"); err != nil {
			return finding{what: "redis", soft: true, err: errors.New("no redis-server on this machine; a built-in one is used, for one machine only")}
		}
		return finding{what: "redis", note: "redis-server is installed"}
	}
	b, err := bell.Open(bell.Config{URL: place.Redis, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return finding{what: "redis", err: errors.New("LIANOU_REDIS_URL does not parse")}
	}
	defer b.Close()
	if err := b.Ping(ctx); err != nil {
		return finding{what: "redis", soft: true, err: errors.New("does not answer; bells are silent until it does")}
	}
	return finding{what: "redis", note: "answers"}
}
