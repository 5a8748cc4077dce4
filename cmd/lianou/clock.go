package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"lianou/core"
	"lianou/core/bell"
	"lianou/core/pg"
)

type clockCmd struct {
	Show    clockShow    `cmd:"" default:"1" help:"Show the city's time."`
	Advance clockAdvance `cmd:"" help:"Move the city's time forward; demo databases only."`
}

type clockShow struct{}

type clockAdvance struct {
	By string `arg:"" help:"How far: 7d, 36h, 90m."`
}

// ClockTopic is the bell rung when the clock has moved; the platform sweeps then.
const ClockTopic = "clock"

// Run prints the time.
func (clockShow) Run(t *tool) error {
	return withOwner(t, func(db *pg.DB, _ *installation) error {
		c, err := db.ReadClock(t.ctx)
		if err != nil {
			return err
		}
		printClock(t, c)
		return nil
	})
}

// Run moves the time and rings, so that what fell due is done now.
func (c clockAdvance) Run(t *tool) error {
	by, err := parseStep(c.By)
	if err != nil {
		return err
	}
	cfg, err := t.config()
	if err != nil {
		return err
	}
	return withOwner(t, func(db *pg.DB, place *installation) error {
		now, err := db.AdvanceClock(t.ctx, by)
		if core.KindOf(err) == core.KindForbidden {
			return fmt.Errorf("this database is not a demo; its clock is the real one")
		} else if err != nil {
			return err
		}
		if b, err := bell.Open(bell.Config{URL: place.Redis, Log: slog.New(slog.DiscardHandler)}); err == nil {
			b.Ring(t.ctx, ClockTopic, "clock", now.Now.Format(time.RFC3339))
			_ = b.Close()
		}
		if err := tellStandin(t.ctx, cmp.Or(place.Standin, cfg.StandinAddr), now.Shift); err != nil {
			fmt.Fprintln(os.Stderr, "lianou: the stand-ins go on with the old date:", err)
		}
		printClock(t, now)
		return nil
	})
}

// tellStandin tells the outside services of the demo which day it is in the city.
func tellStandin(ctx context.Context, addr string, shift time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	body := fmt.Sprintf(`{"shift":%q}`, shift)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+addr+"/admin/clock", strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusNoContent {
		return fmt.Errorf("they answered %s", answer.Status)
	}
	return nil
}

func printClock(t *tool, c pg.Clock) {
	kind := "the real clock"
	if c.Demo {
		kind = fmt.Sprintf("demo, moved by %s", c.Shift)
	}
	fmt.Fprintf(t.out, "%s  (%s)\n", c.Now.In(core.China).Format("2006-01-02 15:04:05"), kind)
}

// parseStep reads Go durations and days ("7d").
func parseStep(s string) (time.Duration, error) {
	if days, found := strings.CutSuffix(s, "d"); found {
		if n, err := strconv.Atoi(days); err == nil && n > 0 && n <= 3660 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	} else if d, err := time.ParseDuration(s); err == nil && d > 0 && d <= 3660*24*time.Hour {
		return d, nil
	}
	return 0, fmt.Errorf("%q is no step forward; write 7d, 36h or 90m", s)
}

// withOwner opens the installation's database as the owner.
func withOwner(t *tool, do func(*pg.DB, *installation) error) error {
	cfg, err := t.config()
	if err != nil {
		return err
	}
	place := &installation{Roles: map[string]string{pg.Owner: cfg.DatabaseURL.Reveal()}, Redis: cfg.RedisURL.Reveal()}
	if cfg.DatabaseURL == "" {
		if place, err = readInstallation(cfg.DataDir); err != nil {
			return err
		}
	}
	db, err := pg.Open(t.ctx, pg.Config{URL: place.Roles[pg.Owner], Name: "lianou clock", MaxConns: 2, Privileged: "the operator moves the demo's clock"})
	if err != nil {
		return err
	}
	defer db.Close()
	return do(db, place)
}
