package standin

import (
	"io"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/blob"
	"lianou/core/payout"
	"lianou/core/realname"
)

// The product's own bank client and file writer meet the bank: both read
// docs/bank-file.md, neither reads the other.
func TestProductMeetsBank(t *testing.T) {
	t.Parallel()
	s, base, clock := world(t, nil)
	client, err := payout.NewBank(payout.BankConfig{URL: base, User: DemoBankUser, Password: DemoBankPass})
	if err != nil {
		t.Fatal(err)
	}
	good, closed := DemoPersons()[0], DemoPersons()[2] // the account of story c is closed
	order := payout.Order{Batch: "B-2026-11-1", Date: core.DateOf(clock.now()), Payer: account(t, "6217003710000")}
	for i, p := range []Person{good, closed} {
		order.Lines = append(order.Lines, payout.OrderLine{Line: "L" + string(rune('1'+i)), Account: account(t, p.Account), Name: p.Name,
			Amount: core.Yuan(360), Item: "MZ-01", Period: "202611", Purpose: "低保11月"})
	}
	raw, err := order.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time it is the same bytes
		if _, err := client.Put(t.Context(), "B-2026-11-1.pay", raw); err != nil {
			t.Fatal(err)
		}
	}
	names, _, err := client.Outbox(t.Context())
	if err != nil || len(names) != 1 {
		t.Fatalf("outbox: %v, %v", names, err)
	}
	back, err := client.Fetch(t.Context(), names[0])
	if err != nil {
		t.Fatal(err)
	}
	answer, err := payout.ParseReturn(back)
	if err != nil || answer.Batch != order.Batch || answer.Paid != core.Yuan(360) || answer.Returned != core.Yuan(360) ||
		answer.Lines[0].Code != "0000" || answer.Lines[1].Code != "1002" {
		t.Errorf("return: %+v, %v", answer, err)
	}
	if n := len(s.Credits(good.Account)); n != 1 {
		t.Errorf("credited %d times", n)
	}
	order.Lines[0].Amount++
	raw, _ = order.Bytes()
	if _, err := client.Put(t.Context(), "B-2026-11-1.pay", raw); err != nil {
		t.Fatal(err)
	}
	back, err = client.Fetch(t.Context(), "B-2026-11-1-2.ret")
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := payout.ParseReturn(back); err != nil || answer.Refused != "9002" {
		t.Errorf("other content: %+v, %v", answer, err)
	}
}

func account(t *testing.T, digits string) core.BankAccount {
	t.Helper()
	a, err := core.ParseBankAccount(digits)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// The product's verifier meets the identity service, its outages included.
func TestProductMeetsIdentity(t *testing.T) {
	t.Parallel()
	s, base, clock := world(t, nil)
	outside, err := realname.NewTencent(realname.TencentConfig{BaseURL: base, SecretID: DemoSecretID, SecretKey: DemoSecretKey, Now: clock.now, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	p := DemoPersons()[0]
	id, err := core.ParseID(p.ID, core.DateOf(clock.now()))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		fault Fault
		want  realname.Outcome
	}{
		{p.Name, Fault{}, realname.Match},
		{"别人", Fault{}, realname.Mismatch},
		{p.Name, Fault{Service: Identity, Mode: ModeResult, Code: "-5"}, realname.NotFound},
		{p.Name, Fault{Service: Identity, Mode: ModeResult, Code: "-4"}, realname.Unavailable},
		{p.Name, Fault{Service: Identity, Mode: ModeError, Code: "RequestLimitExceeded"}, realname.Unavailable},
		{p.Name, Fault{Service: Identity, Mode: ModeStatus}, realname.Unavailable},
		{p.Name, Fault{Service: Identity, Mode: ModeCut, Times: 2}, realname.Unavailable},
	} {
		if c.fault.Mode != "" {
			_ = s.Break(c.fault)
		}
		if got := outside.Verify(t.Context(), c.name, id); got.Outcome != c.want {
			t.Errorf("%s under %q: %+v, want %v", c.name, c.fault.Mode, got, c.want)
		}
		s.Mend(Identity)
	}
}

// The product encodes every photo anew; the card must still be readable then.
func TestCardSurvivesProduct(t *testing.T) {
	t.Parallel()
	for _, front := range []bool{true, false} {
		raw, err := CardPNG(DemoPersons()[2], front)
		if err != nil {
			t.Fatal(err)
		}
		img, err := blob.CheckImage(raw)
		if err != nil {
			t.Fatal(err)
		}
		if face, err := readCard(img.Data); err != nil || face.Front != front || face.Name != "陈立国" || len(img.Data) > ocrBytes {
			t.Errorf("front %v: %+v, %v, %d bytes", front, face, err, len(img.Data))
		}
	}
}

// The product's check of recordings takes both kinds the exchange makes.
func TestRecordingPassesProduct(t *testing.T) {
	t.Parallel()
	s, base, _, _ := ringing(t)
	for _, alaw := range []bool{false, true} {
		call, err := s.PlayCall(Ring{From: "13905340022", Seconds: 2, ALaw: alaw})
		if err != nil {
			t.Fatal(err)
		}
		_, body := ask(t, request(t, "GET", base+"/exchange/recordings/"+call.ID+".wav", ""))
		_, r, err := blob.CheckAudio(strings.NewReader(body), "audio/wav")
		if err != nil {
			t.Fatalf("alaw %v: %v", alaw, err)
		}
		if kept, err := io.ReadAll(r); err != nil || len(kept) != len(body) {
			t.Errorf("alaw %v: %d of %d bytes, %v", alaw, len(kept), len(body), err)
		}
	}
}
