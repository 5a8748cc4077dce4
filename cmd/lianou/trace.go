package main

import (
	"errors"
	"fmt"

	"lianou/cmd/internal/boot"
	"lianou/core"
	"lianou/core/blob"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/trail"
	"lianou/intake"
)

// traceCmd walks from a payment back to the words it began with, as the auditor's room does and by
// the same code. It prints names and numbers masked; each hop leaves an entry of the operator.
type traceCmd struct {
	What string `arg:"" help:"Name of a payment (P and 15 digits), or a receipt of ten digits: then every payment of its case." placeholder:"RECEIPT|LINE"`
}

// Run exits 0 when every payment holds, 1 when one breaks, 2 when it could not be looked at.
func (c traceCmd) Run(t *tool) error {
	return judged(withPlatform(t, false, func(p people) error {
		w, err := p.walker(t)
		if err != nil {
			return err
		}
		by := trail.By{Actor: p.by, Scope: pg.City("lianou trace")}
		lines := []string{c.What}
		if receipt, err := intake.ParseReceipt(c.What); err == nil {
			if lines, err = c.lines(p, w, by, receipt); err != nil {
				return err
			}
		}
		bad := 0
		for _, line := range lines {
			got, err := w.Walk(p.ctx, by, line)
			if err != nil {
				return err
			}
			if err := got.Print(t.out); err != nil {
				return err
			}
			if !got.Whole() {
				bad++
			}
		}
		if bad > 0 {
			return broken("%d of %d payments do not hold", bad, len(lines))
		}
		return nil
	}))
}

func (c traceCmd) lines(p people, w *trail.Walker, by trail.By, receipt core.Receipt) (names []string, err error) {
	list, of, err := w.Payments(p.ctx, by, receipt)
	switch {
	case err != nil:
		return nil, err
	case of == 0:
		return nil, fmt.Errorf("no case has the receipt %s", receipt)
	case len(list) == 0:
		return nil, errors.New("nothing was paid on this receipt yet")
	}
	for _, one := range list {
		names = append(names, one.Line)
	}
	return names, nil
}

// walker makes what the walk needs of the operator's connection.
func (p people) walker(t *tool) (*trail.Walker, error) {
	cfg, err := t.config()
	if err != nil {
		return nil, err
	}
	url, err := boot.BlobURL(cfg)
	if err != nil {
		return nil, err
	}
	blobs, err := blob.Open(blob.Config{URL: url, To: p.keys.Self, Opener: p.keys.Opener})
	if err != nil {
		return nil, err
	}
	cases, err := casefile.New(casefile.Config{Ring: p.keys.Ring, Shared: p.keys.Shared, Audit: p.log})
	if err != nil {
		return nil, err
	}
	return trail.New(trail.Deps{DB: p.db, Cases: cases, Staff: p.staff, Audit: p.log, Blobs: blobs})
}
