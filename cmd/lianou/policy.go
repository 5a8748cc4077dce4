package main

import (
	"errors"
	"fmt"
	"os"

	"lianou/core/policy"
)

// policyCmd works on the rules of assistance as data.
type policyCmd struct {
	Check policyCheckCmd `cmd:"" help:"Check the policies: facts, units, sentences, cycles, sources of amounts."`
	policyStoreCmds
}

// policyCheckCmd checks the policies in a folder, or the ones built in.
type policyCheckCmd struct {
	Folder string `arg:"" optional:"" type:"existingdir" help:"Folder of YAML files; the built-in policies when left out."`
}

// Run checks and prints every problem, or the periods and their digests.
func (c *policyCheckCmd) Run(t *tool) error {
	lib, err := c.load()
	var bad policy.Problems
	if errors.As(err, &bad) {
		for _, p := range bad {
			fmt.Fprintln(t.out, p)
		}
		return fmt.Errorf("the policies have %d problems", len(bad))
	}
	if err != nil {
		return fmt.Errorf("load policies: %w", err)
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
	fmt.Fprintf(t.out, "policies are in order, digest %s\n", lib.Digest)
	return nil
}

func (c *policyCheckCmd) load() (*policy.Library, error) {
	if c.Folder == "" {
		return policy.Embedded()
	}
	return policy.Load(os.DirFS(c.Folder))
}
