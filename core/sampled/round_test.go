package sampled_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/sampled/sampledtest"
)

// The job takes a round through its steps, each once: a seed for each county in the log before
// anything is paid, the list when the day is over and the log has grown, and the calls. A county where
// one payment was made asks about it.
//
// Controls: Work on a day that is not over (the database: "constraint sampled_early"); seeds for today
// alone ("13 seeds for 13 counties, want today's and tomorrow's of each").
func TestADayIsDrawn(t *testing.T) {
	t.Parallel()
	w := sampledtest.New(t)
	w.Works()
	counties := w.Count(`select count(distinct county) from sampled_round`)
	if n := w.Count(`select count(*) from sampled_round where state = 'committed'`); n != 2*counties || counties < 10 {
		t.Fatalf("%d seeds for %d counties, want today's and tomorrow's of each", n, counties)
	}
	w.Paid(1)
	day := core.DateOf(w.Now())
	w.Works() // the day is not over
	w.Env.Advance(24 * time.Hour)
	w.Works()
	if n := w.Count(`select count(*) from sampled_round where state <> 'committed'`); n != 0 {
		t.Fatalf("%d rounds listed before the log grew", n)
	}
	w.Grows()
	w.Works()
	w.Works()
	if n := w.Count(`select count(*) from sampled_round where state = 'drawn'`); n != counties {
		t.Errorf("%d rounds drawn of %d counties", n, counties)
	}
	if n := w.Count(`select count(*) from sampled_call c join sampled_round r on r.id = c.round where r.id = $1`, w.Round(day)); n != 1 {
		t.Errorf("%d calls about the only payment", n)
	}
	if n := w.Count(`select count(*) from deadline where kind = 'ask' and met is null and due = $1`, day.AddDate(0, 0, 3).Time()); n != 1 {
		t.Errorf("%d clocks of three days", n)
	}
	order := w.Count(`select count(*) from audit_entry p join audit_entry l on l.act = 'sampled.listed' and l.subject like split_part(p.subject, '/', 1) || '/listed/%' and l.id > p.id
		join audit_entry d on d.act = 'sampled.drawn' and d.subject like split_part(p.subject, '/', 1) || '/drawn/%' and d.id > l.id where p.act = 'sampled.committed'`)
	if order != counties {
		t.Errorf("the log has %d rounds in order, want %d", order, counties)
	}
}

// The share is kept; no payment is on two lists; who weighs more is marked so.
//
// Control: sampled_paid without call_task ("23 weigh for a first payment, 0 also for a word").
func TestTheShareOfADayIsKept(t *testing.T) {
	t.Parallel()
	w := sampledtest.New(t)
	w.Super(`insert into sampled_share values ('371426', 30, 1, '平民字〔2026〕12 号', now())`)
	id := w.Drawn(23)
	if lines, calls := w.Count(`select lines from sampled_round where id = $1`, id), w.Count(`select count(*) from sampled_call where round = $1`, id); lines != 23 || calls != 7 {
		t.Errorf("%d calls of %d payments, want 7 of 23 at thirty of a hundred", calls, lines)
	}
	if first, told := w.Count(`select count(*) from sampled_line where weight = 2`), w.Count(`select count(*) from sampled_line where weight = 3`); first != 16 || told != 7 {
		t.Errorf("%d weigh for a first payment, %d also for a word: want 16 and 7", first, told)
	}
	if n := w.Count(`select count(*) from sampled_call c join casefile f on f.id = c.case_id where (c.how = 'visit') <> (f.contact_phone is null)`); n != 0 {
		t.Errorf("%d go to a telephone that is not there, or not to one that is", n)
	}
}

// The tables refuse to the application's own role whatever would steer a draw, and to their owner what
// the role has no right to, each by the constraint that is meant.
//
// Controls: sampled_round_guard without sampled_draw ("another household drawn: done"), without
// sampled_paid ("a list without one: done").
func TestNobodySteersADraw(t *testing.T) {
	t.Parallel()
	w := sampledtest.New(t)
	w.Works()
	w.Paid(12)
	w.Grows()
	day := core.DateOf(w.Now())
	id := strconv.FormatInt(w.Round(day), 10)
	const whole = `insert into sampled_line (round, n, line, case_id, region, weight) select R, row_number() over (order by p.line), p.line, p.case_id, p.region, p.weight from sampled_paid('371426', (select day from sampled_round where id = R), 2) p`
	const freeze = `; update sampled_round set state = 'listed', listed = opened, lines = (select count(*) from sampled_line where round = R), digest = seed_hash, head_size = h.size, head_root = h.root from sampled_head(R) h where id = R`
	of := func(sql string) string { return strings.ReplaceAll(sql, "R", id) }
	w.Refused("a list before the day is over", of(whole+freeze), "sampled_early", "")
	w.Env.Advance(24 * time.Hour)
	w.Refused("a list without one", of(whole+` where p.line <> 3`+freeze), "sampled_whole", "")
	w.Refused("a list with another weight", of(strings.Replace(whole, "p.weight from", "p.weight + 1 from", 1)+freeze), "sampled_whole", "")
	w.Refused("another order", of(strings.Replace(whole, "order by p.line", "order by p.line desc", 1)+freeze), "sampled_whole", "")
	w.Refused("another head", of(whole+strings.Replace(freeze, "h.root", "sha256('x')", 1)), "sampled_head", "")
	w.Refused("another seed", of(`update sampled_round set seed_hash = sha256('x') where id = R`), "42501", "sampled_final")
	w.Refused("another share", of(`update sampled_round set percent = 100 where id = R`), "42501", "sampled_final")
	w.Refused("a second round", of(`insert into sampled_round (county, day, percent, more, opened, seed_hash, sealed, after) select county, day, 5, 2, opened, sha256('y'), 'y', 8 from sampled_round where id = R`), "sampled_round_county_day_key", "")
	w.Refused("a share of one's own", of(`insert into sampled_round (county, day, percent, more, opened, seed_hash, sealed, after) select county, day + 2, 100, 2, opened, sha256('y'), 'y', 8 from sampled_round where id = R`), "sampled_share", "")
	w.Works()
	// A line that is on no list.
	w.Super(`insert into payout_line (batch, entitlement, region, attempt, seq, amount, holder, account, last4, item, item_name, period, state, code, answered)
		select batch, entitlement, region, 9, 9000, amount, holder, account, last4, item, item_name, period, 'returned', '0001', answered from payout_line where id = 1`)
	w.Refused("one more on the list", of(`insert into sampled_line (round, n, line, case_id, region, weight) select R, 13, (select max(id) from payout_line), case_id, region, 1 from sampled_line where n = 1 and round = R`), "sampled_final", "")
	w.Refused("one less", of(`delete from sampled_line where round = R`), "42501", "sampled_final")
	w.Refused("another weight", of(`update sampled_line set weight = 9 where round = R`), "42501", "sampled_final")
	w.Refused("one more drawn", of(`insert into sampled_call (round, line, case_id, region, claim, amount, paid, how, due, made) select s.round, s.line, s.case_id, s.region, e.claim, l.amount, current_date, 'phone', current_date, now()
		from sampled_line s join payout_line l on l.id = s.line join payout_entitlement e on e.id = l.entitlement where not exists (select from sampled_call c where c.line = s.line) limit 1`), "sampled_final", "")
	w.Refused("one less drawn", `delete from sampled_call`, "42501", "sampled_final")
	w.Refused("drawn again", of(`update sampled_round set seed = sha256('x') where id = R`), "sampled_order", "")
	w.Refused("a round taken back", `delete from sampled_round`, "42501", "sampled_final")
	w.Refused("another amount", `update sampled_call set amount = amount + 1`, "42501", "sampled_final")
	// The draw itself, laid back by one step: the lot says who, and nobody else.
	w.Super(of(`create table was as select r.seed, c.line from sampled_round r join sampled_call c on c.round = r.id where r.id = R`), `grant select on was to lianou_platform`,
		`delete from sampled_call`, of(`update sampled_round set state = 'listed', drawn = null, seed = null, calls = null where id = R`))
	const call = `insert into sampled_call (round, line, case_id, region, claim, amount, paid, how, due, made) select s.round, s.line, s.case_id, s.region, e.claim, l.amount, current_date, 'phone', current_date, now()
		from sampled_line s join payout_line l on l.id = s.line join payout_entitlement e on e.id = l.entitlement where s.round = R and s.line `
	const drawn = `; update sampled_round set state = 'drawn', drawn = now(), seed = (select seed from was limit 1), calls = (select count(*) from sampled_call where round = R) where id = R`
	w.Refused("another household drawn", of(call+`= (select min(line) from sampled_line where line not in (select line from was))`+drawn), "sampled_draw", "")
	w.Refused("one more than the lot says", of(call+`<= (select max(line) from was) + 1`+drawn), "sampled_draw", "")
	w.Refused("nobody drawn", of(drawn[2:]), "sampled_draw", "")
	w.Must(w.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, of(call+`in (select line from was)`)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, of(drawn[2:]))
		return err
	}))
}

// A household that moved between two counties after the first drew up its list is on that one list, and the
// second county's is drawn.
//
// Control: sampled_paid without the other lists ("constraint sampled_line_line_key").
func TestACaseThatMovedIsOnOneList(t *testing.T) {
	t.Parallel()
	w := sampledtest.New(t)
	w.Drawn(2)
	w.Super(`update payout_line set region = '371403001'`,
		`update sampled_round set state = 'committed', listed = null, lines = null, head_size = null, head_root = null, digest = null, drawn = null, seed = null, calls = null where county = '371403' and state = 'drawn'`)
	w.Works()
	if n := w.Count(`select count(*) from sampled_round r where county = '371403' and state = 'drawn' and lines = 0`); n != 1 {
		t.Errorf("%d rounds of the other county are drawn", n)
	}
}

// A day on which something was paid while nobody drew gets its round up to six days later, that county's
// alone; whoever is asked has three days from then. What is older gets none, and verify names it.
//
// Control: missed that looks at no day ("0 rounds of days before").
func TestADayThatStoodStillIsMadeUp(t *testing.T) {
	t.Parallel()
	w := sampledtest.New(t)
	const past = `select count(*) from sampled_round where day < (lianou_now() at time zone 'Asia/Shanghai')::date`
	w.Paid(3)
	w.Env.Advance(7 * 24 * time.Hour)
	w.Works()
	if n := w.Count(past); n != 0 {
		t.Errorf("%d rounds of a week ago", n)
	}
	w.Super(`update payout_line set answered = answered + interval '1 day'`)
	day := core.DateOf(w.Now()).AddDate(0, 0, -6)
	w.Works()
	w.Works()
	if n := w.Count(past); n != 1 {
		t.Fatalf("%d rounds of days before, want the county's of the day it paid on", n)
	}
	w.Grows()
	w.Works()
	if n := w.Count(`select count(*) from sampled_call c join sampled_round r on r.id = c.round where r.id = $1 and c.paid = $2`, w.Round(day), day.Time()); n != 1 {
		t.Errorf("%d of 3 are asked", n)
	}
	if n := w.Count(`select count(*) from deadline where kind = 'ask' and due = $1`, core.DateOf(w.Now()).AddDate(0, 0, 2).Time()); n != 1 {
		t.Error("whoever asks is late before they have it")
	}
}
