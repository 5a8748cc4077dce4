package papers

import (
	"testing"

	"lianou/core/audit"
	"lianou/core/blob"
	"lianou/core/depstest"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Whatever is left out is told at the start, also a key: an empty one seals for nobody, and
// panics or finds nothing at the first person.
//
// Control: New without IsZero ("made without ...").
func TestNothingIsLeftOut(t *testing.T) {
	t.Parallel()
	keys, err := seal.NewKeys(seal.SM4)
	if err != nil {
		t.Fatal(err)
	}
	depstest.Whole(t, Deps{DB: new(pg.DB), Platform: keys.Gateway.Platform, Digest: keys.Gateway.Shared, Blobs: new(blob.Store), Audit: new(audit.Log), Jobs: new(jobs.Inserter)}, New)
}
