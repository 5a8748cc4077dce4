package sampled_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/sampled"
	"lianou/core/sampled/sampledtest"
	"lianou/core/staff"
)

// all asks about every payment.
const all = `insert into sampled_share values ('371426', 100, 2, '样本', now())`

// Whoever had a part in the money, and kin, are not shown a call, cannot take it, and cannot say what
// was said; the tables refuse it too. Everybody else may.
//
// Control: noPart without sampled_barred ("the proposer is shown the call, with 4", and the other six; the
// three of another card, with sampled_barred without case_card).
func TestWhoHadAPartDoesNotAsk(t *testing.T) {
	t.Parallel()
	w := sampledtest.New(t)
	w.Super(all)
	w.Drawn(4)
	call := w.ToAsk(w.Agent)[0]
	me := fmt.Sprint(w.Agent.ID)
	for name, c := range map[string][2]string{
		"the proposer":           {`update decision set proposer = ` + me, `update decision set proposer = 9003`},
		"the approver":           {`update decision set approver = ` + me, `update decision set approver = 9004`},
		"who made the run":       {`update payout_batch set created_by = ` + me, `update payout_batch set created_by = 9001`},
		"who approved the run":   {`update payout_batch set approved_by = ` + me, `update payout_batch set approved_by = 9002`},
		"who changed the card":   {`insert into payout_fix (line, entitlement, region, code, state, holder, account, last4, evidence, proposed_by, opened) select id, entitlement, region, '1', 'proposed', 'x', 'x', '1234', 'x', ` + me + `, now() from payout_line`, `delete from payout_fix`},
		"who proposed the card":  {card(me, "9006", "confirmed"), `delete from case_card`},
		"who confirmed the card": {card("9005", me, "confirmed"), `delete from case_card`},
		"who proposes one now":   {card(me, "null", "proposed"), `delete from case_card`},
		"who told them by word":  {sampledtest.Told("true", me), `with s as (delete from task_said where by_staff = ` + me + `) delete from call_task where by_staff = ` + me},
		"kin of the household's": {`insert into case_conflict (case_id, region, staff, relation) select id, region, ` + me + `, '侄' from casefile`, `delete from case_conflict`},
	} {
		w.Super(c[0])
		if n := len(w.ToAsk(w.Agent)); n != 0 {
			t.Errorf("%s is shown the call, with %d", name, n)
		}
		if err := w.Sampled.Take(t.Context(), w.Agent, call.ID); !errors.Is(err, sampled.ErrBarred) {
			t.Errorf("%s takes it: %v", name, err)
		}
		err := w.DB.Tx(t.Context(), w.Agent.Scope(), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, `update sampled_call set taker = $2, taken = now() where id = $1`, call.ID, int64(w.Agent.ID))
			return err
		})
		if pg.Constraint(err) != "sampled_barred" {
			t.Errorf("%s takes it by SQL: %v", name, err)
		}
		w.Super(c[1])
	}
	w.Super(card(me, "9006", "rejected"))
	if n := len(w.ToAsk(w.Agent)); n != 4 {
		t.Errorf("a card that was not taken bars from %d", 4-n)
	}
	w.Must(w.Sampled.Take(t.Context(), w.Agent, call.ID))
	if err := w.Sampled.Take(t.Context(), w.Second, call.ID); !errors.Is(err, sampled.ErrTaken) {
		t.Errorf("two ring one household: %v", err)
	}
	if _, err := w.Sampled.Answer(t.Context(), w.Second, sampled.Answer{Call: call.ID, Arrived: sampled.No, Words: "没有到我卡上"}); !errors.Is(err, sampled.ErrNotMe) {
		t.Errorf("another answers: %v", err)
	}
	w.Env.Advance(31 * time.Minute)
	w.Must(w.Sampled.Take(t.Context(), w.Second, call.ID))
	if err := w.Sampled.Take(t.Context(), w.Officer, call.ID); !errors.Is(err, sampled.ErrNone) {
		t.Errorf("the township takes an agent's: %v", err)
	}
}

// card is another card of every case, by two people.
func card(by, ended, state string) string {
	at := "now()"
	if ended == "null" {
		at = "null"
	}
	return `insert into case_card (case_id, region, holder, account, last4, old_holder, old_last4, how, proposed_by, proposed, state, ended_by, ended, reason)
		select id, region, 'x', 'x', '1234', '', '', '看了卡', ` + by + `, now(), '` + state + `', ` + ended + `, ` + at + `, case '` + state + `' when 'rejected' then 'x' else '' end from casefile`
}

// Of a visit the officer and the assistant of the case are barred too, whose word is looked at; the others
// of the township go there. A call by telephone is no matter of theirs.
//
// Control: sampled_barred without them ("the case's assistant is shown 1, another of the township 1").
func TestTheHandsOfTheCaseDoNotAskAtItsDoor(t *testing.T) {
	t.Parallel()
	w := sampledtest.New(t)
	w.Super(all)
	w.Drawn(1)
	id := w.ToAsk(w.Agent)[0].ID
	for part, other := range map[string]staff.Person{"officer": w.Helper, "assistant": w.Officer} {
		who := map[string]staff.Person{"officer": w.Officer, "assistant": w.Helper}[part]
		w.Super(`update sampled_call set how = 'visit'`, fmt.Sprintf(`update casefile set %s = %d`, part, who.ID))
		if mine, theirs := len(w.ToAsk(who)), len(w.ToAsk(other)); mine != 0 || theirs != 1 {
			t.Errorf("the case's %s is shown %d, another of the township %d", part, mine, theirs)
		}
		if err := w.Sampled.Take(t.Context(), who, id); !errors.Is(err, sampled.ErrBarred) {
			t.Errorf("the case's %s takes it: %v", part, err)
		}
		w.Refused("the case's "+part+" takes it by SQL", fmt.Sprintf(`update sampled_call set taker = %d, taken = now()`, who.ID), "sampled_barred", "")
		w.Super(`update sampled_call set how = 'phone'`, fmt.Sprintf(`update casefile set %s = %d`, part, w.Agent.ID))
		if n := len(w.ToAsk(w.Agent)); n != 1 {
			t.Errorf("by telephone the %s is barred", part)
		}
		w.Super(fmt.Sprintf(`update casefile set %s = null`, part))
	}
}

// Of one claim the clock is that of the earliest call that is open, and of the earliest matter: what is due
// later is not late before its day, and what is answered first takes no day from the others.
//
// Control: Onward that meets no earlier clock ("the earliest was answered: 0 clocks of ask to …").
func TestTheClockIsThatOfTheEarliest(t *testing.T) {
	t.Parallel()
	w := sampledtest.New(t)
	w.Super(all)
	w.Drawn(3)
	ids := map[int]int64{}
	for i, c := range w.ToAsk(w.Agent) {
		ids[i] = c.ID
	}
	one := fmt.Sprint(ids[0])
	w.Super(`delete from deadline where claim_id <> (select claim from sampled_call where id = `+one+`)`,
		fmt.Sprintf(`update sampled_call c set due = c.due + 7 * (c.id - %[1]s)::integer, (case_id, claim, region) = (select case_id, claim, region from sampled_call where id = %[1]s)`, one))
	first := core.DateOf(w.Now()).AddDate(0, 0, 2)
	runs := func(when, kind string, due core.Date) {
		t.Helper()
		if n := w.Count(`select count(*) from deadline where kind = $1 and met is null and due = $2 and next = $2`, kind, due.Time()); due != 0 && n != 1 {
			t.Errorf("%s: %d clocks of %s to %s", when, n, kind, due)
		}
		if n := w.Count(`select count(*) from deadline where kind = $1 and met is null`, kind); (n != 0) != (due != 0) || n > 1 {
			t.Errorf("%s: %d clocks of %s run", when, n, kind)
		}
	}
	says := func(i int) {
		t.Helper()
		w.Must(w.Sampled.Take(t.Context(), w.Agent, ids[i]))
		_, err := w.Sampled.Answer(t.Context(), w.Agent, sampled.Answer{Call: ids[i], Arrived: sampled.No, Words: "没有到我卡上"})
		w.Must(err)
	}
	runs("drawn", "ask", first)
	says(1)
	runs("a later one was answered", "ask", first)
	opened := core.DateOf(w.Now()).AddDate(0, 0, sampled.MatterDays)
	w.Env.Advance(24 * time.Hour)
	says(0)
	runs("the earliest was answered", "ask", first.AddDate(0, 0, 14))
	runs("two matters", "matter", opened)
	w.Env.Advance(24 * time.Hour)
	says(2)
	runs("all were answered", "ask", 0)
	for i, left := range []core.Date{opened.AddDate(0, 0, 1), opened.AddDate(0, 0, 2), 0} {
		m := w.Matters(w.Three)[0]
		_, err := w.Sampled.Close(t.Context(), w.Three, m.ID, sampled.Passed, "转给县公安局王庙派出所,收了材料")
		w.Must(err)
		w.Must(w.Sampled.Confirm(t.Context(), w.Xian, m.ID, proposed(t, w).Said, true))
		runs(fmt.Sprintf("%d matters ended", i+1), "matter", left)
	}
}

// The caller has neither amount nor day before the answer is written, and what is said is read
// strictly: what is not a number of yuan is asked again.
//
// Controls: callQuery with c.amount as it is ("the caller knows 360.00"); amount by core.ParseYuan
// alone ("1e3: <nil>").
func TestWhatIsSaidIsReadStrictly(t *testing.T) {
	t.Parallel()
	w := sampledtest.New(t)
	w.Super(all)
	w.Drawn(2)
	call := w.ToAsk(w.Agent)[0]
	if call.Amount != 0 || !call.Paid.IsZero() {
		t.Errorf("the caller knows %s of %s", call.Amount, call.Paid)
	}
	w.Must(w.Sampled.Take(t.Context(), w.Agent, call.ID))
	in := sampled.Answer{Call: call.ID, Arrived: sampled.Yes, Words: "到了,我自己去取的"}
	for _, yuan := range []string{"", "0", "0.00", "-360", "1e3", "360.123", "三百六", "约 360", "360元", "3,60", "０３６０", "999999999", "0x10", "360 361", "Inf"} {
		in.Yuan = yuan
		if _, err := w.Sampled.Answer(t.Context(), w.Agent, in); core.KindOf(err) != core.KindInvalid {
			t.Errorf("%s: %v", yuan, err)
		}
	}
	in.Yuan = fmt.Sprintf("%d.00", w.Count(`select amount / 100 from sampled_call where id = $1`, call.ID))
	for _, on := range []string{"2026-13-01", "明天", core.DateOf(w.Now()).AddDate(0, 0, 1).String(), core.DateOf(w.Now()).AddDate(0, -4, 0).String()} {
		in.On = on
		if _, err := w.Sampled.Answer(t.Context(), w.Agent, in); core.KindOf(err) != core.KindInvalid {
			t.Errorf("on %s: %v", on, err)
		}
	}
	for _, words := range []string{"", "嗯", "嗯嗯嗯嗯", strings.Repeat("到了自己取的", 200)} {
		bad := in
		bad.On, bad.Words = "", words
		if _, err := w.Sampled.Answer(t.Context(), w.Agent, bad); !errors.Is(err, sampled.ErrWords) {
			t.Errorf("%.20q: %v", words, err)
		}
	}
	in.On = core.DateOf(w.Now()).AddDate(0, 0, -1).String()
	got, err := w.Sampled.Answer(t.Context(), w.Agent, in)
	w.Must(err)
	if got != sampled.Right {
		t.Errorf("the same sum is %s", got)
	}
	if _, err := w.Sampled.Answer(t.Context(), w.Agent, in); !errors.Is(err, sampled.ErrOver) {
		t.Errorf("answered twice: %v", err)
	}
	if n := w.Count(`select count(*) from sampled_call where position(convert_to('自己去取', 'UTF8') in words) > 0 or words is null and outcome <> ''`); n != 0 {
		t.Error("the words lie in clear")
	}
	if n := w.Count(`select count(*) from deadline where kind = 'ask' and met is not null`); n != 1 {
		t.Errorf("%d clocks met", n)
	}
	if n := w.Count(`select count(*) from case_event where kind like 'sampled.answered/%' and citizen like '%数对得上%' and citizen !~ '[0-9]{3}'`); n != 1 {
		t.Errorf("%d lines of the household's timeline", n)
	}
}

// Three calls in vain, each at another time of the day, and somebody of the township goes there; who
// is not found there either is for the payers.
//
// Controls: Take without the part of the day ("twice at one time of the day: <nil>"); a third try that
// sends nobody ("after 3 calls: sent false", "xieli: 0 go there").
func TestThreeCallsInVainAndSomebodyGoes(t *testing.T) {
	t.Parallel()
	w := sampledtest.New(t)
	w.Super(all)
	w.Drawn(1)
	id := w.ToAsk(w.Agent)[0].ID
	for i, hour := range []int{10, 12, 18} {
		if i > 0 {
			if _, err := w.Sampled.Missed(t.Context(), w.Agent, id); !errors.Is(err, sampled.ErrNotMe) {
				t.Errorf("without taking it: %v", err)
			}
			if err := w.Sampled.Take(t.Context(), w.Second, id); !errors.Is(err, sampled.ErrSlot) {
				t.Errorf("twice at one time of the day: %v", err)
			}
			if n := len(w.ToAsk(w.Second)); n != 0 {
				t.Errorf("%d are offered again at this time of the day", n)
			}
			w.Hour(hour)
		}
		w.Must(w.Sampled.Take(t.Context(), w.Agent, id))
		sent, err := w.Sampled.Missed(t.Context(), w.Agent, id)
		w.Must(err)
		if sent != (i == 2) {
			t.Errorf("after %d calls: sent %v", i+1, sent)
		}
	}
	if n := len(w.ToAsk(w.Agent)); n != 0 {
		t.Errorf("an agent still has %d", n)
	}
	for _, who := range []staff.Person{w.Officer, w.Helper} {
		if n := len(w.ToAsk(who)); n != 1 {
			t.Errorf("%s: %d go there", who.Login, n)
		}
	}
	w.Must(w.Sampled.Take(t.Context(), w.Helper, id))
	if _, err := w.Sampled.Missed(t.Context(), w.Helper, id); core.KindOf(err) != core.KindInvalid {
		t.Errorf("a visit in vain without a word: %v", err)
	}
	got, err := w.Sampled.Answer(t.Context(), w.Helper, sampled.Answer{Call: id, Arrived: sampled.NotFound, Words: "邻居说搬走两年了"})
	w.Must(err)
	if got != sampled.Unfound || len(w.Matters(w.Three)) != 1 {
		t.Errorf("%s, and %d are looked into", got, len(w.Matters(w.Three)))
	}
}
