package core

import (
	"strings"
	"testing"
)

// Each way in which one number comes finds the same person (F19). Control: no cut of
// what stands behind, "0534-2612345转8: """.
func TestCallerPhone(t *testing.T) {
	t.Parallel()
	same := map[string][]string{
		"13905340001": {"13905340001", "+8613905340001", "008613905340001", "8613905340001", "013905340001", "+86 139 0534 0001", "139-0534-0001",
			"\uff11\uff13\uff19\uff10\uff15\uff13\uff14\uff10\uff10\uff10\uff11", "13905340001/05342612345", "13905340001、13805340002", "sip:13905340001@10.0.0.1", "tel:+86-139-0534-0001", " 13905340001 ext. 12", "sip:13905340001@10.0.0.1:5060;user=phone", "sips:13905340001@x"},
		"05342612345": {"05342612345", "0534-2612345", "(0534)2612345", "0534-2612345转8", "0534 2612345 分机 801", "05342612345#3",
			"+8605342612345", "(0534)2612345"},
	}
	for want, spelt := range same {
		for _, s := range spelt {
			if got := CallerPhone(s); got.Reveal() != want {
				t.Errorf("%s: %q, want %s", s, got.Reveal(), want)
			}
		}
	}
	for _, s := range []string{"", "anonymous", "sip:anonymous@anonymous.invalid", "1390534000", "1001", "+4930123456", "+1 212 555 0100", "12345", "../../etc", strings.Repeat("1", 500)} {
		if got := CallerPhone(s); !got.IsZero() {
			t.Errorf("%q: %q is no number of the mainland", s, got.Reveal())
		}
	}
}

func FuzzCallerPhone(f *testing.F) {
	f.Add("+86 139 0534 0001 转 8")
	f.Fuzz(func(t *testing.T, s string) {
		p := CallerPhone(s)
		if p.IsZero() {
			return
		}
		if again := CallerPhone(p.Reveal()); again != p {
			t.Errorf("%q gives %q, which gives %q", s, p.Reveal(), again.Reveal())
		}
	})
}
