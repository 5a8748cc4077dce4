package app

import (
	"cmp"
	"net/http/httptest"
	"strings"
	"testing"
)

// What a family passes on names the configured address, whatever Host a client writes.
// Control: the address taken from r.Host.
func TestInvitationNamesTheConfiguredAddress(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	for name, c := range map[string]struct{ public, want string }{
		"configured":     {"https://jiuzhu.example/", "在这里报:https://jiuzhu.example/c/app/ 填一次"},
		"not configured": {"", "德州的救助,填一次"},
	} {
		door, err := New(Config{PublicURL: c.public}, d.env)
		must(t, err)
		r, w := httptest.NewRequest("GET", "/c/app/", nil), httptest.NewRecorder()
		r.Host = "evil.example"
		door.homePage(w, r)
		if public := strings.TrimSuffix(c.public, "/"); !strings.Contains(door.helpWanted(), "请打开"+cmp.Or(public, "莲藕,点“我来帮他办”")) || strings.Contains(door.helpWanted(), "//c/") {
			t.Errorf("%s: %s", name, door.helpWanted())
		}
		if page := w.Body.String(); !strings.Contains(page, c.want) || strings.Contains(page, "evil.example") {
			t.Errorf("%s: status %d, want %q and nothing of the Host header", name, w.Code, c.want)
		}
	}
}
