package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"lianou/channels/browsertest"
)

// Begun on the telephone, finished by the caller (F6): an agent writes half, leaves it to
// the caller, who logs in with the number that called, says whom it was about, is asked
// nothing of what was said, and gets a receipt. The township sees the call's recording and
// both doors; the agents' list is free of it; nobody is given it a second time.
//
// Controls: the platform without Finish, "the call is done"; the gateway without Begun,
// "asked first".
func TestBegunOnTheTelephone(t *testing.T) {
	const town = "371426104"
	form := told(8, town)
	phone, name, id := form.Get("contact.phone"), form.Get("applicant.name"), form.Get("applicant.id_number")
	body, err := json.Marshal(map[string]string{"key": "begun", "name": name, "id": id, "phone": phone, "account": "", "about": "先打电话,再接着填"})
	must(t, err)
	post(t, "/admin/people", string(body), http.StatusCreated)
	call := dials(t, phone, "")
	form.Set("heard.h.medical_12m", "1000-3000")
	form.Del("consent")
	leftBy(t, call, form)
	p := hands(t).Phone("begun")
	must(t, p.LogInApp(t.Context(), phone))
	receipt, asked, err := p.GoOn(t.Context(), name+" "+id[14:])
	must(t, err)
	if asked[0] != "form/begun" {
		t.Errorf("asked first %s", asked[0])
	}
	for _, known := range []string{"form/story", "form/applicant.name", "form/live.region", "form/live.detail", "area", "medical_12m", "income_per_capita_month"} {
		if slices.Contains(asked, known) {
			t.Errorf("asked %s again", known)
		}
	}
	officer, at := caseOf(t, "wangmiao", receipt)
	seen, err := officer.Open(t.Context(), at)
	must(t, err)
	for _, want := range []string{name, "看病花光了钱", "电话 12345说起,本人在网上接着填完登记", "电话里说"} {
		if !strings.Contains(seen.Text(), want) {
			t.Errorf("the township does not read %q", want)
		}
	}
	if n := count(t, `select count(*) from casefile where call_id = $1 and recording <> ''`, call); n != 1 {
		t.Errorf("%d cases have the recording of the call", n)
	}
	if n := count(t, `select count(*) from call where id = $1 and done is not null and outcome = 'applied'`, call); n != 1 {
		t.Errorf("the call is done: %d", n)
	}
	if again, asked, err := p.GoOn(t.Context(), name+" "+id[14:]); err == nil || slices.Contains(asked, "form/begun") {
		t.Errorf("given a second time: %s %v %v", again, asked, err) // without a name it cannot be handed in
	}
}

// typed puts values into the request form as an agent's hand leaves them there.
const typed = `(() => { const form = document.querySelector("#request"); for (const [name, list] of Object.entries(VALUES)) for (const v of list) {
	let e = form.querySelector('[name="' + name + '"]');
	if (!e) { e = document.createElement("input"); e.type = "hidden"; e.name = name; form.append(e); }
	if (e.tagName === "SELECT" && ![...e.options].some(o => o.value === v)) e.append(new Option(v, v));
	e.disabled = false; e.value = v; } return "" })()`

// leftBy has an agent type half a form in the browser, read the words out and leave it to
// the caller by the button.
func leftBy(t *testing.T, call string, form url.Values) {
	t.Helper()
	opensCall(t, session(t, "0317"), call)
	p := at(t, browsertest.Start(t), "0317")
	p.desk("/agent/call/" + call)
	raw, err := json.Marshal(form)
	must(t, err)
	p.Eval(strings.ReplaceAll(typed, "VALUES", string(raw)))
	const fold = `form[action$="/hand"]`
	p.Eval(`(() => { document.querySelector('` + fold + `').closest("details").open = true; return "" })()`)
	p.judge("agent-hand-on")
	p.Click(fold + " .btn")
	p.Wait("交给本人了")
	p.Wait("交给本人接着填")
	p.Quiet()
}

// opensCall waits until a call is in the record, and opens it for an agent.
func opensCall(t *testing.T, agent *http.Client, call string) string {
	t.Helper()
	for late := time.Now().Add(patience); ; {
		resp, err := agent.Get(city.Platform + "/desk/agent/call/" + call)
		must(t, err)
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		must(t, err)
		if resp.StatusCode == http.StatusOK {
			return string(b)
		}
		if time.Now().After(late) {
			t.Fatalf("the call does not open: %d", resp.StatusCode)
		}
		must(t, breath(t.Context()))
	}
}
