package twins_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/registry/seed"
	"lianou/core/registry/twins"
)

// TestTheDemosPairsAreFoundAndADayLaterTheNext: a platform that began before the demo's
// people were in finds both of its pairs by itself, the clear one first, and nobody else; and
// when the city's clock goes a day on it looks again within seconds, whatever the machine's
// says.
//
// Red: swept hourly, and a scan of an empty register kept ("waited 30s in vain for the demo's
// pairs"); due by the machine's clock ("… for who came since").
func TestTheDemosPairsAreFoundAndADayLaterTheNext(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	list := jobs.NewWorkers()
	sweep := h.twins.Register(list, time.Second)
	client, err := jobs.New(jobs.Config{DB: h.db, Schema: jobs.Platform, Workers: list, Periodic: []jobs.Periodic{sweep}, Log: slog.New(slog.DiscardHandler)})
	if err == nil {
		err = client.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	jobstest.Wait(t, h.db, jobs.Platform, twins.Scan{}.Kind(), "completed", 1)
	into := seed.Loader{DB: h.env.DB(pgtest.Import), Registry: h.reg, Regions: h.reg.Regions(), Doubles: true}
	if _, err := into.Load(t.Context(), 1, 300); err != nil {
		t.Fatal(err)
	}
	jobstest.Until(t, "the demo's pairs", func(ctx context.Context) bool { return len(waitingNow(ctx, t, h)) == 2 })
	var want [][2]core.PersonID
	for _, d := range seed.Doubles() {
		want = append(want, [2]core.PersonID{d.Rows[0].Person, d.Rows[1].Person})
	}
	if got := waitingNow(t.Context(), t, h); !slices.Equal(got, want) {
		t.Errorf("these wait: %v, want %v, the clear one first", got, want)
	}
	h.enrol(t, village, born(t, "李喆", core.NewDate(2003, 5, 12), ""))
	h.enrol(t, village, born(t, "李□", core.NewDate(2003, 5, 12), ""))
	h.env.Advance(24 * time.Hour)
	jobstest.Until(t, "who came since", func(ctx context.Context) bool { return len(waitingNow(ctx, t, h)) == 3 })
}

// TestAScanWaitsForTheTokensOfEverybody: while search tokens are still being made no scan is
// done, and the first after them finds who had none.
//
// Red: without asking, the scan of half a city is kept and the pair waits for the next day
// ("0 wait, want 1"): a newcomer's city showed none of its two pairs.
func TestAScanWaitsForTheTokensOfEverybody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enrol(t, village, born(t, "李喆", core.NewDate(2003, 5, 12), ""))
	h.enrol(t, village, born(t, "李□", core.NewDate(2003, 5, 12), ""))
	h.enrol(t, village, born(t, "周桂兰", core.NewDate(1967, 10, 20), ""))
	exec := func(sql string) {
		t.Helper()
		err := h.db.Tx(t.Context(), pg.City("a test takes tokens away"), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, sql)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	exec(`delete from person_token`)
	exec(`update token_renewal set through = 0, done = false`)
	if done, err := h.twins.ScanIfDue(t.Context()); err != nil || done.Compared != 0 {
		t.Fatalf("a scan beside the making of tokens: %+v %v", done, err)
	}
	for more := true; more; {
		var err error
		if more, err = h.reg.Renew(t.Context(), h.db, 2); err != nil {
			t.Fatal(err)
		}
	}
	if done, err := h.twins.ScanIfDue(t.Context()); err != nil || done.Flagged != 1 {
		t.Errorf("the scan after them: %+v %v, want one pair", done, err)
	}
}

// waitingNow gives who of the village's township waits, in the order of the list.
func waitingNow(ctx context.Context, t *testing.T, h house) (out [][2]core.PersonID) {
	t.Helper()
	err := h.db.Tx(ctx, pg.Regions(wangmiao), func(ctx context.Context, tx *pg.Tx) error {
		list, err := h.twins.Waiting(ctx, tx)
		out = nil
		for _, p := range list {
			out = append(out, [2]core.PersonID{min(p.Person, p.Other), max(p.Person, p.Other)})
		}
		return err
	})
	if err != nil && ctx.Err() == nil {
		t.Fatal(err)
	}
	return out
}
