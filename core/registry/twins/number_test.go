package twins_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/registry/twins"
)

// check gives a number its check digit.
func check(first string) string { return first + string(core.IDCheckDigit(first)) }

func TestCompareNumbers(t *testing.T) {
	t.Parallel()
	right := check("37242219671020992")
	for _, tc := range []struct {
		name, a, b string
		want       twins.NumberLike
	}{
		{"same", right, right, twins.NumberSame},
		{"small x and spaces", "3724221967 1020992x", "37242219671020992X", twins.NumberSame},
		{"fifteen digits", right, "372422671020992", twins.NumberSame},
		{"one wrong", right, "373" + right[3:], twins.NumberSlip},
		{"check digit wrong", right, right[:17] + "?", twins.NumberSlip},
		{"neighbours", right, "732422" + right[6:], twins.NumberSlip},
		{"one missing", right, right[:5] + right[6:], twins.NumberSlip},
		{"one too many", right, right[:5] + "0" + right[5:], twins.NumberSlip},
		{"fifteen, one wrong", right, "372422671320992", twins.NumberSlip},
		{"two wrong", right, "373422196710219" + right[15:], twins.NumberOther},
		{"twins", right, check("37242219671020994"), twins.NumberSequence},
		{"birth corrected", right, check("37242219571020992"), twins.NumberClose},
		{"place corrected", right, check("37242119671020992"), twins.NumberClose},
		{"somebody else", right, check("37142619900101101"), twins.NumberOther},
		{"not known", right, "", twins.NumberNone},
	} {
		for _, pair := range [2][2]string{{tc.a, tc.b}, {tc.b, tc.a}} {
			if got := twins.CompareNumbers(twins.SaidNumber(pair[0]), twins.SaidNumber(pair[1]), onDay); got != tc.want {
				t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
			}
		}
	}
}

// TestNumberIsMasked: a said number is as hard to print as a right one.
func TestNumberIsMasked(t *testing.T) {
	t.Parallel()
	n := twins.SaidNumber("372422196710209921")
	for _, s := range []string{fmt.Sprint(n), fmt.Sprintf("%+v %#v %s", n, n, n), fmt.Sprintf("%+v", struct{ N twins.Number }{n}), fmt.Sprintf("%+v", struct{ n twins.Number }{n})} {
		if strings.Contains(s, "1967") {
			t.Errorf("a number was printed as %q", s)
		}
	}
	if _, err := json.Marshal(n); err == nil {
		t.Error("a number went into JSON")
	}
}
