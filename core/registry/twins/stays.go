package twins

import (
	"context"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/registry"
)

// ready chooses which of two rows stays, and reports whether they may become one now: not
// while either belongs to another pair in a way that would make a chain.
func (t *Twins) ready(ctx context.Context, tx *pg.Tx, lines []Pair, a *registry.Alias) (bool, error) {
	x, y := lines[0].Person, lines[1].Person
	people, err := t.Registry.Open(ctx, tx, []core.PersonID{x, y})
	if err != nil {
		return false, err
	}
	kept, err := t.stays(ctx, tx, people[x], people[y])
	if err != nil {
		return false, err
	}
	if kept == 0 {
		return false, t.Audit.Write(ctx, tx, audit.Entry{Actor: machine(), Act: "pair.blocked", Subject: audit.PersonSubject(x), Region: lines[0].Town,
			Purpose: "registry.twins", Detail: map[string]any{"pair": lines[0].ID}})
	}
	if a.Kept, a.Gone = x, y; kept == y {
		a.Kept, a.Gone = y, x
	}
	return true, nil
}

// stays gives which of two rows stays when they become one: the one for which another
// stands aside already, else the one with a number, else the older one by its id. 0 where
// either stands aside, or both have somebody who does.
func (t *Twins) stays(ctx context.Context, tx *pg.Tx, x, y registry.Person) (core.PersonID, error) {
	sx, err := t.Registry.Aside(ctx, tx, x.ID)
	if err != nil {
		return 0, err
	}
	sy, err := t.Registry.Aside(ctx, tx, y.ID)
	if err != nil {
		return 0, err
	}
	switch {
	case sx.For != 0 || sy.For != 0 || sx.Keeps && sy.Keeps:
		return 0, nil
	case sx.Keeps:
		return x.ID, nil
	case sy.Keeps:
		return y.ID, nil
	case x.IDNumber.IsZero() != y.IDNumber.IsZero():
		if x.IDNumber.IsZero() {
			return y.ID, nil
		}
		return x.ID, nil
	}
	return min(x.ID, y.ID), nil
}
