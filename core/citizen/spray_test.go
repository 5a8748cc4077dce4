package citizen

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// sprayed is how many accounts are tried: the whole of P30 with LIANOU_SOAK.
func sprayed() int {
	if os.Getenv("LIANOU_SOAK") != "" {
		return 1000
	}
	return 60
}

// P30: ten tries on each of many accounts, each from an address of its own, with codes that
// the attacker asks for and with those the owners ask for meanwhile. No account is tried
// more than ten times in a quarter of an hour, none is entered, and each owner, at the
// telephone they used before, gets in while it goes on.
//
// Controls seen red: a code found by its phone, whatever the ticket, "the owner of 12 is
// kept out"; no source familiar, "too_many_codes" for the owners; five tries a code, "tried
// 15 times".
func TestSpray(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	n := sprayed()
	owners := make([]core.Phone, n)
	each(n, func(i int) {
		owners[i] = phoneOf(t, fmt.Sprintf("1390535%04d", i))
		home := fmt.Sprintf("home %d", i)
		if _, err := d.LoginPhone(t.Context(), owners[i], d.code(owners[i], home), home); err != nil {
			t.Errorf("a first log-in: %v", err)
		}
	})
	d.env.Advance(16 * time.Minute)
	var judged atomic.Int64
	guess := func(i int, from string, codes ...Code) {
		for _, g := range codes {
			if _, err := d.LoginPhone(t.Context(), owners[i], g, from); err == nil {
				t.Errorf("%d was entered", i)
			}
			judged.Add(1)
		}
	}
	for round := range 4 { // within a quarter of an hour
		each(n, func(i int) {
			phone, home, from := owners[i], fmt.Sprintf("home %d", i), fmt.Sprintf("address %d", (i*4+round)%1000)
			theirs, err := d.SendCode(t.Context(), phone, from)
			if err == nil && theirs.Digits != "" {
				guess(i, from, wrong(theirs), wrong(theirs), wrong(theirs), theirs) // the right one, after its tries are spent
			} else if err != nil {
				t.Errorf("asked for: %v", err)
			}
			if round == 3 {
				own := d.code(phone, home)
				guess(i, from, Code{Digits: own.Digits, Ticket: theirs.Ticket}, Code{Digits: own.Digits, Ticket: hex43(i)}, Code{Digits: own.Digits})
				if _, err := d.LoginPhone(t.Context(), phone, own, home); err != nil {
					t.Errorf("the owner of %d is kept out: %v", i, err)
				}
			}
		})
		d.env.Advance(61 * time.Second)
	}
	var most int
	const q = `select coalesce(max(tries), 0) from (select sum(tries) as tries from citizen_code where made > now() - interval '1 day' and used is null group by phone) as tried`
	err := d.env.DB(pgtest.Owner).Read(t.Context(), pg.City("a test counts tries"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, q).Scan(&most)
	})
	if err != nil || most > 10 || most == 0 {
		t.Errorf("an account was tried %d times in a quarter of an hour: %v", most, err)
	}
	t.Logf("%d guesses at %d accounts; at most %d at a code of one account", judged.Load(), n, most)
}

func hex43(i int) string { return fmt.Sprintf("%043d", i) }

// each does something for many at once, eight at a time.
func each(n int, do func(int)) {
	var wait sync.WaitGroup
	room := make(chan struct{}, 8)
	for i := range n {
		room <- struct{}{}
		wait.Go(func() { defer func() { <-room }(); do(i) })
	}
	wait.Wait()
}

// Past the limit of all, asking again and again is answered alike for a number that is used
// from here and for one that is not: who shares an address with a village must not learn
// who in it has an account.
//
// Control: SendCode that keeps nothing when nothing goes, "an account shows: too_many_codes
// and <nil>".
func TestAskingAgainTellsNobodyWhoHasAnAccount(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	used, other := phoneOf(t, "13905360001"), phoneOf(t, "13905360002")
	if _, err := d.LoginPhone(t.Context(), used, d.code(used, "the village"), "the village"); err != nil {
		t.Fatal(err)
	}
	d.env.Advance(16 * time.Minute)
	for _, from := range []string{"away 1", "away 2", "away 3"} { // spends what all have
		d.code(used, from)
		d.code(other, from)
	}
	for range 5 {
		_, err1 := d.SendCode(t.Context(), used, "the village")
		_, err2 := d.SendCode(t.Context(), other, "the village")
		if core.Known(err1).Code != core.Known(err2).Code {
			t.Errorf("an account shows: %v and %v", err1, err2)
		}
	}
}

// P30, on an address that a whole village shares: whoever spends its codes and guesses
// without end keeps nobody out who was logged in from there before, nobody who holds a
// ticket, and learns nothing from it.
//
// Controls seen red: the source's codes counted for who is known there as well, "is sent
// none"; every guess counted, "is kept out".
func TestOneAddressKeepsNobodyOut(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	known, fresh := phoneOf(t, "13905370001"), phoneOf(t, "13905370002")
	if _, err := d.LoginPhone(t.Context(), known, d.code(known, "the village"), "the village"); err != nil {
		t.Fatal(err)
	}
	d.env.Advance(16 * time.Minute)
	asked := d.code(fresh, "the village")
	for i := range sourceSends {
		if _, err := d.SendCode(t.Context(), phoneOf(t, fmt.Sprintf("1390538%04d", i)), "the village"); err != nil {
			t.Fatal(err)
		}
	}
	for i := range sourceGuesses + 1 {
		_, err := d.LoginPhone(t.Context(), fresh, Code{Digits: "123456", Ticket: hex43(i)}, "the village")
		if want := map[bool]error{false: ErrCode, true: ErrTooMany}[i == sourceGuesses]; !errors.Is(err, want) {
			t.Fatalf("guess %d: %v, want %v", i, err, want)
		}
	}
	if _, err := d.LoginPhone(t.Context(), fresh, asked, "the village"); err != nil {
		t.Errorf("who holds a ticket is kept out: %v", err)
	}
	own, err := d.SendCode(t.Context(), known, "the village")
	if err != nil || own.Digits == "" {
		t.Fatalf("who is known here is sent none: %v", err)
	}
	if _, err := d.LoginPhone(t.Context(), known, own, "the village"); err != nil {
		t.Errorf("who is known here is kept out: %v", err)
	}
	if code, err := d.SendCode(t.Context(), phoneOf(t, "13905370003"), "the village"); err != nil || code.Digits != "" {
		t.Errorf("past the limit a number that is not known: sent %v, %v", code.Digits != "", err)
	}
}
