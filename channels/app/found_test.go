package app

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	browsertest "lianou/channels/browsertest"
)

// talkOf is what the screener was told, as it travels in a page.
func talkOf(given string) string {
	return `{"version":"2026-01","on":"2024-03-01","county":"371426","placed":true,"known":{},"given":[` + given + `]}`
}

func gave(step, value string) string {
	return `{"step":"` + step + `","answer":{"value":` + value + `},"from":{"said":"","by":"","at":"0001-01-01T00:00:00Z"}}`
}

// What the screener finds stands in groups: likely with a reason, near with what is still to
// be known, the rest folded; no more than five open, what to do next before them, and no
// word by which a machine refuses.
//
// Control: foundIn with an inView of 50; the lists before the buttons.
func TestScreenerPutsFirstThingsFirst(t *testing.T) {
	t.Parallel()
	at := newDoor(t).serve(t).URL + "/c/app/help"
	card := regexp.MustCompile(`(?s)<div class="card">.*?</div>`)
	folded := regexp.MustCompile(`(?s)<details.*?</details>`)
	refusal := regexp.MustCompile(`不符合|不予|没办成|不合格|办不了|[^能]不能办|没批|拒`)
	ill := `{"step":"round/illness","answer":{"members":["m2"]},"about":["m1","m2"],"from":{"said":"","by":"","at":"0001-01-01T00:00:00Z"}},` + gave("members/m2/illness", `"leukaemia"`)
	for name, x := range map[string]struct {
		given string
		want  []string
		near  bool
	}{
		"nothing told": {"", []string{"说的还不多", "接着答,大概还有", "还要知道:"}, true},
		"little told":  {gave("members", `[{"relation":"child","age":33}]`) + "," + gave("area", `"rural"`), []string{"接着答,大概还有", "答了能看清", "还要知道:"}, true},
		"an ill child": {gave("members", `[{"relation":"child","age":9}]`) + "," + gave("area", `"rural"`) + "," + gave("hukou", `"local"`) + "," + gave("members/m1/age", "38") + "," + ill + "," + gave("income_per_capita_month", "390"),
			[]string{"1 项可能能办", "小天使", "每人每月收入 390 元。低于", "还要知道:"}, true},
		"much told": {gave("members", `[{"relation":"child","age":33,"sex":"male"}]`) + "," + gave("area", `"rural"`) + "," + gave("hukou", `"local"`) + "," + gave("statuses", `["dibao","tekun"]`) + "," +
			`{"step":"round/disability","answer":{"members":["m2"]},"about":["m1","m2"],"from":{"said":"","by":"","at":"0001-01-01T00:00:00Z"}},` + gave("members/m2/disability", `{"kind":"limb","grade":1}`) + "," + gave("members/m2/needs_long_term_care", "true") + "," +
			gave("house_grade", `"D"`) + "," + gave("houses", "1") + "," + gave("members/m1/insurance", `"resident"`) + "," + gave("members/m2/insurance", `"resident"`) + "," + gave("members/m1/pension", `"resident"`) + "," + gave("members/m1/age", "59"),
			[]string{"项可能能办", "项也可能"}, false},
	} {
		resp, err := http.PostForm(at, url.Values{"talk": {talkOf(x.given)}, "step": {"members"}, "look": {"1"}})
		must(t, err)
		page := body(t, resp)
		page = page[strings.Index(page, "<main"):strings.Index(page, "</main>")]
		for _, want := range append(x.want, "我要求助", "打 12345") {
			if !strings.Contains(page, want) {
				t.Errorf("%s: %q is missing in %s", name, want, page)
			}
		}
		open := card.FindAllString(folded.ReplaceAllString(page, ""), -1)
		if len(open) == 0 || len(open) > inView {
			t.Errorf("%s: %d items stand open", name, len(open))
		}
		for _, one := range open {
			if !strings.Contains(one, `class="hint"`) {
				t.Errorf("%s: neither a reason nor what is to be known: %s", name, one)
			}
		}
		if first := strings.Index(page, `<div class="card">`); strings.Index(page, "tel:12345") > first || strings.Index(page, "ask/from") > first {
			t.Errorf("%s: what to do stands below the list", name)
		}
		if strings.Contains(page, "<details class=\"card\" open") || x.near != strings.Contains(page, "再说一两样就清楚") {
			t.Errorf("%s: %s", name, page)
		}
		if bad := refusal.FindString(page); bad != "" {
			t.Errorf("%s: says %q", name, bad)
		}
	}
}

var leftSaid = regexp.MustCompile(`大概还有 <b class="num">(\d+)</b> 问`)

// The screener says on each page how much is left, and says why when that grows; a look at
// what came of it asks nothing and loses nothing.
//
// Control: helpPost without More.
func TestScreenerSaysHowMuchIsLeft(t *testing.T) {
	t.Parallel()
	at := newDoor(t).serve(t).URL + "/c/app/help"
	says := map[string]url.Values{
		"members": {"rel": {"child", "parent"}, "age": {"9", "84"}}, "round/disability": {"who": {"m2", "m3"}}, "round/illness": {"who": {"m3"}},
	}
	form, was, grew, asked := url.Values{"county": {"371426"}}, 1000, 0, 0
	for {
		resp, err := http.PostForm(at, form)
		must(t, err)
		page := body(t, resp)
		step := stepField.FindStringSubmatch(page)
		if step == nil || step[1] == "end" {
			break
		}
		left := 1
		if m := leftSaid.FindStringSubmatch(page); m != nil {
			left, _ = strconv.Atoi(m[1])
		} else if !strings.Contains(page, "大概是最后一问") {
			t.Fatalf("%s does not say how much is left", step[1])
		}
		if told := strings.Contains(page, "要多问几句"); told != (left > was) {
			t.Errorf("%s: %d left after %d, told why: %t", step[1], left, was, told)
		} else if told {
			grew++
		}
		if asked++; asked > 80 {
			t.Fatal("asked without end")
		}
		was = left
		talk := html.UnescapeString(talkField.FindStringSubmatch(page)[1])
		if asked == 3 {
			resp, err := http.PostForm(at, url.Values{"talk": {talk}, "step": {step[1]}, "look": {"1"}})
			must(t, err)
			if seen := body(t, resp); html.UnescapeString(talkField.FindStringSubmatch(seen)[1]) != talk || !strings.Contains(seen, "接着答") {
				t.Errorf("a look changed what was told: %s", seen)
			}
		}
		form = url.Values{"dunno": {"1"}}
		if f, ok := says[step[1]]; ok {
			form = f
		}
		form.Set("talk", talk)
		form.Set("step", step[1])
		form.Set("left", strconv.Itoa(left))
	}
	if grew == 0 || asked < 15 {
		t.Errorf("asked %d, grew %d times: nothing was tried", asked, grew)
	}
}

// Whoever leaves the screener, comes back, and asks for help by the bar below is asked
// nothing twice, the county neither; nothing of it is kept but in this tab, and it is gone
// from there once it was taken.
//
// Control: screener.js without keep; askTurn without its seed; nearest that leaves the list.
func TestScreenerIsAskedOnce(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	tab := browsertest.Start(t).Tab(t)
	tab.Narrow()
	tab.Open(s.URL + "/c/app/help")
	tab.Choose("#county", "371426")
	tab.Go("#start .big")
	replies(tab, "members")
	tab.Open(s.URL + "/c/app/")
	tab.Open(s.URL + "/c/app/help")
	tab.Wait("刚才答的还在这台手机里")
	held(tab)
	tab.Shot("help-resume")
	tab.Go("#resume .big")
	if ref := tab.Eval(`document.querySelector('input[name="step"]').value`); ref == "members" {
		t.Error("who lives there is asked again")
	}
	replies(tab, "area")
	tab.Go(`.foot a[href="/c/app/ask"]`)
	enter(tab, d)
	tab.Wait("刚才“看看能帮什么”里答的带过来")
	held(tab)
	tab.Shot("app-ask-carry")
	if n := d.count(t, `select count(*) from talk`); n != 0 {
		t.Errorf("%d conversations before anybody said for whom", n)
	}
	tab.Go(`button[value="self"]`)
	var list string
	for n := 0; n < 30 && !tab.Has("下面是您说的"); n++ {
		ref := tab.Eval(`document.querySelector('input[name="step"]').value`)
		if list += " " + ref; ref == "members" || ref == "area" {
			t.Fatalf("asked again:%s", list)
		}
		if ref == "form/live.region" {
			if first := tab.Eval(`document.querySelector("select[name=v] optgroup").label`); first != "平原县" {
				t.Errorf("the towns of %s come first", first)
			}
			break
		}
		replies(tab, ref)
	}
	if left := tab.Eval(`String(sessionStorage.getItem("lianou-screener"))`); left != "null" {
		t.Errorf("still in the tab: %s", left)
	}
}

// What the screener was told comes into an interview that is open already, beside what was
// answered there; who is who is not guessed.
//
// Control: plant that takes nothing where something was answered, and one that takes all.
func TestScreenerIntoAnOpenInterview(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	b := newBrowser(t, d.serve(t))
	b.enter(d)
	_, page, _ := b.post("/ask", url.Values{"capacity": {"self"}})
	step, revision := asks(page)
	for n := 0; step != "members" && n < 20; n++ {
		form := url.Values{"dunno": {"1"}, "step": {step}, "revision": {revision}}
		_, page, _ = b.post("/ask", form)
		step, revision = asks(page)
	}
	b.post("/ask", url.Values{"step": {step}, "revision": {revision}, "rel": {"spouse"}, "age": {"71"}})
	talk := talkOf(gave("members", `[{"relation":"child","age":33}]`) + "," + gave("area", `"rural"`) + "," + gave("members/m2/veteran", "true"))
	_, page, at := b.post("/ask/from", url.Values{"talk": {talk}})
	if at.Path != "/c/app/ask" {
		t.Fatalf("led to %s", at)
	}
	var asked []string
	for n := 0; strings.Contains(page, `name="dunno"`) && n < 60; n++ {
		step, revision = asks(page)
		asked = append(asked, step)
		_, page, _ = b.post("/ask", url.Values{"dunno": {"1"}, "step": {step}, "revision": {revision}})
	}
	list := " " + strings.Join(asked, " ") + " "
	if strings.Contains(list, " area ") || strings.Contains(list, " members ") {
		t.Errorf("asked again: %v", asked)
	}
	if !strings.Contains(page, "您的爱人") || strings.Contains(page, "33 岁") || strings.Contains(page, "您的爱人当过兵") || !strings.Contains(page, "村里") {
		t.Errorf("the summary: %s", page[strings.Index(page, "<main"):])
	}
}
