package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"testing"

	"lianou/channels/browsertest"
	"lianou/channels/wechat/miniprogram"
	"lianou/core"
)

// mini is somebody with the mini-program in their hand: its own pages on WeChat's
// component engine, the city's gateway behind them, WeChat played by the stand-in.
type mini struct {
	*browsertest.Tab
	t  *testing.T
	at string
}

// opens gives a new person a phone with the mini-program on it.
func opens(t *testing.T, key, name, first17, phone string) mini {
	t.Helper()
	body, err := json.Marshal(map[string]string{"key": key, "name": name, "id": first17 + string(core.IDCheckDigit(first17)), "phone": phone, "account": "", "about": "一个用小程序的人",
		"address": "山东省德州市临邑县孟寺镇"})
	must(t, err)
	post(t, "/admin/people", string(body), http.StatusCreated)
	m := mini{browsertest.Start(t).Tab(t), t, bundled(t)}
	m.Touchscreen(390)
	m.Open(m.at + "/?person=" + key)
	return m
}

// bundled serves the mini-program as a browser takes it, on a host whose network is a
// phone's.
func bundled(t *testing.T) string {
	t.Helper()
	tools, err := miniprogram.Ready(t.Context())
	if errors.Is(err, miniprogram.ErrNoTools) && os.Getenv("CI") != "true" {
		t.Skipf("NOT TESTED, the mini-program in a browser: %v", err)
	}
	must(t, err)
	dir := t.TempDir()
	must(t, tools.Bundle(t.Context(), dir))
	standin, err := url.Parse(city.Standin)
	must(t, err)
	network := &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
		if strings.HasPrefix(p.In.URL.Path, "/c/") {
			p.Out.URL.Path = "/phone/api" + p.In.URL.Path
		}
		p.SetURL(standin)
		for _, h := range []string{"Origin", "Referer", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest"} {
			p.Out.Header.Del(h)
		}
	}}
	mux := http.NewServeMux()
	mux.Handle("/c/", network)
	mux.Handle("/phone/", network)
	mux.Handle("/", http.FileServer(http.Dir(dir)))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// judge holds a page to the bar of the mini-program: no fault of accessibility, nothing
// too small for a thumb, nothing lost on a narrow phone and with letters twice as large.
// Pictures of it, also in large type.
func (m mini) judge(name string) {
	m.t.Helper()
	m.Faultless()
	if small := m.Small(44); small != "" {
		m.t.Errorf("%s has targets below 44 px: %s", name, small)
	}
	if name != "sign" { // its picture shows what was signed and the name below it
		m.Eval(`scrollTo(0, 0); ""`)
	}
	m.View("mp-"+name, 390, 844)
	m.Shot("mp-" + name + "-whole")
	m.TapOn("大字")
	m.Until("letters are large", `parseFloat(document.documentElement.style.fontSize) >= 23.8`)
	m.View("mp-"+name+"-care", 390, 844)
	m.Shot("mp-" + name + "-care-whole")
	m.Touchscreen(320)
	m.Whole()
	m.Legible()
	m.Eval(`document.documentElement.style.fontSize = "36px"; ""`)
	m.Whole()
	m.Legible()
	m.Shot("mp-" + name + "-200")
	m.Touchscreen(390)
	m.TapOn("关掉大字")
	m.Until("letters are as before", `parseFloat(document.documentElement.style.fontSize) < 20`)
}

// heading is what the page in front asks or says.
const heading = `([...document.querySelectorAll(".h1")].find(e => e.offsetParent)?.innerText || "")`

// photo is what the camera gives next.
func (m mini) photo(person, side string) {
	m.t.Helper()
	m.Eval(`story.photo = "/phone/cards/` + person + `/` + side + `.png"; ""`)
}

// touches answers one question, on the page that is in front.
type touches struct {
	hears string
	do    func(mini)
}

func taps(text string) func(mini) {
	return func(m mini) { m.TapOn(text); m.TapOn("下一问") }
}

func types(text string) func(mini) {
	return func(m mini) { m.Fill(".field-box", text); m.TapOn("下一问") }
}

// farmer answers by touch, by typing, and in words of their own.
var farmer = []touches{
	{"您是替谁报的", taps("我自己")},
	{"您叫什么名字", func(m mini) { m.Wait("身份证照片上是这样"); m.TapOn("下一问") }},
	{"身份证号是多少", func(m mini) { m.Wait("身份证照片上是这样"); m.TapOn("下一问") }},
	{"住在哪个镇", func(m mini) { m.judge("place"); m.TapOn("临邑县"); m.TapOn("孟寺镇"); m.TapOn("下一问") }},
	{"除了您,还有谁", func(m mini) { m.judge("family"); m.TapOn("没有别人,就我一个人") }},
	{"遇到了什么难处", func(m mini) {
		m.TapOn("我来说")
		m.TapOn("点一下开始说")
		m.Wait("在听您说,说完再点一下")
		m.judge("voice-on")
		m.TapOn("在听您说,说完再点一下")
		m.Wait("看一遍,不对就改")
		if m.Eval(`document.querySelector(".voice-box").value`) == "" {
			m.t.Error("nothing that was heard stands in the box")
		}
		m.Fill(".voice-box", "腰坏了,干不了活,想问问低保。")
		m.judge("voice")
		m.TapOn("就这么答")
	}},
	{"城里还是", taps("村里")},
	{"每人每月", func(m mini) { m.Fill(".field-box", "310"); m.judge("ask"); m.TapOn("下一问") }},
	{"一共挣了多少", types("3700")},
	{"户口在哪里", taps("在德州")},
	{"有多少存款", types("0")},
	{"几套房", types("1")},
	{"几辆汽车", types("0")},
	{"怎么找", types("村东头第三家")},
	{"马上就过不去", taps("不是")},
	{"打哪个电话", func(m mini) { m.TapOn("下一问") }},
}

// goes answers until the questions end, and says how many there were.
func (m mini) goes() (asked int) {
	m.t.Helper()
	for ; asked < 60; asked++ {
		m.Until("a question or the end", `!`+offers("正在办,稍等")+` && (document.body.dataset.page.includes("papers") || document.body.dataset.page.includes("ask") && `+heading+` !== "")`)
		now := m.Eval(heading)
		if strings.Contains(m.Eval(`document.body.dataset.page`), "papers") {
			return asked
		}
		do := func(m mini) { m.TapOn("不清楚,先跳过") }
		for _, x := range farmer {
			if strings.Contains(now, x.hears) {
				do = x.do
			}
		}
		do(m)
		m.Until("what comes after "+now, heading+` !== `+quote(now))
	}
	m.t.Fatal("asked without end")
	return 0
}

func offers(text string) string {
	return `[...document.querySelectorAll("button")].some(b => b.offsetParent && b.innerText.trim() === ` + quote(text) + `)`
}

// A farmer alone with a phone, in the mini-program's own pages: WeChat's log-in and
// number, the card's photos put right, one question a page, leave and a signature by
// finger, the receipt, word of what moves; the case lies in the township's queue.
//
// Controls: the photo card without its upload; the signature's digest of another text;
// the button of leave without its event.
func TestMiniProgram(t *testing.T) {
	m := opens(t, "mini", "魏来福", "37142419610412031", "13705348061")
	m.judge("home")
	m.TapOn("我要求助")
	m.judge("enter")
	m.TapOn("用微信登录")
	m.TapOn("用微信里的手机号")
	m.Wait("用之前,先跟您说清楚")
	m.View("mp-privacy", 390, 844)
	m.Faultless()
	m.TapOn("同意")
	m.Wait("拍一下身份证的两面")
	m.photo("mini", "front")
	m.TapOn("拍照")
	m.Wait("照片上是这样写的,对吗?")
	m.photo("mini", "back")
	m.TapOn("拍照")
	m.Until("both sides are kept", `document.body.innerText.split("收到了").length === 3`)
	m.judge("card")
	m.TapOn("对,往下走")
	asked := m.goes()
	t.Logf("%d questions", asked)
	m.judge("papers")
	m.TapOn("往下走,看一遍")
	m.Wait("您签的是这段话")
	m.signs()
	m.judge("sign")
	m.TapOn("交上去")
	m.Until("the receipt", `/[0-9]{4} [0-9]{4} [0-9]{2}/.test(document.querySelector(".receipt-number")?.innerText)`)
	receipt := strings.ReplaceAll(m.Text(".receipt-number"), " ", "")
	m.TapOn("有进展就告诉我")
	m.Wait("下一次有进展发微信")
	m.judge("receipt")
	m.follows()
	m.helps()
	m.Quiet()
	officer, at := caseOf(t, "mengsi", receipt)
	page, err := officer.Open(t.Context(), at)
	must(t, err)
	for _, want := range []string{"魏来福", "腰坏了,干不了活"} {
		if !strings.Contains(page.Text(), want) {
			t.Errorf("the township does not read %q", want)
		}
	}
}

// signs gives the leave that is needed and writes a name.
func (m mini) signs() {
	m.t.Helper()
	for ticked := 1; ticked <= 2; ticked++ {
		m.Tap(".consent .opt:not(.opt-on)") // what is needed stands first
		m.Until("it is ticked", fmt.Sprintf(`document.querySelectorAll(".consent .opt-on").length === %d`, ticked))
	}
	m.Write(".sign-pad")
	m.Wait("签好了")
	m.Until("there is ink on the pad", `(() => { const c = document.querySelector("canvas"), blank = document.createElement("canvas"); blank.width = c.width; blank.height = c.height; return c.toDataURL() !== blank.toDataURL() })()`)
}

// follows looks at what became of it, on the pages for that.
func (m mini) follows() {
	m.t.Helper()
	m.TapOn("看办到哪了")
	m.Wait("点开看每一步")
	m.judge("mine")
	m.Tap(".case")
	m.Wait("一步一步")
	m.judge("case")
	m.TapOn("钱到了没有")
	m.Wait("还没有定下来的钱")
	m.judge("money")
	m.Open(m.Eval(`location.origin + "/?person=mini&page=pages/news/index"`))
	m.Wait("还能发")
	m.judge("news")
	m.Open(m.Eval(`location.origin + "/?person=mini&page=pages/help/index"`))
	m.Wait("那是骗子")
	m.judge("help")
	m.TapOn("看谁替谁办")
	m.Wait("没有。替家里人")
	m.judge("acting")
	m.Open(m.Eval(`location.origin + "/?person=mini&page=pages/bound/index"`))
	m.Wait("微信:绑着")
	m.judge("bound")
	m.TapOn("解绑微信")
	m.Wait("把微信从这个账号上取下来")
	m.judge("bound-off")
}

// The network goes away in the middle of an answer and again under the signature: the
// phone keeps both, says so, and sends each once when it is back. What no application can
// do without is asked for at the end.
//
// Control: an outbox that forgets what could not be sent; a key made anew for every try.
func TestMiniProgramWithoutNetwork(t *testing.T) {
	m := opens(t, "minilost", "庞春生", "37142419580523033", "13705348062")
	m.TapOn("我要求助")
	m.TapOn("用微信登录")
	m.TapOn("先不给,往下走")
	m.TapOn("先不拍,往下走")
	m.Wait("您是替谁报的")
	taps("我自己")(m)
	m.Wait("遇到了什么难处")
	m.Fill(".field-box", "房子漏雨,没有钱修。")
	m.Offline(true)
	m.TapOn("下一问")
	m.Wait("网断了。您答的存着")
	m.View("mp-offline", 390, 844)
	m.Offline(false)
	m.Wait("您叫什么名字")
	types("庞春生")(m)
	m.skips()
	m.TapOn("往下走,看一遍")
	m.Wait("您签的是这段话")
	m.completes()
	m.signs()
	m.Offline(true)
	m.TapOn("交上去")
	m.Wait("您填的和签的名都存着")
	m.View("mp-offline-sign", 390, 844)
	m.Offline(false)
	m.Until("the receipt", `/[0-9]{4} [0-9]{4} [0-9]{2}/.test(document.querySelector(".receipt-number")?.innerText)`)
	receipt := strings.ReplaceAll(m.Text(".receipt-number"), " ", "")
	caseOf(t, "mengsi", receipt)
	const sql = `select count(*) from application where channel = 'wechat' and citizen = (select citizen from application where receipt = $1)`
	if n := count(t, sql, receipt); n != 1 {
		t.Errorf("%d applications, want 1", n)
	}
}

// skips knows nothing, and says that it is enough as soon as that is offered.
func (m mini) skips() {
	m.t.Helper()
	enough := false
	for range 20 {
		m.Until("a question or the end", `!`+offers("正在办,稍等")+` && (document.body.dataset.page.includes("papers") || `+heading+` !== "")`)
		now := m.Eval(heading)
		switch {
		case strings.Contains(m.Eval(`document.body.dataset.page`), "papers"):
			return
		case !enough && m.Eval(`String(`+offers("先问到这儿")+`)`) == "true":
			enough = true
			m.TapOn("先问到这儿")
		default:
			m.TapOn("不清楚,先跳过")
		}
		m.Until("what comes after "+now, heading+` !== `+quote(now))
	}
	m.t.Fatal("asked without end")
}

// completes answers what the summary says is still needed.
func (m mini) completes() {
	m.t.Helper()
	for range 4 {
		if m.Eval(`String(`+offers("补上")+`)`) != "true" {
			return
		}
		m.TapOn("补上")
		m.Until("what lacks is asked", `document.body.dataset.page.includes("ask") && `+heading+` !== ""`)
		switch now := m.Eval(heading); {
		case strings.Contains(now, "哪个镇"):
			m.TapOn("临邑县")
			m.TapOn("孟寺镇")
			m.TapOn("下一问")
			m.Wait("住在哪个村") // of a township that was said just now, the village is asked as well
			m.TapOn("不清楚,先跳过")
			m.Wait("您签的是这段话")
			continue
		case strings.Contains(now, "打哪个电话"):
			m.Fill(".field-box", "13705348062")
		default:
			m.t.Fatalf("asked for %q", now)
		}
		m.TapOn("下一问")
		m.Wait("您签的是这段话")
	}
}
