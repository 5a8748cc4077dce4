package app

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	browsertest "lianou/channels/browsertest"
	"lianou/channels/channeltest"
)

// enter logs in on the page that stands open.
func enter(tab *browsertest.Tab, d *door) {
	fill(tab, "#phone", channeltest.Phone)
	tab.Go("main form .big")
	tab.Wait("登录码发到这个手机了")
	fill(tab, "#code", d.phone.code())
	tab.Go("main form .big")
}

// held holds the open page to what every page must be: no fault of accessibility, however
// small, targets for a thumb, and nothing lost on an old phone of 320 px or with letters
// twice as large.
func held(tab *browsertest.Tab) {
	wide := tab.Eval(`String(innerWidth)`) != "320"
	tab.Faultless()
	tab.Narrow()
	tab.Tappable()
	tab.Whole()
	tab.Legible()
	tab.Large(true)
	tab.Whole()
	tab.Legible()
	tab.Large(false)
	if wide {
		tab.Phone()
	}
}

// replies answers the open question of the interview's page.
func replies(tab *browsertest.Tab, ref string) {
	const next = "main form .ask > .big:not(.second)"
	says := map[string]func(){
		"form/story":               func() { tab.Fill("textarea[name=v]", "儿子瘫在床上,没有钱看病。"); tab.Go(next) },
		"form/applicant.name":      func() { tab.Fill("input[name=v]", "张桂兰"); tab.Go(next) },
		"form/applicant.id_number": func() { tab.Fill("input[name=v]", channeltest.ID); tab.Go(next) },
		"form/live.region":         func() { tab.Choose("select[name=v]", channeltest.Town); tab.Go(next) },
		"members":                  func() { tab.Choose(".pair select", "child"); fill(tab, ".pair input", "33"); tab.Go(next) },
		"area":                     func() { tab.Go(`button[value="rural"]`) },
		"hukou":                    func() { tab.Go(`button[value="local"]`) },
		"income_per_capita_month":  func() { tab.Fill("input[name=v]", "390"); tab.Go(next) },
		"statuses":                 func() { tab.Go(`button[name="none"]`) },
		"shocks":                   func() { tab.Go(`button[name="none"]`) },
		"round/disability":         func() { tab.Click(`input[value="m2"]`); tab.Go(next) },
		"members/m2/disability":    func() { tab.Choose("#kind", "limb"); tab.Choose("#grade", "1"); tab.Go(next) },
		"form/urgent":              func() { tab.Go(`button[value="false"]`) },
	}
	if say, ok := says[ref]; ok {
		say()
		return
	}
	tab.Go(`button[name="dunno"]`)
}

// The interview from the first page to the receipt on an old phone of 320 px, with the
// screener's answers taken over, large type, and every page held to axe, fingers and 200 %.
//
// Controls: plant that takes nothing; .more without its size; app.js that hears nothing of the
// network coming back (waits in vain for "请再点一次"); begun that is never so (the first page
// "says 我要求助").
func TestInterviewInBrowser(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	tab := browsertest.Start(t).Tab(t)
	tab.Narrow()
	tab.Open(s.URL + "/c/app/help")
	tab.Choose("#county", "371426")
	tab.Go("main form .big")
	replies(tab, "members")
	replies(tab, "area")
	tab.Go(`[name="look"]`)
	tab.Go(`form[action="/c/app/ask/from"] .big`)
	tab.Wait("刚才答的都还在")
	if n := d.count(t, `select count(*) from talk`); n != 0 {
		t.Errorf("%d conversations before the log-in", n)
	}
	enter(tab, d)
	tab.Wait("您是替谁报的")
	held(tab)
	tab.Shot("app-ask-whom")
	tab.Go(`button[value="self"]`)
	seen := map[string]bool{}
	for n := 0; !tab.Has("下面是您说的"); n++ {
		ref := tab.Eval(`document.querySelector('input[name="step"]').value`)
		kind := tab.Eval(`document.querySelector("main .ask").firstElementChild.tagName + document.querySelectorAll("main .ask > *").length`)
		if ref == "members" || ref == "area" || n > 60 {
			t.Fatalf("asked %s again, question %d", ref, n)
		}
		if !seen[kind] { // one of each shape
			seen[kind] = true
			held(tab)
			tab.Shot("app-ask-" + strings.ReplaceAll(ref, "/", "-"))
		}
		if n == 3 { // a page that was left is where it was
			tab.Open(s.URL + "/c/app/")
			tab.Wait("家里遇到难处")
			if said := tab.Text("main > a.big"); said != "上次没填完,接着填" || tab.Has("瘫在床上") || tab.Has("张桂兰") {
				t.Fatalf("the first page of who has begun says %q", said)
			}
			held(tab)
			tab.Shot("app-home-begun")
			tab.Go("main > a.big")
			if now := tab.Eval(`document.querySelector('input[name="step"]').value`); now != ref {
				t.Errorf("left at %s, came back to %s", ref, now)
			}
		}
		if n >= 12 && tab.Eval(`String(!!document.querySelector('[name="enough"]'))`) == "true" {
			tab.Go(`[name="enough"]`)
			continue
		}
		replies(tab, ref)
	}
	held(tab)
	tab.Shot("app-ask-summary")
	tab.Click(".card.said .change summary")
	const name = `a[aria-label="改:您叫什么名字?"]`
	tab.Eval(`document.querySelector('` + name + `').scrollIntoView({block:"nearest"});""`) // past the bar at the foot, as a thumb does
	tab.Go(name)
	held(tab)
	tab.Fill("input[name=v]", "张桂芳")
	tab.Go("main form .ask > .big:not(.second)")
	tab.Wait("张桂芳")
	tab.Go(`a[href="/c/app/ask/sign"]`)
	tab.Wait("用手指在框里签名")
	held(tab)
	picture := filepath.Join(t.TempDir(), "front.png")
	must(t, os.WriteFile(picture, photo(t), 0o600))
	if said := tab.Eval(`(() => { const f = document.querySelector("#id_front"), b = f.nextElementSibling; return getComputedStyle(f).opacity + b.textContent + b.checkVisibility() + (b.offsetHeight >= 60) })()`); said != "0点这里拍照或选照片truetrue" {
		t.Errorf("the button of a photo: %s", said)
	}
	tab.Upload("#id_front", picture)
	tab.Wait("选好了:")
	tab.Go("main form .big") // without a tick and a name: it comes back with the photo
	tab.Wait("还差两样:勾上第一条")
	tab.Wait("这张已经收到")
	tab.Click(`[name="consent/process"]`)
	tab.Click(`[name="consent/means_check"]`)
	tab.Draw("canvas.pad")
	tab.Shot("app-ask-sign")
	backOnline(t, tab)
	tab.Go("main form .big")
	tab.Wait("记下这个号")
	held(tab)
	tab.Shot("app-ask-receipt")
	if text := tab.Text("#share-text"); strings.Contains(text, "张桂") || strings.Contains(text, channeltest.Phone) || !strings.Contains(text, tab.Text("#receipt")) {
		t.Errorf("passed on is %q", text)
	}
	tab.Go(".head .plain")
	tab.Wait("关掉大字")
	tab.Open(s.URL + "/c/app/")
	if said := tab.Text("main > a.big"); said != "我要求助" {
		t.Errorf("the first page of who has handed in says %q", said)
	}
	tab.Open(s.URL + "/c/app/ask")
	held(tab)
	tab.Shot("app-ask-care")
	tab.Quiet()
	if n := d.count(t, `select count(*) from application where channel = 'app'`); n != 1 {
		t.Errorf("%d applications", n)
	}
}

// backOnline presses on the page of the signature without network, and holds it to what it says
// once there is one: where the eye is, with what was ticked and signed.
func backOnline(t *testing.T, tab *browsertest.Tab) {
	t.Helper()
	tab.Offline(true)
	tab.Click("main form .big")
	tab.Wait("现在没有网,这个要有网才能办")
	tab.Eval(`scrollTo(0, document.body.scrollHeight); ""`)
	tab.Offline(false)
	tab.Wait("有网了,请再点一次“交上去”。")
	const stands = `(()=>{const b=document.getElementById("draft-bar"),r=b.getBoundingClientRect(),c=document.querySelector("canvas.pad"),blank=document.createElement("canvas");
		blank.width=c.width;blank.height=c.height;
		return [b.getAttribute("role"),r.top>=0&&r.bottom<=innerHeight,document.querySelectorAll("[name^='consent/']:checked").length,c.toDataURL()!==blank.toDataURL(),b.innerText.trim()].join(" ")})()`
	tab.Until("the notice is in the window", `(()=>{const r=document.getElementById("draft-bar").getBoundingClientRect();return r.top>=0&&r.bottom<=innerHeight})()`)
	if got := tab.Eval(stands); got != "status true 2 true 有网了,请再点一次“交上去”。" {
		t.Fatalf("with the network back: %s", got)
	}
	held(tab)
	tab.Shot("app-ask-sign-again")
}

// The first page, with all that it fetches and what it keeps for bad days, is a few
// seconds of an old network.
//
// Control: asset.serve that never sends the packed bytes.
func TestFirstPageIsLight(t *testing.T) {
	t.Parallel()
	s, c := newDoor(t).serveOver(t)
	tab := browsertest.Start(t).Tab(t)
	tab.Narrow()
	tab.Open(s.URL + "/c/app/")
	tab.Wait("家里遇到难处")
	tab.Until("the page is kept for bad days", `navigator.serviceWorker.controller !== null`)
	n := c.Settled()
	t.Logf("first page: %d bytes over the wire", n)
	if n > 60_000 || n < 3000 {
		t.Errorf("the first page is %d bytes", n)
	}
	held(tab)
}

// A form that is filled in without network stays on the device, sealed, outlives the
// page, and is handed in once when the network is back, though it was tried before.
//
// Control: sw.js without its answer to a page that does not come; save that writes the
// draft as it is.
func TestFilledInWithoutNetwork(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s, c := d.serveOver(t)
	tab := browsertest.Start(t).Tab(t)
	tab.Narrow()
	tab.Open(s.URL + "/c/app/enter?to=/c/app/mine")
	enter(tab, d)
	tab.Wait("我的求助")
	tab.Until("the pages are kept", `navigator.serviceWorker.controller !== null`)
	c.Pull()
	tab.Open(s.URL + "/c/app/apply")
	tab.Wait("现在没有网")
	held(tab)
	tab.Shot("app-offline")
	tab.Fill(`[name="form/applicant.name"]`, "张桂兰")
	kept(tab, true)
	tab.Open(s.URL + "/c/app/apply")
	tab.Wait("上次填到一半的还在")
	if name := tab.Eval(`document.querySelector('[name="form/applicant.name"]').value`); name != "张桂兰" {
		t.Errorf("the page came back with %q", name)
	}
	raw := tab.Await(`new Promise((ok)=>{const o=indexedDB.open("lianou-draft");o.onsuccess=()=>{const g=o.result.transaction("kept").objectStore("kept").getAll();
		g.onsuccess=()=>{o.result.close();ok(g.result.map((v)=>v.sealed?new TextDecoder().decode(v.sealed):typeof v==="string"?v:String(v)).join(" "))}}})`)
	if strings.Contains(raw, "张桂兰") || strings.Contains(raw, "applicant") || raw == "" {
		t.Errorf("on the device lies %.200q", raw)
	}
	fill(tab, `[name="form/applicant.id_number"]`, channeltest.ID)
	fill(tab, `[name="form/contact.phone"]`, channeltest.Phone)
	tab.Click("#next")
	tab.Choose(`[name="form/live.region"]`, channeltest.Town)
	for range 6 {
		tab.Click("#next")
	}
	tab.Click(`[name="consent/process"]`)
	tab.Click(`[name="consent/means_check"]`)
	tab.Draw("canvas.pad")
	tab.Click(`#apply button[type=submit]`)
	tab.Wait("还没交上去")
	tab.Shot("app-offline-kept")
	if n := d.count(t, `select count(*) from application`); n != 0 {
		t.Errorf("%d applications without network", n)
	}
	c.Mend()
	tab.Eval(`window.dispatchEvent(new Event("online")); window.dispatchEvent(new Event("online")); ""`)
	tab.Wait("记下这个号")
	if n := d.count(t, `select count(*) from application`); n != 1 {
		t.Errorf("%d applications", n)
	}
	kept(tab, false)
}

// kept waits until a draft lies on the device, or none.
func kept(tab *browsertest.Tab, some bool) {
	tab.Await(fmt.Sprintf(`(async()=>{while(!!(await window.lianou.load())!==%v)await new Promise((r)=>setTimeout(r,50));return ""})()`, some))
}

// What was being filled in is gone from the device after the log-out, and no other
// account's form is handed in.
//
// Control: leave without forget, and without Clear-Site-Data; send without draft.ready.
func TestDraftIsOnesOwn(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	tab := browsertest.Start(t).Tab(t)
	tab.Narrow()
	tab.Open(s.URL + "/c/app/enter?to=/c/app/apply")
	enter(tab, d)
	tab.Wait("您是谁")
	tab.Fill(`[name="form/applicant.name"]`, "张桂兰")
	kept(tab, true)
	tab.Await(`window.lianou.send().then(()=>"")`)
	if said := tab.Eval(`document.getElementById("draft-bar").textContent`); said != "" {
		t.Errorf("half a form was sent: %s", said)
	}
	draft := `window.lianou.save({ready:true,owner:%q,key:"0192c3f0-other-1",at:Date.now(),fields:[["key","0192c3f0-other-1"]],files:[]}).then(()=>"")`
	tab.Await(fmt.Sprintf(draft, "another"))
	tab.Open(s.URL + "/c/app/mine")
	tab.Wait("有一张别人填的表")
	tab.Go("#leave .plain")
	tab.Wait("家里遇到难处")
	kept(tab, false)
	if n := d.count(t, `select count(*) from application`); n != 0 {
		t.Errorf("%d applications", n)
	}
}
