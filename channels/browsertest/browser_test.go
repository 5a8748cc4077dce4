package browsertest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"lianou/channels/browsertest"
)

// recorder is a testing.TB that notes failures instead of failing, so that the
// control can be seen red.
type recorder struct {
	testing.TB
	faults []string
}

func (r *recorder) Errorf(f string, a ...any) { r.faults = append(r.faults, fmt.Sprintf(f, a...)) }
func (r *recorder) Error(a ...any)            { r.faults = append(r.faults, fmt.Sprint(a...)) }

// The control of every page test: a page with two planted faults is called
// inaccessible, the same page without them is not.
func TestAccessibleSeesPlantedFaults(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		field, ink := `<label>姓名<input></label>`, "#1d2733"
		if r.URL.Path == "/bad" {
			field, ink = `<input>`, "#dddddd"
		}
		fmt.Fprintf(w, `<!doctype html><html lang="zh-CN"><title>x</title><main><h1>求助</h1><p style="color:%s">一句话</p>%s</main></html>`, ink, field)
	}))
	t.Cleanup(srv.Close)
	b := browsertest.Start(t)

	good := b.Tab(t)
	good.Open(srv.URL + "/good")
	good.Accessible()

	seen := &recorder{TB: t}
	bad := b.Tab(seen)
	bad.Open(srv.URL + "/bad")
	bad.Accessible()
	if len(seen.faults) != 2 {
		t.Fatalf("planted 2 faults, axe named %d: %v", len(seen.faults), seen.faults)
	}
}

// TestUntilWaitsForAnElement: a question about an element that is not there yet is asked again instead
// of failing: a new page has its first elements before its last ones. CI failed on one such moment.
//
// Control: Until without notThere (`wait until it came: exception "… Cannot read properties of null"`).
func TestUntilWaitsForAnElement(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<!doctype html><html lang="zh-CN"><title>x</title><main><h1>求助</h1></main>
<script>setTimeout(() => document.querySelector("main").insertAdjacentHTML("beforeend", '<p id="late">到了</p>'), 300)</script></html>`)
	}))
	t.Cleanup(srv.Close)
	tab := browsertest.Start(t).Tab(t)
	tab.Open(srv.URL)
	tab.Until("it came", `document.querySelector("#late").textContent === "到了"`)
}
