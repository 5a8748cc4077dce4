package main

import (
	"fmt"
	"io"

	"lianou/core"
	"lianou/core/insight"
	"lianou/core/registry"
)

// shownSensing is a report as it leaves the program: what core/discreet hides is not in it.
type shownSensing struct {
	insight.Sensing
	Runs []insight.ShownRun
}

func sensingShown(k *insight.Kept) shownSensing {
	out := shownSensing{Sensing: k.Sensing}
	for i := range k.Runs {
		out.Runs = append(out.Runs, k.Runs[i].Shown())
	}
	return out
}

// printSensing prints a report for whoever answers for the formula.
func printSensing(out io.Writer, k *insight.Kept, losers int, regions *registry.Regions) {
	fmt.Fprintf(out, "weights %s %.12s, book %.12s, %s: %d households, the hardest 3 in 100 are %d\n", k.Subject(), k.Subject().Digest(), k.Book, k.On, k.Households, k.Most)
	if k.Proposed != nil {
		fmt.Fprintf(out, "in force are %s\n", &k.Now)
		fmt.Fprintln(out, `"proposed" is those proposed beside those in force; every step of a tenth starts from those proposed, not from those in force`)
	} else {
		fmt.Fprintln(out, "every step of a tenth starts from these, the weights in force")
	}
	fmt.Fprintf(out, "%s is a number under five, or one that would tell such a number\n", hidden)
	fmt.Fprintf(out, "%-9s %8s %8s %9s   %s\n", "run", "entered", "left", "spearman", "bands before>after, red orange yellow blue none")
	report := sensingShown(k)
	for i := range report.Runs {
		r := &report.Runs[i]
		fmt.Fprintf(out, "%-9s %8s %8s    %d.%04d  ", r.Name, r.Entered.Or(hidden), r.Left.Or(hidden), r.Spearman/10_000, r.Spearman%10_000)
		for _, b := range r.Bands {
			fmt.Fprintf(out, " %s>%s", b.Before.Or(hidden), b.After.Or(hidden))
		}
		fmt.Fprintln(out)
		for _, s := range r.Losers(losers) {
			name := s.Kind + " " + s.Key
			if s.Kind == "town" {
				name += " " + regions.FullName(core.RegionCode(s.Key))
			}
			fmt.Fprintf(out, "          %s: %d of %d before, %d after\n", name, s.Before.N(), s.Of.N(), s.After.N())
		}
	}
}
