package bench

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
	// Lianou, Gateway and Platform are the built programs. Required.
	Lianou, Gateway, Platform string
	// Out gets one line a bar, and Notes what was seen on the way. Required.
	Out, Notes io.Writer
	// Only names the bars wanted. Defaults to all of this package.
	Only []string
	// Rounds of each bar. Defaults to 3; fewer is no measurement.
	Rounds int
	// Window is how long one side of one round is measured. Defaults to 4 s.
	Window time.Duration
	// Lines is how many calls are on the line at once in B11. Defaults to 500.
	Lines int
	// Storm is for how long new calls come in B11. Defaults to a minute.
	Storm time.Duration
	// People is how many are registered where people are searched for, in B8. Defaults
	// to 200,000; the city has 5,600,000.
	People int
	// Keep is the folder of a city that citybench has made and keeps, for B8 to ask there;
	// its tokens are then not made anew. Defaults to a throw-away one.
	Keep string
	// Import is how many people the files of B9 hold. Defaults to 200,000.
	Import int
	// Dir is where throw-away installations are made. Defaults to the system's folder
	// of temporary files.
	Dir string
}

// Bars are the bars this package measures, in the order of their lines.
func Bars() []string {
	return []string{"B1", "B2", "B8", "B9", "B10", "B11", "B12", "B13", "fair", "queue", "payout"}
}

func (c *Config) wants(bars ...string) bool {
	return len(c.Only) == 0 || slices.ContainsFunc(bars, func(b string) bool { return slices.Contains(c.Only, b) })
}

func (c *Config) note(format string, args ...any) { fmt.Fprintf(c.Notes, format+"\n", args...) }

// Verdict names what was not reached.
type Verdict struct {
	// Short are the bars that were missed and may be for now.
	Short []string
	// Owed are those that have to be reached at this stage of the work: B13, the
	// floor of B1, and that nobody innocent is refused.
	Owed []string
}

// Add joins what another measurement missed.
func (v *Verdict) Add(w Verdict) {
	v.Short, v.Owed = append(v.Short, w.Short...), append(v.Owed, w.Owed...)
}

// Run measures and says which bars were missed.
func Run(ctx context.Context, cfg Config) (Verdict, error) {
	if cfg.Rounds == 0 {
		cfg.Rounds = 3
	}
	if cfg.Window == 0 {
		cfg.Window = 4 * time.Second
	}
	if cfg.Lines == 0 {
		cfg.Lines = 500
	}
	if cfg.Storm == 0 {
		cfg.Storm = time.Minute
	}
	if cfg.People == 0 {
		cfg.People = 200_000
	}
	if cfg.Import == 0 {
		cfg.Import = 200_000
	}
	cfg.note("load average before: %s", load())
	var all Verdict
	for _, part := range []struct {
		bars []string
		run  func(context.Context, *Config) (Verdict, error)
	}{{[]string{"B1", "B2"}, accepting}, {[]string{"B8"}, finding}, {[]string{"B9"}, importing}, {[]string{"B10"}, popping}, {[]string{"B11"}, calling}, {[]string{"B12"}, asking}, {[]string{"B13"}, starting}, {[]string{"fair"}, fairly}, {[]string{"queue"}, queueing}, {[]string{"payout"}, paying}} {
		if !cfg.wants(part.bars...) {
			continue
		}
		missed, err := part.run(ctx, &cfg)
		if err != nil {
			return Verdict{}, fmt.Errorf("measure %s: %w", strings.Join(part.bars, " and "), err)
		}
		all.Add(missed)
	}
	return all, nil
}

// load is how busy the machine was: a figure without it says little.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(b))[:3], " ")
}

// ratio prints a bar that has a yardstick.
func ratio(cfg *Config, name, what string, ours, theirs []float64, bar float64, more string) bool {
	us, them := median(ours), median(theirs)
	ok := us/them >= bar
	fmt.Fprintf(cfg.Out, "%s %.2fx bar >=%.2fx %s (%s, ours %.0f/s, yardstick %.0f/s, rounds %d%s)\n",
		name, us/them, bar, word(ok), what, us, them, len(ours), more)
	return ok
}

func word(ok bool) string {
	if ok {
		return "ok"
	}
	return "short"
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	if len(s) == 0 {
		return 0
	}
	return s[len(s)/2]
}
