package app

import (
	"net/url"
	"strings"
	"testing"

	"lianou/channels"
	"lianou/channels/channeltest"
)

// A helper's own name is put right where it was asked for, and 〇 is a letter of it.
//
// Controls: acceptPost that shows no offer again ("nowhere to put it right"); helperName of
// letters alone ("刘〇").
func TestAHelpersOwnName(t *testing.T) {
	t.Parallel()
	d := helping(t)
	s := d.serve(t)
	_, in := ask[channels.InviteAnswer](t, s, "POST", "/helpers/invite", d.as(t, channeltest.Phone).Token, inviting)
	b := newBrowser(t, s)
	b.enterBy(d, "13905349999")
	taken := url.Values{"code": {in.Code}, "name": {"张桂兰"}, "agent": {"刘"}, "sure": {"1"}}
	status, page, _ := b.post("/accept", taken)
	if status != 422 || !strings.Contains(page, "请填您自己的姓名") || !strings.Contains(page, `id="agent"`) || !strings.Contains(page, "接下,替他办") {
		t.Errorf("nowhere to put it right: %d %s", status, page)
	}
	taken.Set("agent", "刘〇")
	if status, page, _ = b.post("/accept", taken); status != 200 || !strings.Contains(page, "从现在起您可以替张桂兰办") {
		t.Errorf("刘〇: %d %s", status, page)
	}
}
