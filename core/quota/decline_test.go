package quota_test

import (
	"context"
	"errors"
	"testing"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/quota"
)

// TestADeclineIsTwoPeoplesWord: who writes down that a household gives up its offer takes
// nothing from it: the place stays theirs, they are told what was written, and somebody else
// has to have heard the same. Until then who wrote it takes it back; of one that another did
// not find so, the offer stands as before.
//
// Control: Answer that ends the offer at once, as it was ("after one person's word: declined, 0
// of 1 held, next 2").
func TestADeclineIsTwoPeoplesWord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, id, by := t.Context(), w.frozen(t, 1, 3), w.today(t)+7
	stands := func(after string, want quota.Outcome, held, next int) {
		t.Helper()
		c := w.course(t, id)
		if got := c.Of(1); got != want || len(c.Held()) != held || c.Next(3) != next {
			t.Errorf("after %s: %s, %d of 1 held, next %d", after, got, len(c.Held()), c.Next(3))
		}
	}
	must(t, w.quota.Offer(ctx, w.han, id, quota.Offering{N: 1, By: by}))
	no := quota.Answer{N: 1, Offer: w.offered(t, id, 1), State: quota.Declined, Words: "他说不要了"}
	must(t, w.quota.Answer(ctx, w.han, id, no))
	stands("one person's word", quota.Offered, 1, 2)
	for name, err := range map[string][2]error{
		"offered to the next":         {w.quota.Offer(ctx, w.han, id, quota.Offering{N: 2, By: by}), quota.ErrNoPlace},
		"seconded by the same":        {w.quota.Second(ctx, w.han, id, 1, w.stands(t, id, 1), true), quota.ErrSecond},
		"written again":               {w.quota.Answer(ctx, w.lin, id, no), quota.ErrDeclining},
		"accepted beside it":          {w.quota.Answer(ctx, w.lin, id, quota.Answer{N: 1, Offer: w.offered(t, id, 1), State: quota.Accepted, Words: "要"}), quota.ErrDeclining},
		"seconded for another":        {w.quota.Second(ctx, w.lin, id, 2, w.stands(t, id, 2), true), quota.ErrState},
		"tried, which is always well": {w.quota.Try(ctx, w.lin, id, 1, w.offered(t, id, 1), quota.Try{How: quota.ByCall, Words: "他老伴接的"}), nil},
	} {
		if !errors.Is(err[0], err[1]) {
			t.Errorf("%s: %v, want %v", name, err[0], err[1])
		}
	}
	must(t, w.quota.Second(ctx, w.lin, id, 1, w.stands(t, id, 1), false))
	stands("it was not so", quota.Offered, 1, 2)
	must(t, w.quota.Answer(ctx, w.lin, id, no))
	w.heard(t)
	must(t, w.quota.Second(ctx, w.han, id, 1, w.stands(t, id, 1), true))
	stands("two people's word", quota.Declined, 0, 2)
	c := w.course(t, id)
	if o := c.Offers[0]; o.Words != no.Words || o.Ender != w.han.ID || len(c.Skips) != 2 {
		t.Errorf("%q, ended by %d, after %d that wait", o.Words, o.Ender, len(c.Skips))
	}
	w.undone(t, id, 1, "又要了")
	stands("the offer was taken back", quota.Waiting, 0, 1)
	must(t, w.quota.Offer(ctx, w.han, id, quota.Offering{N: 1, By: w.today(t) + 7}))
	stands("it was offered again", quota.Offered, 1, 2)

	var acts, told int
	must(t, w.env.DB(pgtest.Check).Read(ctx, pg.City("a test counts entries"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select (select count(*) from audit_entry where act in ('quota.decline_asked', 'quota.decline_refused', 'quota.declined')),
			(select count(*) from notice where kind = 'declined')`).Scan(&acts, &told)
	}))
	if acts != 4 || told != 2 {
		t.Errorf("%d entries of the log and %d notices, want 4 and 2", acts, told)
	}
	w.refuses(t, id, []string{
		`update quota_offer set state = 'declined', words = '\x00', ended = now(), ender = maker where round = $1 and state = 'open'`,
		`with s as (select min(n) n from quota_entry where round = $1) insert into quota_skip (round, n, region, reason, words, asker, asked, offer, notice) select $1, 2, region, 'declined', '\x00', asker, now(), offer, 1 from quota_skip, s where round = $1 limit 1`,
	})
}

// TestAHouseholdHearsWhatIsWrittenOfIt: a word that would take its place holds only once it is
// known what became of telling them; where it is not so they hear that too.
//
// Controls: Second without heardOut and the trigger without quota_unheard ("before they could hear
// of it: <nil>"); without follows ("told offered declined, want offered declined stands").
func TestAHouseholdHearsWhatIsWrittenOfIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, id, by := t.Context(), w.frozen(t, 1, 3), w.today(t)+7
	fails := func(what string, got, want error) {
		t.Helper()
		if !errors.Is(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	must(t, w.quota.Offer(ctx, w.han, id, quota.Offering{N: 1, By: by}))
	no := quota.Answer{N: 1, Offer: w.offered(t, id, 1), State: quota.Declined, Words: "他说不要了"}
	must(t, w.quota.Answer(ctx, w.han, id, no))
	fails("before they could hear of it", w.quota.Second(ctx, w.lin, id, 1, w.stands(t, id, 1), true), quota.ErrUnheard)
	w.refuses(t, id, []string{`update quota_skip set state = 'held', second = (select id from staff_account where login = 'lin'), seconded = asked, turn = 1 where round = $1`})
	must(t, w.quota.Second(ctx, w.lin, id, 1, w.stands(t, id, 1), false))
	w.hears(t, "offered declined stands")
	must(t, w.quota.Answer(ctx, w.lin, id, no))
	must(t, w.quota.Undo(ctx, w.lin, id, 1, w.stands(t, id, 1), "听错了"))
	w.hears(t, "offered declined stands declined stands")
	must(t, w.quota.Answer(ctx, w.lin, id, quota.Answer{N: 1, Offer: no.Offer, State: quota.Accepted, Words: "要"}))
	w.undone(t, id, 1, "记错户了")
	w.hears(t, "offered declined stands declined stands takes taking_back taken_back")
	must(t, w.quota.Offer(ctx, w.han, id, quota.Offering{N: 1, By: w.today(t) + 7}))
	no.Offer = w.offered(t, id, 1)
	must(t, w.quota.Answer(ctx, w.han, id, no)) // of another offer it is another word
	w.heard(t)
	must(t, w.quota.Second(ctx, w.lin, id, 1, w.stands(t, id, 1), true))
	w.hears(t, "offered declined stands declined stands takes taking_back taken_back offered declined")
}

// hears compares the kinds of all notices, in their order.
func (w *world) hears(t *testing.T, want string) {
	t.Helper()
	var got string
	must(t, w.env.DB(pgtest.Check).Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select string_agg(kind, ' ' order by id) from notice`).Scan(&got)
	}))
	if got != want {
		t.Errorf("told %s, want %s", got, want)
	}
}
