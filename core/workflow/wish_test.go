package workflow_test

import (
	"strings"
	"testing"

	"lianou/core"
)

// By which way somebody wants to be told first is said with their request, at whatever door: it stands
// with who wrote it down for them and in the timeline, and is what their next notice goes by. Said to
// somebody of the staff later, it is theirs too; what is no way changes nothing (features.md F69).
//
// Controls: opened without Wish ("0 wishes of the request"); TellFirst in the name of nobody ("written
// down by nobody").
func TestAWishIsSaidWithTheRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	app := w.application("4071882635")
	app.Contact.CitizenID, app.Contact.Staff, app.Contact.Way = "", w.id("second"), "voice"
	w.handOver(app)
	c := w.routed(app)
	const wishes = `select count(*) from contact_wish where channel = 'voice' and person = (select person from notice order by id limit 1)`
	if n := w.count(wishes+` and staff = $1`, app.Contact.Staff); n != 1 {
		t.Errorf("%d wishes of the request", n)
	}
	if said := w.told(`select staff from case_event where kind = 'case.opened'`); !strings.Contains(said, "先打电话念给您听") {
		t.Errorf("the timeline says %s", said)
	}
	promise, err := w.flow.TellFirst(t.Context(), w.actors["officer"], c.ID, "sms")
	if err != nil || promise != "有了结果,先发短信。没收到,再用别的办法。" {
		t.Errorf("promised %q, %v", promise, err)
	}
	if n := w.count(`select count(*) from contact_wish where channel = 'sms' and staff = $1`, w.id("officer")); n != 1 {
		t.Error("written down by nobody")
	}
	if _, err := w.flow.TellFirst(t.Context(), w.actors["officer"], c.ID, "pigeon"); core.Known(err).Field != "way" {
		t.Errorf("a way that is none: %v", err)
	}
	if n := w.count(`select count(*) from contact_wish`); n != 2 {
		t.Errorf("%d wishes in all", n)
	}
	if n := w.count(`select count(*) from audit_entry where act = 'contact.wished' and actor_kind = 'staff'`); n != 1 {
		t.Errorf("%d entries", n)
	}
	elsewhere := w.actors["officer"]
	elsewhere.Regions = []core.RegionCode{"371424103"}
	if _, err := w.flow.TellFirst(t.Context(), elsewhere, c.ID, "sms"); core.KindOf(err) != core.KindNotFound {
		t.Errorf("a case of another township: %v", err)
	}
}
