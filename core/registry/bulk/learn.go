package bulk

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
)

// matchFacts finds whom rows are about: the person by number, the household by its
// number of the source, or as the person's.
func (w *work) matchFacts(ctx context.Context, tx *pg.Tx, list []staged) ([]staged, []refusal, error) {
	known, err := w.meet(ctx, tx, list)
	if err != nil {
		return nil, nil, err
	}
	homes, err := w.bound(ctx, tx, w.Numbers, list, func(s staged) []byte { return s.home })
	if err != nil {
		return nil, nil, err
	}
	var kept []staged
	var refusals []refusal
	for _, s := range list {
		var person core.PersonID
		home := homes[string(s.home)]
		met, there := known[string(s.blind)]
		bad := refusal{row: s.row, column: w.layout.column(fID)}
		switch {
		case s.blind != nil && !there:
			bad.why = unknown
		case there && s.name != "" && s.name != met.Name:
			bad.column, bad.why = w.layout.column(fName), nameDiffers
		case there && home != 0 && home != met.Household:
			bad.column, bad.why = w.layout.column(fHome), moved
		case there:
			person, home = met.Person, met.Household
		}
		if bad.why == "" && s.aboutHome && home == 0 {
			bad.column, bad.why = w.layout.column(fHome), noHome
		}
		if bad.why != "" {
			refusals = append(refusals, bad)
			continue
		}
		s.packed = strconv.FormatInt(int64(person), 10) + separator + strconv.FormatInt(int64(home), 10) + separator + s.packed
		s.met = core.HouseholdID(s.sheets)
		if s.aboutHome { // rows of its members about one household and day must not contradict each other
			s.group = w.cfg.Registry.SourceKey("household of a day", day(s.on)+separator+strconv.FormatInt(int64(home), 10))
		}
		kept = append(kept, s)
	}
	return kept, refusals, nil
}

// unpackLearned reads the sheets of a staged row of facts.
func (w *work) unpackLearned(s string) ([]registry.Learned, error) {
	broken := core.E(core.KindInternal, "staged_row_broken", "")
	parts := strings.Split(s, separator)
	if len(parts) != 5 {
		return nil, broken
	}
	var n [3]int64
	for i := range n {
		var err error
		if n[i], err = strconv.ParseInt(parts[i], 10, 64); err != nil {
			return nil, broken
		}
	}
	var out []registry.Learned
	if parts[3] != "" {
		out = append(out, registry.Learned{Person: core.PersonID(n[0]), Sheet: w.asSheet(core.Date(n[2]), parts[3])})
	}
	if parts[4] != "" {
		out = append(out, registry.Learned{Household: core.HouseholdID(n[1]), Sheet: w.asSheet(core.Date(n[2]), parts[4])})
	}
	return out, nil
}

func (w *work) asSheet(from core.Date, facts string) registry.Sheet {
	return registry.Sheet{Source: w.Source, ValidFrom: from, Confidence: w.Confidence, Facts: json.RawMessage(facts)}
}

// buildFacts makes the sheets of a batch.
func (w *work) buildFacts(rows []waiting) (batch, error) {
	list, err := w.learned(rows)
	return batch{rows: len(list), put: func(ctx context.Context, tx *pg.Tx) (written, error) {
		n, err := w.cfg.Registry.LearnAll(ctx, tx, list)
		return written{sheets: n.Added, changed: n.Changed, renewed: n.Renewed}, err
	}}, err
}

func (w *work) learned(rows []waiting) (list []registry.Learned, err error) {
	for _, r := range rows {
		packed, err := w.open(r)
		if err != nil {
			return nil, err
		}
		sheets, err := w.unpackLearned(packed)
		if err != nil {
			return nil, err
		}
		list = append(list, sheets...)
	}
	return list, nil
}

// wouldLearn counts what the rows that wait would bring, and writes nothing.
func (w *work) wouldLearn(ctx context.Context) (all registry.Learnt, err error) {
	for after := []byte{}; ; {
		rows, last, err := w.fetch(ctx, after)
		if err != nil || len(rows) == 0 {
			return all, err
		}
		list, err := w.learned(rows)
		if err != nil {
			return all, err
		}
		var n registry.Learnt
		err = w.cfg.DB.Read(ctx, pg.City("import: only looking"), func(ctx context.Context, tx *pg.Tx) (err error) {
			n, err = w.cfg.Registry.WouldLearn(ctx, tx, list)
			return err
		})
		if all = all.Plus(n); err != nil || last {
			return all, err
		}
		after = rows[len(rows)-1].group
	}
}
