package standin

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/payout"
)

// line is a rail to a stand-in bank. round is what passes between two looks of ours: the
// bank that fetches files comes by.
type line struct {
	payout.Rail
	s     *Server
	clock *hands
	round func()
	half  func(name string) // an unfinished file in the bank's outbox, of a bank that writes in place
}

// eachRail runs one promise over every rail.
func eachRail(t *testing.T, promise func(t *testing.T, l line)) {
	t.Run("http", func(t *testing.T) {
		t.Parallel()
		s, base, clock := world(t, nil)
		rail, err := payout.NewBank(payout.BankConfig{URL: base, User: DemoBankUser, Password: DemoBankPass, Timeout: 100 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		promise(t, line{rail, s, clock, func() {}, func(string) {
			_ = s.Break(Fault{Service: Bank, Call: "outbox/file", Mode: ModeHalf, Times: 3}) // a GET is tried three times
		}})
	})
	t.Run("folder", func(t *testing.T) {
		t.Parallel()
		send, take := t.TempDir(), t.TempDir()
		s, _, clock := world(t, func(c *Config) { c.Bank.Inbox, c.Bank.Outbox = send, take })
		rail, err := payout.NewFolder(payout.FolderConfig{Send: send, Take: take})
		if err != nil {
			t.Fatal(err)
		}
		round := func() {
			if err := s.Sweep(); err != nil {
				t.Fatal(err)
			}
		}
		promise(t, line{rail, s, clock, round, func(string) { _ = s.Break(Fault{Service: Bank, Call: "outbox/file", Mode: ModeHalf}) }})
	})
}

func orderOf(t *testing.T, batch string, fen core.Fen) ([]byte, payout.Question) {
	t.Helper()
	p := DemoPersons()[0]
	raw, err := payout.Order{Batch: batch, Date: core.NewDate(2026, 11, 23), Payer: account(t, "6217003710000"), Lines: []payout.OrderLine{{
		Line: "P000000000000001", Account: account(t, p.Account), Name: p.Name, Amount: fen, Item: "MZ-01", Period: "202611", Purpose: "低保11月"}}}.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return raw, payout.Question{Batch: batch, Name: batch + ".pay", Digest: sm3hex(raw), Offer: 1}
}

// said hands a file over and gives the bank's word after one round.
func (l line) said(t *testing.T, q payout.Question, raw []byte) payout.Word {
	t.Helper()
	word, err := l.Put(t.Context(), q.Name, raw)
	l.round()
	if err == nil && word == payout.Unsaid {
		word, err = l.Ask(t.Context(), q)
	}
	if err != nil {
		t.Fatal(err)
	}
	return word
}

// asked is the bank's word after a round for the question and one for its answer.
func (l line) asked(t *testing.T, q payout.Question) payout.Word {
	t.Helper()
	word, err := l.Ask(t.Context(), q)
	l.round()
	if err == nil && word == payout.Unsaid {
		word, err = l.Ask(t.Context(), q)
	}
	if err != nil {
		t.Fatal(err)
	}
	return word
}

func (l line) paid() int { return len(l.s.Credits(DemoPersons()[0].Account)) }

// Every rail keeps the same promises, against a bank that speaks both.
//
// Controls, seen red: a receipt's batch not looked at ("foreign: here"); a bare 404 read
// as "not here" (see TestOnlyTheBankSaysNotHere); files without their end read at once
// ("half of a return is given"); a day printed before it is over ("before the day is over:
// [20261123-0000.sta]"); both copies under one name ("twice": statements … want 2).
func TestEveryRailKeepsItsPromises(t *testing.T) {
	t.Parallel()
	for name, promise := range map[string]func(t *testing.T, l line){
		"taken, answered, once":                      takenOnce,
		"a silent bank has said nothing":             silentBank,
		"lost on the way is said, and goes again":    lostOnTheWay,
		"a lost receipt is asked for":                lostReceipt,
		"a receipt of another batch is none":         foreignReceipt,
		"other bytes under one name":                 otherBytes,
		"half of a return is waited for":             halfReturn,
		"a slow return is not there until it is":     slowReturn,
		"the same return twice is two files":         sameReturnTwice,
		"names that no file may have are left alone": oddNames,
		"a day ends with its statement, once":        statementOfADay,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); eachRail(t, promise) })
	}
}

func takenOnce(t *testing.T, l line) {
	raw, q := orderOf(t, "LN000000000001", 36000)
	for range 2 { // the second time it is the same bytes
		if word := l.said(t, q, raw); word != payout.Here {
			t.Errorf("the bank says %q", word)
		}
	}
	names, odd, err := l.Outbox(t.Context())
	if err != nil || odd != 0 || len(names) != 1 || names[0] != "LN000000000001.ret" {
		t.Fatalf("outbox %v, %d odd, %v", names, odd, err)
	}
	back, err := l.Fetch(t.Context(), names[0])
	if err != nil {
		t.Fatal(err)
	}
	if r, err := payout.ParseReturn(back); err != nil || r.Paid != 36000 || l.paid() != 1 {
		t.Errorf("return %+v, %v, credited %d times", r, err, l.paid())
	}
}

func silentBank(t *testing.T, l line) {
	raw, q := orderOf(t, "LN000000000001", 36000)
	for _, call := range []string{"inbox", "inbox/ask"} {
		_ = l.s.Break(Fault{Service: Bank, Call: call, Mode: ModeTimeout, Times: -1})
	}
	if word, _ := l.Put(t.Context(), q.Name, raw); word != payout.Unsaid {
		t.Errorf("it was handed over: %q", word)
	}
	for range 2 {
		l.round()
		if word, _ := l.Ask(t.Context(), q); word != payout.Unsaid {
			t.Errorf("a silent bank says %q", word)
		}
	}
}

func lostOnTheWay(t *testing.T, l line) {
	raw, q := orderOf(t, "LN000000000001", 36000)
	_ = l.s.Break(Fault{Service: Bank, Call: "inbox", Mode: ModeCut})
	_, _ = l.Put(t.Context(), q.Name, raw)
	l.round()
	if word := l.asked(t, q); word != payout.Absent || l.paid() != 0 {
		t.Fatalf("the bank says %q, credited %d", word, l.paid())
	}
	q.Offer = 2 // its "not here" was about the first
	if word := l.said(t, q, raw); word != payout.Here || l.paid() != 1 {
		t.Errorf("the second time: %q, credited %d", word, l.paid())
	}
}

func lostReceipt(t *testing.T, l line) {
	raw, q := orderOf(t, "LN000000000001", 36000)
	_ = l.s.Break(Fault{Service: Bank, Call: "inbox", Mode: ModeCutDone})
	_, _ = l.Put(t.Context(), q.Name, raw)
	l.round()
	if word := l.asked(t, q); word != payout.Here || l.paid() != 1 {
		t.Errorf("the bank says %q, credited %d", word, l.paid())
	}
}

func foreignReceipt(t *testing.T, l line) {
	raw, q := orderOf(t, "LN000000000001", 36000)
	_ = l.s.Break(Fault{Service: Bank, Call: "inbox", Mode: ModeCutDone})
	_, _ = l.Put(t.Context(), q.Name, raw)
	l.round()
	_ = l.s.Break(Fault{Service: Bank, Call: "inbox/ask", Mode: ModeForeign, Times: -1})
	word, err := l.Ask(t.Context(), q)
	l.round()
	if err == nil {
		word, err = l.Ask(t.Context(), q)
	}
	if word != payout.Unsaid || !errors.Is(err, payout.ErrBankFile) {
		t.Errorf("foreign: %s, %v", word, err)
	}
}

func otherBytes(t *testing.T, l line) {
	raw, q := orderOf(t, "LN000000000001", 36000)
	if word := l.said(t, q, raw); word != payout.Here {
		t.Fatalf("the bank says %q", word)
	}
	_, other := orderOf(t, "LN000000000001", 36001)
	if word := l.asked(t, other); word != payout.Differs {
		t.Errorf("about other bytes it says %q", word)
	}
}

func halfReturn(t *testing.T, l line) {
	raw, q := orderOf(t, "LN000000000001", 36000)
	l.half("LN000000000001.ret")
	l.said(t, q, raw)
	if got, err := l.Fetch(t.Context(), "LN000000000001.ret"); err == nil || core.KindOf(err) != core.KindUnavailable {
		t.Fatalf("half of a return is given: %d bytes, %v", len(got), err)
	}
	l.round()
	back, err := l.Fetch(t.Context(), "LN000000000001.ret")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := payout.ParseReturn(back); err != nil {
		t.Errorf("the whole of it: %v", err)
	}
}

func slowReturn(t *testing.T, l line) {
	raw, q := orderOf(t, "LN000000000001", 36000)
	_ = l.s.Break(Fault{Service: Bank, Call: "inbox", Mode: ModeLate, Delay: time.Hour})
	if word := l.said(t, q, raw); word != payout.Here {
		t.Errorf("taken, and the bank says %q", word)
	}
	if names, _, err := l.Outbox(t.Context()); err != nil || len(names) != 0 {
		t.Errorf("already: %v, %v", names, err)
	}
	l.clock.move(2 * time.Hour)
	l.round()
	if names, _, err := l.Outbox(t.Context()); err != nil || len(names) != 1 {
		t.Errorf("later: %v, %v", names, err)
	}
}

func sameReturnTwice(t *testing.T, l line) {
	raw, q := orderOf(t, "LN000000000001", 36000)
	_ = l.s.Break(Fault{Service: Bank, Call: "inbox", Mode: ModeTwice})
	l.said(t, q, raw)
	names, _, err := l.Outbox(t.Context())
	slices.Sort(names)
	if err != nil || !slices.Equal(names, []string{"LN000000000001-2.ret", "LN000000000001.ret"}) {
		t.Fatalf("outbox %v, %v", names, err)
	}
	one, err1 := l.Fetch(t.Context(), names[0])
	two, err2 := l.Fetch(t.Context(), names[1])
	if errors.Join(err1, err2) != nil || !bytes.Equal(one, two) {
		t.Errorf("%v, %v", err1, err2)
	}
}

func oddNames(t *testing.T, l line) {
	for _, name := range []string{"../passwd", ".hidden.ret", "nothing.ret"} {
		if raw, err := l.Fetch(t.Context(), name); err == nil {
			t.Errorf("%s: %d bytes", name, len(raw))
		}
	}
}

// Only a receipt says "not here": a status of HTTP, a page of a proxy and a broken
// receipt leave the outcome unknown.
//
// Control, seen red: Ask that gives Absent for 404 ("404: absent").
func TestOnlyTheBankSaysNotHere(t *testing.T) {
	t.Parallel()
	s, base, _ := world(t, nil)
	_, q := orderOf(t, "LN000000000001", 36000)
	elsewhere, err := payout.NewBank(payout.BankConfig{URL: base + "/elsewhere", User: DemoBankUser, Password: DemoBankPass})
	if err != nil {
		t.Fatal(err)
	}
	if word, err := elsewhere.Ask(t.Context(), q); word != payout.Unsaid || err == nil {
		t.Errorf("404: %s, %v", word, err)
	}
	rail, err := payout.NewBank(payout.BankConfig{URL: base, User: DemoBankUser, Password: DemoBankPass})
	if err != nil {
		t.Fatal(err)
	}
	for _, mode := range []Mode{ModeStatus, ModeHalf, ModeForeign, ModeCut} {
		_ = s.Break(Fault{Service: Bank, Call: "inbox/ask", Mode: mode, Times: 6})
		if word, err := rail.Ask(t.Context(), q); word != payout.Unsaid || err == nil {
			t.Errorf("%s: %s, %v", mode, word, err)
		}
		s.Mend(Bank)
	}
	if word, err := rail.Ask(t.Context(), q); word != payout.Absent || err != nil {
		t.Errorf("the bank's own word: %q, %v", word, err)
	}
}

// A bank that looks all the time sees no file or the whole of it.
//
// Control, seen red: drop that writes under the last name ("the bank read … of 262144 bytes").
func TestAFileIsLaidDownWhole(t *testing.T) {
	t.Parallel()
	send := t.TempDir()
	rail, err := payout.NewFolder(payout.FolderConfig{Send: send, Take: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	raw := bytes.Repeat([]byte{'x'}, 256<<10)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 40 {
			if _, err := rail.Put(t.Context(), fmt.Sprintf("LN%d.pay", i), raw); err != nil {
				t.Error(err)
			}
		}
	}()
	for looking := true; looking; {
		select {
		case <-done:
			looking = false
		default:
		}
		names, _ := filepath.Glob(filepath.Join(send, "LN*.pay"))
		for _, name := range names {
			if got, err := os.ReadFile(name); err == nil && len(got) != len(raw) {
				t.Fatalf("the bank read %d of %d bytes", len(got), len(raw))
			}
		}
		for _, name := range names[:max(len(names)-1, 0)] {
			_ = os.Remove(name)
		}
	}
}

// What lies in the folder is not overwritten, and what is not a file of the bank is not
// read.
//
// Control, seen red: read that does not look at what it opens ("a link out of the folder:
// 181 bytes" with os.Open in place of the root).
func TestAFolderIsNoWayOut(t *testing.T) {
	t.Parallel()
	send, take, outside := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "secret")
	rail, err := payout.NewFolder(payout.FolderConfig{Send: send, Take: take})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(rail.Ready(), os.WriteFile(outside, renderReceipt("secret", ""), 0o600), os.Symlink(outside, filepath.Join(take, "link.ret")),
		os.WriteFile(filepath.Join(take, "odd name.ret"), nil, 0o600), os.WriteFile(filepath.Join(take, ".being.ret"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if names, odd, err := rail.Outbox(t.Context()); err != nil || len(names) != 0 || odd != 2 {
		t.Errorf("outbox %v, %d odd, %v", names, odd, err)
	}
	if raw, err := rail.Fetch(t.Context(), "link.ret"); err == nil {
		t.Errorf("a link out of the folder: %d bytes", len(raw))
	}
	for i, want := range []bool{true, true, false} {
		_, err := rail.Put(t.Context(), "LN1.pay", []byte{byte(i / 2)})
		if (err == nil) != want {
			t.Errorf("put %d: %v", i+1, err)
		}
	}
	if list, err := os.ReadDir(send); err != nil || len(list) != 1 || list[0].Name() != "LN1.pay" {
		t.Errorf("the bank sees %v, %v", list, err)
	}
	// What the bank never ended is given to a person after a while.
	name := filepath.Join(take, "half.ret")
	if err := errors.Join(os.WriteFile(name, []byte("R half"), 0o600), os.Chtimes(name, time.Time{}, time.Now().Add(-time.Hour))); err != nil {
		t.Fatal(err)
	}
	if raw, err := rail.Fetch(t.Context(), "half.ret"); err != nil || !strings.HasPrefix(string(raw), "R half") {
		t.Errorf("never ended: %q, %v", raw, err)
	}
	if err := os.RemoveAll(take); err != nil {
		t.Fatal(err)
	}
	if word, err := rail.Ask(t.Context(), payout.Question{Batch: "LN2", Name: "LN2.pay", Offer: 1}); word != payout.Unsaid || err == nil || rail.Ready() == nil {
		t.Errorf("without its folder: %q, %v", word, err)
	}
	for _, bad := range []payout.FolderConfig{{}, {Send: send}, {Send: send, Take: send + "/"}, {Send: "a", Take: "b"}} {
		if _, err := payout.NewFolder(bad); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}
