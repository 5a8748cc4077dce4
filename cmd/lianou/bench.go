package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"lianou/cmd/internal/bench"
	"lianou/cmd/internal/rulebench"
)

// benchCmd prints one line a bar. It needs nothing that runs: it makes throw-away
// installations of its own.
type benchCmd struct {
	Only   []string      `arg:"" optional:"" help:"Bars, such as ONLY=B1,B3; all when none is named."`
	Rounds int           `help:"Rounds of each bar; the median counts." default:"3"`
	Window time.Duration `help:"How long one side of one round of B1 and B2 is measured." default:"4s"`
}

// Run measures and fails when a bar is not reached.
func (c benchCmd) Run(t *tool) error {
	only, err := c.bars()
	if err != nil {
		return err
	}
	wants := func(bar string) bool { return len(only) == 0 || slices.Contains(only, bar) }
	all := true
	if wants("B3") || wants("B4") {
		lines, err := rulebench.Measure(rulebench.Config{Rounds: c.Rounds})
		if err != nil {
			return err
		}
		for _, line := range lines {
			if wants(line.Bar) {
				fmt.Fprintln(t.out, line.Text)
				all = all && line.OK
			}
		}
	}
	if slices.ContainsFunc(bench.Bars(), wants) {
		ok, err := c.programs(t, only)
		if err != nil {
			return err
		}
		all = all && ok
	}
	if !all {
		return errors.New("some bars are not reached")
	}
	return nil
}

func (c benchCmd) programs(t *tool, only []string) (bool, error) {
	gateway, err := beside("gateway")
	if err != nil {
		return false, err
	}
	self, err := os.Executable()
	if err != nil {
		return false, fmt.Errorf("find this program: %w", err)
	}
	return bench.Run(t.ctx, bench.Config{Lianou: self, Gateway: gateway, Out: t.out, Notes: os.Stderr, Only: only, Rounds: c.Rounds, Window: c.Window})
}

// bars reads "ONLY=B1,B3", "B1,B3" and "B1 B3" alike.
func (c benchCmd) bars() ([]string, error) {
	known := append([]string{"B3", "B4"}, bench.Bars()...)
	var list []string
	for _, word := range c.Only {
		for bar := range strings.SplitSeq(strings.TrimPrefix(word, "ONLY="), ",") {
			if bar == "" {
				continue
			}
			if !slices.Contains(known, bar) {
				slices.Sort(known)
				return nil, fmt.Errorf("there is no bar %q here; there are %s", bar, strings.Join(known, ", "))
			}
			list = append(list, bar)
		}
	}
	return list, nil
}
