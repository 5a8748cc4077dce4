package standin

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lianou/core"
	"lianou/core/payout"
)

// statementOfADay: when a day is over the bank prints what moved on it, once, as the product
// reads it; each fault of a bad day is still a whole file that adds up.
func statementOfADay(t *testing.T, l line) {
	batches := []string{"LN000000000001", "LN000000000002", "LN000000000003", "LN000000000004", "LN000000000005"}
	for i, mode := range []Mode{"", ModeStray, ModeAmend, ModeOmit, ModeTwice} {
		if mode != "" {
			_ = l.s.Break(Fault{Service: Bank, Call: "statement", Mode: mode})
		}
		raw, q := orderOf(t, batches[i], 36000)
		l.said(t, q, raw)
		day := core.DateOf(l.clock.now())
		if names := l.statements(t, day); len(names) != 0 {
			t.Fatalf("%q: before the day is over: %v", mode, names)
		}
		l.clock.move(24 * time.Hour)
		names := l.statements(t, day)
		if want := 1 + i/4; len(names) != want {
			t.Fatalf("%q: statements %v, want %d", mode, names, want)
		}
		first, err := l.Fetch(t.Context(), names[0])
		if err != nil {
			t.Fatal(err)
		}
		if again, err := l.Fetch(t.Context(), names[len(names)-1]); err != nil || !bytes.Equal(first, again) {
			t.Errorf("%q: two files of one day differ, %v", mode, err)
		}
		got, err := payout.ParseStatement(first)
		if err != nil {
			t.Fatalf("%q: %v", mode, err)
		}
		if d := cmp.Diff(wantOf(t, day, mode), got); d != "" {
			t.Errorf("%q: %s", mode, d)
		}
	}
}

// statements are the names of a day's statements once the bank has looked at the day.
func (l line) statements(t *testing.T, day core.Date) (out []string) {
	t.Helper()
	l.s.EndDays()
	l.round()
	names, _, err := l.Outbox(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if stamp := day.Time().Format("20060102"); len(n) > 8 && n[:8] == stamp {
			out = append(out, n)
		}
	}
	return out
}

func wantOf(t *testing.T, day core.Date, mode Mode) payout.Statement {
	t.Helper()
	payer, card := account(t, "6217003710000").Last4(), account(t, DemoPersons()[0].Account).Last4()
	stamp := day.Time().Format("20060102")
	ours := payout.StatementLine{Line: "P000000000000001", Amount: 36000, Last4: card, Day: day, Kind: payout.PaidOut}
	s := payout.Statement{Number: "DZ" + stamp + payer, Account: payer, From: day, To: day, Paid: 36000}
	switch mode {
	case ModeStray:
		s.Paid += 1250
		s.Lines = []payout.StatementLine{ours, {Line: "K" + stamp + "0001", Amount: 1250, Last4: "9999", Day: day, Kind: payout.PaidOut}}
	case ModeAmend:
		s.Paid++
		ours.Amount++
		s.Lines = []payout.StatementLine{ours}
	case ModeOmit:
		s.Paid = 0
	default:
		s.Lines = []payout.StatementLine{ours}
	}
	return s
}

// What came back is one line as well, and a bank that was started anew prints no day twice
// and loses none.
//
// Control, seen red: Moves that are not kept ("outbox [B1.ret]").
func TestStatementSurvivesARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, base, clock := world(t, func(c *Config) { c.DataDir = dir })
	put(t, base, "B1.pay", payment("B1", []order{{"6217003700010005", "赵桂芳", 36000}, {"6217003700010018", "孙小兰", 100}}, nil))
	if err := s.save(); err != nil {
		t.Fatal(err)
	}
	s, _, _ = world(t, func(c *Config) { c.DataDir, c.Now = dir, clock.now })
	clock.move(24 * time.Hour)
	s.EndDays()
	if err := s.save(); err != nil {
		t.Fatal(err)
	}
	s, base, _ = world(t, func(c *Config) { c.DataDir, c.Now = dir, clock.now })
	s.EndDays()
	if names := returns(t, base); len(names) != 2 || names[1] != "20261123-0001.sta" {
		t.Fatalf("outbox %v", names)
	}
	_, raw := outbox(t, base, "/20261123-0001.sta")
	got, err := payout.ParseStatement([]byte(raw))
	if err != nil || got.Paid != 36000 || got.Back != 100 || len(got.Lines) != 2 || got.Lines[1].Kind != payout.CameBack || got.Lines[1].Last4 != "0018" {
		t.Errorf("%+v, %v", got, err)
	}
}
