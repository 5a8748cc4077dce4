package app

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lianou/channels"
	browsertest "lianou/channels/browsertest"
	"lianou/intake/interview"
)

var changes = regexp.MustCompile(`href="/c/app/ask\?step=([^"]+)" aria-label="改:([^"]+)"`)

// The review before signing is short on a telephone and leaves nothing out: every answer is
// there, each question can be put right from its group, and what is signed stands whole.
//
// Controls: looked without its look at who did not know (the page is 4,000 px); add that
// passes over what several said alike ("leads nowhere"); sign.html without the document.
func TestReviewIsShort(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	a := d.begin(t, s)
	b := newBrowser(t, s)
	at, err := url.Parse(s.URL + "/c/app/")
	must(t, err)
	b.c.Jar.SetCookies(at, []*http.Cookie{{Name: tokenCookie, Value: a.token, Path: "/c/app/"}})
	a.lead(guilan())
	_, page, _ := b.get("/ask")
	lines, _ := a.now["summary"].(map[string]any)["lines"].([]any)
	var refs []string
	for _, l := range lines {
		line, _ := l.(map[string]any)
		ref, _ := line["ref"].(string)
		say, _ := line["say"].(string)
		if ref != "" {
			refs = append(refs, ref)
		}
		if say != unsure && !strings.Contains(page, html.EscapeString(say)) {
			t.Errorf("%s: without %q", line["ask"], say)
		}
	}
	var links []string
	for _, m := range changes.FindAllStringSubmatch(page, -1) {
		links = append(links, unescaped(t, m[1]))
	}
	slices.Sort(refs)
	slices.Sort(links)
	if !slices.Equal(refs, links) || len(links) < 30 {
		t.Errorf("to be put right are\n%v, of\n%v", links, refs)
	}
	for _, ref := range []string{"form/applicant.name", "members/m2/disability", "members/m1/employment", "round/veteran", "income_per_capita_month"} {
		if _, q, _ := b.get("/ask?step=" + ref); !strings.Contains(q, `name="step" value="`+ref+`"`) {
			t.Errorf("%s leads nowhere", ref)
		}
	}
	if _, sign, _ := b.get("/ask/sign"); !strings.Contains(sign, channelForm(t).Document()) {
		t.Error("what is signed is not there whole")
	}
	tab := browsertest.Start(t).Tab(t)
	tab.Narrow()
	tab.Open(s.URL + "/c/app/enter?to=/c/app/ask")
	enter(tab, d)
	tab.Wait("下面是您说的")
	held(tab)
	for _, care := range []bool{false, true} {
		tab.View(fmt.Sprintf("app-review-%v", care), 360, 740)
		tall := tab.Eval(`String(document.documentElement.scrollHeight)`)
		t.Logf("the review is %s px of 360 x 740, letters doubled: %v", tall, care)
		if seen := tab.Eval(`(()=>{scrollTo(0,0);const r=document.querySelector(".reach .big").getBoundingClientRect();return String(r.top>0&&r.bottom<=innerHeight)})()`); seen != "true" {
			t.Errorf("letters doubled %v: the way to the signature is out of reach", care)
		}
		if !care && len(tall) > 3 && tall > "2100" {
			t.Errorf("%s px", tall)
		}
		tab.Large(!care)
	}
}

func unescaped(t *testing.T, ref string) string {
	t.Helper()
	out, err := url.QueryUnescape(html.UnescapeString(ref))
	must(t, err)
	return out
}

func channelForm(t *testing.T) interview.Form {
	t.Helper()
	f, err := interview.Basic()
	must(t, err)
	return f
}

// What several answered alike stands once with whose it is; where one answered otherwise, it
// stands with each.
//
// Control: alike that does not compare what was said.
func TestReviewSaysTheSameOnce(t *testing.T) {
	t.Parallel()
	line := func(ref, ask, say string) channels.InterviewLine {
		return channels.InterviewLine{Ref: ref, Ask: ask, Say: say}
	}
	r := looked(&channels.InterviewSummary{Lines: []channels.InterviewLine{
		line("form/contact.capacity", "您是替谁报的?", "我自己"), line("members", "还有谁?", "您的孩子(33 岁)、您的爱人(60 岁)"),
		line("members/m1/pension", "您有养老保险吗?", "居民养老"), line("members/m2/pension", "您的孩子有养老保险吗?", "居民养老"),
		line("members/m1/employment", "您有活干吗?", "退休"), line("members/m2/employment", "您的孩子有活干吗?", "没有活"), line("members/m3/employment", "?", "没有活"),
		line("members/m1/supporter", "?", unsure), line("members/m2/supporter", "?", unsure), line("", "多大岁数?", "62 岁"),
	}})
	got := fmt.Sprint(r.Groups, r.Unsure.Facts)
	for _, want := range []string{"{养老保险 居民养老(您自己、您的孩子(33 岁)) }", "{您自己 [{现在做什么 退休 }]", "{您的孩子(33 岁) [{现在做什么 没有活 }]", "{您的爱人(60 岁) [{现在做什么 没有活 }]",
		"{该照顾的家人 不清楚(您自己、您的孩子(33 岁)) }", "{多大岁数 62 岁 }"} {
		if !strings.Contains(got, want) {
			t.Errorf("without %s:\n%s", want, got)
		}
	}
}
