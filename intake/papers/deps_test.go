package papers

import (
	"reflect"
	"testing"

	"lianou/core/audit"
	"lianou/core/blob"
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
	{
		full := Deps{DB: new(pg.DB), Platform: keys.Gateway.Platform, Digest: keys.Gateway.Shared, Blobs: new(blob.Store), Audit: new(audit.Log), Jobs: new(jobs.Inserter)}
		if _, err := New(full); err != nil {
			t.Errorf("New with all: %v", err)
		}
		for i := range reflect.TypeOf(full).NumField() {
			d := full
			reflect.ValueOf(&d).Elem().Field(i).SetZero()
			if _, err := New(d); err == nil {
				t.Errorf("New made without %s", reflect.TypeOf(d).Field(i).Name)
			}
		}
	}
}
