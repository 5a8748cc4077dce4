package channels_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lianou/channels"
)

// An address that leads nowhere says so in Chinese and shows the way home.
// Control: leave the link out.
func TestLost(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	channels.Lost("/c/app/", "去求助").ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/nope", nil))
	if body := w.Body.String(); w.Code != http.StatusNotFound || !strings.Contains(body, `<a href="/c/app/">去求助</a>`) || !strings.Contains(body, `lang="zh-CN"`) {
		t.Errorf("%d: %s", w.Code, body)
	}
}
