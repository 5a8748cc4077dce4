package interview

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"

	"lianou/core"
)

// set puts a value at a fact's path, or leaves the household as it was. Returns
// KindInvalid for a path that is no fact and a value that is not one of its.
func set(h *core.Household, path string, raw json.RawMessage) error {
	at, err := slot(h, path)
	if err != nil {
		return err
	}
	was := reflect.New(at.Type()).Elem()
	was.Set(at)
	at.SetZero()
	err = strictly(raw, at.Addr().Interface())
	if err == nil {
		err = h.Check()
	}
	if err != nil {
		at.Set(was)
		return core.Invalid(path, "这一项没听明白,请再说一遍。")
	}
	return nil
}

// strictly reads one value without keys that its type does not have, and without null: it
// is kept as it came.
func strictly(raw json.RawMessage, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) || string(bytes.TrimSpace(raw)) == "null" {
		return errors.New("no one value")
	}
	return nil
}

// slot finds the field of a path: "income_12m", "members/m1/age".
func slot(h *core.Household, path string) (reflect.Value, error) {
	rest, inside := strings.CutPrefix(path, "members/")
	if !inside {
		if path == "on" || path == "county" || path == "members" {
			return reflect.Value{}, core.Invalid(path, "")
		}
		return field(reflect.ValueOf(h).Elem(), path)
	}
	ref, key, _ := strings.Cut(rest, "/")
	for i := range h.Members {
		if string(h.Members[i].Ref) == ref && key != "ref" {
			return field(reflect.ValueOf(&h.Members[i]).Elem(), key)
		}
	}
	return reflect.Value{}, core.Invalid(path, "")
}

func field(v reflect.Value, name string) (reflect.Value, error) {
	for i := range v.NumField() {
		if key, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); key == name && key != "-" {
			return v.Field(i), nil
		}
	}
	return reflect.Value{}, core.Invalid(name, "")
}
