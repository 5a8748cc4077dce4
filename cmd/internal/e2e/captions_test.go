package e2e

import (
	"context"
	"fmt"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"lianou/channels/browsertest"
	"lianou/cmd/internal/rig"
)

// A telephone calls, and the agent who has the call open reads what is said while it is
// being said, marked as a machine's; nothing of it fills a field by itself, and no other
// desk hears a bell of it. When the call is over the text of the whole recording takes its
// place. Controls: line without Listen, "the words come while the caller speaks"; reads
// that does not look whose call rings, "another desk hears of every word".
func TestAgentReadsARunningCall(t *testing.T) {
	b := browsertest.Start(t)
	p := at(t, b, "0318")
	other := listens(t, "0317")
	call := fmt.Sprintf("live-%d@e2e", time.Now().UnixNano())
	done := make(chan error, 1)
	ring := rig.Ring{Line: city.Telephone, CallID: call, From: "13705340099", Speaks: 40 * time.Second, Dir: t.TempDir()}
	go func() {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		done <- rig.Call(ctx, ring)
	}()
	other.hears(call)
	p.desk("/agent/call/" + url.PathEscape(call))
	p.Until("the words come while the caller speaks", `document.querySelector("#talk [data-running]")?.innerText.includes("我邻居老张头一个人过")`)
	if n := count(t, `select count(*) from call where id = $1 and answered is not null and ended is null`, call); n != 1 {
		t.Error("the words came when the call was over")
	}
	shown := p.Text("#talk")
	for _, mark := range []string{"正在说的", "机器听写,未核对", "来电"} {
		if !strings.Contains(shown, mark) {
			t.Errorf("the captions do not say %s: %s", mark, shown)
		}
	}
	if filled := p.Eval(`[...document.querySelectorAll("#request [name^='applicant.'], #request [name='contact.name'], #request [name^='live.']")].map(e => e.value).join("")`); filled != "" {
		t.Errorf("a field filled itself while the caller speaks: %s", filled)
	}
	p.Until("the sentence is read out once it is said", `document.querySelector("[data-aloud]").innerText.includes("12345")`)
	p.View("picture-agent-live", 1440, 900)
	p.judge("agent-live")
	must(t, <-done)
	p.Until("the text of the recording takes their place", `document.querySelector("#talk .talk") && !document.querySelector("#talk [data-running]") && !!document.querySelector("#talk .talk [data-from]")`)
	const whole = `select count(*) from call_transcript where call = $1 and state = 'done'`
	for deadline := time.Now().Add(patience); count(t, whole, call) != 1; runtime.Gosched() { // the page shows a side as soon as it is there
		if time.Now().After(deadline) {
			t.Fatal("the recording was not heard")
		}
	}
	other.neverHeard(t, "captions")
	p.Choose(".ended [name=outcome]", "answered")
	p.Go(".ended .btn")
	p.Quiet()
}

// neverHeard reads the bells that have come and holds that none was of a topic.
func (e ear) neverHeard(t *testing.T, topic string) {
	t.Helper()
	must(t, e.conn.SetReadDeadline(time.Now().Add(time.Second)))
	for {
		var bell struct{ Topic, ID string }
		if e.conn.ReadJSON(&bell) != nil {
			return
		}
		if bell.Topic == topic {
			t.Errorf("another desk hears of every word: %+v", bell)
			return
		}
	}
}
