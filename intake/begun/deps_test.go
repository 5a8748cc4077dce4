package begun

import (
	"testing"

	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/depstest"
	"lianou/core/pg"
	"lianou/core/policy"
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
	depstest.Whole(t, Deps{DB: new(pg.DB), Opener: new(seal.Opener), Shared: keys.Gateway.Shared, Audit: new(audit.Log)}, New)
	depstest.Whole(t, DeskDeps{DB: new(pg.DB), Gateway: keys.Platform.Gateway, Shared: keys.Platform.Shared, Calendar: new(policy.Library).Calendar, Audit: new(audit.Log), Bell: new(bell.Bell)}, NewDesk)
}
