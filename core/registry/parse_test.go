package registry

import (
	"testing"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/seal"
)

func bare(t testing.TB) *Registry {
	t.Helper()
	keys, err := seal.NewKeys(seal.SM4)
	if err != nil {
		t.Fatal(err)
	}
	regions, err := EmbeddedRegions()
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(Config{Ring: keys.Platform.Ring, Log: audit.New(keys.Platform.Ring), Regions: regions})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// FuzzQuery: whatever is typed, a query is refused or has something to find by.
func FuzzQuery(f *testing.F) {
	r := bare(f)
	for _, s := range []string{"周桂兰 王庙镇", "zgl 0033", "37142619800101011X", "+86 13905340011", "1980-01-01", "欧阳·娜\x00", "(((((((", "１３９ 0534-0011", "周桂兰1967年13月2日", "372422 19671020 992x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		q, err := r.parse(query, core.NewDate(2026, 11, 23), false)
		if err == nil && q.id == nil && len(q.must) == 0 && len(q.names) == 0 {
			t.Fatal("a query without anything to find by was taken")
		}
		if err != nil && core.KindOf(err) != core.KindInvalid {
			t.Fatalf("error %v, want KindInvalid", err)
		}
	})
}

// FuzzSheet: whatever facts come in, a sheet is refused or fits the vocabulary.
func FuzzSheet(f *testing.F) {
	f.Add([]byte(`{"houses":1}`), false)
	f.Add([]byte(`{"adl_failed":2}`), true)
	f.Add([]byte(`{"houses":1}],"members":[{}`), false)
	f.Fuzz(func(t *testing.T, facts []byte, person bool) {
		s := Sheet{Source: "test", ValidFrom: 20_000, Confidence: 50, Facts: facts}
		if err := s.check(person); err != nil && core.KindOf(err) != core.KindInvalid {
			t.Fatalf("error %v, want KindInvalid", err)
		}
	})
}
