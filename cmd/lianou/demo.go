package main

import (
	"fmt"
	"os"
	"path/filepath"

	"lianou/cmd/internal/demo"
	"lianou/cmd/internal/rig"
	"lianou/core/staff"
)

// demoCmd plays the stories in a fresh city of its own, which it removes.
type demoCmd struct {
	Keep bool `help:"Keep the city's folder."`
}

// Run starts the city, plays, and stops it.
func (c demoCmd) Run(t *tool) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	dir, err := os.MkdirTemp("", "lianou-demo-")
	if err != nil {
		return err
	}
	if !c.Keep {
		defer os.RemoveAll(dir)
	}
	city, err := rig.Start(t.ctx, rig.Config{Bin: filepath.Dir(self), Dir: filepath.Join(dir, "var"), Out: t.out})
	if err != nil {
		return err
	}
	defer city.Stop()
	return demo.Play(t.ctx, demo.Config{City: city, Password: staff.DemoPassword, Out: t.out})
}
