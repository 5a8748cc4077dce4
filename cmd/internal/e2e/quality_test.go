package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// A drawn call is listened to by another agent than its own: the sound, and beside it what
// was filed, without its numbers; the verdict is for the agent to read. Control: listen()
// by held() and not by drawn(), "0318 listens: 409".
func TestASecondAgentListens(t *testing.T) {
	agent := listens(t, "0317")
	call := dials(t, "13905340077", "")
	agent.hears(call)
	form := told(10, "371424103")
	receipt := files(t, agent.desk, formOf(t, agent.desk, heard(t, agent, call), "/applications"), form)
	must(t, send(t.Context(), agent.desk, "/desk/agent/call/"+call, "/done", url.Values{"outcome": {"applied"}}))

	at := "/desk/agent/quality/" + call
	if status, _, _ := ask(t, session(t, "0317"), http.MethodGet, at); status != http.StatusForbidden {
		t.Errorf("their own call: %d", status)
	}
	second := session(t, "0318")
	status, body, _ := ask(t, second, http.MethodGet, at)
	if status != http.StatusOK {
		t.Fatalf("0318 listens: %d", status)
	}
	for _, want := range []string{receipt[:4] + " " + receipt[4:8], "看病花光了钱。", "<audio", "30,000", "德平镇"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not show %s", want)
		}
	}
	for _, never := range []string{form.Get("applicant.id_number"), form.Get("contact.phone"), form.Get("applicant.name")} {
		if strings.Contains(body, never) {
			t.Error("a number or a name stands there in full")
		}
	}
	if status, _, _ := ask(t, second, http.MethodGet, at+"/audio"); status != http.StatusOK {
		t.Errorf("the sound: %d", status)
	}
	listener, err := desk(t.Context(), "0318")
	must(t, err)
	must(t, send(t.Context(), listener, at, "/verdict", url.Values{"written": {"missing"}, "manner": {"good"}, "note": {"第 3 秒说了残疾证"}}))
	if page, err := agent.desk.Open(t.Context(), "/desk/agent/quality"); err != nil || !strings.Contains(page.Body, "第 3 秒说了残疾证") {
		t.Errorf("what its agent reads: %v %s", err, page.Text())
	}
}
