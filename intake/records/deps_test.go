package records

import (
	"reflect"
	"testing"

	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/registry"
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
		full := Deps{DB: new(pg.DB), Platform: keys.Gateway.Platform, Opener: new(seal.Opener), Jobs: new(jobs.Inserter)}
		if _, err := NewAsker(full); err != nil {
			t.Errorf("NewAsker with all: %v", err)
		}
		for i := range reflect.TypeOf(full).NumField() {
			d := full
			reflect.ValueOf(&d).Elem().Field(i).SetZero()
			if _, err := NewAsker(d); err == nil {
				t.Errorf("NewAsker made without %s", reflect.TypeOf(d).Field(i).Name)
			}
		}
	}
	{
		full := ClerkDeps{DB: new(pg.DB), Registry: new(registry.Registry), Opener: new(seal.Opener), Gateway: keys.Platform.Gateway}
		if _, err := NewClerk(full); err != nil {
			t.Errorf("NewClerk with all: %v", err)
		}
		for i := range reflect.TypeOf(full).NumField() {
			d := full
			reflect.ValueOf(&d).Elem().Field(i).SetZero()
			if _, err := NewClerk(d); err == nil {
				t.Errorf("NewClerk made without %s", reflect.TypeOf(d).Field(i).Name)
			}
		}
	}
}
