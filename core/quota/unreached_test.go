package quota_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/quota"
)

// TestNobodyIsOutUnheard: who is not reached was tried three times, hours apart and on two
// working days, by two people, in writing; one of them writes it, the household is told and has its days, and only another
// person gives the place away. Every act of it stands in the log.
//
// Controls: Answer and quota_offer_moves as they were ("update quota_offer …: nothing refused
// it", the place gone by one word); Tried without its people, in code
// and table ("tried by one alone: <nil>"); quota_skip_moves without until ("update quota_skip
// …: nothing refused it").
func TestNobodyIsOutUnheard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, id := t.Context(), w.frozen(t, 1, 2)
	w.workday(t)
	by := w.today(t).AddDate(0, 0, 20)
	for day, want := range map[core.Date]error{by.AddDate(0, 0, -20): quota.ErrAnswerDay, by.AddDate(0, 0, 90): quota.ErrAnswerDay} {
		if err := w.quota.Offer(ctx, w.han, id, quota.Offering{N: 1, By: day}); !errors.Is(err, want) {
			t.Errorf("until %s: %v", day, err)
		}
	}
	must(t, w.quota.Offer(ctx, w.han, id, quota.Offering{N: 1, By: by}))
	try, gone := quota.Try{How: quota.ByCall, Words: "没人接"}, quota.Answer{N: 1, Offer: w.offered(t, id, 1), State: quota.Unreached, Words: "几次都没找到人"}
	tries := func(after string, want error) {
		t.Helper()
		if err := w.quota.Answer(ctx, w.han, id, gone); !errors.Is(err, want) {
			t.Errorf("tried %s: %v", after, err)
		}
	}
	for range 3 {
		must(t, w.quota.Try(ctx, w.han, id, 1, w.offered(t, id, 1), try))
		w.env.Advance(quota.TriesApart)
	}
	tries("on one day", quota.ErrTries)
	w.workday(t)
	if err := w.quota.Try(ctx, w.lin, id, 1, w.offered(t, id, 1), quota.Try{How: "sms", Words: "x"}); core.KindOf(err) != core.KindInvalid {
		t.Errorf("in a way that is none: %v", err)
	}
	for _, none := range []string{"。", "x", "12"} { // red, as it was: "no words, 。: <nil>"
		said := quota.Answer{N: 1, Offer: w.offered(t, id, 1), State: quota.Accepted, Words: none}
		for _, err := range []error{w.quota.Try(ctx, w.lin, id, 1, said.Offer, quota.Try{How: quota.ByCall, Words: none}),
			w.quota.Answer(ctx, w.lin, id, said), w.quota.Skip(ctx, w.lin, id, quota.Skip{N: 2, Reason: quota.Away, Words: none})} {
			if core.KindOf(err) != core.KindInvalid {
				t.Errorf("no words, %s: %v", none, err)
			}
		}
	}
	must(t, w.quota.Try(ctx, w.han, id, 1, w.offered(t, id, 1), try))
	tries("by one alone", quota.ErrTries)
	w.refuses(t, id, []string{`update quota_offer set state = 'unreached', words = '\x00', ended = now(), ender = maker where round = $1`, `insert into quota_skip (round, n, region, reason, words, asker, asked, offer, notice, until)
		select round, n, region, 'unreached', '\x00', maker, now(), id, notice, answer_by + 9 from quota_offer where round = $1`})
	try.How = quota.ByVisit
	must(t, w.quota.Try(ctx, w.lin, id, 1, w.offered(t, id, 1), try))
	tries("enough", nil)
	w.unheard(t, id, by)
	if c := w.course(t, id); c.Of(1) != quota.Unreached || len(c.Offers[0].Tries) != 5 || c.Next(2) != 2 || c.Offers[0].Words != gone.Words || len(c.Held()) != 0 {
		t.Errorf("%s, %d attempts, next %d", c.Of(1), len(c.Offers[0].Tries), c.Next(2))
	}
	var acts, told int
	must(t, w.env.DB(pgtest.Check).Read(ctx, pg.City("a test counts entries"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select (select count(*) from audit_entry where act in ('quota.offered', 'quota.tried', 'quota.unreached_asked', 'quota.unreached')),
			(select count(*) from notice where kind in ('offered', 'unreached'))`).Scan(&acts, &told)
	}))
	if acts != 8 || told != 2 {
		t.Errorf("%d entries of the log and %d notices, want 8 and 2", acts, told)
	}
}

// unheard is what lies between one person's word that nobody was reached and another's.
func (w *world) unheard(t *testing.T, id int64, by core.Date) {
	t.Helper()
	ctx := t.Context()
	c := w.course(t, id)
	if c.Of(1) != quota.Offered || len(c.Held()) != 1 || c.Declining(1) == nil || c.Declining(1).Until != by {
		t.Fatalf("after one person's word: %s, %d of 1 held", c.Of(1), len(c.Held()))
	}
	for name, err := range map[string][2]error{
		"held before they heard":    {w.quota.Second(ctx, w.lin, id, 1, w.stands(t, id, 1), true), quota.ErrUnheard},
		"held by the same":          {w.quota.Second(ctx, w.han, id, 1, w.stands(t, id, 1), true), quota.ErrSecond},
		"offered to the next":       {w.quota.Offer(ctx, w.han, id, quota.Offering{N: 2, By: by}), quota.ErrNoPlace},
		"answered beside that word": {w.quota.Answer(ctx, w.lin, id, quota.Answer{N: 1, Offer: w.offered(t, id, 1), State: quota.Accepted, Words: "要"}), quota.ErrDeclining},
	} {
		if !errors.Is(err[0], err[1]) {
			t.Errorf("%s: %v, want %v", name, err[0], err[1])
		}
	}
	w.refuses(t, id, []string{
		`update quota_offer set state = 'unreached', words = '\x00', ended = now(), ender = maker where round = $1`,
		`update quota_skip set state = 'held', second = (select id from staff_account where login = 'lin'), seconded = asked, turn = 1 where round = $1`,
		`update quota_skip set until = until - 30 where round = $1`,
		`update quota_skip set state = 'held', second = asker, seconded = asked + interval '30 days', turn = 1 where round = $1`,
	})
	w.told(t)
	if err := w.quota.Second(ctx, w.lin, id, 1, w.stands(t, id, 1), true); !errors.Is(err, quota.ErrUntil) {
		t.Errorf("held before its day: %v", err)
	}
	w.env.Advance(24 * time.Hour * time.Duration(by-w.today(t)))
	if err := w.quota.Second(ctx, w.lin, id, 1, w.stands(t, id, 1), true); !errors.Is(err, quota.ErrUntil) {
		t.Errorf("held on its last day: %v", err)
	}
	w.env.Advance(24 * time.Hour)
	must(t, w.quota.Second(ctx, w.lin, id, 1, w.stands(t, id, 1), true))
}
