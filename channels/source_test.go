package channels

import (
	"net/http/httptest"
	"testing"
)

// One line of a household is one source: a port more is no other person, and a /64 is
// what a household has. Control: count whole IPv6 addresses.
func TestSourceIsALine(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{
		"203.0.113.7:51000":            "203.0.113.7",
		"[::ffff:203.0.113.7]:51000":   "203.0.113.7",
		"[2001:db8:1:2:aaaa::1]:51000": "2001:db8:1:2::/64",
		"[2001:db8:1:2:bbbb::2]:9":     "2001:db8:1:2::/64",
		"[2001:db8:1:3::1]:51000":      "2001:db8:1:3::/64",
		"nowhere":                      "nowhere",
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = from
		if got := Source(r); got != want {
			t.Errorf("%s: %s, want %s", from, got, want)
		}
	}
}
