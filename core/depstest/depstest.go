// Package depstest holds a constructor to saying what it was not given. For tests only; it
// must know nothing of what the constructors make.
package depstest

import (
	"reflect"
	"testing"
)

// Whole fails the test unless build takes full, and refuses it without any one of its
// fields: also without a key, for an empty one seals for nobody, and panics or finds
// nothing at the first person. D is a struct.
func Whole[D, T any](t *testing.T, full D, build func(D) (T, error)) {
	t.Helper()
	if _, err := build(full); err != nil {
		t.Errorf("not made with all of %T: %v", full, err)
	}
	for i := range reflect.TypeOf(full).NumField() {
		without := full
		reflect.ValueOf(&without).Elem().Field(i).SetZero()
		if _, err := build(without); err == nil {
			t.Errorf("made without %s of %T", reflect.TypeOf(full).Field(i).Name, full)
		}
	}
}
