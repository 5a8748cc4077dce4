package agent_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"lianou/channels/browsertest"
	"lianou/channels/desk/agent"
	"lianou/channels/desk/desktest"
	"lianou/core/staff"
	"lianou/intake/calls"
)

// An agent ends no call whose caller said by key that a decision is wrong, opens what was keyed in,
// writes the appeal down on the page of the call, and ends it: the page says from which call.
//
// Control: the forms beside the call without hx-include (`wait until the page says 这通办完了`).
func TestAKeyedCallInBrowser(t *testing.T) {
	t.Parallel()
	d, cases, flow := desktest.Decided(t)
	exchange, ours := d.Calls(t)
	_, chats := d.Talks(t)
	room := agent.New(agent.Deps{Desk: d.Shell, Flow: flow, Calls: ours, Chats: chats, Regions: d.Regions, Staff: d.Staff, DB: d.DB, Cases: cases, Audit: d.Audit, Bell: d.Bell})
	d.Sessions(t, room, "0317")
	handler, err := d.Shell.Handler(room)
	must(t, err)
	began := time.Now().Add(-time.Minute)
	_, err = exchange.Heard(t.Context(), calls.Report{ID: "A", Exchange: "sip", Began: began, Answered: began, Ended: began.Add(20 * time.Second), Wish: calls.WishAppeal, Keyed: "receipt:" + desktest.DecidedReceipt})
	must(t, err)
	site := httptest.NewServer(handler)
	t.Cleanup(site.Close)
	tab := browsertest.Start(t).Tab(t)
	tab.Open(site.URL + "/desk/login")
	tab.Fill("input[name=login]", "0317")
	tab.Fill("input[name=password]", staff.DemoPassword)
	tab.Go(".login .btn.go")
	tab.Desk()
	tab.Open(site.URL + "/desk/agent/call/A")
	tab.Wait("他按键说有话要记")
	tab.Accessible()
	tab.Shot("agent-keyed")
	tab.Fill(`form[hx-post$="/keyed"] [name=reason]`, "替他记下")
	tab.Click(`form[hx-post$="/keyed"] .btn`)
	tab.Wait("查这件")
	tab.Fill(`form[hx-post="/desk/agent/find"].bar [name=last4]`, desktest.DecidedLast4)
	tab.Click(`form[hx-post="/desk/agent/find"].bar .btn`)
	tab.Wait("他说不对")
	tab.Click(`#found details summary`)
	tab.Fill(`#found [name=says]`, "票据上周交到村里了")
	tab.Shot("agent-keyed-open")
	tab.Click(`#found form[hx-post="/desk/agent/appeal"] .btn`)
	tab.Wait("换没经手过的人重新看")
	tab.Phone()
	tab.Accessible()
	tab.Shot("agent-keyed-phone")
	tab.Desk()
	tab.Choose("#ended [name=outcome]", "called")
	tab.Choose("#ended [name=why]", "noted")
	tab.Go("#ended .btn")
	tab.Wait("这通办完了")
}
