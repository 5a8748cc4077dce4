package main

import (
	"fmt"
	"os"

	"lianou/core/policy"
)

// policyExportCmd writes the built-in policies out, byte for byte.
type policyExportCmd struct {
	Folder string `arg:"" help:"Folder to write to; it must be new or empty."`
}

// Run writes the files, then reads them again: what is in the folder has the digest
// of what is built in.
func (c *policyExportCmd) Run(t *tool) error {
	if left, err := os.ReadDir(c.Folder); err == nil && len(left) > 0 {
		return fmt.Errorf("%s is not empty: export to a new folder, so that nothing is overwritten", c.Folder)
	}
	files, err := policy.Sources()
	if err != nil {
		return fmt.Errorf("read the built-in policies: %w", err)
	}
	if err := os.CopyFS(c.Folder, files); err != nil {
		return fmt.Errorf("write the policies: %w", err)
	}
	lib, err := policy.Load(os.DirFS(c.Folder))
	if err != nil {
		return fmt.Errorf("read the policies again: %w", err)
	}
	fmt.Fprintf(t.out, "written to %s, digest %s\n", c.Folder, lib.Digest)
	return nil
}
