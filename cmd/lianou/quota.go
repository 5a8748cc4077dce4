package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/quota"
)

// quotaCmd looks at rounds of scarce places. Opening, freezing and offering are people's acts
// under their own log-in, at the desk; a user of the machine is nobody's signature.
type quotaCmd struct {
	List   quotaListCmd   `cmd:"" help:"List the rounds of scarce places."`
	Verify quotaVerifyCmd `cmd:"" help:"Check that every frozen list is the one that was frozen."`
}

type quotaListCmd struct{}

type quotaVerifyCmd struct{}

func (quotaListCmd) Run(t *tool) error {
	return rounds(t, func(_ context.Context, _ *pg.Tx, list []quota.Round) error {
		w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "round\titem\tarea\tplaces\tcut-off\tstate\tlisted\tdigest")
		for _, r := range list {
			fmt.Fprintf(w, "%d\t%s\t%s\t%d\t%s\t%s\t%d\t%.12s\n", r.ID, r.Item, r.Area, r.Places, r.Cutoff.In(core.China).Format("2006-01-02 15:04"), r.State, r.Listed, r.Digest)
		}
		return w.Flush()
	})
}

func (quotaVerifyCmd) Run(t *tool) error {
	return rounds(t, func(ctx context.Context, tx *pg.Tx, list []quota.Round) error {
		bad := 0
		for _, r := range list {
			if r.State != quota.Frozen {
				continue
			}
			whole, err := quota.Verify(ctx, tx, r)
			if err != nil {
				return err
			}
			word := "as frozen"
			if !whole {
				word, bad = "NOT the list that was frozen", bad+1
			}
			fmt.Fprintf(t.out, "round %d: %d households, %.12s: %s\n", r.ID, r.Listed, r.Digest, word)
		}
		if bad > 0 {
			return fmt.Errorf("%d lists are not those that were frozen", bad)
		}
		return nil
	})
}

// rounds reads all rounds and hands them on, in one snapshot of the whole city.
func rounds(t *tool, do func(context.Context, *pg.Tx, []quota.Round) error) error {
	cfg, err := t.config()
	if err != nil {
		return err
	}
	w, _, closeDB, err := openWatch(t, cfg)
	if err != nil {
		return err
	}
	defer closeDB()
	return w.DB.Read(t.ctx, pg.City("lianou quota"), func(ctx context.Context, tx *pg.Tx) error {
		var list []quota.Round
		err := quota.Every(ctx, tx, func(r quota.Round) error { list = append(list, r); return nil })
		if err != nil {
			return err
		}
		return do(ctx, tx, list)
	})
}
