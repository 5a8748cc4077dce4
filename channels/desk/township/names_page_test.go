package township_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lianou/channels/channeltest"
	"lianou/channels/desk/desktest"
	"lianou/channels/desk/township"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// A name of rare characters stands on the township's pages as it stands on the card, to the
// byte: in the list and in the case.
//
// Control: a case that keeps sixteen bits of a character ("欧𬭎 is not in the list").
func TestRareNamesOnThePages(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	cases, err := casefile.New(casefile.Config{Ring: d.Keys.Platform.Ring, Shared: d.Keys.Platform.Shared, Audit: d.Audit})
	must(t, err)
	names := []string{"欧𬭎", "张㛃", "𠮷野", "李〇", "阿依古丽·买买提"}
	for i, name := range names {
		digit := string(rune('1' + i))
		app := core.Application{ID: core.ApplicationID("018f0000-0000-7000-8000-00000000000" + digit), Receipt: core.Receipt("407188263" + digit), Channel: "app", At: time.Now(),
			Applicant: core.Applicant{Ref: "m1", Name: name}, Contact: core.Contact{Name: name, Capacity: core.CapacitySelf},
			Household: core.Household{Members: []core.Member{{Ref: "m1", Relation: "applicant"}}}, People: []core.NamedMember{{Ref: "m1", Name: name}}}
		must(t, d.DB.Tx(t.Context(), pg.Regions(channeltest.Town), func(ctx context.Context, tx *pg.Tx) error {
			_, err := cases.Open(ctx, tx, casefile.NewCase{Application: app, Region: channeltest.Town, Village: channeltest.Town + "001", Town: "王庙镇", VillageName: "东街村"})
			return err
		}))
	}
	must(t, d.Env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update casefile set routed = now()`)
		return pg.Fail(err, "route")
	}))
	room := township.New(township.Deps{Desk: d.Shell, DB: d.DB, Cases: cases, Staff: d.Staff, Blobs: d.Blobs, Audit: d.Audit, Regions: d.Regions})
	handler, err := d.Shell.Handler(room)
	must(t, err)
	cookie := d.Sessions(t, room, "wangmiao.officer")["wangmiao.officer"]
	page := func(path string) string {
		r := httptest.NewRequest(http.MethodGet, "/desk/township"+path, nil)
		r.AddCookie(cookie)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d %.300s", path, w.Code, w.Body)
		}
		return w.Body.String()
	}
	list := page("")
	for i, name := range names {
		if one := page("/case/" + string(rune('1'+i))); !strings.Contains(one, name) {
			t.Errorf("%s is not in its case", name)
		}
		if !strings.Contains(list, name) {
			t.Errorf("%s is not in the list", name)
		}
	}
}
