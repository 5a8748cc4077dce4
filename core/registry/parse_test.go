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
	for _, s := range []string{"周桂兰 王庙镇", "zgl 0033", "37142619800101011X", "+86 13905340011", "1980-01-01", "欧阳·娜\x00", "((((((("} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		q, err := r.parse(query, core.NewDate(2026, 11, 23))
		if err == nil && q.id == nil && len(q.tokens) == 0 {
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

func TestPinyin(t *testing.T) {
	t.Parallel()
	r := bare(t)
	for name, want := range map[string][2]string{
		"周桂兰":  {"zgl", "zhouguilan"},
		"单大海":  {"sdh", "shandahai"},
		"曾丽":   {"zl", "zengli"},
		"尉迟敬德": {"ycjd", "yuchijingde"},
		"欧阳娜":  {"oyn", "ouyangna"},
		"王单":   {"wd", "wangdan"}, // 单 is read as a surname only where it is one
	} {
		initials, whole := r.words.pinyin(name)
		if initials != want[0] || whole != want[1] {
			t.Errorf("%s: %s %s, want %v", name, initials, whole, want)
		}
	}
}
