package main

import "lianou/cmd/internal/boot"

type configCmd struct{}

// Run prints the configuration as this environment gives it.
func (configCmd) Run(t *tool) error {
	cfg, err := t.config()
	if err != nil {
		return err
	}
	return boot.Print(t.out, cfg)
}
