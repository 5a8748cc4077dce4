package agent_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"lianou/channels/browsertest"
	"lianou/core/staff"
)

// An agent ticks an item while an older answer about the form is on its way: the answer
// knows nothing of the tick and takes nothing back. In CI of the twenty-fifth sitting a
// press on "he wants this" was lost so, on a machine whose answers took seconds.
//
// Control: judged.js without shouldSwap, "what was ticked while the answer was on its way
// is gone".
func TestATickOvertakesTheAnswer(t *testing.T) {
	t.Parallel()
	b := newBooth(t)
	b.ask(t, "0317", "/desk/agent/call/CA1", nil)
	if code, said := b.ask(t, "0317", "/desk/agent/call/CA1/draft", form(map[string]string{"draft.rev": "0"})); code != http.StatusOK {
		t.Fatalf("save: %d %s", code, said)
	}
	asked, answer := make(chan struct{}, 16), make(chan struct{})
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/desk/judge" {
			b.handler.ServeHTTP(w, r)
			return
		}
		kept := httptest.NewRecorder()
		b.handler.ServeHTTP(kept, r) // the answer is about the form as it was
		asked <- struct{}{}
		<-answer
		for name, values := range kept.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(kept.Code)
		_, err := w.Write(kept.Body.Bytes())
		if err != nil {
			t.Logf("the page did not wait for the answer: %v", err)
		}
	}))
	t.Cleanup(site.Close)
	tab := browsertest.Start(t).Tab(t)
	tab.Open(site.URL + "/desk/login")
	tab.Fill("input[name=login]", "0317")
	tab.Fill("input[name=password]", staff.DemoPassword)
	tab.Go(".login .btn.go")
	tab.Open(site.URL + "/desk/agent/call/CA1")
	<-asked
	tab.Eval(`(window.settled = 0, document.addEventListener("htmx:afterSettle", (e) => { if (e.target.id === "judged") window.settled++; }), "")`)
	const box = `document.getElementById("itemMZ-04")`
	tab.Until("the item stands there unticked", box+` && !`+box+`.checked`)
	tab.Eval(`(` + box + `.click(), "")`)
	close(answer)
	tab.Until("an answer is shown", `window.settled > 0`)
	if tab.Eval(`String(`+box+`.checked)`) != "true" {
		t.Error("what was ticked while the answer was on its way is gone")
	}
	tab.Quiet()
}
