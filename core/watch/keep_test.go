package watch_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs/jobstest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/watch"
)

func (h *house) begin(t *testing.T, r watch.Request) (int64, error) {
	t.Helper()
	r.Towns, r.Reason, r.By = h.towns, "test", audit.Actor{Kind: "operator"}
	return h.watch.Begin(t.Context(), h.into, r)
}

// keep runs a keeper until the test ends.
func (h *house) keep(t *testing.T, hour int) {
	t.Helper()
	h.keepTelling(t, hour, slog.New(slog.DiscardHandler))
}

func (h *house) keepTelling(t *testing.T, hour int, log *slog.Logger) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = h.watch.Keep(ctx, watch.Keeping{Hour: hour, Into: h.into, Log: log})
	}()
	t.Cleanup(func() { cancel(); <-done })
}

// TestOneScan: a scan is refused while another has not ended, with its number and how far
// it is, and may take its place; of the one that was given up nothing more is done.
// Control: makeRoom without its case for over ("begun a second scan").
func TestOneScan(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 60)
	first, err := h.begin(t, watch.Request{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.watch.Next(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if _, err := h.begin(t, watch.Request{}); core.KindOf(err) != core.KindConflict || !strings.Contains(core.Known(err).Say, "已比对 1 个乡镇") {
		t.Fatalf("begun a second scan: %v", err)
	}
	second, err := h.begin(t, watch.Request{Over: true})
	if err != nil {
		t.Fatal(err)
	}
	if more, err := h.watch.Next(t.Context(), first); more || err != nil {
		t.Errorf("the scan that was given up went on: %v, %v", more, err)
	}
	if done, err := h.watch.Work(t.Context(), first, h.towns[len(h.towns)-1]); done || err != nil {
		t.Errorf("a job of the scan that was given up did its work: %v, %v", done, err)
	}
	if id, err := h.watch.Unfinished(t.Context()); id != second || err != nil {
		t.Errorf("scan %d runs, want %d (%v)", id, second, err)
	}
	if p, err := h.watch.How(t.Context(), first); err != nil || p.GivenUp == nil || p.Ended != nil {
		t.Errorf("the first scan: %+v, %v", p, err)
	}
}

// TestKeeperEndsAScan: a job that finds its township in the hands of another is done; when
// that other then dies, and nobody else comes, a keeper looks at the township.
// Control: a keeper without keepGoing ("waited 30s in vain").
func TestKeeperEndsAScan(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 60)
	id, err := h.begin(t, watch.Request{})
	if err != nil {
		t.Fatal(err)
	}
	for _, town := range h.towns[1:] {
		if _, err := h.watch.Work(t.Context(), id, town); err != nil {
			t.Fatal(err)
		}
	}
	dies := context.Canceled
	err = h.db.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `select from scan_town where scan = $1 and done is null for update`, id); err != nil {
			return err
		}
		if done, err := h.watch.Work(ctx, id, h.towns[0]); done || err != nil {
			t.Errorf("a township in the hands of another was looked at: %v, %v", done, err)
		}
		return dies
	})
	if err == nil {
		t.Fatal("the other did not die")
	}
	h.keep(t, -1)
	jobstest.Until(t, "the scan to end", func(ctx context.Context) bool {
		p, err := h.watch.How(ctx, id)
		return err == nil && p.Ended != nil
	})
}

// TestNight: the scan of a night begins in its hours, once, and not beside one that runs;
// one that has lasted for a day makes room.
// Control: lastHour of the day in UTC; nightLasts of a day.
func TestNight(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 60)
	var now time.Time
	h.city(t, func(_ context.Context, tx *pg.Tx) error { now = tx.Now().In(core.China); return nil })
	night := func(hour int) int64 {
		t.Helper()
		id, err := h.watch.Night(t.Context(), h.into, (hour+24)%24)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	if id := night(now.Hour() - 8); id != 0 {
		t.Error("begun eight hours late")
	}
	if id := night(now.Hour() + 2); id != 0 {
		t.Error("begun two hours early")
	}
	first := night(now.Hour() - 3)
	if first == 0 {
		t.Fatal("not begun, three hours after its time")
	}
	if id := night(now.Hour() - 3); id != 0 {
		t.Error("begun twice in one night")
	}
	h.env.Advance(time.Hour)
	if id := night(now.Hour() + 1); id != 0 {
		t.Error("begun beside one that runs")
	}
	h.env.Advance(23 * time.Hour)
	second := night(now.Hour() - 3)
	if p, err := h.watch.How(t.Context(), first); err != nil || second == 0 || p.GivenUp == nil {
		t.Errorf("the next night %d; the one before: %+v, %v", second, p, err)
	}
}

// TestKeeperFollowsFacts is F36 for a changed fact: whoever is written about is judged
// anew without a scan, with the others of the township that wait; a household
// that nobody is left in loses its finding; the scan then finds nothing to change.
// Controls: judge only the first who waits; keepUp left out ("waited 30s in vain").
func TestKeeperFollowsFacts(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 300)
	h.scan(t)
	h.keep(t, -1)
	began := time.Now()
	poor := h.someone(t)
	h.city(t, func(ctx context.Context, tx *pg.Tx) error { // the whole township of it at once
		const sql = `insert into household_sheet (region, household, source, valid_from, known_at, confidence, facts)
			select region, id, 'registry:test', $2, $3, 99, '{"statuses":["dibao"],"hukou":"local"}' from household
			where region = (select region from household where id = $1)`
		tag, err := tx.Exec(ctx, sql, int64(poor), tx.Today().Time(), tx.Now())
		if err == nil && tag.RowsAffected() < 2 {
			err = errors.New("the household is alone in its township: take another number of people")
		}
		return err
	})
	h.waitJudged(t)
	t.Logf("judged %.1f s after they were written about", time.Since(began).Seconds())
	if leads := h.leads(t, poor); len(leads) != 1 || !strings.HasPrefix(leads[0], "due facts open") {
		t.Errorf("leads %v", leads)
	}
	gone := h.nth(t, 11)
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update membership set until = $2 where household = $1`, int64(gone), tx.Today().Time())
		return err
	})
	h.waitJudged(t)
	if p := h.scan(t); p.Changed != 0 || p.Packed != 0 {
		t.Errorf("the scan after it found %+v", p)
	}
}

// TestKeeperTellsOnceOfATownship that cannot be packed: while it lies there the others are
// judged round after round, and one warning is written.
// Control: keepUp without its rests ("2 warnings").
func TestKeeperTellsOnceOfATownship(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 300)
	h.scan(t)
	bad, good := h.someone(t), h.nth(t, 11)
	err := h.env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `create function spoilt() returns trigger language plpgsql as $$ begin raise exception 'it cannot be packed'; end $$`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, fmt.Sprintf(`create trigger spoilt before insert or update on fact_row for each row when (new.household = %d) execute function spoilt()`, bad))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h.learn(t, bad, `{"hukou":"local"}`)
	warned := make(chan slog.Record, 100)
	h.keepTelling(t, -1, slog.New(teller{slog.DiscardHandler, warned}))
	<-warned
	for range 2 { // two rounds at the least
		h.learn(t, good, `{"hukou":"local"}`)
		jobstest.Until(t, "somebody of another township to be judged", func(context.Context) bool {
			var waiting int
			h.city(t, func(ctx context.Context, tx *pg.Tx) error {
				return tx.QueryRow(ctx, `select count(*) from fact_stale where household = $1`, int64(good)).Scan(&waiting)
			})
			return waiting == 0
		})
	}
	if n := 1 + len(warned); n != 1 {
		t.Errorf("%d warnings", n)
	}
}

// A teller hands over what a log is told.
type teller struct {
	slog.Handler
	to chan<- slog.Record
}

func (teller) Enabled(context.Context, slog.Level) bool { return true }

func (l teller) Handle(_ context.Context, r slog.Record) error {
	if r.Level == slog.LevelWarn {
		l.to <- r
	}
	return nil
}

// waitJudged waits until nobody waits to be packed, and so to be judged.
func (h *house) waitJudged(t *testing.T) {
	t.Helper()
	jobstest.Until(t, "everybody who was written about to be judged", func(context.Context) bool {
		var waiting int
		h.city(t, func(ctx context.Context, tx *pg.Tx) error {
			return tx.QueryRow(ctx, `select count(*) from fact_stale`).Scan(&waiting)
		})
		return waiting == 0
	})
}
