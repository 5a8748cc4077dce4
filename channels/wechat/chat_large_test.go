package wechat

import (
	"fmt"
	"strings"
	"testing"

	"lianou/core"
	"lianou/intake/talks"
)

// Who tells for long, in messages as long as WeChat takes, is answered to the last: what a
// conversation keeps stays below what can be kept. One that grew past it failed at every
// turn from then on, and the person heard nothing more.
//
// Control: keep without its look at the room (`need > room`), "the turn fails: talk_large".
func TestWhoTellsForLongIsAnswered(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.says("俺日子难,想问问低保")
	c.says("我自己")
	id, err := c.d.env.Citizens.Known(t.Context(), openid)
	must(t, err)
	for i := range 100 {
		m := talks.Message{Channel: "wechat", Key: fmt.Sprintf("long-%d", i), Citizen: id, Kind: talks.Text, Body: fmt.Sprintf("第%d回,", i) + strings.Repeat("日子过得实在艰难", 80)}
		_, err := c.d.env.Talks.Heard(t.Context(), m)
		must(t, err)
	}
	for range 2 {
		if err := c.ch.goOn(t.Context(), id, 1); err != nil {
			t.Fatalf("the turn fails: %s", core.Known(err).Code)
		}
	}
	if got := c.says("打给我"); !strings.Contains(got, "电话号码发给我") {
		t.Errorf("after all that: %s", got)
	}
}
