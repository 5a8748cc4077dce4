package desk

import (
	"net/url"
	"slices"
	"testing"

	"lianou/core"
	"lianou/core/registry"
)

// What is read back is what a wrong key would spoil, in an order a caller can follow.
func TestReadBack(t *testing.T) {
	t.Parallel()
	places, err := registry.EmbeddedRegions()
	if err != nil {
		t.Fatal(err)
	}
	with := spoken{on: core.NewDate(2026, 3, 2), places: places, wishes: []string{"临时救助"}, items: 41}
	v := url.Values{"applicant.name": {"张秀英"}, "applicant.id_number": {"372428196403189926"}, "contact.phone": {"13905340022"}, "contact.capacity": {"self"},
		"live.county": {"371424"}, "live.township": {"371424103"}, "live.detail": {"66号"}, "m0.name": {"张秀英"}, "m0.age": {"62"}, "m1.name": {"王丽娟"}, "m1.age": {"36"},
		"m1.illness": {"serious"}, "h.income_12m": {"33600"}, "story": {"儿媳妇病了。"}, "account": {"6217000000053453219"}, "urgent": {"true"}}
	want := []string{"张秀英,身份证号 372428 19640318 9926", "电话 139 0534 0022,说话的是本人", "住临邑县德平镇66号", "家里 2 口人", "张秀英,62 岁", "王丽娟,36 岁,大病 重病",
		"全家一年收入 33,600 元", "难处:儿媳妇病了。", "想办:临时救助", "钱打到这张卡:6217 0000 0005 3453 219", "急难,先救后补", "办得怎么样,告诉本人,发到 139****0022。"}
	if got := readBack(v, with); !slices.Equal(got, want) {
		t.Errorf("read back\n%q, want\n%q", got, want)
	}
	v.Set("contact.way", "voice")
	if got := readBack(v, with); got[len(got)-1] != "办得怎么样,告诉本人,发到 139****0022。有了结果,先打电话念给您听。没收到,再用别的办法。" {
		t.Errorf("with a wish how to be told: %q", got[len(got)-1])
	}
	with.wishes = nil
	if got := readBack(v, with); !slices.Contains(got, "没点名要办哪一项,41 项都看一遍") {
		t.Errorf("without a wish: %q", got)
	}
	if got := readBack(url.Values{"contact.phone": {"13905340022"}}, with); got != nil {
		t.Errorf("an empty form is read back as %q", got)
	}
}
