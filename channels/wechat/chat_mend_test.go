package wechat

import (
	"strings"
	"testing"

	"lianou/channels/channeltest"
)

// summarised is somebody whose summary lies before them: a household of one, no house.
func summarised(t *testing.T) *chatter {
	t.Helper()
	c := newChatter(t)
	heard := c.says("俺日子难,想问问低保")
	says := []struct{ hears, say string }{
		{"您是替谁报的", "给俺自个"}, {"您叫什么名字", "张桂兰"}, {"住在哪个镇", "平原县王庙镇"}, {"除了您,还有谁", "就我一个人"}, {"城里还是村里", "村里"},
		{"每人每月", "三百九"}, {"已经是低保", "没有"}, {"几套房", "没有"}, {"有多少存款", "没有"}, {"几辆汽车", "没有"}, {"户口", "德州"},
		{"一共收入", "就这些"}, {"过不去", "过得去"}, {"打哪个电话", channeltest.Phone}, {"怎么找", "村东头"}, {"哪张银行卡", "没卡"},
	}
	for range 60 {
		if strings.Contains(heard, "报上去之前") {
			return c
		}
		say := "不清楚"
		for _, x := range says {
			if strings.Contains(heard, x.hears) {
				say = x.say
				break
			}
		}
		heard = c.says(say)
	}
	t.Fatalf("no summary: %s", heard)
	return nil
}

// What the summary shows is put right in the person's own words: a plain value at once,
// else the question again; after three misses somebody is offered who does it.
//
// Control: understand without mend; missed that never offers.
func TestSummaryPutRight(t *testing.T) {
	t.Parallel()
	c := summarised(t)
	for _, x := range []struct{ say, want string }{
		{"房子有一套,不是0", "几套房? 1\n"},
		{"名字不对", "那您叫什么名字"},
		{"名字不对", "那您叫什么名字"},
		{"张桂芳", "姓名:张桂芳"},
		{"我叫张桂英", "姓名:张桂英"},
		{"存款不对", "多少存款"},
		{"两千", "2,000 元"},
		{"存款一千五", "1,500 元"},
		{"名字不对", "那您叫什么名字"},
		{"存款不对", "多少存款"},
		{"俺也说不上来几个", "没听明白"},
		{"一头牛", "没听明白"},
		{"同意什么", ""},
	} {
		got := c.says(x.say)
		if !strings.Contains(got, x.want) || strings.Contains(got, "打给我") {
			t.Errorf("%q: %s", x.say, got)
		}
	}
	got := c.says("不对")
	for range misses {
		if strings.Contains(got, offerPerson) {
			break
		}
		got = c.says("不对")
	}
	if !strings.Contains(got, offerPerson) {
		t.Errorf("after misses: %s", got)
	}
	if got := c.says("家里四口人,儿子儿媳孙子"); !strings.Contains(got, "改过来了") || !strings.Contains(got, "还有谁? 您的儿子、") || !strings.Contains(got, "孙子") {
		t.Errorf("the family: %s", got)
	}
}
