package wording

import (
	"slices"
	"testing"

	"lianou/core"
)

// TestWaysAreThoseThatMayBeWished: a page offers each way that is kept, and no other, and says what
// comes of each.
//
// Control: a way taken out of Ways ("offered [wechat sms], kept [wechat sms voice]").
func TestWaysAreThoseThatMayBeWished(t *testing.T) {
	t.Parallel()
	var offered []core.ChannelName
	for _, w := range Ways() {
		if w.Value != "" {
			offered = append(offered, w.Value)
		}
		if ToldFirst(w.Value) == "" || (WishedFirst(w.Value) == "") != (w.Value == "") {
			t.Errorf("%q: %q, %q", w.Value, ToldFirst(w.Value), WishedFirst(w.Value))
		}
	}
	if !slices.Equal(offered, core.ToldWays()) || ToldFirst("pigeon") != "" {
		t.Errorf("offered %v, kept %v", offered, core.ToldWays())
	}
}
