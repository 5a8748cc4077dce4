package wechat

import (
	"strings"
	"testing"
)

// In the chat as at every door a name is as it stands on the card: rare characters and the
// dot come back in the summary whole, and a picture is no name.
//
// Control: intake.Name by one plane of Unicode.
func TestRareNamesInChat(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ said, kept string }{{"𠮷野", "𠮷野"}, {"龚䶮", "龚䶮"}, {"阿依古丽·买买提", "阿依古丽·买买提"}} {
		t.Run(c.said, func(t *testing.T) {
			t.Parallel()
			ch := newChatter(t)
			ch.says("俺日子难,想问问低保")
			if got := ch.says("我自己"); !strings.Contains(got, "您叫什么名字") {
				t.Fatalf("for whom: %s", got)
			}
			for _, bad := range []string{"😀", "张😀"} {
				if got := ch.says(bad); !strings.Contains(got, "没听明白") && !strings.Contains(got, "姓名") {
					t.Errorf("%q: %s", bad, got)
				}
			}
			got := ch.says(c.said)
			for n := 0; !strings.Contains(got, "报上去之前"); n++ {
				if n > 60 {
					t.Fatal("asked without end")
				}
				got = ch.says("不清楚")
			}
			if !strings.Contains(got, "姓名:"+c.kept) {
				t.Errorf("the summary: %s", got)
			}
		})
	}
}
