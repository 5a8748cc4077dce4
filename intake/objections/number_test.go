package objections

import (
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/depstest"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Whatever is left out is told at the start, also a key.
//
// Control: New without IsZero, named.
func TestNothingIsLeftOut(t *testing.T) {
	t.Parallel()
	keys, err := seal.NewKeys(seal.SM4)
	if err != nil {
		t.Fatal(err)
	}
	depstest.Whole(t, Deps{DB: new(pg.DB), Platform: keys.Gateway.Platform, Shared: keys.Gateway.Shared, Audit: new(audit.Log), Jobs: new(jobs.Inserter)}, New)
}

// A number follows from its sender and key, has a check digit, and is read as people write it;
// another sender's, key's or try's is another. One wrong digit is none.
//
// Control, named, not seen red: the check digit not looked at ("a slip is taken").
func TestANumberIsSaidAloud(t *testing.T) {
	t.Parallel()
	keys, err := seal.NewKeys(seal.SM4)
	if err != nil {
		t.Fatal(err)
	}
	b := keys.Gateway.Shared
	sender, key := Sender(b, "device", "D1"), Key(b, "k1")
	n := Number(b, sender, key, 0)
	if n != Number(keys.Platform.Shared, sender, key, 0) || len(n) != 12 {
		t.Fatalf("%s is not the same at both edges", n)
	}
	for _, other := range []string{Number(b, Sender(b, "device", "D2"), key, 0), Number(b, sender, Key(b, "k2"), 0), Number(b, sender, key, 1)} {
		if other == n {
			t.Error("two numbers are one")
		}
	}
	wide := strings.Map(func(r rune) rune { return r - '0' + '\uff10' }, n)
	for _, s := range []string{n, Spoken(n), n[:6] + "-" + n[6:], " " + n + " ", wide} {
		if got, err := ParseNumber(s); err != nil || got != n {
			t.Errorf("%q is read as %q %v", s, got, err)
		}
	}
	slip := string('0'+(n[0]-'0'+1)%10) + n[1:]
	if _, err := ParseNumber(slip); err == nil {
		t.Error("a slip is taken")
	}
}

// What is read as a number is one.
func FuzzParseNumber(f *testing.F) {
	f.Add("0000 0000 0000")
	f.Add("123-456")
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseNumber(s)
		if err != nil {
			return
		}
		if len(n) != digits+1 || strings.Trim(n, "0123456789") != "" || core.DammDigit(n[:digits]) != n[digits] {
			t.Fatalf("accepted %q as %s", s, n)
		}
		if again, err := ParseNumber(Spoken(n)); err != nil || again != n {
			t.Fatalf("%s is not read back: %q %v", n, again, err)
		}
	})
}
