package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"lianou/channels/browsertest"
	"lianou/core"
	"lianou/core/pg"
)

// asker is somebody in no register who asks for help, with a phone and a card of their own.
type asker struct {
	key, name, card string
	form            url.Values // as a clerk fills it in
}

// asks makes an asker: n tells their numbers from everybody else's, tells is what they say
// beside what everybody does.
func asks(t *testing.T, key string, n int, name, region, card string, tells url.Values) asker {
	t.Helper()
	form := both(told(n, region), tells)
	for field, value := range map[string]string{"applicant.name": name, "m0.name": name, "account": card, "consent.how": "signature", "sign.applicant": scrawl(20 + n)} {
		form.Set(field, value)
	}
	body, err := json.Marshal(map[string]string{"key": key, "name": name, "id": form.Get("applicant.id_number"), "phone": form.Get("contact.phone"), "account": card, "about": form.Get("story")})
	must(t, err)
	post(t, "/admin/people", string(body), http.StatusCreated)
	return asker{key, name, card, form}
}

// files has a clerk file it at the window, and gives the receipt's number.
func (a asker) files(t *testing.T, clerk string) string {
	t.Helper()
	v, err := desk(t.Context(), clerk)
	must(t, err)
	return files(t, v, formOf(t, v, "/desk/counter", "/window"), a.form)
}

// hears waits until the asker's phone shows a text.
func (a asker) hears(t *testing.T, text string) {
	t.Helper()
	must(t, hands(t).Told(t.Context(), a.key, text, a.name+"的手机:"+text))
}

// spoken is a receipt's number as it is read out.
func spoken(receipt string) string { return receipt[:4] + " " + receipt[4:8] + " " + receipt[8:] }

// on opens a page of the desk as somebody of the staff, in a window of their own.
func on(t *testing.T, b *browsertest.Browser, login, path string) person {
	t.Helper()
	p := at(t, b, login)
	p.Open(city.Platform + path)
	return p
}

// act waits until an act is offered, unfolds its form, and gives its selector.
func (p person) act(name string) string {
	p.t.Helper()
	form := `form[action$="/` + name + `"]`
	p.Until(name+" is offered", `!!document.querySelector('`+form+`')`)
	p.Eval(`(()=>{const f=document.querySelector('` + form + `');f.querySelectorAll("details").forEach(d=>d.open=true);for(let d=f.closest("details");d;d=d.parentElement.closest("details"))d.open=true;return ""})()`)
	return form
}

// does sends the form of an act, and the page says that it is done.
func (p person) does(name string) {
	p.t.Helper()
	form := p.act(name)
	p.Go(form + " p.gap .btn:not([data-clear])")
	p.Wait("办好了")
}

// lacks holds that an act is not offered on the page that is open.
func (p person) lacks(name, why string) {
	p.t.Helper()
	p.Until("the page is there", `!!document.querySelector("[aria-label=现在能办的]")`)
	if p.Eval(`String(!!document.querySelector('form[action$="/`+name+`"]'))`) == "true" {
		p.t.Errorf("%s: %s is offered", why, name)
	}
}

// holds is judge for one more look at a page that other tests hold to the whole bar.
func (p person) holds(name string) {
	p.t.Helper()
	p.Accessible()
	p.Shot(name)
	p.Quiet()
}

// figure keeps a picture for the township's guide of what a selector names, where pictures are
// wanted: of a desk's window, or of a telephone's where it is narrow. What the last act said
// would lie over it.
func (p person) figure(name, sel string, width, height int64) {
	p.t.Helper()
	p.Eval(`document.querySelector("#say:not(:empty)")?.replaceChildren(); document.querySelector(` + quoted(sel) + `).scrollIntoView({block: "start"}); ""`)
	p.Figure("guide-"+name, width, height)
	if width < 500 {
		p.Phone()
		return
	}
	p.Desk()
}

// shows opens a page again and again until a script says that it shows something: one that
// waits for a job and does not renew itself.
func (p person) shows(what, page, js string) {
	p.t.Helper()
	for late := time.Now().Add(patience); ; {
		p.Open(page)
		if p.Eval(`String(`+js+`)`) == "true" {
			return
		}
		if time.Now().After(late) {
			p.t.Fatalf("%s never shows %s: %s", page, what, p.Text("main"))
		}
		must(p.t, breath(p.t.Context()))
	}
}

// goneToSee accepts the items of a case and has two people go, without a browser.
func goneToSee(t *testing.T, town, page string, items ...string) {
	t.Helper()
	officer, err := desk(t.Context(), town+".officer")
	must(t, err)
	must(t, send(t.Context(), officer, page, "/accept", url.Values{"item": items, "agreed": {"phone"}, "left": {"问过家里,别的先不报"}}))
	seen := url.Values{"statement": {"两人入户看过。"}, "sign.first": {scrawl(1)}, "sign.second": {scrawl(2)}, "sign.household": {scrawl(3)}}
	must(t, send(t.Context(), officer, page, "/record_visit", seen))
	must(t, secondsOf(t.Context(), town, page))
}

// leftOpen lists what an ended case may not have: a clock that runs on or was met too late, a
// call to be made. Whether its money arrived is asked after the end, of those who are drawn.
const leftOpen = `select array_agg(what) from (
	select 'clock ' || d.kind || case when d.met is null then ' open' else ' met late' end as what from deadline d join casefile f on f.id = d.case_id
		where f.receipt = $1 and d.kind not in ('ask', 'matter') and (d.met is null or (d.met at time zone 'Asia/Shanghai')::date > d.due)
	union all select 'call' from call_task c join casefile f on f.id = c.case_id where f.receipt = $1 and c.done is null) open`

// ended waits until the case of a receipt is over, and holds what an ended case has: nothing
// open, its household told of it, and every payment walked back to the words at the door.
func ended(t *testing.T, receipt string, payments int) {
	t.Helper()
	const over = `select count(*) from casefile where receipt = $1 and state = 'settled'`
	for late := time.Now().Add(patience); count(t, over, receipt) == 0; must(t, breath(t.Context())) {
		if time.Now().After(late) {
			t.Fatalf("the case of %s never ends", receipt)
		}
	}
	var left []string
	err := checker(t).Read(t.Context(), pg.City("an end-to-end test looks at what is left"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, leftOpen, receipt).Scan(&left)
	})
	if err != nil || len(left) > 0 {
		t.Errorf("of the ended case %s is left: %v %v", receipt, left, err)
	}
	if payments == 0 {
		return
	}
	walk, err := city.Tool("trace", receipt)
	if err != nil || strings.Count(walk, "从头走到底,一步不断") != payments {
		t.Errorf("the payments of %s are not walked to the words at the door: %v\n%s", receipt, err, walk)
	}
}

// cityDay is a day of the city as a form takes it, so many days from its today: its clock may
// be ahead of this machine's.
func cityDay(t *testing.T, days int) string {
	t.Helper()
	var now time.Time
	must(t, admin(t).QueryRow(t.Context(), `select now() + shift from lianou_clock`).Scan(&now))
	return core.DateOf(now).AddDate(0, 0, days).String()
}
