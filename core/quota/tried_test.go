package quota_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/quota"
)

// TestAttemptsAroundMidnightAreOne: three attempts within a minute on two sides of midnight
// are no three attempts, however many people make them, nor are those of a day of rest; the
// application's own role cannot write one down for another time.
//
// Controls: Tried and quota_tried as they were, three times on two days ("around midnight:
// <nil>, want quota_tries"); quota_try_fits without its time ("an attempt of yesterday: the table takes it").
func TestAttemptsAroundMidnightAreOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, id := t.Context(), w.frozen(t, 1, 2)
	w.workday(t)
	must(t, w.quota.Offer(ctx, w.han, id, quota.Offering{N: 1, By: w.today(t) + 20}))
	w.env.Advance(15*time.Hour - time.Minute) // a minute to midnight
	of := w.offered(t, id, 1)
	try, gone := quota.Try{How: quota.ByCall, Words: "没人接"}, quota.Answer{N: 1, Offer: of, State: quota.Unreached, Words: "三次都没找到人"}
	must(t, w.quota.Try(ctx, w.han, id, 1, of, try))
	must(t, w.quota.Try(ctx, w.lin, id, 1, of, try))
	w.env.Advance(2 * time.Minute)
	must(t, w.quota.Try(ctx, w.han, id, 1, of, try))
	must(t, w.quota.Try(ctx, w.lin, id, 1, of, try))
	says := func(what string, want error) {
		t.Helper()
		if err := w.quota.Answer(ctx, w.han, id, gone); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
	}
	says("around midnight", quota.ErrTries)
	for what, sql := range map[string]string{
		"an attempt of yesterday":          `insert into quota_try (offer, k, region, how, words, staff, at, day) select offer, 5, region, how, words, staff, at - interval '26 hours', day - 1 from quota_try where offer = $1 and k = 1`,
		"an attempt as of another day":     `insert into quota_try (offer, k, region, how, words, staff, at, day) select offer, 5, region, how, words, staff, lianou_now(), day - 1 from quota_try where offer = $1 and k = 1`,
		"an attempt by who has no part":    `insert into quota_try (offer, k, region, how, words, staff, at) select offer, 5, region, how, words, staff + 1000, lianou_now() from quota_try where offer = $1 and k = 1`,
		"that nobody was reached, at once": `insert into quota_skip (round, n, region, reason, words, asker, asked, offer, notice, until) select round, n, region, 'unreached', '\x00', maker, lianou_now(), id, notice, answer_by + 9 from quota_offer where id = $1`,
	} {
		if !w.forbids(t, sql, of) {
			t.Errorf("%s: the table takes it", what)
		}
	}
	w.workday(t)
	must(t, w.quota.Try(ctx, w.lin, id, 1, of, try))
	says("two apart, of which the third is a working day later", quota.ErrTries)
	w.env.Advance(quota.TriesApart)
	must(t, w.quota.Try(ctx, w.han, id, 1, of, try))
	says("three apart by two", nil)
}

// forbids tries a statement as the application's own role, which a constraint must refuse.
func (w *world) forbids(t testing.TB, sql string, args ...any) bool {
	t.Helper()
	err := w.db.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, sql, args...)
		return pg.Fail(err, "try")
	})
	if err != nil && pg.Constraint(err) == "" {
		t.Errorf("%.60s: %v", sql, err)
	}
	return err != nil
}

// TestTheTableCountsAttemptsAsTheCodeDoes: of any attempts, at any times, by anybody, the
// table says what a plain count of every three says, and so does the code.
// Controls: quota_tried without b.day ("the table says true and the code false, want false"); without who was met since ("the
// table says true and the code false, want false").
func TestTheTableCountsAttemptsAsTheCodeDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.frozen(t, 1, 2)
	must(t, w.quota.Offer(t.Context(), w.han, id, quota.Offering{N: 1, By: w.today(t) + 20}))
	of := w.offered(t, id, 1)
	must(t, w.quota.Answer(t.Context(), w.han, id, quota.Answer{N: 1, Offer: of, State: quota.Declined, Words: "不要"})) // a word, for the visits
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, core.China)
	rapid.Check(t, func(r *rapid.T) {
		at, sql := start, fmt.Sprintf("delete from quota_try where offer = %d;", of)
		var o quota.Offer
		for k := range rapid.IntRange(0, 6).Draw(r, "attempts") {
			at = at.Add(time.Duration(rapid.SampledFrom([]int{1, 120, 239, 240, 300, 600}).Draw(r, "minutes")) * time.Minute)
			one := quota.Try{Staff: rapid.SampledFrom([]core.StaffID{w.han.ID, w.lin.ID}).Draw(r, "who"), At: at}
			day := "null"
			if rapid.IntRange(0, 3).Draw(r, "rest") > 0 {
				one.Day = core.DateOf(at)
				day = "'" + one.Day.String() + "'"
			}
			o.Tries = append(o.Tries, one)
			sql += fmt.Sprintf("insert into quota_try (offer, k, region, how, words, staff, at, day) values (%d, %d, '%s', 'call', '\\x00', %d, '%s', %s);", of, k+1, wangmiao, one.Staff, at.Format(time.RFC3339), day)
		}
		sql += "delete from quota_visit;"
		if met := rapid.IntRange(-1, 30).Draw(r, "met after hours"); met >= 0 {
			o.Met = start.Add(time.Duration(met) * time.Hour)
			sql += fmt.Sprintf("insert into quota_visit (word, k, region, met, words, staff, at) select id, 1, region, true, '\\x00', asker, '%s' from quota_skip where offer = %d;", o.Met.Format(time.RFC3339), of)
		}
		w.admin(t, sql)
		var table bool
		w.see(t, func(ctx context.Context, tx *pg.Tx) error {
			return tx.QueryRow(ctx, `select quota_tried($1)`, of).Scan(&table)
		})
		if want := enough(o.Tries, o.Met); table != want || o.Tried() != want {
			r.Fatalf("the table says %v and the code %v, want %v: %+v", table, o.Tried(), want, o.Tries)
		}
	})
}

// enough looks at every three of the attempts that lie on working days, and after somebody was met.
func enough(tries []quota.Try, met time.Time) bool {
	var list []quota.Try
	for _, t := range tries {
		if t.Day != 0 && t.At.After(met) {
			list = append(list, t)
		}
	}
	for i := range list {
		for j := range i {
			for k := range j {
				a, b, c := list[k], list[j], list[i]
				apart := b.At.Sub(a.At) >= 4*time.Hour && c.At.Sub(b.At) >= 4*time.Hour
				days := map[core.Date]bool{a.Day: true, b.Day: true, c.Day: true}
				people := map[core.StaffID]bool{a.Staff: true, b.Staff: true, c.Staff: true}
				if apart && len(days) >= 2 && len(people) >= 2 {
					return true
				}
			}
		}
	}
	return false
}
