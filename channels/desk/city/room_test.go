package city_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lianou/channels/channeltest"
	"lianou/channels/desk/city"
	"lianou/channels/desk/desktest"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// TestACaseIsLostOnce, also when the page was read again for a race it lost.
// Control: lost that adds to the cases it read before ("stands there 2 times").
func TestACaseIsLostOnce(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	cases, err := casefile.New(casefile.Config{Ring: d.Keys.Platform.Ring, Shared: d.Keys.Platform.Shared, Audit: d.Audit})
	must(t, err)
	app := core.Application{ID: "018f0000-0000-7000-8000-000000000001", Receipt: "4071882635", Channel: "app", At: time.Now(),
		Applicant: core.Applicant{Ref: "m1", Name: "周桂兰"}, Contact: core.Contact{Name: "周桂兰", Capacity: core.CapacitySelf},
		Household: core.Household{Members: []core.Member{{Ref: "m1", Relation: "applicant"}}}}
	must(t, d.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := cases.Open(ctx, tx, casefile.NewCase{Application: app, Region: channeltest.Town, Town: "王庙镇"})
		return err
	}))
	must(t, d.Env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `with b as (insert into case_bounce (case_id, region, nth, from_region, by_staff, ground, why, at)
			select id, region, 1, region, 1, 'elsewhere', '住在德平镇', now() from casefile) select`)
		if err == nil {
			_, err = tx.Exec(ctx, `update casefile set state = 'returned'`)
		}
		return pg.Fail(err, "hand the case back")
	}))
	room := city.New(city.Deps{DB: d.DB, Cases: cases, Audit: d.Audit, Regions: d.Regions})
	handler, err := d.Shell.Handler(room)
	must(t, err)
	who := d.Sessions(t, room, "city")["city"]
	d.Env.LoseRace()
	r := httptest.NewRequest(http.MethodGet, "/desk/city/lost", nil)
	r.AddCookie(who)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	if n := strings.Count(w.Body.String(), "周桂兰"); w.Code != http.StatusOK || n != 1 {
		t.Errorf("%d: it stands there %d times: %s", w.Code, n, w.Body)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
