package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/bulk"
	tabular "lianou/core/tables"
)

type importCmd struct {
	People  importPeople  `cmd:"" help:"Bring in people and households, a row a person."`
	Facts   importFacts   `cmd:"" help:"Bring in what a department knows, a row a person or household."`
	Regions importRegions `cmd:"" help:"Replace the list of places."`
}

type importRegions struct {
	File string `arg:"" type:"existingfile" help:"CSV or XLSX: code, name, old_codes, synthetic; parents before children."`
	Map  string `help:"Mapping file: which column is which, and which are ignored." type:"existingfile"`

	DryRun bool `help:"Look at everything, write nothing."`
	Ending int  `help:"How many places of before are no more: they are not in the file on purpose." placeholder:"N"`
}

// errTried takes back what a trial would have written.
var errTried = errors.New("only tried")

// Run replaces the places. Programs read them when they start.
func (c importRegions) Run(t *tool) error { return stopped(t, c.run(t)) }

func (c importRegions) run(t *tool) error {
	cfg, err := t.config()
	if err != nil {
		return err
	}
	keys, err := importKeys(cfg)
	if err != nil {
		return err
	}
	table, err := openTable(t.ctx, c.File)
	if err != nil {
		return inWords(err)
	}
	defer table.close()
	m, err := readMapping(c.Map)
	if err != nil {
		return inWords(err)
	}
	tree, err := bulk.ReadRegions(table.File, m)
	if err != nil {
		return inWords(err)
	}
	db, err := openImport(t, cfg)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := c.foretell(t, db, tree); err != nil {
		return err
	}
	err = db.Tx(t.ctx, pg.City("import of places"), func(ctx context.Context, tx *pg.Tx) error {
		if err := c.ends(ctx, tx, tree); err != nil {
			return err
		}
		if err := registry.SaveRegions(ctx, tx, tree); err != nil {
			return err
		}
		if c.DryRun {
			return errTried
		}
		// Who may see whom hangs on this list.
		return audit.New(keys.Ring).Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "operator"}, Act: "regions.imported", Purpose: "import",
			Detail: map[string]any{"sha256": hex.EncodeToString(table.Digest[:]), "towns": tree.Len(registry.LevelTownship), "villages": tree.Len(registry.LevelVillage)}})
	})
	then := "restart the gateway and the platform to use them"
	if errors.Is(err, errTried) {
		then, err = "a dry run: nothing was written", nil
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%d counties, %d townships, %d villages; %s\n",
		tree.Len(registry.LevelCounty), tree.Len(registry.LevelTownship), tree.Len(registry.LevelVillage), then)
	return nil
}

// ends refuses a list that leaves out places where somebody lives, and one that leaves out
// others without saying how many: half a file is a whole list as well.
func (c importRegions) ends(ctx context.Context, tx *pg.Tx, tree *registry.Regions) error {
	gone, err := registry.Endings(ctx, tx, tree)
	if err != nil {
		return err
	}
	var lived, households int64
	first := registry.Ending{}
	for _, e := range gone {
		if e.Households == 0 {
			continue
		}
		if lived == 0 {
			first = e
		}
		lived, households = lived+1, households+e.Households
	}
	switch {
	case lived > 0:
		return fmt.Errorf("the file is taken for the whole list, and %d places of now are not in it; in %d of these live %d households, first in %s %s (%d); nothing was changed; "+
			"put these places into the file, and leave them out once the people are moved", len(gone), lived, households, first.Code, first.Name, first.Households)
	case len(gone) != c.Ending:
		names := ""
		for _, e := range gone[:min(len(gone), 5)] {
			names += " " + string(e.Code) + " " + e.Name
		}
		return fmt.Errorf("the file is taken for the whole list, and %d places of now are not in it:%s; nobody lives there, and nothing was changed; if they are no more, say --ending %d",
			len(gone), names, len(gone))
	}
	return nil
}

// stopped is how an import ends that was told to stop before it was done: a script that
// brings files in does not take it for done.
func stopped(t *tool, err error) error {
	if err == nil || t.ctx.Err() == nil {
		return err
	}
	return &verdict{statusUnfinished, errors.New("stopped before the file was done; run the same command again, it goes on where it was")}
}

// openedTable is a table and the file it lies in.
type openedTable struct {
	*tabular.File
	close func() error
}

func openTable(ctx context.Context, path string) (openedTable, error) {
	f, err := os.Open(path)
	if err != nil {
		return openedTable{}, fmt.Errorf("open %s: %w", path, err)
	}
	info, err := f.Stat()
	if err == nil {
		var table *tabular.File
		if table, err = tabular.Look(ctx, f, info.Size()); err == nil {
			return openedTable{table, f.Close}, nil
		}
	}
	return openedTable{}, errors.Join(err, f.Close())
}

func readMapping(path string) (bulk.Mapping, error) {
	if path == "" {
		return bulk.Mapping{}, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return bulk.Mapping{}, fmt.Errorf("read the mapping: %w", err)
	}
	return bulk.ParseMapping(b)
}

// inWords gives an error as the sentence that says what to do, where it has one.
func inWords(err error) error {
	var known *core.Error
	if !errors.As(err, &known) || known.Say == "" {
		return err
	}
	if known.Err != nil {
		return fmt.Errorf("%s (%w)", known.Say, known.Err)
	}
	return errors.New(known.Say)
}
