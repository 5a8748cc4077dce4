package citybench

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// Config is what Run needs.
type Config struct {
	// People is how many invented people live in the city. Defaults to 200,000, a
	// thirtieth of the real one: enough to compare, and made in half a minute. The bars
	// are meant for 5,600,000 in some two million households.
	People int
	// Rounds of each bar; the median counts. Defaults to 3.
	Rounds int
	// Only names the bars wanted. Defaults to all.
	Only []string
	// Notes was seen on the way. Required.
	Notes io.Writer
	// Keep is the folder of a city that is made once and measured again. Defaults to one
	// that is thrown away.
	Keep string
}

// Bars are those this package measures.
func Bars() []string { return []string{"B5", "B5b", "B6", "B7", "simulate", "sensitivity"} }

// A Line is one result as `make bench` prints it.
type Line struct {
	Bar  string
	OK   bool
	Text string
}

func (c *Config) wants(bar string) bool { return len(c.Only) == 0 || slices.Contains(c.Only, bar) }

func (c *Config) note(format string, args ...any) { fmt.Fprintf(c.Notes, format+"\n", args...) }

// Run makes the city and measures.
func Run(ctx context.Context, cfg Config) ([]Line, error) {
	if cfg.People == 0 {
		cfg.People = 200_000
	}
	if cfg.Rounds == 0 {
		cfg.Rounds = 3
	}
	c, err := openCity(ctx, &cfg)
	if err != nil {
		return nil, err
	}
	defer c.close()
	var lines []Line
	for _, part := range []struct {
		bar string
		run func(context.Context, *Config) ([]Line, error)
	}{{"B5", c.scanning}, {"B5b", c.oracle}, {"B6", c.rescanning}, {"B7", c.ranking}, {"simulate", c.simulating}, {"sensitivity", c.sensing}} {
		if !cfg.wants(part.bar) {
			continue
		}
		got, err := part.run(ctx, &cfg)
		if err != nil {
			return lines, fmt.Errorf("measure %s: %w", part.bar, err)
		}
		lines = append(lines, got...)
	}
	return lines, nil
}

func timed(f func() error) (time.Duration, error) {
	began := time.Now()
	err := f()
	return time.Since(began), err
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}

func word(ok bool) string {
	if ok {
		return "ok"
	}
	return "short"
}

// peak is the most memory this process has had, in MiB.
func peak() string {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(b)) {
		var kb int
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kb); err == nil {
			return fmt.Sprintf("%d MiB", kb>>10)
		}
	}
	return "unknown"
}
