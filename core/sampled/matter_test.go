package sampled_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/sampled"
	"lianou/core/sampled/sampledtest"
	"lianou/core/staff"
)

// said is a matter of each kind, and the calls they came from.
func said(t *testing.T, w *sampledtest.World) map[sampled.Outcome]sampled.Matter {
	t.Helper()
	w.Super(all)
	w.Drawn(4)
	for i, in := range []sampled.Answer{{Arrived: sampled.No}, {Arrived: sampled.Other}, {Arrived: sampled.Yes, Yuan: "12.5"}, {Arrived: sampled.Unknown}} {
		call := w.ToAsk(w.Agent)[0]
		w.Must(w.Sampled.Take(t.Context(), w.Agent, call.ID))
		in.Call, in.Words = call.ID, fmt.Sprintf("他说的话第%c句", '甲'+i)
		_, err := w.Sampled.Answer(t.Context(), w.Agent, in)
		w.Must(err)
	}
	out := map[sampled.Outcome]sampled.Matter{}
	for _, m := range w.Matters(w.Three) {
		out[m.Kind] = m
	}
	return out
}

// What is not what was paid opens a matter each, with a payer by name who had no part in the run, and
// a clock; who does not know opens none. Who made or approved the run sees none of it and cannot end
// it; where every payer had a part, the county has it.
//
// Controls: owner without Barred (the database: "constraint sampled_barred"); Answer without the matter
// (the database: "constraint sampled_matter").
func TestAMismatchHasAPayerByName(t *testing.T) {
	t.Parallel()
	w := sampledtest.New(t)
	got := said(t, w)
	if len(got) != 3 || got[sampled.Missing].ID == 0 || got[sampled.Taken].ID == 0 || got[sampled.Amount].ID == 0 {
		t.Fatalf("looked into: %v", got)
	}
	for kind, m := range got {
		if m.Owner != w.Three.ID || m.State != "open" || m.Heard == "" || m.Amount == 0 || m.Line == "" {
			t.Errorf("%s: in the hands of %d, %+v", kind, m.Owner, m)
		}
	}
	if got[sampled.Amount].Stated != 1250 {
		t.Errorf("they said %s", got[sampled.Amount].Stated)
	}
	if n := w.Count(`select count(*) from deadline where kind = 'matter' and met is null and level = 2`); n != 3 {
		t.Errorf("%d clocks", n)
	}
	if n := w.Count(`select count(*) from case_event where kind like 'sampled.answered/%' and citizen like '%前给您说法%'`); n != 3 {
		t.Errorf("%d households read that somebody looks into it", n)
	}
	for _, who := range []staff.Person{w.One, w.Two} {
		if n := len(w.Matters(who)); n != 0 {
			t.Errorf("%s, who had a part in the run, sees %d", who.Login, n)
		}
		_, end := w.Sampled.Close(t.Context(), who, got[sampled.Missing].ID, sampled.Found, "问了银行,钱在卡上")
		for name, err := range map[string]error{"takes": w.Sampled.Own(t.Context(), who, got[sampled.Missing].ID), "ends": end} {
			if !errors.Is(err, sampled.ErrBarred) {
				t.Errorf("%s %s it: %v", who.Login, name, err)
			}
		}
	}
	w.Super(fmt.Sprintf(`update staff_account set active = false where id = %d`, w.Three.ID))
	w.Super(`update sampled_call set outcome = '', by_staff = null, answered = null, words = null, row = null, stated = null, stated_on = null, taker = null, taken = null where outcome = 'unsure'`)
	call := w.ToAsk(w.Second)[0]
	w.Must(w.Sampled.Take(t.Context(), w.Second, call.ID))
	_, err := w.Sampled.Answer(t.Context(), w.Second, sampled.Answer{Call: call.ID, Arrived: sampled.No, Words: "真的没有收到"})
	w.Must(err)
	if list := w.Matters(w.Xian); len(list) != 4 || w.Count(`select count(*) from sampled_matter where owner = $1`, int64(w.Xian.ID)) != 1 {
		t.Errorf("the county sees %d and has none", len(list))
	}
}

// A matter ends by the words of who has it in hand; where money moved, by two, and not before the
// repairs of payments wrote that it did. What ended stays; the household reads what came of it.
//
// Controls: Close without the owner ("another ends it: <nil>"); no sampled_mended ("without a repair:
// <nil>"); sampled_mended without the month of a card, of a payment ("with next month's card: <nil>",
// "with next month's payment: <nil>"), without the kind of a change ("with an end of the money: <nil>");
// Confirm without the stamp ("what was not read is confirmed: <nil>").
func TestAMatterEndsInWords(t *testing.T) {
	t.Parallel()
	w := sampledtest.New(t)
	got := said(t, w)
	end := func(who staff.Person, kind sampled.Outcome, r sampled.Result, words string) error {
		_, err := w.Sampled.Close(t.Context(), who, got[kind].ID, r, words)
		return err
	}
	const words = "问了农行王庙支行,11 月 29 日已入账,给本人回了电话"
	if err := end(w.Xian, sampled.Amount, sampled.Explained, words); !errors.Is(err, sampled.ErrOwner) {
		t.Errorf("another ends it: %v", err)
	}
	if err := end(w.Three, sampled.Amount, sampled.Explained, "嗯"); !errors.Is(err, sampled.ErrFound) {
		t.Errorf("without words: %v", err)
	}
	if err := end(w.Three, sampled.Amount, "paid", words); core.KindOf(err) != core.KindInvalid {
		t.Errorf("by a result of one's own: %v", err)
	}
	w.Must(end(w.Three, sampled.Amount, sampled.Explained, words))
	if err := end(w.Three, sampled.Amount, sampled.Found, words); !errors.Is(err, sampled.ErrMoved) {
		t.Errorf("ended twice: %v", err)
	}
	// Money that moved.
	if err := end(w.Three, sampled.Missing, sampled.Repaired, words); !errors.Is(err, sampled.ErrMended) {
		t.Errorf("without a repair: %v", err)
	}
	// What comes to the household anyway is no repair of this payment.
	for _, c := range [][]string{
		{"next month's payment", `insert into payout_entitlement (region, case_id, claim, decision, decision_digest, scheme, item, item_name, period, monthly, amount, sample, holder, account, last4, state, created, updated, paid)
			select e.region, e.case_id, e.claim, e.decision, e.decision_digest, 'next', e.item, e.item_name, to_char(to_date(e.period, 'YYYYMM') + interval '1 month', 'YYYYMM'), true, e.amount, e.sample, e.holder, e.account, e.last4, 'paid', lianou_now(), lianou_now(), lianou_now()
			from payout_entitlement e join sampled_call c on c.claim = e.claim where c.outcome = 'missing'`,
			`insert into payout_line (batch, entitlement, region, attempt, seq, amount, holder, account, last4, item, item_name, period, state, code, answered)
			select 1, e.id, e.region, 1, 9000, e.amount, e.holder, e.account, e.last4, e.item, e.item_name, e.period, 'paid', '0000', lianou_now() from payout_entitlement e where e.scheme = 'next'`},
		{"next month's card", `insert into payout_fix (line, entitlement, region, code, state, holder, account, last4, evidence, proposed_by, proposed, confirmed_by, confirmed, opened)
			select 8000 + e.id, e.id, e.region, '1', 'confirmed', 'x', 'x', '1234', 'x', 9005, lianou_now(), 9006, lianou_now(), lianou_now() from payout_entitlement e join sampled_call c on c.claim = e.claim
			where c.outcome = 'missing' and e.id not in (select l.entitlement from payout_line l join sampled_call c on c.line = l.id)`},
		{"an end of the money", `insert into benefit_change (claim_id, case_id, region, kind, was, from_period, reason, state, proposer, proposed, approver, decided, appeal)
			select claim, case_id, region, 'stop', 1, '203001', 'x', 'approved', 1, lianou_now(), 2, lianou_now(), '不服可以申诉,六十日内,打热线' from sampled_call where outcome = 'missing'`},
	} {
		w.Super(c[1:]...)
		if err := end(w.Three, sampled.Missing, sampled.Repaired, words); !errors.Is(err, sampled.ErrMended) {
			t.Errorf("with %s: %v", c[0], err)
		}
	}
	w.Super(`insert into payout_fix (line, entitlement, region, code, state, holder, account, last4, evidence, proposed_by, proposed, confirmed_by, confirmed, opened)
		select l.id, l.entitlement, l.region, '1', 'confirmed', 'x', 'x', '1234', 'x', 9005, lianou_now(), 9006, lianou_now(), lianou_now() from payout_line l join sampled_call c on c.line = l.id where c.outcome = 'missing'`)
	w.Must(end(w.Three, sampled.Missing, sampled.Repaired, words))
	waits := proposed(t, w)
	if err := w.Sampled.Confirm(t.Context(), w.Three, waits.ID, waits.Said, true); !errors.Is(err, sampled.ErrSecond) {
		t.Errorf("the same person confirms: %v", err)
	}
	if err := w.Sampled.Confirm(t.Context(), w.Xian, waits.ID, waits.Said.Add(1e6), true); !errors.Is(err, sampled.ErrMoved) {
		t.Errorf("what was not read is confirmed: %v", err)
	}
	w.Must(w.Sampled.Confirm(t.Context(), w.Xian, waits.ID, waits.Said, false))
	w.Must(end(w.Three, sampled.Missing, sampled.Repaired, words))
	waits = proposed(t, w)
	w.Must(w.Sampled.Confirm(t.Context(), w.Xian, waits.ID, waits.Said, true))
	w.Must(end(w.Three, sampled.Taken, sampled.Passed, words))
	waits = proposed(t, w)
	w.Must(w.Sampled.Confirm(t.Context(), w.Xian, waits.ID, waits.Said, true))
	if n := w.Count(`select count(*) from deadline where kind = 'matter' and met is null`); n != 0 {
		t.Errorf("%d clocks run on", n)
	}
	if n := w.Count(`select count(*) from case_event where kind like 'sampled.closed/%' and citizen <> ''`); n != 3 {
		t.Errorf("%d households read what came of it", n)
	}
	for name, c := range map[string][3]string{
		"opened again":           {`update sampled_matter set state = 'open', result = '', by_staff = null, said = null, words = null, row = null, second = null, seconded = null`, "sampled_final"},
		"other words":            {`update sampled_matter set words = 'x'`, "sampled_final"},
		"another owner":          {`update sampled_matter set owner = ` + fmt.Sprint(w.Xian.ID), "sampled_final"},
		"money moved by one":     {`update sampled_matter set second = null, seconded = null where result = 'repaired'`, "sampled_final"},
		"taken back":             {`delete from sampled_matter`, "42501", "sampled_final"},
		"an answer taken back":   {`update sampled_call set outcome = '', by_staff = null, answered = null, words = null, row = null, stated = null where outcome = 'missing'`, "sampled_final"},
		"a mismatch with none":   {`update sampled_call set outcome = 'missing' where outcome = 'unsure'`, "sampled_final"},
		"a second of one":        {`insert into sampled_matter (call, case_id, region, kind, opened, due) select call, case_id, region, kind, opened, due from sampled_matter limit 1`, "sampled_matter_call_key"},
		"one of no mismatch":     {`insert into sampled_matter (call, case_id, region, kind, opened, due) select id, case_id, region, 'missing', now(), current_date from sampled_call where outcome = 'unsure'`, "sampled_final"},
		"another day for asking": {`update sampled_call set due = due + 9`, "42501", "sampled_final"},
	} {
		w.Refused(name, c[0], c[1], c[2])
	}
}

// proposed is the matter that waits for a second person.
func proposed(t *testing.T, w *sampledtest.World) sampled.Matter {
	t.Helper()
	for _, m := range w.Matters(w.Xian) {
		if m.State == "proposed" {
			return m
		}
	}
	t.Fatal("none waits for a second person")
	return sampled.Matter{}
}

// Money that is said not to be there ends by two people, whatever was found; that the sum was right is no
// answer to it. A sum that was another ends by one. The tables hold it too, and somebody who comes to have
// a part later keeps no case from moving and no second person from their word.
//
// Controls: sampled_matter_guard that lets one close it ("constraint sampled_second, want sampled_order"), and
// that looks at the owner each time ("confirm the end of a matter: … sampled_barred").
func TestMoneyThatIsNotThereEndsByTwo(t *testing.T) {
	t.Parallel()
	w := sampledtest.New(t)
	got := said(t, w)
	const words = "问了农行王庙支行,给本人回了电话"
	byOne := fmt.Sprintf(`update sampled_matter set state = 'closed', result = 'passed', by_staff = %d, said = now(), words = 'x', row = gen_random_uuid() where state = 'open' and kind = `, w.Three.ID)
	for _, kind := range []sampled.Outcome{sampled.Missing, sampled.Taken} {
		m := got[kind]
		if _, err := w.Sampled.Close(t.Context(), w.Three, m.ID, sampled.Explained, words); core.KindOf(err) != core.KindInvalid {
			t.Errorf("%s: the sum was right: %v", kind, err)
		}
		w.Refused("ended by one", byOne+`'`+string(kind)+`'`, "sampled_order", "")
		w.Refused("explained", strings.NewReplacer("'closed'", "'proposed'", "'passed'", "'explained'").Replace(byOne)+`'`+string(kind)+`'`, "sampled_explained", "")
		waits, err := w.Sampled.Close(t.Context(), w.Three, m.ID, sampled.Found, words)
		w.Must(err)
		if !waits || w.Count(`select count(*) from case_event where kind like 'sampled.closed/%'`) != 0 {
			t.Errorf("%s ends by one", kind)
		}
		w.Refused("closed without a second", `update sampled_matter set state = 'closed' where state = 'proposed'`, "sampled_second", "")
		w.Refused("the first is the second", `update sampled_matter set state = 'closed', second = by_staff, seconded = now() where state = 'proposed'`, "sampled_two", "")
		w.Refused("the asker is the second", fmt.Sprintf(`update sampled_matter set state = 'closed', second = %d, seconded = now() where state = 'proposed'`, w.Agent.ID), "sampled_barred", "")
		w.Must(w.Sampled.Confirm(t.Context(), w.Xian, m.ID, proposed(t, w).Said, false))
	}
	m := got[sampled.Missing]
	_, err := w.Sampled.Close(t.Context(), w.Three, m.ID, sampled.Found, words)
	w.Must(err)
	w.Super(fmt.Sprintf(`insert into case_conflict (case_id, region, staff, relation) select id, region, %d, '侄' from casefile`, w.Three.ID))
	if _, err := w.Sampled.Close(t.Context(), w.Three, got[sampled.Taken].ID, sampled.Found, words); !errors.Is(err, sampled.ErrBarred) {
		t.Errorf("kin end it: %v", err)
	}
	w.Refused("kin write it", fmt.Sprintf(`update sampled_matter set state = 'proposed', result = 'arrived', by_staff = %d, said = now(), words = 'x', row = gen_random_uuid() where state = 'open' and kind = 'taken'`, w.Three.ID), "sampled_barred", "")
	w.Must(w.Sampled.Confirm(t.Context(), w.Xian, m.ID, proposed(t, w).Said, true))
	w.Must(w.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update sampled_matter set owner = owner, second = second`)
		return err
	}))
	w.Super(`delete from case_conflict`)
	if waits, err := w.Sampled.Close(t.Context(), w.Three, got[sampled.Amount].ID, sampled.Explained, words); waits || err != nil {
		t.Errorf("a sum that was right waits %v: %v", waits, err)
	}
}

// The figures of a month are those of its days.
//
// Control: Wrong without who has it ("Wrong:2}, want …Wrong:3").
func TestFiguresOfAMonth(t *testing.T) {
	t.Parallel()
	w := sampledtest.New(t)
	said(t, w)
	day := core.DateOf(w.Now()).AddDate(0, 0, -1)
	for _, of := range []struct {
		month core.Date
		want  sampled.Figures
	}{{day, sampled.Figures{Called: 4, Reached: 4, Wrong: 3}}, {day.AddDate(0, 2, 0), sampled.Figures{}}} {
		w.Must(w.DB.Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			got, err := w.Sampled.Figures(ctx, tx, of.month)
			if err == nil && got[sampledtest.Pingyuan] != of.want {
				t.Errorf("%s: %+v, want %+v", of.month, got[sampledtest.Pingyuan], of.want)
			}
			return err
		}))
	}
}
