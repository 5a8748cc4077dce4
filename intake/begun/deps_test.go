package begun

import (
	"reflect"
	"testing"

	"lianou/core/audit"
	"lianou/core/bell"
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
	{
		full := Deps{DB: new(pg.DB), Opener: new(seal.Opener), Shared: keys.Gateway.Shared, Audit: new(audit.Log)}
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
	{
		full := DeskDeps{DB: new(pg.DB), Gateway: keys.Platform.Gateway, Shared: keys.Platform.Shared, Calendar: new(policy.Calendar), Audit: new(audit.Log), Bell: new(bell.Bell)}
		if _, err := NewDesk(full); err != nil {
			t.Errorf("NewDesk with all: %v", err)
		}
		for i := range reflect.TypeOf(full).NumField() {
			d := full
			reflect.ValueOf(&d).Elem().Field(i).SetZero()
			if _, err := NewDesk(d); err == nil {
				t.Errorf("NewDesk made without %s", reflect.TypeOf(d).Field(i).Name)
			}
		}
	}
}
