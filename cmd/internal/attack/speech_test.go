package attack

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"lianou/cmd/internal/standin"
)

// P8: whatever the speech engine does, a webhook is answered as fast as ever, requests
// become cases, and the recordings are turned into text once the engine is back. Its
// other lies are the engines' and the jobs' own tests, in standin.
// Control: the transcription done inside the webhook's handler.
func TestSpeechEngineSlowDeadLying(t *testing.T) {
	const most = 500 * time.Millisecond
	var takes []time.Duration
	for _, fault := range []map[string]any{{"mode": "error", "code": "500"}, {"mode": "truncated"}, {"mode": "cut"}, {"mode": "slow", "delay": 30 * time.Second}} {
		takes = append(takes, onBadDay(t, fault)...)
	}
	slices.Sort(takes)
	p99 := takes[len(takes)*99/100-1]
	t.Logf("%d webhooks, p99 %s, the slowest took %s", len(takes), p99, takes[len(takes)-1])
	if p99 > most {
		t.Errorf("a webhook took %s while the engine was away", p99)
	}
}

// The states of the texts of some calls.
const (
	madeText  = `select count(*) from call_transcript where call = any ($1) and state = 'done' and engine = 'openai' and model = 'standin'`
	askedText = `select count(*) from call_transcript where call = any ($1) and (reason = 'away' or state = 'working')`
)

// onBadDay has twenty calls reported while the engine has a fault, and gives how long
// each report took.
func onBadDay(t *testing.T, fault map[string]any) (takes []time.Duration) {
	t.Helper()
	mended := false
	mend := func() {
		if !mended {
			mended = true
			send(t, "POST", city.Standin+"/admin/mend", []byte(`{"service":"speech"}`), "Content-Type", "application/json")
		}
	}
	defer mend()
	fault["service"], fault["times"] = "speech", -1
	if a := send(t, "POST", city.Standin+"/admin/faults", toJSON(t, fault), "Content-Type", "application/json"); a.status != http.StatusCreated {
		t.Fatalf("switch the fault on: %d %s", a.status, a.body)
	}
	recording := played(t)
	var ids []string
	for range 20 {
		id := "CA" + rand.Text()
		ids = append(ids, id)
		began := time.Now()
		if a := deliver(t, fresh(call(id, "13705340061", recording))); a.status != http.StatusNoContent {
			t.Fatalf("%v: %d %s", fault, a.status, a.body)
		}
		takes = append(takes, time.Since(began))
	}
	until(t, "the engine to be asked on a bad day", func() bool { return number(t, askedText, ids) > 0 })
	if fault["mode"] == "slow" { // its answers come in the end, which is no fault
		asksAllTheSame(t)
	} else if n := number(t, madeText, ids); n != 0 {
		t.Errorf("%v: %d texts of an engine that was away", fault, n)
	}
	mend()
	for late := time.Now().Add(90 * time.Second); number(t, madeText, ids) < len(ids); <-time.After(200 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("%v: the queue does not drain: %d of %d", fault, number(t, madeText, ids), len(ids))
		}
	}
	return takes
}

// asksAllTheSame files a request and sees its case.
func asksAllTheSame(t *testing.T) {
	t.Helper()
	p := made(71).known(t) // of no other test: who has a case opens no second
	token := p.wechat(t)
	cases := number(t, `select count(*) from casefile`)
	if a := send(t, "POST", city.Gateway+"/c/wechat/applications", toJSON(t, with(p.form(t, "wechat", token), "key", "speech-away")), "Authorization", "Bearer "+token); a.status != http.StatusCreated {
		t.Errorf("a request: %d %s", a.status, a.body)
	}
	until(t, "a case while the engine is away", func() bool { return number(t, `select count(*) from casefile`) > cases })
}

// played gives the address of a recording that the exchange holds.
func played(t *testing.T) string {
	t.Helper()
	a := send(t, "POST", city.Standin+"/exchange/calls", toJSON(t, standin.Ring{From: "13705340062", Seconds: 2}), "Content-Type", "application/json")
	if a.status != http.StatusCreated {
		t.Fatalf("a call at the exchange: %d %s", a.status, a.body)
	}
	var c standin.Call
	if err := json.Unmarshal(a.body, &c); err != nil {
		t.Fatal(err)
	}
	return city.Standin + "/exchange/recordings/" + c.ID + ".wav"
}
