package twins

import (
	"context"

	"github.com/riverqueue/river"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
)

// Became tells whoever keeps something by person that people made two rows one, or two
// again. It is enqueued in the transaction that does so. Whoever works it looks first
// how the rows stand now: a merge and its undo may be worked in any order.
type Became struct {
	Verdict int64         `json:"verdict" river:"unique"` // the word that brought it
	Kept    core.PersonID `json:"kept"`
	Gone    core.PersonID `json:"gone"`
	Apart   bool          `json:"apart,omitempty"` // two again
	By      core.StaffID  `json:"by"`              // whose word it was
}

// Kind is the stable name.
func (Became) Kind() string { return "person_became" }

// InsertOpts makes the job unique by verdict.
func (Became) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

func (t *Twins) became(ctx context.Context, tx *pg.Tx, last Word, a registry.Alias, apart bool) error {
	return t.Jobs.Insert(ctx, tx, Became{Verdict: last.id, Kept: a.Kept, Gone: a.Gone, Apart: apart, By: last.Staff})
}
