package main

import (
	"bytes"
	"strings"
	"testing"

	"lianou/core/hardship"
	"lianou/core/insight"
	"lianou/core/registry"
)

// What the command prints is what the desk shows: names beside codes, and no small number.
//
// Control: print the runs as they are kept; "3 of 9 before" stands there.
func TestSensingIsPrintedDiscreetly(t *testing.T) {
	t.Parallel()
	regions, err := registry.EmbeddedRegions()
	if err != nil {
		t.Fatal(err)
	}
	k := insight.Kept{Sensing: insight.Sensing{Book: strings.Repeat("a", 64), Runs: []insight.Run{{Name: "A-10", Entered: 30, Left: 30, Shares: []insight.Share{
		{Kind: "sex", Key: "male", Of: 900, Before: 217, After: 210}, {Kind: "sex", Key: "open", Of: 9, Before: 3, After: 2}, {Kind: "sex", Key: "female", Of: 900, Before: 491, After: 478},
		{Kind: "town", Key: "371426104", Of: 4000, Before: 555, After: 500}, {Kind: "town", Key: "371426103", Of: 4000, Before: 555, After: 600}}}}}}
	var out bytes.Buffer
	printSensing(&out, &k, 10, regions)
	if text := out.String(); !strings.Contains(text, "town 371426104 平原县王庙镇: 555 of 4000 before, 500 after") || strings.Contains(text, "of 9 before") || strings.Contains(text, "217") {
		t.Error(text)
	}
}

// TestSensingSaysWhatItStartsFrom: the steps of a tenth start from the proposed weights where there
// are any, which is said; else from those in force. By a newcomer, who took them for those in force.
//
// Red, the old code: neither line was printed.
func TestSensingSaysWhatItStartsFrom(t *testing.T) {
	t.Parallel()
	regions, err := registry.EmbeddedRegions()
	if err != nil {
		t.Fatal(err)
	}
	ours := hardship.Weights{110, 85, 100, 100, 100, 100, 100}
	for want, proposed := range map[string]*hardship.Weights{"every step of a tenth starts from those proposed, not from those in force": &ours, "every step of a tenth starts from these, the weights in force": nil} {
		k := insight.Kept{Sensing: insight.Sensing{Book: strings.Repeat("a", 64), Now: hardship.Even, Proposed: proposed}}
		var out bytes.Buffer
		printSensing(&out, &k, 10, regions)
		if !strings.Contains(out.String(), want) || proposed != nil && !strings.Contains(out.String(), "in force are "+k.Now.String()) {
			t.Errorf("%q is not said:\n%s", want, out.String())
		}
	}
}
