package workflow

import (
	"context"

	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/wording"
)

// Family lays what happened in a household before the officers of its cases (F36): who died
// is counted no more, who was born is counted not yet, and nobody may decide over a family
// that is another one by now. It judges nothing and stops no money; that is an officer's to
// propose after looking. Running it again changes nothing.
func (f *Flow) Family(ctx context.Context, job jobs.FamilyChanged) error {
	var bells []rung
	err := f.DB.Tx(ctx, pg.City("the cases of a family in which something happened"), func(ctx context.Context, tx *pg.Tx) error {
		bells = nil
		about := wording.Happened(job.What) + "," + job.Day.SayWhole()
		cases, err := f.Cases.DoubtFamilyOf(ctx, tx, job.Household, job.Event, about)
		if err != nil {
			return err
		}
		for _, c := range cases {
			// 1. The officer reads it in the case, and the household is told nothing: it said so itself.
			err := f.Cases.AddEvent(ctx, tx, casefile.Event{Case: c.ID, Kind: "case.doubted", Actor: casefile.JobActor(), Staff: "家里登记了变动:" + about + "。看过再往下办"})
			if err != nil {
				return err
			}
			// 2. The log has whose event it was, by number alone.
			if err := f.Audit.Write(ctx, tx, entry("case.family_changed", c, map[string]any{"event": job.Event, "what": job.What})); err != nil {
				return err
			}
			bells = append(bells, rings(c, "case.doubled"))
		}
		return nil
	})
	f.ringAll(ctx, err, bells)
	return err
}
