package core_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"lianou/core"
)

// TestTellKnowsEveryFact: what can be told one by one is what the tags name, and it comes
// to what is decoded whole. Control: a line of the table of fields left out ("no fact of
// this name").
func TestTellKnowsEveryFact(t *testing.T) {
	t.Parallel()
	var h core.Household
	m := core.Member{Ref: "m"}
	values := map[reflect.Kind]string{reflect.Bool: "true", reflect.Int: "2", reflect.Int64: "12.5", reflect.Slice: "[]", reflect.Struct: "{}"}
	for _, part := range []struct {
		of   reflect.Type
		not  string
		tell func(string, []byte) error
	}{{reflect.TypeFor[core.Household](), "on county members", h.Tell}, {reflect.TypeFor[core.Member](), "ref relation age sex", m.Tell}} {
		for i := range part.of.NumField() {
			f := part.of.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "-" {
				continue // no fact: the day of a word (Household.ShocksAsked)
			}
			if strings.Contains(" "+part.not+" ", " "+name+" ") {
				if err := part.tell(name, []byte("1")); !errors.Is(err, core.ErrNoFact) {
					t.Errorf("%s may be told: %v", name, err)
				}
				continue
			}
			value := values[f.Type.Elem().Kind()]
			if f.Type.Elem().Kind() == reflect.String {
				value = word(t, part.of, name)
			}
			if err := part.tell(name, []byte(value)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if err := part.tell(name, []byte(`{"x":1}`)); err == nil {
				t.Errorf("%s takes anything", name)
			}
		}
	}
	h.On, h.County, h.Members = core.NewDate(2024, 3, 1), "371426", []core.Member{m}
	b, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	again, err := core.DecodeHousehold(b)
	if err != nil || !reflect.DeepEqual(h, again) {
		t.Errorf("%v: told %s, decoded %+v", err, b, again)
	}
	if n := strings.Count(string(b), ":"); n < 40 {
		t.Errorf("%d facts were told: %s", n, b)
	}
}

// word finds a word that a fact of words takes.
func word(t *testing.T, of reflect.Type, name string) string {
	t.Helper()
	for _, w := range []string{"rural", "local", "A", "none", "full", "idle", "senior", "resident"} {
		text := `{"on":"2024-03-01","county":"371426","members":[{"ref":"x","age":1}],"` + name + `":"` + w + `"}`
		if of == reflect.TypeFor[core.Member]() {
			text = `{"on":"2024-03-01","county":"371426","members":[{"ref":"x","age":1,"` + name + `":"` + w + `"}]}`
		}
		if _, err := core.DecodeHousehold([]byte(text)); err == nil {
			return `"` + w + `"`
		}
	}
	t.Fatalf("no word fits %s", name)
	return ""
}
