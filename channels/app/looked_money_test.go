package app

import (
	"context"
	"testing"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// Who looked at a household's number and money to ask whether it arrived, and at what it says is not
// solved, stands in its list, each by its own sentence. Who read the sender of an objection looked at
// somebody else, and does not.
//
// Control: seen_by_staff with sampled.read and objector.shown alone ("2 looks, want 4").
func TestWhoAskedAboutMoneyIsToldToo(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	own := d.login(t)
	d.asking(t, own.Citizen.ID)
	log := audit.New(d.house.Keys.Platform.Ring)
	one := core.CaseID(d.count(t, `select id from casefile`))
	for act, purpose := range map[string]string{"sampled.read": "问钱到没到", "sampled.number": "sampled", "sampled.matter_read": "查对不上的钱", "unsolved.read": "casework",
		"objector.shown": "办件", "sampled.shown": "问钱到没到", "sampled.answered": "sampled"} {
		e := audit.Entry{Actor: audit.Actor{Kind: "staff", ID: "5"}, Act: act, Case: one, Region: channeltest.Town, Purpose: purpose}
		must(t, d.db.DB(pgtest.Platform).Tx(t.Context(), pg.City("a test"), func(ctx context.Context, tx *pg.Tx) error { return log.Write(ctx, tx, e) }))
	}
	_, list := ask[[]channels.SeenAnswer](t, s, "GET", "/seen", own.Token, "")
	want := map[string]string{"要问您钱到没到,打开了您的名字和住址": "问钱到没到", "要问您钱到没到,看了您的电话": "问钱到没到", "查您的钱,看了发的钱数、卡上的名字和尾号": "查对不上的钱", "看了您说没有解决的话": "办件"}
	if len(list) != len(want) {
		t.Errorf("%d looks, want %d: %+v", len(list), len(want), list)
	}
	for _, l := range list {
		if want[l.What] != l.Why {
			t.Errorf("%s, for %s", l.What, l.Why)
		}
	}
}
