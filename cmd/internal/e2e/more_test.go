package e2e

import (
	"net/url"
	"strings"
	"testing"

	"lianou/channels/browsertest"
	"lianou/cmd/internal/demo"
)

// asksFor has the officer ask for a paper, and gives the officer and the case.
func asksFor(t *testing.T, town, receipt, what string) (*demo.Desk, string) {
	t.Helper()
	officer, at := caseOf(t, town, receipt)
	_, err := officer.Act(t.Context(), at, "/ask_supplement", url.Values{"reason": {what}, "how": {"拍一张送上来就行"}, "kept": {"户口在外省,这里查不到"}, "late": {"上次没说"}})
	must(t, err)
	return officer, at
}

// enough waits until what was sent lies in the case and in the queue, reads it, and says
// that it is enough.
func enough(t *testing.T, officer *demo.Desk, at, note string) {
	t.Helper()
	for range 600 {
		page, err := officer.Open(t.Context(), at)
		must(t, err)
		if strings.Contains(page.Text(), note) && strings.Contains(page.Text(), "新来的,还没看") {
			break
		}
		must(t, breath(t.Context()))
	}
	queue, err := officer.Open(t.Context(), "/desk/township")
	must(t, err)
	if !strings.Contains(queue.Text(), "补来材料") {
		t.Error("the township's queue does not say that something came in")
	}
	photo, err := officer.Open(t.Context(), at+"/paper/more1.1")
	if err != nil || photo.Status != 200 {
		t.Errorf("the photo does not open: %v", err)
	}
	_, err = officer.Act(t.Context(), at, "/resume", url.Values{"reason": {"照片看过了,齐了"}})
	must(t, err)
}

// sendsMore hands a photo in with the mini-program's own pages: from the page of the
// application, by the camera, taken again and away before it is sent.
func sendsMore(t *testing.T, person, receipt, what string) {
	t.Helper()
	m := mini{browsertest.Start(t).Tab(t), t, bundled(t)}
	m.Touchscreen(390)
	m.Open(m.at + "/?person=" + person + "&page=" + url.QueryEscape("pages/case/index?receipt="+receipt))
	if strings.Contains(m.Eval(`document.body.dataset.page || ""`), "enter") {
		m.TapOn("用微信登录")
	}
	m.Wait("还差:" + what)
	m.judge("case-asked")
	m.TapOn("拍照补上")
	m.Wait("拍下来")
	m.photo(person, "front")
	m.taps("拍照,或从相册里选", noteOrPhoto)
	m.agrees()
	m.Wait("第 1 张传好了")
	m.TapOn("再拍一张")
	m.Wait("第 2 张传好了")
	m.TapOn("去掉")
	m.Until("one is left", `document.querySelectorAll(".shots-one").length === 1`)
	m.judge("more")
	m.TapOn("送上去")
	m.Wait("1 张照片收到了")
	m.judge("more-sent")
}

// noteOrPhoto holds once a tap on the camera has shown the privacy note, or a photo.
const noteOrPhoto = `(document.body.innerText.includes("先跟您说清楚") || document.body.innerText.includes("第 1 张"))`

// taps does what a person does whose tap shows nothing for twenty seconds: it taps again.
// On a machine that is busy elsewhere a finger can rest so long that it is no tap any more.
func (m mini) taps(what, until string) {
	m.t.Helper()
	for range 3 {
		m.TapOn(what)
		if m.Await(`new Promise((done) => { const end = Date.now() + 20000; const look = () => `+until+` ? done("shown") : Date.now() > end ? done("") : setTimeout(look, 50); look(); })`) == "shown" {
			return
		}
	}
}

// agrees says yes to the privacy note, where it is shown.
func (m mini) agrees() {
	m.t.Helper()
	m.Until("the photo or the note about privacy", noteOrPhoto)
	if m.Eval(`String(`+offers("同意")+`)`) == "true" {
		m.TapOn("同意")
	}
}

// looksAt has the officer's page of a case judged as it stands with what came in.
func looksAt(t *testing.T, town, page string) {
	t.Helper()
	p := at(t, browsertest.Start(t), town+".officer")
	p.Open(city.Platform + page)
	p.Wait("补来的材料")
	p.Wait("新来的,还没看")
	p.judge("case-more")
}

// readsMoney looks at the mini-program's list of money that was paid.
func readsMoney(t *testing.T, person string) {
	t.Helper()
	m := mini{browsertest.Start(t).Tab(t), t, bundled(t)}
	m.Touchscreen(390)
	m.Open(m.at + "/?person=" + person + "&page=pages/money/index")
	m.Wait("到账")
	m.Wait("样本")
	m.judge("money-paid")
}
