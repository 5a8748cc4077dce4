package channels_test

import (
	"slices"
	"testing"

	"lianou/channels"
	"lianou/core"
	"lianou/core/notify"
)

// TestWaysAreThoseThatMayBeWished: the page offers each way that is kept, and no other.
// Control: a way taken out of Ways ("offered [wechat sms], kept [wechat sms voice]").
func TestWaysAreThoseThatMayBeWished(t *testing.T) {
	t.Parallel()
	var offered []core.ChannelName
	for _, w := range channels.Ways() {
		if w.Value != "" {
			offered = append(offered, w.Value)
		}
	}
	if !slices.Equal(offered, notify.MayWish()) {
		t.Errorf("offered %v, kept %v", offered, notify.MayWish())
	}
}
