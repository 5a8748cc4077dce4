package quota

import (
	"context"
	"errors"
	"slices"

	"lianou/core"
	"lianou/core/matching"
	"lianou/core/pg"
	"lianou/core/registry"
)

// A Known is what is known today of whether a household fits of whom the list did not know it
// at its cut-off. It moves nobody: who stands where is settled.
type Known struct {
	Asked   bool            // the list did not know it; else nothing of this is asked
	Fits    bool            // it is known by now, and fits
	Against []string        // it is known by now and does not: why, in sentences
	Missing []string        // paths of the facts that are not known and could decide
	Nobody  bool            // nothing can be read of the household any more
	Turned  []registry.Fact // of what is known, what was told for other people than live there now; of who was asked alone
	Newer   bool            // by rules that were published since the list was drawn, for its cut-off too
}

// Unsure reports whether a place is offered only by who says that they have seen this.
func (k Known) Unsure() bool { return k.Asked && !k.Fits }

// Known judges a household anew by the Book of the cut-off and by what is known of it now,
// where the list does not know whether it fits. The look stands in the log.
func (q *Quota) Known(ctx context.Context, tx *pg.Tx, why registry.Purpose, r Round, e Entry) (k Known, err error) {
	if k.Asked = !e.Fits && e.Claim == 0; !k.Asked {
		return k, nil
	}
	d, err := q.d.Registry.Dossier(ctx, tx, why, e.Household, registry.AsOf{On: tx.Today(), Known: tx.Now()})
	if errors.Is(err, registry.ErrNoHousehold) {
		k.Nobody = true
		return k, nil
	}
	if err != nil {
		return k, err
	}
	rules, err := q.rules.On(core.DateOf(r.Cutoff))
	if err != nil {
		return k, err
	}
	k.Turned = slices.DeleteFunc(d.Facts, func(f registry.Fact) bool { return len(f.Turned) == 0 })
	k.Newer = rules.Book().Digest != r.Book
	for _, f := range rules.Explain(&d.Household).Findings {
		if f.Item != r.Item {
			continue
		}
		switch k.Fits = f.Outcome == matching.Eligible; f.Outcome {
		case matching.Unknown:
			k.Missing = f.Missing
		case matching.NotEligible:
			for _, no := range f.Reasons {
				if no.Outcome == matching.NotEligible {
					k.Against = append(k.Against, no.Text)
				}
			}
		}
	}
	return k, nil
}
