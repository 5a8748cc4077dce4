package agent_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/channels/desk/agent"
	"lianou/channels/desk/desktest"
	"lianou/core"
	"lianou/intake/calls"
)

// heard is a desk on which one call was rung and the agent 0317 took it.
func heard(t *testing.T) (*desktest.Desk, *agent.Room) {
	t.Helper()
	d := desktest.New(t)
	exchange, ours := d.Calls(t)
	caller, err := core.ParsePhone(channeltest.Phone)
	must(t, err)
	_, err = exchange.Heard(t.Context(), calls.Report{ID: "CA1", Exchange: "test", Caller: caller, Called: "12345", Began: time.Now()})
	must(t, err)
	must(t, ours.Take(t.Context(), "CA1", d.ID(t, "0317")))
	_, chats := d.Talks(t)
	return d, agent.New(agent.Deps{Desk: d.Shell, Calls: ours, Regions: d.Regions, Staff: d.Staff, Chats: chats})
}

// form is what an agent types, with something changed.
func form(change map[string]string) url.Values {
	v := url.Values{"key": {"CA1#0192c3f0"}, "applicant.name": {"张桂兰"}, "applicant.id_number": {channeltest.ID}, "contact.phone": {channeltest.Phone},
		"live.county": {"371426"}, "live.township": {channeltest.Town}, "live.detail": {"村东头"}, "story": {"儿子瘫在床上。"},
		"h.area": {"rural"}, "m0.name": {"张桂兰"}, "m0.relation": {"applicant"}, "m0.age": {"63"}, "consent": {"process", "means_check"}, "consent.how": {"spoken"}}
	for name, value := range change {
		v.Set(name, value)
	}
	return v
}

// The agents' door through the suite every channel passes.
// Controls (style of channels, 5.4): who asks not looked at; a key of the clock;
// bad requests answered 200; settings decoded loosely.
func TestConformance(t *testing.T) {
	t.Parallel()
	d, room := heard(t)
	sessions := d.Sessions(t, room, "0317", "0318", "pingyuan.clerk")
	post := func(login string, change map[string]string) func(*testing.T, channels.Env) *http.Request {
		return func(*testing.T, channels.Env) *http.Request {
			r := httptest.NewRequest(http.MethodPost, "/c/agent/calls/CA1/applications", strings.NewReader(form(change).Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.AddCookie(sessions[login])
			return r
		}
	}
	channeltest.Suite{
		Name: "agent", Factory: channels.Make(room.Channel), Section: `{}`, Wrap: d.Shell.Guard, Forge: desktest.Forge,
		Env:     func(*testing.T) channels.Env { return d.House.Env() },
		Secrets: []string{channeltest.ID, channeltest.Phone},
		Cases: []channeltest.Case{
			{Name: "good", Status: 201, Applications: 1, Request: post("0317", nil)},
			{Name: "second form of the call", Status: 201, Applications: 1, Request: post("0317", map[string]string{"key": "CA1#0192c3f1"})},
			{Name: "another's call", Status: 409, Request: post("0318", nil)},
			{Name: "no agent", Status: 403, Request: post("pingyuan.clerk", nil)},
			{Name: "wrong check digit", Status: 422, Request: post("0317", map[string]string{"applicant.id_number": channeltest.ID[:17] + "1"})},
			{Name: "unknown fact", Status: 422, Request: post("0317", map[string]string{"h.rich": "true"})},
			{Name: "no such township", Status: 422, Request: post("0317", map[string]string{"live.village": "371426999001"})},
		},
	}.Run(t)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
