package wechat

import (
	"strings"
	"testing"

	"lianou/intake/talks"
)

// What an agent files closes the conversation that was theirs: one that the person began
// meanwhile at another door stays open, as far as it is.
//
// Control: resume that closes whatever is open ("the other one is gone: 404").
func TestAgentFilesTheirOwn(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.says("俺日子难,想问问低保")
	c.says("转人工")
	a := c.agent(7)
	chat := a.takes()
	m := c.mini()
	if status, out := m.call("DELETE", "/interview", nil); status != 204 {
		t.Fatalf("forgotten: %d %s", status, out)
	}
	if status, out := m.call("POST", "/interview", map[string]string{"capacity": "self"}); status != 201 {
		t.Fatalf("another is begun: %d %s", status, out)
	}
	must(t, a.ends(chat.Call, talks.HowFiled, chat.Newest))
	if got := c.answers(); got != "" {
		t.Errorf("after the application: %s", got)
	}
	if status, _ := m.call("GET", "/interview", nil); status != 200 {
		t.Errorf("the other one is gone: %d", status)
	}
	if got := c.says("我自己"); strings.Contains(got, "我是莲藕") {
		t.Errorf("begins a third: %s", got)
	}
}

// Five photos at once are five photos, in turns of two.
//
// Control: mediaATurn that is not looked at ("one turn fetched 5").
func TestFewPhotosATurn(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.says("俺日子难,想问问低保")
	for range 5 {
		c.push(c.body("image", "MediaId", "MEDIA1"))
	}
	who, err := c.d.env.Citizens.LoginWeChat(t.Context(), openid, "")
	must(t, err)
	for _, left := range []int{3, 1, 0} {
		more, err := c.ch.turn(t.Context(), who.Citizen.ID, 1)
		must(t, err)
		list, err := c.d.env.Talks.Waiting(t.Context(), who.Citizen.ID)
		must(t, err)
		if len(list) != left || more != (left > 0) {
			t.Fatalf("%d wait and more is %v, want %d", len(list), more, left)
		}
	}
}
