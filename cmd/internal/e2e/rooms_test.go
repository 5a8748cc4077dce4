package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lianou/channels/browsertest"
	"lianou/core/staff"
)

func TestLogIn(t *testing.T) {
	b := browsertest.Start(t)
	p := person{b.Tab(t), t}
	p.desk("/township")
	p.judge("login")
	p.Fill("input[name=login]", "wangmiao.officer")
	p.Fill("input[name=password]", "not-the-password")
	p.Go(".login .btn.go")
	p.Until("the refusal is said", `document.querySelector("[role=alert]").innerText.length > 4`)
	p.judge("login-refused")
	p.Fill("input[name=password]", staff.DemoPassword)
	p.GoByKey("\r", false)
	p.Wait("等着办的") // where the visitor had wanted to go
	// The first tab stop leads past the bar to the page.
	p.Press("\t", false)
	if got := p.Focused(); !strings.Contains(got, "#main") {
		t.Fatalf("the first tab stop is %q", got)
	}
	p.Press("\r", false)
	if got := p.Focused(); got != "#main" {
		t.Fatalf("the skip link leads to %q", got)
	}
	p.desk("/city")
	p.Wait("这一步不归您办")
	p.judge("refused")
}

// At the door neither the spoken words nor the signature may be missing, and each
// missing one has its own sentence (F8).
func TestDoorstep(t *testing.T) {
	b := browsertest.Start(t)
	p := at(t, b, "wangmiao.assistant2")
	p.desk("/counter")
	p.Phone()
	p.put(map[string]string{"applicant.name": "赵大成", "contact.phone": "13900010002", "m0.name": "赵大成", "m0.age": "71", "story": "房子漏雨,没钱看病。"})
	p.tick(`input[name=consent][value=process]`)
	p.tick(`input[name=consent][value=means_check]`)
	p.judge("doorstep")
	p.Phone()
	p.Draw("[data-sign] canvas")
	p.Click("#request .btn.go")
	p.Until("the words are missed", `document.querySelector("#say").innerText.includes("口述") || document.querySelector("#say").innerText.includes("录音")`)
	p.Shot("doorstep-refused")
	p.Upload("input[name=oral]", oral(t))
	p.Click("[data-clear]")
	p.Click("#request .btn.go")
	p.Until("the signature is missed", `document.querySelector("#say").innerText.includes("签")`)
	p.Draw("[data-sign] canvas")
	p.Click("#request .btn.go")
	p.Wait("报上了")
	p.judge("doorstep-receipt")
}

// A call appears by itself, is taken, heard, and written down twice.
func TestAgent(t *testing.T) {
	b := browsertest.Start(t)
	p := at(t, b, "0317")
	p.judge("agent-empty")
	ring(t, "13905340011")
	p.Until("the call shows itself", `!!document.querySelector(".queue a")`)
	p.judge("agent-waiting")
	p.Go(".queue a")
	p.Until("the recording is there", `document.querySelector("audio")?.readyState >= 1 && document.querySelector("audio").duration > 3`)
	p.judge("agent-call")
	p.givesBack(b)
	p.live("371426", "371426104", "371426104200")
	told := family(t)
	told["applicant.name"], told["m0.name"], told["m1.name"], told["live.detail"] = "李玉芳", "李玉芳", "赵小军", "7号" // another family than the window's
	for _, number := range []string{"applicant.id_number", "m0.id_number", "m1.id_number", "account"} {
		told[number] = ""
	}
	p.put(told)
	p.Until("the judge names items", `document.querySelectorAll("#judged .items li").length > 3`)
	p.tick(`input[name=consent][value=process]`)
	p.judge("agent-filled")
	p.View("picture-agent", 1280, 800)
	p.Click("#request .btn.go")
	p.Wait("报上了")
	first := receiptShown.FindString(p.Text("main"))
	// A second family from the same call has a number of its own.
	p.Go("main .btn.go")
	p.put(map[string]string{"applicant.name": "孙玉珍", "contact.phone": "13905340011", "m0.name": "孙玉珍", "m0.age": "80", "story": "替邻居问。",
		"applicant.id_number": "371426194607170021", "m0.id_number": "371426194607170021"})
	p.live("371426", "371426104", "")
	p.tick(`input[name=consent][value=process]`)
	p.Press("\r", true)
	p.Wait("报上了")
	if second := receiptShown.FindString(p.Text("main")); second == "" || second == first {
		t.Fatalf("the second request has the number %q, the first %q", second, first)
	}
	second := receiptShown.FindString(p.Text("main"))
	p.Go("main .btn.go")
	p.Choose(".ended [name=outcome]", "applied")
	p.Go(".ended .btn")
	p.Wait("这通办完了")
	p.Until("the list is empty", `!document.querySelector(".queue a")`)
	p.answers(second, "0021")
	p.Quiet()
}

// answers looks up how far an application is, for somebody who rings about it; with
// wrong last digits there is nothing, and nothing is left of the answer before, which was
// another caller's. Control: keys.js without the clearing, "another family's answer".
func (p person) answers(receipt, last4 string) {
	p.t.Helper()
	look := func(last4 string) {
		p.Fill(".find [name=receipt]", receipt)
		p.Fill(".find [name=last4]", last4)
		p.Click(".find .btn")
		p.Until("an answer comes", `(document.querySelector("#found").innerText + document.querySelector("#say").innerText).trim().length > 4`)
	}
	look("0000")
	if got := p.Text("#say"); !strings.Contains(got, "没有查到") {
		p.t.Errorf("a wrong pair is answered with %q", got)
	}
	for deadline := time.Now().Add(patience); ; { // its case is opened by a job
		look(last4)
		if strings.Contains(p.Text("#found"), "王庙镇") {
			break
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("the progress is %q", p.Text("#found"))
		}
		if err := breath(p.t.Context()); err != nil {
			p.t.Fatal(err)
		}
	}
	p.judge("agent-answers")
	look("0000")
	p.Until("the wrong pair is refused", `document.querySelector("#say").innerText.includes("没有查到")`)
	if got := p.Text("#found"); got != "" {
		p.t.Errorf("another family's answer stands under a wrong pair: %q", got)
	}
}

// givesBack gives the open call back: a colleague who was looking at it as taken
// sees it free without a reload, takes it, and gives it back in turn. Control: drop
// the bell from calls.attend.
func (p person) givesBack(b *browsertest.Browser) {
	p.t.Helper()
	call := p.Eval(`location.pathname`)
	other := at(p.t, b, "0318")
	mine := `document.querySelector('.queue a[href="` + call + `"]').closest("li").innerText.includes("在录")`
	other.Until("the call is somebody's", mine)
	p.Go(`form[action$="/release"] .btn`)
	p.Wait("还回去了")
	other.Until("the call is free", `!`+mine)
	other.Go(`.queue a[href="` + call + `"]`)
	other.Until("the call is open", `!!document.querySelector("#request")`)
	other.Go(`form[action$="/release"] .btn`)
	p.desk(strings.TrimPrefix(call, "/desk"))
	p.Until("the recording is there again", `document.querySelector("audio")?.readyState >= 1`)
}

// The page citizens open, as a picture beside the staff's; its own tests stand with
// the channel.
func TestCitizenPage(t *testing.T) {
	p := person{browsertest.Start(t).Tab(t), t}
	p.Phone()
	p.Open(city.Gateway + "/c/app/")
	p.Until("the page is there", `document.body.innerText.length > 20`)
	p.Accessible()
	p.Quiet()
	p.View("picture-citizen", 390, 800)
	p.Open(city.Standin + "/phone?person=c")
	p.Wait("要我们帮什么")
	p.View("picture-phone", 390, 800)
}

// The tasks of an assistant and the city's figures, as they are without work.
func TestQuietRooms(t *testing.T) {
	b := browsertest.Start(t)
	for _, c := range []struct{ login, path, says string }{
		{"deping.assistant1", "/counter/tasks", "没有要跑的"}, {"city", "/city", "各县市区正在办"}, {"auditor", "/city", "各县市区正在办"}, {"linyi.clerk", "/township", "等着办的"},
	} {
		p := at(t, b, c.login)
		p.desk(c.path)
		p.Wait(c.says)
		p.judge(strings.Trim(strings.ReplaceAll(fmt.Sprint(c.login, c.path), "/", "-"), "-"))
	}
}
