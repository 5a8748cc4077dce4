package wechat

import (
	"cmp"
	"strings"
	"testing"
)

// A number that is named beside a question fills what nobody has said, and never what the
// person said of themselves: a son's telephone does not take the place of their own.
//
// Control: also that overwrites.
func TestWhatIsNamedBesideOverwritesNothing(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.says("俺日子难,想问问低保,我电话13805340001")
	m, got, beside := c.mini(), "", false
	for n := 0; !strings.Contains(got, "报上去之前"); n++ {
		if n > 60 {
			t.Fatal("asked without end")
		}
		m.call("GET", "/interview", nil)
		say := "不清楚"
		if strings.HasPrefix(m.now.Step.Ref, "form/") {
			say = cmp.Or(told()[m.now.Step.Ref], say)
		}
		if m.now.Step.Ref == "area" && !beside {
			say, beside = "村里,我儿子的电话是13805340099", true
		}
		got = c.says(say)
	}
	if !beside || !strings.Contains(got, "电话:尾号 0001") {
		t.Errorf("beside the question %v: %s", beside, got)
	}
}
