package app

import (
	"fmt"
	"strings"
	"testing"

	browsertest "lianou/channels/browsertest"
)

// online opens a page with the network and waits until the device keeps what it saw.
func online(tab *browsertest.Tab, at, says string) {
	tab.Open(at)
	tab.Wait(says)
	tab.Until("the page is kept for bad days", `navigator.serviceWorker.controller !== null`)
	tab.Await(`(async()=>{const k=window.lianou,want=document.getElementById("main").hasAttribute("data-keep");
		for(;;){const s=await k.get("seen");if(!!(s&&s.pages.some((p)=>p.at===location.pathname))===want)return "";await new Promise((r)=>setTimeout(r,50))}})()`)
}

// offline opens a page without the network and waits for what the device has of it.
func offline(tab *browsertest.Tab, at string) string {
	tab.Open(at)
	tab.Until("the device has answered", `document.body.hasAttribute("data-shown")`)
	return tab.Eval(`document.body.getAttribute("data-shown")`)
}

// Without network the pages that were seen are there with their time, the others say what can
// be done; what lies on the device is sealed, is shown to the account that saw it alone, and
// goes with the log-out.
//
// Controls: sw.js with the long form for every page, as it was ("/c/app/mine"); seen.js
// without its look at the owner ("to another account: seen"); put without encrypt ("lies").
func TestSeenWithoutNetwork(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s, c := d.serveOver(t)
	tab := browsertest.Start(t).Tab(t)
	tab.Narrow()
	tab.Open(s.URL + "/c/app/enter?to=/c/app/mine")
	enter(tab, d)
	a := d.asking(t, d.account(t))
	home, mine, one, money := s.URL+"/c/app/", s.URL+"/c/app/mine", s.URL+"/c/app/mine/"+string(a.Receipt), s.URL+"/c/app/money"
	online(tab, home, "家里遇到难处")
	online(tab, mine, "我的求助")
	online(tab, one, "拍照补上")
	online(tab, s.URL+"/c/app/receipt/"+string(a.Receipt), "记下这个号")
	online(tab, money, "钱到哪了")
	raw := tab.Await(`new Promise((ok)=>{const o=indexedDB.open("lianou-draft");o.onsuccess=()=>{const s=o.result.transaction("kept").objectStore("kept"),g=s.getAll(),n=s.getAllKeys();
		n.onsuccess=()=>{o.result.close();ok(n.result.join(" ")+g.result.map((v)=>v.sealed?new TextDecoder().decode(v.sealed):String(v)).join(" "))}}})`)
	if raw == "" || strings.Contains(raw, string(a.Receipt)) || strings.Contains(raw, "王庙镇") || strings.Contains(raw, missing) {
		t.Errorf("on the device lies %.300q", raw)
	}
	tab.Unplug(c)
	for at, says := range map[string]string{home: "还差材料:" + missing, mine: "查进度", one: "拍照补上", s.URL + "/c/app/receipt/" + string(a.Receipt): "记下这个号"} {
		if how := offline(tab, at); how != "seen" || !tab.Has("没有网,这是 ") || !tab.Has(says) {
			t.Errorf("%s: %s, without %q: %s", strings.TrimPrefix(at, s.URL), how, says, tab.Eval(`location.href+document.body.innerText`))
		}
	}
	held(tab)
	tab.Shot("app-away-seen")
	if how := offline(tab, money); how != "list" || !tab.Has("打电话不用网") || !tab.Has("先填在这台手机里") || !tab.Has("我的求助(") {
		t.Errorf("a page that is not kept: %s", how)
	}
	held(tab)
	tab.Shot("app-away")
	tab.Await(`window.lianou.write("who","another").then(()=>"")`)
	if how := offline(tab, one); how != "list" || tab.Has(missing) || tab.Has("我的求助(") {
		t.Errorf("to another account: %s", how)
	}
	own := tab.Await(`window.lianou.get("seen").then((s)=>window.lianou.write("who",s.owner)).then(()=>"own")`)
	if how := offline(tab, one); own != "own" || how != "seen" {
		t.Errorf("to its own account: %s", how)
	}
	tab.PlugIn(c)
	tab.Until("the page is the server's again", `!document.body.hasAttribute("data-away")`)
	tab.Go("#leave .plain")
	online(tab, home, "家里遇到难处")
	tab.Unplug(c)
	if how := offline(tab, one); how != "list" || tab.Has(missing) {
		t.Errorf("after the log-out: %s", how)
	}
}

// Who logs out without network leaves nothing on the device, is told that it is not done yet,
// and is logged out by the first page that comes again; what was answered and is not handed in
// goes only when they say so.
//
// Controls seen red: out without "left" (nobody is told that it is not done yet); leave that asks nobody (the form is gone
// without a word).
func TestLeftWithoutNetwork(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s, c := d.serveOver(t)
	tab := browsertest.Start(t).Tab(t)
	tab.Narrow()
	tab.Open(s.URL + "/c/app/enter?to=/c/app/mine")
	enter(tab, d)
	online(tab, s.URL+"/c/app/mine", "我的求助")
	tab.Unplug(c)
	tab.Await(`window.lianou.save({ready:true,owner:window.lianou.who,key:"0192c3f0-left-1",at:Date.now(),fields:[["key","0192c3f0-left-1"]],files:[]}).then(()=>"")`)
	tab.Click("#leave .plain")
	tab.Wait("退出就没有了")
	held(tab)
	kept(tab, true)
	tab.Click("#draft-bar button.more")
	tab.Wait("还没退出登录")
	kept(tab, false)
	if how := offline(tab, s.URL+"/c/app/mine"); how != "list" {
		t.Errorf("after the log-out without network: %s", how)
	}
	tab.PlugIn(c)
	tab.Until("the server has heard of it", `!document.body.hasAttribute("data-away")&&!document.getElementById("leave")`)
	if n := d.count(t, `select count(*) from citizen_session where ended is null`); n != 0 {
		t.Errorf("still logged in: %d sessions", n)
	}
}

// revisions counts the acts of the one interview.
func (d *door) revisions(t *testing.T) int {
	t.Helper()
	return d.count(t, `select coalesce(max(rev), 0)::int from talk`)
}

// Half an answer to the interview's question outlives a reload, without network and with it;
// one that is given without network is told of where the eye is, goes when there is one, and
// counts once. One that another door has overtaken is not lost without a word.
//
// What is no answer is not kept and not called one: what to do is said, and the page stays.
//
// Controls: question.js without its draft (no answer is kept); tell that brings nothing into
// the window ("waited in vain: the notice stands inside"); send without Lianou-Kept (nobody says "没有用上");
// submit that asks nothing of lacking ("答好了" to an empty box).
func TestAnsweredWithoutNetwork(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s, c := d.serveOver(t)
	a := d.begin(t, s)
	tab := browsertest.Start(t).Tab(t)
	tab.Narrow()
	ask := s.URL + "/c/app/ask"
	tab.Open(s.URL + "/c/app/enter?to=/c/app/ask")
	enter(tab, d)
	online(tab, ask, "遇到了什么难处")
	const story = "儿子瘫在床上,没有钱看病。"
	tab.Unplug(c)
	notAnswered(t, tab, "还没写,先写好再点“下一步”。不清楚就点“不清楚”。")
	answerKept(tab, "none")
	held(tab)
	tab.Shot("app-away-empty")
	tab.Fill("textarea[name=v]", story)
	answerKept(tab, "false")
	for range 2 {
		if how := offline(tab, ask); how != "seen" {
			t.Fatalf("the question without network: %s", how)
		}
		tab.Wait("刚才写到一半的还在")
		if got := tab.Eval(`document.querySelector("textarea[name=v]").value`); got != story {
			t.Errorf("came back with %q", got)
		}
	}
	raw := tab.Await(`window.lianou.read("asked").then((v)=>new TextDecoder().decode(v.sealed))`)
	if strings.Contains(raw, "儿子") || raw == "" {
		t.Errorf("on the device lies %.100q", raw)
	}
	was := d.revisions(t)
	tab.Click("main form .ask > .big:not(.second)")
	tab.Wait("答好了,存在手机里")
	// The window moves in a turn of its own after the words are there.
	tab.Until("the notice stands inside the window and has the focus",
		`(()=>{const r=document.getElementById("draft-bar").getBoundingClientRect();return r.top>=0&&r.bottom<=innerHeight&&document.activeElement.id==="draft-bar"})()`)
	held(tab)
	tab.Shot("app-away-answered")
	offline(tab, ask)
	tab.Wait("答好了,存在手机里")
	tab.PlugIn(c)
	tab.Eval(`window.dispatchEvent(new Event("online")); ""`)
	tab.Wait("您叫什么名字")
	answerKept(tab, "none")
	if now := d.revisions(t); now != was+1 {
		t.Errorf("%d acts of one answer", now-was)
	}
	online(tab, ask, "您叫什么名字")
	tab.Unplug(c)
	tab.Fill("input[name=v]", "张桂芳")
	tab.Click("main form .ask > .big:not(.second)")
	tab.Wait("答好了,存在手机里")
	c.Mend()
	if status, _ := a.do("GET", "/interview", nil); status != 200 {
		t.Fatalf("the other door: %d", status)
	}
	a.lead(guilan())
	tab.Offline(false)
	tab.Wait("没网时答的“张桂芳”没有用上")
	tab.Wait("下面是您说的")
	tab.Click("#draft-bar .more")
	answerKept(tab, "none")
	online(tab, ask+"?step=form/live.region", "您现在住在哪个镇")
	tab.Unplug(c)
	tab.Choose("select[name=v]", "")
	notAnswered(t, tab, "还没选,先选好再点“下一步”。不清楚就点“不清楚”。")
	answerKept(tab, "false")
}

// notAnswered presses on at a question whose box is empty and waits for what is said of it.
func notAnswered(t *testing.T, tab *browsertest.Tab, says string) {
	t.Helper()
	tab.Click("main form .ask > .big:not(.second)")
	tab.Until("something is said", `!document.getElementById("draft-bar").hidden`)
	if said := tab.Text("#draft-bar"); said != says {
		t.Fatalf("to an empty box: %s", said)
	}
}

// answerKept waits until an answer of the interview lies on the device, ready or not.
func answerKept(tab *browsertest.Tab, ready string) {
	tab.Until("an answer is kept: "+ready, fmt.Sprintf(`(window.lianou.get("asked").then((a)=>{window.keptNow=a?String(a.ready):"none"}),window.keptNow===%q)`, ready))
}

// Half a long form comes back with the network too: to who typed it before the log-in when
// they say so, and in a word on the pages from which another would be begun.
//
// Control: form.js with the owner's test as it was (nobody asks whose the form is).
func TestHalfAFormComesBack(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s, c := d.serveOver(t)
	tab := browsertest.Start(t).Tab(t)
	tab.Narrow()
	online(tab, s.URL+"/c/app/", "家里遇到难处")
	tab.Unplug(c)
	tab.Open(s.URL + "/c/app/apply")
	tab.Wait("现在没有网")
	tab.Fill(`[name="form/applicant.name"]`, "张桂兰")
	kept(tab, true)
	tab.PlugIn(c)
	tab.Open(s.URL + "/c/app/")
	tab.Wait("有一张表填到一半")
	held(tab)
	tab.Shot("app-half")
	tab.Go("#draft-bar a.more")
	enter(tab, d)
	tab.Wait("没登录时填到一半的表")
	tab.Click("#draft-bar button.more")
	tab.Wait("接着填就行")
	if got := tab.Eval(`document.querySelector('[name="form/applicant.name"]').value`); got != "张桂兰" {
		t.Errorf("came back with %q", got)
	}
	tab.Open(s.URL + "/c/app/mine")
	tab.Wait("有一张表填到一半")
	tab.Click("#draft-bar button.more")
	kept(tab, false)
	if n := d.count(t, `select count(*) from application`); n != 0 {
		t.Errorf("%d applications", n)
	}
}
