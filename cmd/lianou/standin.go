package main

import (
	"path/filepath"

	"lianou/cmd/internal/boot"
	"lianou/cmd/internal/standin"
)

type standinCmd struct{}

// Run serves until the context ends.
func (standinCmd) Run(t *tool) error {
	cfg, err := t.config()
	if err != nil {
		return err
	}
	server, err := standin.New(standin.Config{Addr: cfg.StandinAddr, DataDir: filepath.Join(cfg.DataDir, "standin"),
		Gateway: cfg.PublicURL, Log: boot.NewLog(t.out, cfg, "standin")})
	if err != nil {
		return err
	}
	return server.Run(t.ctx)
}
