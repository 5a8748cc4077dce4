package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/rulebook"
)

// policyDiffCmd compares two sets of policies. It ends with 0 when they are equal,
// with 1 when they differ and with 2 when one of them cannot be read.
type policyDiffCmd struct {
	Old     string `arg:"" help:"A folder; the number of an edition such as 3; draft:N; or a day such as 2024-03-01: the built-in policies of that day, or those of --edition."`
	New     string `arg:"" help:"The same. A folder, edition or draft beside a day is taken on that day; two of them on every day on which something begins."`
	Edition int    `help:"The edition that days are of; the built-in policies when left out."`
}

// Run prints what is compared with what, and what differs.
func (c *policyDiffCmd) Run(t *tool) error {
	if !c.published() {
		return c.compare(t, func(string) (rulebook.Sources, error) { return rulebook.Sources{}, rulebook.ErrNoEdition })
	}
	err := withRules(t, func(r rules) error { return c.compare(t, r.set) })
	var said *verdict
	if err == nil || errors.As(err, &said) {
		return err
	}
	return notKnown(err) // nobody could look: that is no difference found
}

// published reports whether an edition or a draft is asked for, which the database has.
func (c *policyDiffCmd) published() bool { return c.Edition > 0 || stored(c.Old) || stored(c.New) }

// stored reports whether an argument names an edition or a draft and no folder.
func stored(arg string) bool {
	_, err := strconv.Atoi(strings.TrimPrefix(arg, "draft:"))
	if err != nil {
		return false
	}
	info, err := os.Stat(arg)
	return err != nil || !info.IsDir()
}

// sets gives the files of "3", an edition, or "draft:3".
type sets func(what string) (rulebook.Sources, error)

// compare prints the report.
func (c *policyDiffCmd) compare(t *tool, of sets) error {
	old, new, err := c.sides(t, of)
	if err != nil {
		return notKnown(err)
	}
	pairs, err := old.beside(new)
	if err != nil {
		return notKnown(err)
	}
	fmt.Fprintf(t.out, "比的是\n  - %s\n  + %s\n", old.say(), new.say())
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
			fmt.Fprintf(t.out, "== 从 %s 起:同上\n", p.From)
			continue
		}
		fmt.Fprintf(t.out, "== 从 %s 起\n%s", p.From, report)
		last = report
	}
	if differ == 0 {
		fmt.Fprintln(t.out, "没有不一样的地方")
		return nil
	}
	return broken("两边的政策不一样")
}

// side is one argument: a day of the built-in policies or of an edition, or a whole set.
type side struct {
	lib  *policy.Library
	name string
	day  core.Date // zero for every day
}

// say names a side, and the day on which it is taken.
func (s side) say() string {
	if s.day.IsZero() {
		return s.name + ",每个有变化的日子"
	}
	return s.name + "," + s.day.String() + " 那天"
}

// sides reads both arguments; what has no day is taken on the other's.
func (c *policyDiffCmd) sides(t *tool, of sets) (old, new side, err error) {
	if old, err = c.read(t, c.Old, of); err != nil {
		return old, new, err
	}
	if new, err = c.read(t, c.New, of); err != nil {
		return old, new, err
	}
	if old.day.IsZero() {
		old.day = new.day
	}
	if new.day.IsZero() {
		new.day = old.day
	}
	return old, new, nil
}

// beside faces two sides.
func (s side) beside(new side) ([]policy.Pair, error) {
	if s.day.IsZero() {
		return policy.Pairs(s.lib, new.lib), nil
	}
	x, err := s.lib.On(s.day)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.say(), err)
	}
	y, err := new.lib.On(new.day)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", new.say(), err)
	}
	return []policy.Pair{{From: new.day, Old: x, New: y}}, nil
}

// read gives the side of an argument.
func (c *policyDiffCmd) read(t *tool, arg string, of sets) (side, error) {
	if day, err := core.ParseDate(arg); err == nil {
		return c.dayOf(day, of)
	}
	if stored(arg) {
		set, err := of(arg)
		if err != nil {
			return side{}, err
		}
		lib, err := set.Load()
		return side{lib: lib, name: storedName(arg)}, err
	}
	if info, err := os.Stat(arg); err != nil || !info.IsDir() {
		return side{}, fmt.Errorf("%q is neither a folder, an edition such as 3, draft:N nor a day such as 2024-03-01", arg)
	}
	lib, err := loadPolicies(t, arg)
	return side{lib: lib, name: "文件夹 " + arg}, err
}

// dayOf is a day of the edition that was named, or of the built-in policies.
func (c *policyDiffCmd) dayOf(day core.Date, of sets) (side, error) {
	if c.Edition == 0 {
		lib, err := policy.Embedded()
		return side{lib, "随程序来的政策(不是发布过的版本)", day}, err
	}
	number := strconv.Itoa(c.Edition)
	set, err := of(number)
	if err != nil {
		return side{}, err
	}
	lib, err := set.Load()
	return side{lib, storedName(number), day}, err
}

func storedName(arg string) string {
	if number, is := strings.CutPrefix(arg, "draft:"); is {
		return number + " 号草案"
	}
	return "发布的第 " + arg + " 版"
}
