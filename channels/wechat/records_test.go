package wechat

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/registry"
	"lianou/core/wording"
	"lianou/intake/records"
)

// registers puts 张桂兰 with her house into the register, under a telephone, and gives what
// answers from it as the platform's worker does.
func (c *chatter) registers(phone core.Phone) (looks func() int) {
	c.t.Helper()
	d, t := c.d, c.t
	queue, err := jobs.NewInserter(jobs.Platform)
	must(t, err)
	d.env.Records, err = records.NewAsker(records.Deps{DB: d.gateway, Platform: d.keys.Gateway.Platform, Opener: d.keys.Gateway.Opener, Jobs: queue})
	must(t, err)
	c.ch, c.h = d.open(t)
	reg, err := registry.New(registry.Config{Ring: d.keys.Platform.Ring, Log: audit.New(d.keys.Platform.Ring), Regions: d.env.Regions})
	must(t, err)
	must(t, d.pg.DB(pgtest.Import).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error { return registry.SaveRegions(ctx, tx, d.env.Regions) }))
	must(t, d.pg.DB(pgtest.Platform).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		id, err := core.ParseID(channeltest.ID, tx.Today())
		must(t, err)
		_, _, err = reg.Enrol(ctx, tx, registry.Purpose{Actor: audit.Actor{Kind: "staff", ID: "1"}, Why: "test"}, registry.NewHousehold{Live: core.Place{Region: channeltest.Town}, Hukou: "371426",
			Sheets:  []registry.Sheet{{Source: "registry:housing", ValidFrom: tx.Today().AddDate(0, 0, -40), KnownAt: tx.Now().AddDate(0, 0, -40), Confidence: 90, Facts: json.RawMessage(`{"houses":1}`)}},
			Members: []registry.NewPerson{{Ref: "m1", Relation: "applicant", Name: "张桂兰", IDNumber: id, Phone: phone}}})
		return err
	}))
	clerk, err := records.NewClerk(records.ClerkDeps{DB: d.pg.DB(pgtest.Platform), Registry: reg, Opener: d.keys.Platform.Opener, Gateway: d.keys.Platform.Gateway})
	must(t, err)
	return func() int {
		conn, err := pgx.Connect(t.Context(), d.pg.Superuser())
		must(t, err)
		defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
		rows, err := conn.Query(t.Context(), `select id from record_ask where answered is null`)
		must(t, err)
		ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
		must(t, err)
		for _, id := range ids {
			must(t, clerk.Look(t.Context(), id))
		}
		return len(ids)
	}
}

// In the chat as well nobody is asked what a department wrote down: the answer that comes
// between two messages changes the next question and not the one that was asked, and the
// summary says whose record it is, and so does the application to the officer.
//
// Controls: ToldBy without recorded, "said by {Said:citizen"; ask without Learn, "asked how many houses"; turn without fromRecords.
func TestRecordsInTheChat(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	looks := c.registers(c.binds(channeltest.Phone))
	recorded := time.Now().AddDate(0, 0, -40).In(core.China).Format("2006-01")
	heard, asked := c.says("俺日子难,想问问低保"), 0
	for _, say := range []string{"1", "张桂兰", channeltest.ID} {
		heard = c.says(say)
		asked += looks()
	}
	if asked != 1 || !strings.Contains(heard, "住在哪个镇") {
		t.Fatalf("the register was asked %d times; heard %s", asked, heard)
	}
	heard = c.says("平原县王庙镇")
	for n := 0; !strings.Contains(heard, "问完了") && n < 60; n++ {
		if strings.Contains(heard, "几套房") {
			t.Errorf("asked how many houses: %s", heard)
		}
		say := "不清楚"
		if strings.Contains(heard, "还有谁") {
			say = "就我一个人"
		}
		if strings.Contains(heard, "打哪个电话") {
			say = channeltest.Phone
		}
		heard = c.says(say)
		asked += looks()
	}
	if asked != 1 || !strings.Contains(heard, "住建局 20") || !strings.Contains(heard, "记的不对") {
		t.Errorf("asked %d times; the summary: %s", asked, heard)
	}
	if got := c.says("同意"); !strings.Contains(got, "回执") {
		t.Fatalf("agreed: %s", got)
	}
	if app := c.d.apps()[0]; app.Household.Houses == nil || *app.Household.Houses != 1 || app.Sources["houses"].Said != "registry:housing" ||
		app.Sources["houses"].By != "wechat" || wording.Record(app.Sources["houses"]) != "住建局 "+recorded+" 的记录" {
		t.Errorf("the application: %+v, said by %+v", app.Household.Houses, app.Sources["houses"])
	}
}

// A number that was read from a photo, and a telephone that is another's, ask for nothing
// or are answered with nothing.
//
// Control: own without its look at the source, "a photo asked the register".
func TestPhotoIsNoProof(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	looks := c.registers(c.binds(channeltest.Phone))
	c.says("俺日子难,想问问低保")
	c.says("1")
	c.push(c.body("image", "MediaId", "MEDIA1"))
	if heard := c.answers(); !strings.Contains(heard, "读出来是:张桂兰") {
		t.Fatalf("after the photo: %s", heard)
	}
	c.says("平原县王庙镇")
	if n := looks(); n != 0 {
		t.Error("a photo asked the register")
	}
}
