package interview

import (
	"encoding/json"
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
	err = json.Unmarshal(raw, at.Addr().Interface())
	if err == nil {
		err = h.Check()
	}
	if err != nil {
		at.Set(was)
		return core.Invalid(path, "这一项没听明白,请再说一遍。")
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
		if key, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); key == name {
			return v.Field(i), nil
		}
	}
	return reflect.Value{}, core.Invalid(name, "")
}
