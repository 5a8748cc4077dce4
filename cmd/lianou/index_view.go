package main

import (
	"fmt"
	"io"

	"lianou/core/insight"
)

// printSensing prints a report for whoever answers for the formula.
func printSensing(out io.Writer, k *insight.Kept, losers int) {
	fmt.Fprintf(out, "weights %s %.12s, book %.12s, %s: %d households, the hardest 3 in 100 are %d\n", k.Subject(), k.Subject().Digest(), k.Book, k.On, k.Households, k.Most)
	fmt.Fprintf(out, "%-9s %8s %8s %9s   %s\n", "run", "entered", "left", "spearman", "bands before>after, red orange yellow blue none")
	for i := range k.Runs {
		r := &k.Runs[i]
		fmt.Fprintf(out, "%-9s %8d %8d    %d.%04d  ", r.Name, r.Entered, r.Left, r.Spearman/10_000, r.Spearman%10_000)
		for _, b := range r.Bands {
			fmt.Fprintf(out, " %d>%d", b.Before, b.After)
		}
		fmt.Fprintln(out)
		for _, s := range r.Losers(losers) {
			fmt.Fprintf(out, "          %s %s: %d of %d before, %d after\n", s.Kind, s.Key, s.Before, s.Of, s.After)
		}
	}
}
