package twins

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
)

// Difference is how one field of two rows compares.
type Difference string

// The differences.
const (
	FieldSame  Difference = "same"
	FieldOther Difference = "differs"
	FieldHere  Difference = "only here"
	FieldThere Difference = "only there"
)

// Told is one value of one row, with who stated it and when it was known. The row's own
// columns come from the population register on the day the row was made; those of a row
// without an identity number do not, and have no Source: that register gives everybody one.
type Told struct {
	Value  string
	Source string
	From   core.Date // true since; zero when not known
	Known  time.Time
}

// Field is one line of two rows side by side.
type Field struct {
	Path        string // "name", "birth", or the path of a fact
	Here, There Told
	Is          Difference
}

// Sides is a pair laid side by side for somebody who may see it.
type Sides struct {
	Pair        Pair
	Here, There registry.Person // There is zero where the other row is out of sight
	Fields      []Field         // empty then as well
	Score       Score
	Stays       core.PersonID // which row stays when they become one; 0 where it is out of sight, or another merge is to be undone first
	Blocked     bool          // they cannot become one before another merge is undone; where There is out of sight, as far as Here tells
}

// Lay lays a pair side by side, field by field. Where the other row stands in a township
// out of the scope, only the own row is there: its officers ask the other town. Each
// look at a row is an entry in the log. Errors: ErrNoPair.
func (t *Twins) Lay(ctx context.Context, tx *pg.Tx, why registry.Purpose, id int64) (Sides, error) {
	lines, err := t.lines(ctx, tx, id, false)
	if err != nil {
		return Sides{}, err
	}
	out := Sides{Pair: lines[0]}
	here, err := t.Registry.Own(ctx, tx, why, out.Pair.Person)
	if err != nil {
		return Sides{}, err
	}
	out.Here = here.Person
	there, err := t.Registry.Own(ctx, tx, why, out.Pair.Other)
	switch {
	case errors.Is(err, registry.ErrUnknown):
		out.Pair.Other, out.Pair.Total = 0, 0 // an id and a sum of somebody else's
		if out.Pair.State != One {
			own, err := t.Registry.Aside(ctx, tx, out.Here.ID)
			if err != nil || own.For == 0 {
				return out, err
			}
			out.Pair.State, err = t.stateNow(ctx, tx, id)
			out.Blocked = out.Pair.State != One
			return out, err
		}
		return out, nil
	case err != nil:
		return Sides{}, err
	}
	out.There, out.Score = there.Person, Compare(t.table, recordOf(here.Person), recordOf(there.Person), tx.Today())
	if out.Pair.State != One {
		if out.Stays, err = t.stays(ctx, tx, here.Person, there.Person); err != nil {
			return Sides{}, err
		}
		if out.Stays == 0 {
			if out.Pair.State, err = t.stateNow(ctx, tx, id); err != nil {
				return Sides{}, err
			}
			out.Blocked = out.Pair.State != One
		}
	}
	out.Fields = fields(columns(here), columns(there))
	for i, f := range out.Fields { // two numbers can be alike where they are masked
		if f.Path == "id_number" && f.Is == FieldSame && here.IDNumber != there.IDNumber || f.Path == "phone" && f.Is == FieldSame && here.Phone != there.Phone {
			out.Fields[i].Is = FieldOther
		}
	}
	return out, nil
}

// stateNow reads the state of a pair again: two rows that stand under one already may have
// become one since the pair was read.
func (t *Twins) stateNow(ctx context.Context, tx *pg.Tx, id int64) (State, error) {
	lines, err := t.lines(ctx, tx, id, false)
	if err != nil {
		return "", err
	}
	return lines[0].State, nil
}

// columnOrder is the order of a row's own columns; facts follow by their paths.
var columnOrder = []string{"name", "id_number", "birth", "sex", "phone", "village"}

// columns is everything that is known of one row, by path. Numbers are masked.
func columns(p registry.OwnRow) map[string]Told {
	out := map[string]Told{}
	birth, source := "", "registry:population"
	if p.IDNumber.IsZero() {
		source = ""
	}
	if !p.Birth.IsZero() {
		birth = p.Birth.String()
	}
	for path, value := range map[string]string{"name": p.Name, "id_number": p.IDNumber.String(), "birth": birth, "sex": string(p.Sex),
		"phone": p.Phone.String(), "village": string(p.Village)} {
		if value != "" {
			out[path] = Told{Value: value, Source: source, Known: p.Made}
		}
	}
	for _, f := range p.Facts {
		out["facts/"+f.Path] = Told{Value: string(f.Value), Source: f.Source, From: f.From, Known: f.Known}
	}
	return out
}

func fields(here, there map[string]Told) []Field {
	var paths []string
	for _, side := range []map[string]Told{here, there} {
		for path := range side {
			if !slices.Contains(paths, path) {
				paths = append(paths, path)
			}
		}
	}
	slices.SortFunc(paths, func(a, b string) int {
		if x, y := slices.Index(columnOrder, a), slices.Index(columnOrder, b); x >= 0 && y >= 0 {
			return x - y
		} else if x >= 0 || y >= 0 {
			return y - x // -1 comes last
		}
		return strings.Compare(a, b)
	})
	out := make([]Field, 0, len(paths))
	for _, path := range paths {
		a, known := here[path]
		b, too := there[path]
		f := Field{Path: path, Here: a, There: b, Is: FieldOther}
		switch {
		case !known:
			f.Is = FieldThere
		case !too:
			f.Is = FieldHere
		case a.Value == b.Value:
			f.Is = FieldSame
		}
		out = append(out, f)
	}
	return out
}
