package policy

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// Every sentence a citizen may hear is short and plain: ends as a sentence, at most
// 40 characters between its stops, no exclamation mark, none of the words that the
// house style keeps out.
func TestSentencesAreSayable(t *testing.T) {
	t.Parallel()
	lib, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	book := lib.Books()[0]
	check := func(where, s string) {
		if s == "" || !strings.HasSuffix(s, "。") {
			t.Errorf("%s is no sentence: %q", where, s)
		}
		for _, one := range strings.Split(s, "。") {
			if n := utf8.RuneCountInString(one); n > 40 {
				t.Errorf("%s: %d characters in one sentence: %s", where, n, one)
			}
		}
		for _, bad := range []string{"!", "！", "申请人", "受益人", "未按", "不予", "请耐心", "系统", "%"} {
			if strings.Contains(s, bad) {
				t.Errorf("%s says %q: %s", where, bad, s)
			}
		}
	}
	for _, x := range book.Tests {
		check(x.Name, x.Pass.String())
		check(x.Name, x.Fail.String())
		check(x.Name, x.Unknown.String())
		for _, text := range []string{x.Pass.String(), x.Fail.String(), x.Unknown.String()} {
			if x.Fact.IsMember() != strings.Contains(text, "{member}") && x.Fact.IsMember() {
				t.Errorf("%s does not name the member: %s", x.Name, text)
			}
		}
	}
	for _, s := range book.Statuses {
		check(s.Key, s.TextRecognised.String())
		check(s.Key, s.TextFail.String())
		check(s.Key, s.TextUnknown.String())
		if s.When != nil {
			check(s.Key, s.TextComputed.String())
		}
	}
	for _, it := range book.Items {
		check(string(it.Code), it.Benefit.Text)
	}
	for _, r := range book.Rules {
		check(string(r.A)+"/"+string(r.B), r.Why)
	}
}

func TestVocabularyIsClosedAndConsistent(t *testing.T) {
	t.Parallel()
	list := Facts()
	if HouseholdFacts > 64 || MemberFacts > 32 {
		t.Fatal("the facts no longer fit their bitsets")
	}
	if len(list) != HouseholdFacts+MemberFacts {
		t.Fatalf("%d facts have entries, of %d", len(list), HouseholdFacts+MemberFacts)
	}
	seen := map[string]bool{}
	for _, f := range list {
		if seen[f.Key] || f.Path == "" || f.Label == "" || f.ID.Of() != f {
			t.Errorf("fact %+v", f)
		}
		seen[f.Key] = true
		if (f.Unit == UnitEnum) != (len(f.Words) > 0) || len(f.Words) != len(f.Said) {
			t.Errorf("words of %s", f.Key)
		}
		for _, s := range f.Said {
			if s == "" {
				t.Errorf("%s has a word without Chinese", f.Key)
			}
		}
	}
}

// No YAML, however broken, does more than return problems.
func FuzzLoad(f *testing.F) {
	files := tree(f)
	for _, file := range files {
		f.Add(file.Data)
	}
	f.Add([]byte("items: [{when: {all: [{all: [{not: {any_member: x}}]}]}}]"))
	f.Fuzz(func(t *testing.T, b []byte) {
		files := tree(t)
		files["items/mz.yaml"].Data = b
		if lib, err := Load(files); (lib == nil) == (err == nil) {
			t.Fatalf("neither a library nor an error: %v", err)
		}
	})
}
