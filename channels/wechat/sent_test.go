package wechat

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/notify"
)

// What WeChat says of a message that it accepted is passed on under the message's number, in
// JSON and in XML, one or several, of two messages in one second both; a word that overtakes
// the answer to its send waits for it; one about no message of ours costs its neighbour nothing.
//
// Named, not seen red: reported that takes every word for an arrival; without the wait.
func TestWhatBecameOfAMessage(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	var heard []string
	early := 2
	d.env.Reported = func(_ context.Context, way core.ChannelName, message string, out notify.Outcome) error {
		switch {
		case message == "900719925474099301" && early > 0:
			early--
			return core.E(core.KindNotFound, "not_found", "")
		case message == "666":
			return core.E(core.KindNotFound, "not_found", "")
		}
		heard = append(heard, fmt.Sprintf("%s %s %s %s", way, message, out.Result, out.Code))
		return nil
	}
	c := newChatterAt(t, d)
	stamp := time.Now().Unix()
	event := func(list string) int {
		t.Helper()
		return c.push(fmt.Sprintf(`{"ToUserName":"gh","FromUserName":%q,"CreateTime":%d,"MsgType":"event","Event":"subscribe_msg_sent_event","List":%s}`, openid, stamp, list))
	}
	for _, s := range []struct{ name, list string }{
		{"one", `{"TemplateId":"PAID","MsgID":"100","ErrorCode":"0","ErrorStatus":"success"}`},
		{"dropped", `[{"TemplateId":"PAID","MsgID":101,"ErrorCode":43101,"ErrorStatus":"failed:user refuse"}]`},
		{"two in a second", `[{"TemplateId":"PAID","MsgID":"102","ErrorCode":"0"},{"TemplateId":"PAID","MsgID":"103","ErrorCode":"0"}]`},
		{"overtaken", `{"TemplateId":"PAID","MsgID":"900719925474099301","ErrorCode":"0"}`},
	} {
		if code := event(s.list); code != http.StatusOK {
			t.Errorf("%s: %d", s.name, code)
		}
	}
	if code := c.push(fmt.Sprintf(`<xml><FromUserName><![CDATA[%s]]></FromUserName><CreateTime>%d</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[subscribe_msg_sent_event]]></Event>`+
		`<SubscribeMsgSentEvent><List><TemplateId><![CDATA[PAID]]></TemplateId><MsgID>104</MsgID><ErrorCode>0</ErrorCode><ErrorStatus><![CDATA[success]]></ErrorStatus></List></SubscribeMsgSentEvent></xml>`, openid, stamp)); code != http.StatusOK {
		t.Errorf("xml: %d", code)
	}
	want := []string{"wechat 100 delivered ", "wechat 101 refused sent_43101", "wechat 102 delivered ", "wechat 103 delivered ",
		"wechat 900719925474099301 delivered ", "wechat 104 delivered "}
	if !slices.Equal(heard, want) {
		t.Errorf("heard %q", heard)
	}
	heard = nil
	if code := event(`[{"TemplateId":"PAID","MsgID":"666","ErrorCode":"0"},{"TemplateId":"PAID","MsgID":"105","ErrorCode":"0"}]`); code != http.StatusOK || !slices.Equal(heard, []string{"wechat 105 delivered "}) {
		t.Errorf("beside one about no message of ours: %d, %q", code, heard)
	}
	if got := c.answers(); got != "" {
		t.Errorf("a word is answered in the chat: %s", got)
	}
}

// However many words come about messages that nobody knows, so many wait and no more; the others are
// answered at once, for WeChat to say them again, and none of them goes to the disk, where others would
// stand behind it. A word about a message of ours is taken meanwhile.
//
// Controls: room for 9,999 (`160 waited, 0 were answered at once`); waiting for room, and an outage in place of
// too many (`word 1: 200 after 1 looks`: it is on the disk).
func TestNotEveryWordIsWaitedFor(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.spool, d.env.Ring = t.TempDir(), d.keys.Gateway.Ring
	var mu sync.Mutex
	asked := map[string]int{}
	d.env.Reported = func(_ context.Context, _ core.ChannelName, message string, _ notify.Outcome) error {
		mu.Lock()
		defer mu.Unlock()
		if asked[message]++; message == "7" {
			return nil
		}
		return core.E(core.KindNotFound, "not_found", "")
	}
	c := newChatterAt(t, d)
	event := func(message int) int {
		return c.push(fmt.Sprintf(`{"ToUserName":"gh","FromUserName":%q,"CreateTime":%d,"MsgType":"event","Event":"subscribe_msg_sent_event","List":{"TemplateId":"PAID","MsgID":"%d","ErrorCode":"0"}}`, openid, time.Now().Unix(), message))
	}
	const many = 5 * mostOvertaken
	codes := make([]int, many)
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() { codes[i] = event(1000 + i) })
	}
	all.Wait()
	waited, refused := 0, 0
	for i, code := range codes {
		switch n := asked[strconv.Itoa(1000+i)]; {
		case code == http.StatusOK && n > 1:
			waited++
		case code == http.StatusTooManyRequests && n == 1:
			refused++
		default:
			t.Errorf("word %d: %d after %d looks", i, code, n)
		}
	}
	if waited < mostOvertaken || refused == 0 {
		t.Errorf("%d waited, %d were answered at once", waited, refused)
	}
	for range mostOvertaken {
		c.ch.overtaken <- struct{}{}
	}
	if code := event(1); code != http.StatusTooManyRequests {
		t.Errorf("one more than may wait: %d", code)
	}
	if code := event(7); code != http.StatusOK {
		t.Errorf("about a message of ours: %d", code)
	}
	if c.ch.spool.busy() {
		t.Error("a word that nobody waits for stands on the disk before everybody else's")
	}
}

// Two words of one second wait on disk beside one another.
//
// Named, not seen red: key without the messages' numbers.
func TestEachMessageHasItsWord(t *testing.T) {
	t.Parallel()
	first := message{From: openid, Created: 17, Type: "event", Event: sentEvent, List: events{{Message: "1", Code: "0"}}}
	second := first
	second.List = events{{Message: "2", Code: "0"}}
	if first.key() == second.key() {
		t.Errorf("one key: %s", first.key())
	}
}
