package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/rulebook"
)

// policyCmd works on the rules of assistance as data.
type policyCmd struct {
	Check   policyCheckCmd  `cmd:"" help:"Check the policies: facts, units, sentences, dates, cycles, sources of amounts."`
	Diff    policyDiffCmd   `cmd:"" help:"Say what differs between two sets of policies, or between two days."`
	Builtin policyExportCmd `cmd:"" help:"Write the built-in policies to a folder, to be changed and checked."`
	policyStoreCmds
}

// policyCheckCmd checks the policies in a folder, or the ones built in.
type policyCheckCmd struct {
	Folder string `arg:"" optional:"" type:"existingdir" help:"Folder of YAML files; the built-in policies when left out."`
}

// Run checks and prints every problem, or the periods and their digests.
func (c *policyCheckCmd) Run(t *tool) error {
	lib, err := loadPolicies(t, c.Folder)
	if err != nil {
		return err
	}
	if c.Folder != "" {
		if err := tell(t, policy.Lacking(os.DirFS(c.Folder))); err != nil {
			return err
		}
	}
	for _, b := range lib.Books() {
		samples := 0
		for _, p := range b.Params {
			for _, row := range p.Rows {
				if row.Sample {
					samples++
				}
			}
		}
		fmt.Fprintf(t.out, "%s  %d items, %d departments, %d conditions, %d parameters (%d sample amounts)  book %.12s\n",
			b.From, len(b.Items), len(b.Departments), len(b.Tests), len(b.Params), samples, b.Digest)
	}
	remind(t.out, rulebook.Reminders(nil, lib, 0, countyNames()))
	fmt.Fprintf(t.out, "policies are in order, digest %s\n", lib.Digest)
	return nil
}

// remind prints where standards are not the multiples that are declared of them. It is no fault:
// the law may set other sums.
func remind(out io.Writer, lines []string) {
	for _, l := range lines {
		fmt.Fprintf(out, "提醒:%s\n", l)
	}
}

// countyNames gives counties their names.
func countyNames() rulebook.Names {
	regions, err := registry.EmbeddedRegions()
	if err != nil {
		return nil
	}
	return rules{people: people{regions: regions}}.county
}

// loadPolicies reads a folder, or the built-in policies for "", and prints every
// problem it has, each as file:line:column: what, and what to do.
func loadPolicies(t *tool, folder string) (*policy.Library, error) {
	load := policy.Embedded
	if folder != "" {
		load = func() (*policy.Library, error) { return policy.Load(os.DirFS(folder)) }
	}
	lib, err := load()
	var bad policy.Problems
	if errors.As(err, &bad) {
		return nil, tell(t, bad)
	}
	if err != nil {
		return nil, fmt.Errorf("load policies: %w", err)
	}
	return lib, nil
}

// tell prints every problem, and fails where there is one.
func tell(t *tool, bad policy.Problems) error {
	for _, p := range bad {
		fmt.Fprintf(t.out, "%s\n    %s\n", p, p.Say)
	}
	if len(bad) == 0 {
		return nil
	}
	return fmt.Errorf("the policies have %d problems", len(bad))
}
