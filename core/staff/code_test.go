package staff

import (
	"strings"
	"testing"
	"time"
)

// rfc6238 are the test vectors of RFC 6238, appendix B, for SHA-1: the last six of their eight digits.
var rfc6238 = []struct {
	at   int64
	code string
}{{59, "287082"}, {1111111109, "081804"}, {1111111111, "050471"}, {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}}

var rfcSecret = []byte("12345678901234567890")

// Codes are those of RFC 6238, one step early or late is as good, two are not, and a step that was
// used is gone with all before it.
//
// Controls: codeSkew 0 (`is taken as step 0 at 30 s`) and 2; `step > last` left out.
func TestCodesAreThoseOfTheRFC(t *testing.T) {
	t.Parallel()
	for _, v := range rfc6238 {
		step := v.at / 30
		for off, want := range map[int64]int64{-60: 0, -30: step, 0: step, 30: step, 60: 0} {
			if got, err := matchStep(rfcSecret, v.code, time.Unix(v.at+off, 0), 0); got != want && v.at+off >= 0 || err != nil {
				t.Errorf("%s of %d is taken as step %d at %d s, want %d: %v", v.code, v.at, got, off, want, err)
			}
		}
		if got, _ := matchStep(rfcSecret, v.code, time.Unix(v.at, 0), step); got != 0 {
			t.Errorf("%s of %d is taken twice", v.code, v.at)
		}
	}
	if got, _ := matchStep(rfcSecret, "287083", time.Unix(59, 0), 0); got != 0 {
		t.Errorf("a wrong code is step %d", got)
	}
}

// What people type.
func TestReadCode(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]shown{
		"123456":          {"123456", false},
		" 123 456 ":       {"123456", false},
		"123-456":         {"123456", false},
		"abcde-fghjk":     {"abcdefghjk", true},
		"ABCDE FGHJK":     {"abcdefghjk", true},
		"12345":           {},
		"1234567":         {},
		"12345x":          {},
		"abcde-fghjl":     {}, // no l on paper
		"abcde-fghj0":     {},
		"１２３４５６":          {"123456", false}, // a Chinese keyboard
		"١٢٣٤٥٦":          {},                // digits of another script
		"":                {},
		"123456\x00":      {},
		"123456' or 1=1-": {},
	} {
		if got, err := readCode(typed); got != want || (err == nil) != (want != shown{}) {
			t.Errorf("%q: %+v, %v, want %+v", typed, got, err, want)
		}
	}
}

// Whatever is typed comes out as six digits, as ten letters of paper, or not at all.
func FuzzReadCode(f *testing.F) {
	for _, seed := range []string{"123456", "１２３４５６", "abcde-fghjk", "", "\xff\xfe", strings.Repeat("1", 70)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		got, err := readCode(typed)
		digits, paper := len(got.text) == 6 && strings.Trim(got.text, "0123456789") == "", len(got.text) == 10 && strings.Trim(got.text, paperLetters) == ""
		if err == nil && !(digits && !got.paper || paper && got.paper) || err != nil && got != (shown{}) {
			t.Errorf("%q: %+v, %v", typed, got, err)
		}
		if _, err := matchStep(rfcSecret, got.text, time.Unix(59, 0), 0); err == nil != digits {
			t.Errorf("%q reaches the codes as %q: %v", typed, got.text, err)
		}
	})
}
