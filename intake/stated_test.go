package intake

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lianou/core"
)

// TestStatedIsWhatJSONSays holds the list of stated facts to what encoding the
// household shows: every key that is there and not null, whatever is known.
func TestStatedIsWhatJSONSays(t *testing.T) {
	t.Parallel()
	keys := func(v any) map[string]json.RawMessage {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]json.RawMessage
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	amount := rapid.Int64Range(0, 1e9)
	whole := rapid.MakeCustom[core.Household](rapid.MakeConfig{Types: map[reflect.Type]*rapid.Generator[any]{
		reflect.TypeFor[core.Fen]():        rapid.Map(amount, func(n int64) core.Fen { return core.Fen(n) }).AsAny(),
		reflect.TypeFor[core.Hundredths](): rapid.Map(amount, func(n int64) core.Hundredths { return core.Hundredths(n) }).AsAny(),
		reflect.TypeFor[core.Date]():       rapid.Just(core.NewDate(2026, 1, 2)).AsAny(),
		reflect.TypeFor[[]core.Shock]():    rapid.Just([]core.Shock{}).AsAny(),
		reflect.TypeFor[[]core.Status]():   rapid.Just([]core.Status{}).AsAny(),
		reflect.TypeFor[[]core.Parent]():   rapid.Just([]core.Parent{}).AsAny(),
	}})
	rapid.Check(t, func(r *rapid.T) {
		h := whole.Draw(r, "household")
		for i := range h.Members {
			h.Members[i].Ref = core.MemberRef("m" + string(rune('1'+i%9)))
		}
		h.On = core.NewDate(2026, 1, 2)
		var want []string
		for k, v := range keys(h) {
			if !slices.Contains([]string{"on", "county", "members"}, k) && string(v) != "null" {
				want = append(want, k)
			}
		}
		for _, m := range h.Members {
			for k, v := range keys(m) {
				if k != "ref" && string(v) != "null" {
					want = append(want, "members/"+string(m.Ref)+"/"+k)
				}
			}
		}
		got := stated(&h)
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			r.Fatalf("stated %v, want %v", got, want)
		}
	})
}
