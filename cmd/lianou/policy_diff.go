package main

import (
	"fmt"
	"os"

	"lianou/core"
	"lianou/core/policy"
	"lianou/core/registry"
)

// policyDiffCmd compares two sets of policies. It ends with 0 when they are equal,
// with 1 when they differ and with 2 when one of them cannot be read.
type policyDiffCmd struct {
	Old string `arg:"" help:"A folder, or a day such as 2024-03-01: the built-in policies of that day."`
	New string `arg:"" help:"A folder or a day. A folder beside a day is taken on that day; two folders on every day on which something begins."`
}

// Run prints what differs.
func (c *policyDiffCmd) Run(t *tool) error {
	pairs, err := c.pairs(t)
	if err != nil {
		return notKnown(err)
	}
	regions, err := registry.EmbeddedRegions()
	if err != nil {
		return err
	}
	differ, last, calendar := 0, "", ""
	for _, p := range pairs {
		d := policy.Compare(p.Old, p.New)
		if days := (&diffReport{d: d}).calendar(); days != "" && days != calendar { // one for all periods
			differ++
			fmt.Fprint(t.out, days)
			calendar = days
		}
		report := (&diffReport{d: d, regions: regions}).text()
		if report == "" {
			last = ""
			continue
		}
		differ++
		if report == last { // the same difference goes on in the next period
			fmt.Fprintf(t.out, "== from %s: the same\n", p.From)
			continue
		}
		fmt.Fprintf(t.out, "== from %s\n%s", p.From, report)
		last = report
	}
	if differ == 0 {
		fmt.Fprintln(t.out, "no difference")
		return nil
	}
	return broken("the policies differ")
}

// side is one argument: a day of the built-in policies, or a folder.
type side struct {
	lib *policy.Library
	day core.Date // zero for a folder
}

func (c *policyDiffCmd) pairs(t *tool) ([]policy.Pair, error) {
	old, err := readSide(t, c.Old)
	if err != nil {
		return nil, err
	}
	new, err := readSide(t, c.New)
	if err != nil {
		return nil, err
	}
	if old.day.IsZero() && new.day.IsZero() {
		return policy.Pairs(old.lib, new.lib), nil
	}
	if old.day.IsZero() {
		old.day = new.day
	}
	if new.day.IsZero() {
		new.day = old.day
	}
	x, err := old.lib.On(old.day)
	if err != nil {
		return nil, fmt.Errorf("%s on %s: %w", c.Old, old.day, err)
	}
	y, err := new.lib.On(new.day)
	if err != nil {
		return nil, fmt.Errorf("%s on %s: %w", c.New, new.day, err)
	}
	return []policy.Pair{{From: new.day, Old: x, New: y}}, nil
}

func readSide(t *tool, arg string) (side, error) {
	if day, err := core.ParseDate(arg); err == nil {
		lib, err := policy.Embedded()
		return side{lib, day}, err
	}
	if info, err := os.Stat(arg); err != nil || !info.IsDir() {
		return side{}, fmt.Errorf("%q is neither a folder nor a day such as 2024-03-01", arg)
	}
	lib, err := loadPolicies(t, arg)
	return side{lib: lib}, err
}
