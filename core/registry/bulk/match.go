package bulk

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
)

// matchPeople compares rows with the store. Who is there already keeps their row
// without anything to write, so that the household is recognised by them.
func (w *work) matchPeople(ctx context.Context, tx *pg.Tx, list []staged) ([]staged, []refusal, error) {
	known, err := w.meet(ctx, tx, list)
	if err != nil {
		return nil, nil, err
	}
	homes, err := w.bound(ctx, tx, w.Source, list, func(s staged) []byte { return s.group })
	if err != nil {
		return nil, nil, err
	}
	for i := range list {
		list[i].met = homes[string(list[i].group)]
	}
	residents, err := w.residents(ctx, tx, list)
	if err != nil {
		return nil, nil, err
	}
	candidates, err := w.alike(ctx, tx, list, func(s staged) bool {
		_, there := known[string(s.blind)]
		return there || residents[residentOf(s)]
	})
	if err != nil {
		return nil, nil, err
	}
	var kept []staged
	var refusals []refusal
	for i, s := range list {
		met, there := known[string(s.blind)]
		bad := refusal{row: s.row}
		switch {
		case there && met.Name != s.name:
			bad.column, bad.why = w.layout.column(fName), nameDiffers
		case there && met.Household == 0: // to come back is an event, whatever household the file has them in
			bad.column, bad.why = w.layout.column(fHome), departed
		case there && s.met != 0 && met.Household != s.met:
			bad.column, bad.why = w.layout.column(fHome), moved
		case !there && candidates[i]:
			bad.column, bad.why = w.layout.column(fName), alike
		}
		if bad.why != "" {
			refusals = append(refusals, bad)
			continue
		}
		switch {
		case there:
			s.met, s.packed = met.Household, ""
		case residents[residentOf(s)]:
			s.packed = ""
		}
		kept = append(kept, s)
	}
	return kept, refusals, nil
}

// meet finds those whose number is in the store, by keyed hash.
func (w *work) meet(ctx context.Context, tx *pg.Tx, list []staged) (map[string]registry.Met, error) {
	blinds := make([][]byte, 0, len(list))
	for _, s := range list {
		if s.blind != nil {
			blinds = append(blinds, s.blind)
		}
	}
	found, err := w.cfg.Registry.Meet(ctx, tx, blinds)
	out := make(map[string]registry.Met, len(found))
	for _, m := range found {
		out[string(m.Blind)] = m
	}
	return out, err
}

// bound finds the households that a source's numbers were kept for.
func (w *work) bound(ctx context.Context, tx *pg.Tx, source string, list []staged, of func(staged) []byte) (map[string]core.HouseholdID, error) {
	keys := make([][]byte, 0, len(list))
	last := ""
	for _, s := range list {
		if key := of(s); string(key) != last {
			keys, last = append(keys, key), string(key)
		}
	}
	rows, err := tx.Query(ctx, `select key, household from bulk_home where source = $1 and key = any ($2)`, source, keys)
	if err != nil {
		return nil, pg.Fail(err, "find household numbers")
	}
	out := map[string]core.HouseholdID{}
	var key []byte
	var id core.HouseholdID
	_, err = pgx.ForEachRow(rows, []any{&key, &id}, func() error { out[string(key)] = id; return nil })
	return out, pg.Fail(err, "find household numbers")
}

// resident is how somebody without a number is found again: by the household that
// their source's number was kept for, the name and the birth date.
type resident struct {
	household core.HouseholdID
	name      string
	birth     core.Date
}

// residentOf is the zero resident, which nobody is, for who has a number or comes
// into no known household.
func residentOf(s staged) resident {
	if s.blind != nil || s.met == 0 {
		return resident{}
	}
	return resident{s.met, s.name, s.birth}
}

// residents lists who lives in the households that rows without a number are to be
// looked for in.
func (w *work) residents(ctx context.Context, tx *pg.Tx, list []staged) (map[resident]bool, error) {
	var ids []core.HouseholdID
	for _, s := range list {
		if r := residentOf(s); r != (resident{}) {
			ids = append(ids, r.household)
		}
	}
	out := map[resident]bool{}
	if len(ids) == 0 {
		return out, nil
	}
	now, _, err := w.cfg.Registry.Residents(ctx, tx, ids)
	for _, r := range now {
		out[resident{r.Household, r.Name, r.Birth}] = true
	}
	return out, err
}

// alike asks which rows share name, birth date and village with somebody in the
// store, unless they are known or a person compared them.
func (w *work) alike(ctx context.Context, tx *pg.Tx, list []staged, known func(staged) bool) ([]bool, error) {
	out := make([]bool, len(list))
	var asked []registry.Likeness
	var at []int
	for i, s := range list {
		if s.reviewed || known(s) {
			continue
		}
		asked = append(asked, registry.Likeness{Name: s.name, Birth: s.birth, Region: core.RegionCode(s.place), Numbered: s.blind != nil})
		at = append(at, i)
	}
	found, err := w.cfg.Registry.Resemble(ctx, tx, asked)
	for n, i := range at {
		out[i] = err == nil && found[n]
	}
	return out, err
}
