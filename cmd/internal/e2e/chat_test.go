package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"lianou/channels/browsertest"
	"lianou/core"
)

// talker answers in a chat of WeChat as somebody would who has little patience.
var talker = []struct{ hears, says string }{
	{"您是替谁报的", "我自己"}, {"遇到了什么难处", "不清楚"}, {"您叫什么名字", "孟二河"}, {"住在哪个镇", "临邑县孟寺镇"}, {"除了您,还有谁", "就我一个人"}, {"城里还是村里", "农村"},
	{"每人每月", "三百来块"}, {"已经是低保", "没有"}, {"几套房", "一套"}, {"有多少存款", "没有"}, {"几辆汽车", "没有"}, {"户口", "德州"},
	{"过不去", "过得去"}, {"打哪个电话", "13705348032"}, {"怎么找", "村东头"},
}

var tenDigits = regexp.MustCompile(`[0-9]{4} [0-9]{4} [0-9]{2}`)

// The chat of the mini-program from "俺想问问低保" to the township's queue: WeChat plays
// its sealed pushes and customer messages, a photo of the card is read, the rest is words.
//
// A voice message is heard on the way, and an agent reads, answers and gives back.
//
// Control: the gateway without its worker of chats; the platform without its Listener.
func TestChat(t *testing.T) {
	const first = "37142419640412033"
	id := first + string(core.IDCheckDigit(first))
	body, err := json.Marshal(map[string]string{"key": "talk", "name": "孟二河", "id": id, "phone": "13705348032", "account": "", "about": "一个只聊天的人"})
	must(t, err)
	post(t, "/admin/people", string(body), http.StatusCreated)
	p := person{browsertest.Start(t).Tab(t), t}
	p.Open(city.Standin + "/phone?person=talk")
	p.Click("#tab-chat")
	p.Fill("#type input", "俺想问问低保")
	p.Click("#type button")
	p.Wait("您是替谁报的")
	p.Accessible()
	p.Fill("#type input", "我自己")
	p.Click("[data-voice]")
	p.Wait("我听到的是:“我自己”")
	handedOver(p)
	photo := false
	last := "document.querySelector('#lines .line:last-child').innerText"
	for range 60 {
		heard := p.Eval(last)
		if strings.Contains(heard, "报上去之前") {
			break
		}
		says := "不清楚"
		for _, x := range talker {
			if strings.Contains(heard, x.hears) {
				says = x.says
				break
			}
		}
		if strings.Contains(heard, "身份证号是多少") && !photo {
			photo = true
			p.Click("[data-card=front]")
		} else {
			p.Fill("#type input", says)
			p.Click("#type button")
		}
		// The summary comes in two messages; whoever answers the first is told the same words again.
		p.Until("an answer", "(() => { const now = "+last+"; return !now.startsWith('问完了') && !document.querySelector('#lines .line:last-child').classList.contains('mine') && now !== "+quote(heard)+" })()")
	}
	p.Wait("回“同意”")
	p.Shot("chat-summary")
	p.Fill("#type input", "同意")
	p.Click("#type button")
	p.Until("the receipt", `/[0-9]{4} [0-9]{4} [0-9]{2}/.test(`+last+`)`)
	p.Accessible()
	p.Shot("chat-receipt")
	receipt := strings.ReplaceAll(tenDigits.FindString(p.Eval(last)), " ", "")
	officer, at := caseOf(t, "mengsi", receipt)
	page, err := officer.Open(t.Context(), at)
	must(t, err)
	for _, want := range []string{"孟二河", "俺想问问低保"} {
		if !strings.Contains(page.Text(), want) {
			t.Errorf("the township does not read %q", want)
		}
	}
	p.Quiet()
}

var (
	chatLink = regexp.MustCompile(`/desk/agent/call/(chat-[0-9]+)`)
	chatSeen = regexp.MustCompile(`name="seen" form="back" value="([0-9]+)"`)
)

// handedOver has the person ask for an agent, who reads, answers, and gives the
// conversation back.
func handedOver(p person) {
	p.t.Helper()
	p.Fill("#type input", "转人工")
	p.Click("#type button")
	p.Wait("转给坐席了")
	agent := session(p.t, "0317")
	_, list, _ := ask(p.t, agent, http.MethodGet, "/desk/agent")
	call := chatLink.FindStringSubmatch(list)
	if call == nil {
		p.t.Fatal("no conversation waits at the desk")
	}
	at := city.Platform + "/desk/agent/call/" + call[1]
	_, page, _ := ask(p.t, agent, http.MethodGet, "/desk/agent/call/"+call[1])
	if !strings.Contains(page, "俺想问问低保") || !strings.Contains(page, "下载语音来听") || !strings.Contains(page, "我自己") {
		p.t.Error("the agent does not read the conversation")
	}
	act := func(path string, form url.Values) {
		resp, err := agent.PostForm(at+path, form)
		must(p.t, err)
		resp.Body.Close()
		if resp.StatusCode >= 400 {
			p.t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
	act("/say", url.Values{"key": {"e2e"}, "text": {"您好,我是坐席,您接着说。"}})
	p.Wait("您好,我是坐席,您接着说。")
	seen := chatSeen.FindStringSubmatch(page)
	act("/back", url.Values{"seen": {seen[1]}})
	p.Wait("我接着问")
}

func quote(s string) string {
	raw, _ := json.Marshal(s) // a string always has a form
	return string(raw)
}

// post has the world outside do something.
func post(t *testing.T, path, body string, want int) {
	t.Helper()
	resp, err := http.Post(city.Standin+path, "application/json", strings.NewReader(body))
	must(t, err)
	resp.Body.Close()
	if resp.StatusCode != want {
		t.Fatalf("%s: the stand-in answered %d", path, resp.StatusCode)
	}
}
