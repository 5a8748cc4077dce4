package main

import (
	"context"
	"fmt"
	"os"

	"lianou/core/pg"
	"lianou/core/registry"
)

type importCmd struct {
	Regions importRegions `cmd:"" help:"Replace the list of places by a CSV file."`
}

type importRegions struct {
	File string `arg:"" type:"existingfile" help:"code,name,old_codes,synthetic; parents before children."`
}

// maxImport bounds the file that is read: the city's own list has about 250 KB.
const maxImport = 16 << 20

// Run replaces the places. Programs read them when they start.
func (c importRegions) Run(t *tool) error {
	cfg, err := t.config()
	if err != nil {
		return err
	}
	info, err := os.Stat(c.File)
	if err != nil || info.Size() > maxImport {
		return fmt.Errorf("%s cannot be read or is larger than 16 MB", c.File)
	}
	f, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("open %s: %w", c.File, err)
	}
	defer f.Close()
	tree, err := registry.ParseRegions(f)
	if err != nil {
		return err
	}
	db, err := openImport(t, cfg)
	if err != nil {
		return err
	}
	defer db.Close()
	err = db.Tx(t.ctx, pg.City("import of places"), func(ctx context.Context, tx *pg.Tx) error {
		return registry.SaveRegions(ctx, tx, tree)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%d counties, %d townships, %d villages; restart the gateway and the platform to use them\n",
		tree.Len(registry.LevelCounty), tree.Len(registry.LevelTownship), tree.Len(registry.LevelVillage))
	return nil
}
