package book_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"lianou/channels/browsertest"
)

// asks begins a draft and gives its author and what asks a page, and wants words there, or with a
// "!" before them not.
func (o *office) asks() (*http.Client, func(what, path string, form url.Values, status int, words ...string) string) {
	o.t.Helper()
	han := o.as("han")
	o.ask(han, "/desk/book/begin", url.Values{"why": {"提高标准"}})
	return han, func(what, path string, form url.Values, want int, words ...string) string {
		o.t.Helper()
		status, page := o.ask(han, "/desk/book/draft/1"+path, form)
		if status != want {
			o.t.Errorf("%s: %d, want %d", what, status, want)
		}
		for _, w := range words {
			not, absent := strings.CutPrefix(w, "!")
			if strings.Contains(page, not) == absent {
				o.t.Errorf("%s: the page has %q: %v", what, not, absent)
			}
		}
		return page
	}
}

func rural(value, from string, sure ...string) url.Values {
	return url.Values{"param": {"dibao.standard"}, "area": {"rural"}, "value": {value}, "from": {from}, "source": {"德民发〔2026〕1号"}, "why": {"会议"}, "sure": sure}
}

// TestAnAmountThatLeapsIsAskedAbout: before an amount ten times as high is written down a page
// asks, from what to what, and its button does it; what no standard comes to, less than nothing,
// too many decimals and a year of three digits are refused, each by a sentence of its own.
//
// Red, without the questions of rulebook: "76,000,000: 200, want 422", "ten times: the page has 确认无误:
// false", "of six years back: the page has 已经过去的日子也改了: false".
func TestAnAmountThatLeapsIsAskedAbout(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, says := o.asks()
	const invalid = http.StatusUnprocessableEntity
	says("76,000,000", "/amount", rural("76000000", "2027-01-01"), invalid, "写成了 76,000,000 元/月", "多写了几个零")
	says("76,000,000, sure", "/amount", rural("76000000", "2027-01-01", "1"), invalid, "多写了几个零")
	says("-5", "/amount", rural("-5", "2027-01-01"), invalid, "数额不能是负数")
	says("three decimals", "/amount", rural("500.123", "2027-01-01"), invalid, "最多写 2 位小数", "!三位")
	says("four decimals", "/amount", rural("500.1234", "2027-01-01"), invalid, "最多写 2 位小数", "!三位")
	says("the year 202", "/amount", rural("500", "0202-07-01"), invalid, "年份写的是 202 年")
	says("the year 20260", "/amount", rural("500", "20260-07-01"), invalid, "年份写的是 20260 年")
	says("no day", "/amount", rural("500", ""), invalid, "请选从哪一天起")
	says("ten times", "/amount", rural("4800", "2027-01-01"), http.StatusOK, "改得很多,确认无误", "480 元/月(样本) → 4800 元/月(是原来的 10 倍),从 2027-01-01 起", `name="value" value="4800"`, `name="sure" value="1"`, "!这一步改好了")
	says("nothing was done", "", nil, http.StatusOK, "还没有改动")
	says("ten times, sure", "/amount", rural("4800", "2027-01-01", "1"), http.StatusOK, "1 步", "480 元/月(样本) → 4800 元/月(是原来的 10 倍),从 2027-01-01 起")
	says("by little", "/amount", rural("4900", "2027-01-01"), http.StatusOK, "2 步", "4800 元/月 → 4900 元/月,从 2027-01-01 起")
	says("of six years back", "/amount", rural("400", "2019-06-01"), http.StatusOK, "已经过去的日子也改了", "365 元/月(样本) → 400 元/月,从 2019-06-01 到 2020-06-30", "从今天起什么也没有变")
}

// TestAConditionIsChangedByWhatItSays: who chose a condition or an item sees what it says now,
// only the fields it has, closed lists and the names a formula may use, also without scripts;
// what is typed in Chinese places is written as the files have it, and what is signed says no key.
//
// Named: the page before had one list of all fields and an empty line to type in, and the step said
// 条件 income_below_standard:limit.times 改为 2.
func TestAConditionIsChangedByWhatItSays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, says := o.asks()
	const income, item = "criterion income_below_standard", "item MZ-03 2016-07-01"
	to := func(what string) string { return "/change?what=" + url.QueryEscape(what) }
	says("a condition by a standard", to(income), nil, http.StatusOK, "<b>限额用哪个标准</b> 现在:低保标准(每人每月)", "<b>再乘几倍</b> 现在:1 倍", "不低于低保标准 【标准】", "!<b>上限</b>", "!<b>限额</b>", "!{value}")
	says("a condition by a number", to("criterion one_car_at_most"), nil, http.StatusOK, "<b>限额</b> 现在:1 辆", "!限额用哪个标准")
	says("an item", to(item), nil, http.StatusOK, "<b>怎么算</b> 现在:“低保标准(每人每月) × 家里几口人”", "<code>disability_grade</code>", "残疾等级", "<code>dibao_standard</code>", "<b>谁来定</b>", `<option value="县残联">`, "镇里能定到多少")
	says("nothing chosen", "/change?what=", nil, http.StatusUnprocessableEntity, "请先选要改的是哪一条")
	says("what is not there", to("criterion nothing"), nil, http.StatusNotFound)
	says("anybody decides", "/words", url.Values{"what": {item}, "field": {"body"}, "value": {"随便谁"}, "why": {"会议"}}, http.StatusUnprocessableEntity, "请从这些里选", "县残联")
	says("less than nothing", "/words", url.Values{"what": {"criterion one_car_at_most"}, "field": {"value"}, "value": {"-5"}, "why": {"会议"}}, http.StatusUnprocessableEntity, "这里不能写负数")
	says("a sentence", "/words", url.Values{"what": {income}, "field": {"fail"}, "value": {"收入【这家的数】,\r\n高于【标准】。"}, "why": {"会议"}}, http.StatusOK, "“收入【这家的数】,高于【标准】。”", "收入{value},高于{limit}。")
	says("a factor", "/words", url.Values{"what": {income}, "field": {"limit.times"}, "value": {"2"}, "why": {"会议"}, "sure": {"1"}}, http.StatusOK, "再乘几倍 1 倍 → 2 倍", "!limit.times")
	if status, _ := o.ask(o.as("lin"), "/desk/book/draft/1"+to(income), nil); status != http.StatusForbidden {
		t.Errorf("another person is shown the forms: %d", status)
	}
}

// TestALimitThatLeapsIsAskedAbout: an age of 600 is refused, one of fifteen years more is asked
// about and done by the button of the page that asks, with what was typed; a limit whose sentence
// has it in words is changed after the sentence. By a newcomer: 600 was written down without a word.
//
// Red, with the bars of amounts alone: "600: 200, want 422", "75: the page has 确认无误: false",
// "in words: 200, want 422".
func TestALimitThatLeapsIsAskedAbout(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, says := o.asks()
	const invalid = http.StatusUnprocessableEntity
	to := func(field, value string, sure ...string) url.Values {
		return url.Values{"what": {"criterion sixty"}, "field": {field}, "value": {value}, "why": {"会议"}, "sure": sure}
	}
	says("600", "/words", to("value", "600"), invalid, "的限额写成了 600 岁,大得不像真的,最多写到 120 岁")
	says("the sentences first", "/words", to("value", "65"), invalid, "那一句里还写着 60 岁")
	says("one in words", "/words", to("pass", "【这个人】已满六十周岁。"), http.StatusOK, "1 步")
	says("the other", "/words", to("fail", "【这个人】还不到年纪。"), http.StatusOK, "2 步")
	says("in words", "/words", to("value", "65"), invalid, "「够条件时说」那一句里还写着 六十周岁")
	says("no number", "/words", to("pass", "【这个人】到年纪了。"), http.StatusOK, "3 步")
	says("75", "/words", to("value", "75"), http.StatusOK, "改得很多,确认无误", "条件“【这个人】到年纪了。”:限额 60 岁 → 75 岁(高了 15 岁)。", draftAt+`/words"`, `name="value" value="75"`, `name="field" value="value"`, `name="sure" value="1"`, "!这一步改好了")
	says("nothing was done", "", nil, http.StatusOK, "3 步")
	says("75, sure", "/words", to("value", "75", "1"), http.StatusOK, "4 步", "限额 60 岁 → 75 岁(高了 15 岁)")
	says("by little", "/words", to("value", "70"), http.StatusOK, "5 步", "限额 75 岁 → 70 岁")
}

var (
	aList   = regexp.MustCompile(`(?s)<select name="([a-z]+)".*?</select>`)
	anEntry = regexp.MustCompile(`<option value="[^"]+"[^>]*>([^<]+)</option>`)
)

// TestNoTwoEntriesOfAListReadAlike: in the forms of a draft as they ship. The same of every closed
// list of each condition and item is core/rulebook's.
//
// Red, with the sentences alone: `what: two read "家在农村。"`, "平均每人存款 【这家的数】。没超过 【标准】。".
func TestNoTwoEntriesOfAListReadAlike(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, says := o.asks()
	page := says("the forms", "", nil, http.StatusOK, "家在农村。(用在 ZJ-03 农村危房改造)", "家在农村。(用在 ZJ-04 困难家庭采暖费减免)")
	lists := aList.FindAllStringSubmatch(page, -1)
	if len(lists) < 6 {
		t.Errorf("%d lists", len(lists))
	}
	for _, list := range lists {
		seen := map[string]bool{}
		for _, entry := range anEntry.FindAllStringSubmatch(list[0], -1) {
			if seen[entry[1]] {
				t.Errorf("%s: two read %q", list[1], entry[1])
			}
			seen[entry[1]] = true
		}
	}
	says("its page", "/change?what="+url.QueryEscape("criterion rural_for_heating"), nil, http.StatusOK, "<b>家在农村。(用在 ZJ-04 困难家庭采暖费减免)</b>")
}

// TestChangingInABrowser: the same by hand, whole and without a finding of axe at both widths.
func TestChangingInABrowser(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, says := o.asks()
	says("of six years back", "/amount", rural("400", "2019-06-01"), http.StatusOK)
	tab := browsertest.Start(t).Tab(t)
	tab.Open(o.site.URL + "/desk/login")
	tab.Fill("input[name=login]", "han")
	tab.Fill("input[name=password]", password)
	tab.Go(".login .btn.go")
	judge := func(name string) {
		t.Helper()
		tab.Laptop()
		tab.Faultless()
		tab.Whole()
		tab.Shot(name)
		tab.Phone()
		tab.Faultless()
		tab.Whole()
		tab.Shot(name + "-phone")
		tab.Laptop()
	}
	const at = "/desk/book/draft/1"
	tab.Open(o.site.URL + at)
	tab.Wait("从今天起什么也没有变")
	judge("book-alarm")
	open := func(form string) string {
		return `document.querySelector("` + form + `").closest("details").open = true; ""`
	}
	tab.Eval(open("#change-criterion"))
	tab.Choose("#change-criterion-form select", "criterion income_below_standard")
	tab.Wait("现在:低保标准(每人每月)")
	tab.Eval(`document.querySelectorAll("#change-criterion details").forEach((d, i) => { d.open = i < 4 }); ""`)
	judge("book-condition")
	const times = `#change-criterion form:has(input[value="limit.times"]) `
	tab.Eval(`document.querySelectorAll("#change-criterion details").forEach(d => { d.open = !!d.querySelector('input[value="limit.times"]') }); ""`)
	tab.Fill(times+"input[name=value]", "2")
	tab.Fill(times+"input[name=why]", "会议")
	tab.Click(times + ".btn.go")
	tab.Wait("确认无误")
	judge("book-sure-limit")
	tab.Go("form[action$=words] .btn.stop")
	tab.Wait("再乘几倍 1 倍 → 2 倍")
	tab.Eval(open("#change-item"))
	tab.Choose("#change-item-form select", "item MZ-03 2016-07-01")
	tab.Wait("镇里能定到多少 现在")
	tab.Eval(`document.querySelectorAll("#change-item details").forEach(d => { d.open = !!d.querySelector("code") }); ""`)
	judge("book-formula")
	tab.Open(o.site.URL + at)
	tab.Choose("form[action$=amount] select[name=param]", "dibao.standard")
	tab.Choose("form[action$=amount] select[name=area]", "rural")
	tab.Fill("form[action$=amount] input[name=value]", "4800")
	tab.Fill("form[action$=amount] input[name=source]", "德民发〔2026〕1号")
	tab.Fill("form[action$=amount] input[name=why]", "会议")
	tab.Click("form[action$=amount] .btn.go")
	tab.Wait("确认无误")
	judge("book-sure")
	tab.Go("form[action$=amount] .btn.stop")
	tab.Wait("3 步")
	tab.Quiet()
}
