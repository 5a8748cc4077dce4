package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"lianou/cmd/internal/bench"
	"lianou/cmd/internal/citybench"
	"lianou/cmd/internal/rulebench"
)

// benchCmd prints one line a bar. It needs nothing that runs: it makes throw-away
// installations of its own.
type benchCmd struct {
	Only   []string      `arg:"" optional:"" help:"Bars, such as ONLY=B1,B3; all when none is named."`
	Rounds int           `help:"Rounds of each bar; the median counts." default:"3"`
	Window time.Duration `help:"How long one side of one round of B1 and B2 is measured." default:"4s"`
	Lines  int           `help:"Calls on the telephone line at once in B11." default:"500"`
	Storm  time.Duration `help:"How long new calls come in B11." default:"1m"`
	People int           `help:"Invented people in the city of B5 to B8; the bars are meant for 5,600,000." default:"200000"`
	Keep   string        `help:"Folder of a city that is kept and measured again by the next run: 5,600,000 people take an hour to invent." placeholder:"DIR"`
	Import int           `help:"People in a file of B9." default:"200000"`
	Strict bool          `help:"Fail when any bar is short, not only those that are owed at this stage of the work."`
}

// Run measures, says what was missed, and fails when that is owed at this stage of
// the work: B3, B5, B5b, B7, B13, the floor of B1; with Strict, when it is any bar.
func (c benchCmd) Run(t *tool) error {
	only, err := c.bars()
	if err != nil {
		return err
	}
	missed, err := c.rules(t, only)
	if err != nil {
		return err
	}
	if err := c.city(t, only, &missed); err != nil {
		return err
	}
	if len(only) == 0 || slices.ContainsFunc(bench.Bars(), func(bar string) bool { return slices.Contains(only, bar) }) {
		more, err := c.programs(t, only)
		if err != nil {
			return err
		}
		missed.Add(more)
	}
	if c.Strict {
		missed.Owed = append(missed.Owed, missed.Short...)
	}
	if len(missed.Owed) > 0 {
		return fmt.Errorf("not reached: %s", strings.Join(missed.Owed, ", "))
	}
	if len(missed.Short) > 0 {
		fmt.Fprintf(t.out, "what is owed now is reached; still short: %s\n", strings.Join(missed.Short, ", "))
	}
	return nil
}

// rules measures judging.
func (c benchCmd) rules(t *tool, only []string) (missed bench.Verdict, err error) {
	wants := func(bar string) bool { return len(only) == 0 || slices.Contains(only, bar) }
	if !wants("B3") && !wants("B4") {
		return missed, nil
	}
	lines, err := rulebench.Measure(rulebench.Config{Rounds: c.Rounds})
	if err != nil {
		return missed, err
	}
	for _, line := range lines {
		if !wants(line.Bar) {
			continue
		}
		fmt.Fprintln(t.out, line.Text)
		switch {
		case line.OK:
		case line.Bar == "B3":
			missed.Owed = append(missed.Owed, line.Bar)
		default:
			missed.Short = append(missed.Short, line.Bar)
		}
	}
	return missed, nil
}

// city measures what is asked of a whole city.
func (c benchCmd) city(t *tool, only []string, missed *bench.Verdict) error {
	if len(only) > 0 && !slices.ContainsFunc(citybench.Bars(), func(bar string) bool { return slices.Contains(only, bar) }) {
		return nil
	}
	lines, err := citybench.Run(t.ctx, citybench.Config{People: c.People, Keep: c.Keep, Rounds: c.Rounds, Only: only, Notes: os.Stderr})
	for _, line := range lines {
		fmt.Fprintln(t.out, line.Text)
		if !line.OK {
			missed.Owed = append(missed.Owed, line.Bar)
		}
	}
	return err
}

func (c benchCmd) programs(t *tool, only []string) (bench.Verdict, error) {
	gateway, err := beside("gateway")
	if err != nil {
		return bench.Verdict{}, err
	}
	platform, err := beside("platform")
	if err != nil {
		return bench.Verdict{}, err
	}
	self, err := os.Executable()
	if err != nil {
		return bench.Verdict{}, fmt.Errorf("find this program: %w", err)
	}
	return bench.Run(t.ctx, bench.Config{Lianou: self, Gateway: gateway, Platform: platform, Out: t.out, Notes: os.Stderr, Only: only, Rounds: c.Rounds, Window: c.Window, Lines: c.Lines, Storm: c.Storm, People: c.People, Keep: c.Keep, Import: c.Import})
}

// bars reads "ONLY=B1,B3", "B1,B3" and "B1 B3" alike.
func (c benchCmd) bars() ([]string, error) {
	known := slices.Concat([]string{"B3", "B4"}, citybench.Bars(), bench.Bars())
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
