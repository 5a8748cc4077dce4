package wechat

import (
	"cmp"
	"strings"
	"testing"
)

// In the chat as at every door a name is as it stands on the card: rare characters and the
// dot come back in the summary whole and are in what is handed in, to the byte; a picture is
// no name.
//
// Control: intake.Name by one plane of Unicode; of letters alone.
func TestRareNamesInChat(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ said, kept string }{{"𠮷野", "𠮷野"}, {"龚䶮", "龚䶮"}, {"欧𬭎", "欧𬭎"}, {"张㛃", "张㛃"}, {"李〇", "李〇"}, {"阿依古丽•买买提", "阿依古丽·买买提"}} {
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
			got, m := ch.says(c.said), ch.mini()
			for n := 0; !strings.Contains(got, "报上去之前"); n++ {
				if n > 60 {
					t.Fatal("asked without end")
				}
				say := "不清楚"
				if m.call("GET", "/interview", nil); strings.HasPrefix(m.now.Step.Ref, "form/") {
					say = cmp.Or(told()[m.now.Step.Ref], say)
				}
				got = ch.says(say)
			}
			if !strings.Contains(got, "姓名:"+c.said) {
				t.Errorf("the summary: %s", got)
			}
			end := ch.says("同意")
			if apps := ch.d.apps(); len(apps) != 1 || apps[0].Applicant.Name != c.kept || apps[0].People[0].Name != c.kept {
				t.Errorf("handed in: %+v, told %s", apps, end)
			}
		})
	}
}
