package wechat

import (
	"fmt"
	"strings"
	"testing"
)

// Who asks again and again to be rung stands in the agents' list a few times and no more:
// a list of one account's thousand wishes is a list in which nobody else is found. They
// are told that they are in it.
//
// Control: ring without RingsWaiting, "9 wait to be rung".
func TestAskingToBeRungWithoutEnd(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.says("俺想问问")
	for i := range 3 {
		c.says(fmt.Sprintf("我电话1390534000%d", i))
		for range 3 {
			if got := c.says("打给我"); !strings.Contains(got, "找您") && !strings.Contains(got, "排上了") {
				t.Errorf("asked to be rung: %s", got)
			}
		}
		c.says("重来")
	}
	if n := c.waiting(); n != mostRings {
		t.Errorf("%d wait to be rung", n)
	}
}
