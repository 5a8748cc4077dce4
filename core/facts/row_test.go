package facts_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/facts/factstest"
	"lianou/core/policy"
)

// births gives days of birth that make the members as old as they are on the day of h.
func births(t *rapid.T, h *core.Household) []core.Date {
	out := make([]core.Date, len(h.Members))
	for i, m := range h.Members {
		if m.Age != nil {
			// A year and a day less before the birthday of that age; 29 February is among them.
			out[i] = h.On.AddDate(-*m.Age, 0, -rapid.IntRange(0, 364).Draw(t, "days"))
			for out[i].Age(h.On) > *m.Age {
				out[i]++
			}
		}
	}
	return out
}

// plain is a vector with values of unknown facts left out, so that what a Vector holds
// from the household before does not count.
func plain(v *facts.Vector) map[string]any {
	out := map[string]any{"county": v.County, "on": v.On, "known": v.Known, "members": len(v.M)}
	for _, f := range policy.Facts() {
		i := f.ID.Index()
		if !f.ID.IsMember() {
			if v.Known>>i&1 == 1 {
				out[f.Key] = v.H[i]
			}
			continue
		}
		for k := range v.M {
			if v.M[k].Known>>i&1 == 1 {
				out[f.Key+string(rune('a'+k))] = v.M[k].V[i]
			}
		}
	}
	out["events"], out["asked"], out["silent"] = append([]facts.Shock{}, v.Shocks...), v.Asked, v.Silent
	return out
}

// TestRowIsTheHousehold: a packed row gives the vector that the household itself
// gives, on the day it was packed and on any other.
// Control: pack the age instead of the day of birth.
func TestRowIsTheHousehold(t *testing.T) {
	t.Parallel()
	var direct, packed facts.Vector // reused, as a scan does
	rapid.Check(t, func(t *rapid.T) {
		h := factstest.Household(t)
		born := births(t, &h)
		row, err := facts.Pack(nil, &h, born)
		if err != nil {
			t.Fatal(err)
		}
		h.On += core.Date(rapid.IntRange(0, 800).Draw(t, "later"))
		for i := range h.Members {
			if h.Members[i].Age != nil {
				age := born[i].Age(h.On)
				h.Members[i].Age = &age
			}
		}
		direct.Gather(&h)
		if err := facts.NewReader(h.On).Unpack(row, &packed); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(plain(&direct), plain(&packed), cmpopts.IgnoreUnexported(facts.Shock{})); d != "" {
			t.Fatal(d)
		}
		if len(row) > facts.MaxRow {
			t.Fatalf("%d bytes", len(row))
		}
	})
}

// TestUnpackAllocatesNothing once the vector has grown. Control: make the members anew.
func TestUnpackAllocatesNothing(t *testing.T) {
	row, r := sample(t)
	var v facts.Vector
	if n := testing.AllocsPerRun(200, func() {
		if err := r.Unpack(row, &v); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a row", n)
	}
}

func sample(t testing.TB) ([]byte, *facts.Reader) {
	t.Helper()
	loss, grade := core.Yuan(9000), core.HouseGrade("C")
	age, illness := 9, core.Illness("leukaemia")
	h := core.Household{On: core.NewDate(2024, 3, 1), County: "371426", IncomePerCapitaMonth: &loss, HouseGrade: &grade,
		Shocks:  &[]core.Shock{{Kind: "fire", Date: core.NewDate(2024, 1, 9), Loss: &loss}},
		Members: []core.Member{{Ref: "a"}, {Ref: "b", Age: &age, Illness: &illness}}}
	row, err := facts.Pack(nil, &h, []core.Date{0, core.NewDate(2015, 2, 28)})
	if err != nil {
		t.Fatal(err)
	}
	return row, facts.NewReader(h.On)
}

// TestRowRefuses: bytes that are no row are an error and not facts of somebody else.
func TestRowRefuses(t *testing.T) {
	t.Parallel()
	row, r := sample(t)
	var v facts.Vector
	if err := r.Unpack(row, &v); err != nil {
		t.Fatalf("the accepted case: %v", err)
	}
	for name, b := range map[string][]byte{
		"nothing": nil, "another version": append([]byte{9}, row[1:]...), "cut off": row[:len(row)-1],
		"more after it": append(append([]byte{}, row...), 0), "a county of no city": append([]byte{row[0], 200}, row[2:]...),
		"too many members": append([]byte{row[0], row[1], 31}, row[3:]...),
	} {
		if r.Unpack(b, &v) == nil {
			t.Errorf("%s was taken for a row", name)
		}
	}
	if _, err := facts.Pack(nil, &core.Household{Members: make([]core.Member, 2)}, nil); err == nil {
		t.Error("two members without days of birth were packed")
	}
}

func FuzzUnpack(f *testing.F) {
	row, r := sample(f)
	f.Add(row)
	f.Add([]byte{1, 2, 3})
	f.Fuzz(func(t *testing.T, b []byte) {
		var v facts.Vector
		if r.Unpack(b, &v) == nil && len(v.M) != int(b[2]) {
			t.Error("members were lost")
		}
	})
}

func BenchmarkUnpack(b *testing.B) {
	row, r := sample(b)
	var v facts.Vector
	for b.Loop() {
		if err := r.Unpack(row, &v); err != nil {
			b.Fatal(err)
		}
	}
}
