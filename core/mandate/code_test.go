package mandate

import (
	"strings"
	"testing"

	"lianou/core"
)

// Controls: ParseCode without the check digit ("a misheard digit"), and without its map ("on a
// Chinese keyboard").
func TestParseCode(t *testing.T) {
	t.Parallel()
	c, err := newCode()
	if err != nil {
		t.Fatal(err)
	}
	wide := strings.Map(func(r rune) rune { return r - '0' + '\uff10' }, string(c))
	for name, s := range map[string]string{"as said": c.Spoken(), "with a hyphen": string(c[:4]) + "-" + string(c[4:]), "whole": string(c), "on a Chinese keyboard": wide} {
		if got, err := ParseCode(s); err != nil || got != c {
			t.Errorf("%s: %v", name, err)
		}
	}
	misheard := string(c[:3]) + string('0'+(c[3]-'0'+1)%10) + string(c[4:])
	for name, s := range map[string]string{"a misheard digit": misheard, "seven": string(c[:7]), "letters": "1234567x", "nothing": "", "long": strings.Repeat(" ", 40) + string(c)} {
		if _, err := ParseCode(s); core.KindOf(err) != core.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whatever is typed: nothing but eight digits with their check digit, and it reads back.
func FuzzParseCode(f *testing.F) {
	f.Add("5720 0004")
	f.Add("5724-0000")
	f.Add("00000000")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCode(s)
		if err != nil {
			return
		}
		if len(c) != 8 || core.DammDigit(string(c[:7])) != c[7] {
			t.Fatalf("accepted %q as %s", s, c)
		}
		if again, err := ParseCode(c.Spoken()); err != nil || again != c {
			t.Fatalf("%q reads back as %s, %v", s, again, err)
		}
	})
}
