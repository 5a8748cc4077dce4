package township_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"
	"time"

	"lianou/channels/desk/desktest"
	"lianou/channels/desk/township"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// The day that the forms offer for a visit is the next working day by the calendar of the
// legal time limits, through a week; who cannot wait is offered the next day, whatever
// it is.
//
// Controls: visitDay that is always tomorrow ("offers 2026-11-29, which is no working day"),
// and one that passes over urgent ("urgent: on 2026-11-28 offers 2026-11-30").
func TestAVisitIsOfferedOnAWorkingDay(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	cases, err := casefile.New(casefile.Config{Ring: d.Keys.Platform.Ring, Shared: d.Keys.Platform.Shared, Audit: d.Audit})
	must(t, err)
	proposed(t, d, cases)
	room := township.New(township.Deps{Desk: d.Shell, DB: d.DB, Cases: cases, Staff: d.Staff, Blobs: d.Blobs, Audit: d.Audit, Regions: d.Regions})
	handler, err := d.Shell.Handler(room)
	must(t, err)
	today := func() core.Date {
		clock, err := d.DB.ReadClock(t.Context())
		must(t, err)
		return core.DateOf(clock.Now)
	}
	var cookie *http.Cookie // of the day: nobody stays logged in over night
	var since core.Date
	offered := func() core.Date {
		if now := today(); now != since {
			cookie, since = d.Sessions(t, room, "wangmiao.officer")["wangmiao.officer"], now
		}
		r := httptest.NewRequest(http.MethodGet, "/desk/township/case/1", nil)
		r.AddCookie(cookie)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		field := regexp.MustCompile(`name="on" (?:form="accept" )?value="([^"]*)"`).FindStringSubmatch(w.Body.String())
		if field == nil {
			t.Fatalf("%d: no day of a visit: %.600s", w.Code, w.Body.String())
		}
		day, err := core.ParseDate(field[1])
		must(t, err)
		return day
	}
	urgent := func(yes bool) {
		must(t, d.Env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, `update casefile set urgent = $1`, yes)
			return err
		}))
	}
	calendar := d.Book.Calendar()
	rested := 0
	for range 7 {
		now := today()
		if day := offered(); !calendar.Working(day) || calendar.Between(now, day) != 1 {
			t.Errorf("on %s offers %s, which is no working day or not the next", now, day)
		}
		if next := now.AddDate(0, 0, 1); !calendar.Working(next) && rested == 0 {
			rested++
			urgent(true)
			if day := offered(); day != next {
				t.Errorf("urgent: on %s offers %s", now, day)
			}
			urgent(false)
		}
		d.Env.Advance(24 * time.Hour)
	}
	if rested == 0 {
		t.Error("no day of a week was before a day of rest")
	}
}
