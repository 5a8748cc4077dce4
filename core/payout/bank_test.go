package payout

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"lianou/core"
)

// goldenOrder is written out by hand from docs/bank-file.md, so that writer and
// reader cannot agree on a common mistake.
func goldenOrder(t testing.TB) (Order, []string) {
	payer, a := account(t, "622848000000000001"), account(t, "622848000000000017")
	o := Order{Batch: "LN000000000001", Date: core.NewDate(2026, 3, 4), Payer: payer, Lines: []OrderLine{{
		Line: "P000000000000001", Account: a, Name: "李秀英", Amount: 36000, Item: "MZ-01", Period: "202603", Purpose: "最低生活保障"}}}
	pad := func(s string, n int) string { return s + strings.Repeat(" ", n-len(s)) }
	return o, []string{
		"H" + pad("LN000000000001", 20) + "20260304" + "00000001" + "000000000036000" + pad(payer.Reveal(), 20),
		// GB18030: 李 C0EE 秀 D0E3 英 D3A2; 最 D7EE 低 B5CD 生 C9FA 活 BBEE 保 B1A3 障 D5CF
		"D" + "00000001" + pad("P000000000000001", 20) + pad(a.Reveal(), 20) + pad("\xc0\xee\xd0\xe3\xd3\xa2", 40) +
			"000000000036000" + pad("MZ-01", 8) + "202603" + pad("\xd7\xee\xb5\xcd\xc9\xfa\xbb\xee\xb1\xa3\xd5\xcf", 30),
	}
}

func TestOrderIsTheDocument(t *testing.T) {
	t.Parallel()
	o, want := goldenOrder(t)
	raw, err := o.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(string(raw), "\r\n")
	if len(got) != 4 || got[0] != want[0] || got[1] != want[1] || got[3] != "" {
		t.Fatalf("records:\n%q\nwant\n%q", got, want)
	}
	if len(got[0]) != 72 || len(got[1]) != 148 || len(got[2]) != 88 {
		t.Errorf("widths %d %d %d", len(got[0]), len(got[1]), len(got[2]))
	}
	if !strings.HasPrefix(got[2], "T00000001000000000036000") || got[2][24:] != digest(raw[:72+2+148+2]) {
		t.Errorf("trailer %q", got[2])
	}
	if b, n, total, err := orderTotals(raw); b != o.Batch || n != 1 || total != 36000 || err != nil {
		t.Errorf("read back %q %d %d %v", b, n, total, err)
	}
}

func TestOrderRefusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*Order){
		"no lines":             func(o *Order) { o.Lines = nil },
		"a name of 41 bytes":   func(o *Order) { o.Lines[0].Name = strings.Repeat("李", 20) + "a" },
		"a line end in a name": func(o *Order) { o.Lines[0].Name = "李\r\n英" },
		"no name":              func(o *Order) { o.Lines[0].Name = "" },
		"an amount of nothing": func(o *Order) { o.Lines[0].Amount = 0 },
		"a negative amount":    func(o *Order) { o.Lines[0].Amount = -1 },
		"no account":           func(o *Order) { o.Lines[0].Account = core.BankAccount{} },
		"a long batch":         func(o *Order) { o.Batch = strings.Repeat("B", 21) },
	} {
		o, _ := goldenOrder(t)
		spoil(&o)
		if _, err := o.Bytes(); !errors.Is(err, ErrBankFile) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Control: let orderTotals skip the digest and a changed digit passes.
func TestAnyChangedByteOfAnOrderIsSeen(t *testing.T) {
	t.Parallel()
	o, _ := goldenOrder(t)
	raw, err := o.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		spoilt := bytes.Clone(raw)
		spoilt[i] ^= 1
		if _, _, _, err := orderTotals(spoilt); err == nil {
			t.Errorf("byte %d changed and nobody saw", i)
		}
	}
}

func genReturn(t *rapid.T) Return {
	r := Return{Batch: rapid.StringMatching(`[A-Z0-9]{1,20}`).Draw(t, "batch"), Date: core.NewDate(2026, 3, rapid.IntRange(1, 31).Draw(t, "day"))}
	for i := range rapid.IntRange(1, 30).Draw(t, "lines") {
		l := ReturnLine{Seq: i + 1, Line: "P" + formatID(int64(i)), Amount: core.Fen(rapid.Int64Range(1, int64(core.MaxAmount)).Draw(t, "fen")),
			Code: rapid.SampledFrom([]string{CodePaid, CodeNameMismatch, CodeClosed, CodeDormant, CodeNoAccount, "1999"}).Draw(t, "code"),
			Text: rapid.StringMatching(`[一-龥a-z㐀]{0,10}`).Draw(t, "text")}
		if l.Code == CodePaid {
			r.Paid += l.Amount
		} else {
			r.Returned += l.Amount
		}
		r.Lines = append(r.Lines, l)
	}
	return r
}

func TestReturnsRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := genReturn(t)
		raw, err := want.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseReturn(raw)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatal(d)
		}
	})
}

// reseal puts a right trailer on spoilt records, so that a test meets its own
// fault and not the digest's.
func reseal(t testing.TB, raw []byte, spoil func(recs []string) []string) []byte {
	t.Helper()
	recs := strings.Split(string(raw), "\r\n")
	last := recs[len(recs)-2]
	recs = spoil(recs[:len(recs)-2])
	var b bytes.Buffer
	for _, r := range recs {
		b.WriteString(r + "\r\n")
	}
	return []byte(b.String() + last[:24] + digest(b.Bytes()) + "\r\n")
}

func TestParseReturnRefuses(t *testing.T) {
	t.Parallel()
	ret := Return{Batch: "LN000000000001", Date: core.NewDate(2026, 3, 5), Paid: 300, Returned: 50, Lines: []ReturnLine{
		{Seq: 1, Line: "P1", Amount: 300, Code: CodePaid}, {Seq: 2, Line: "P2", Amount: 50, Code: CodeClosed, Text: "已销户"}}}
	raw, err := ret.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseReturn(reseal(t, raw, func(r []string) []string { return r })); err != nil {
		t.Fatalf("the unspoilt file is refused: %v", err)
	}
	for name, spoil := range map[string]func([]string) []string{
		"a paid total one fen up":  func(r []string) []string { r[0] = strings.Replace(r[0], "000300", "000301", 1); return r },
		"a line one fen up":        func(r []string) []string { r[1] = strings.Replace(r[1], "000300", "000301", 1); return r },
		"a code turned to paid":    func(r []string) []string { r[2] = strings.Replace(r[2], "1002", "0000", 1); return r },
		"a line twice":             func(r []string) []string { r[2] = strings.Replace(r[2], "P2", "P1", 1); return r },
		"a line missing":           func(r []string) []string { return r[:2] },
		"lines out of order":       func(r []string) []string { r[1], r[2] = r[2], r[1]; return r },
		"a record one byte longer": func(r []string) []string { r[1] += " "; return r },
		"a letter in a number":     func(r []string) []string { r[1] = strings.Replace(r[1], "000300", "00O300", 1); return r },
		"bytes that are no text":   func(r []string) []string { r[2] = r[2][:len(r[2])-1] + "\xff"; return r },
		"a date of the 31st Feb":   func(r []string) []string { r[0] = strings.Replace(r[0], "20260305", "20260231", 1); return r },
		"another kind of record":   func(r []string) []string { r[1] = "D" + r[1][1:]; return r },
	} {
		if _, err := ParseReturn(reseal(t, raw, spoil)); !errors.Is(err, ErrBankFile) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, b := range map[string][]byte{"empty": nil, "no line end": raw[:len(raw)-2], "another digest": bytes.Replace(raw, []byte("P1"), []byte("P7"), 1)} {
		if _, err := ParseReturn(b); !errors.Is(err, ErrBankFile) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRefusedFile(t *testing.T) {
	t.Parallel()
	want := Return{Batch: "LN000000000001", Refused: CodeTotals, Text: "合计不符"}
	raw, err := want.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ParseReturn(raw); err != nil || cmp.Diff(want, got) != "" {
		t.Errorf("%v, %s", err, cmp.Diff(want, got))
	}
}

func FuzzParseReturn(f *testing.F) {
	full := Return{Batch: "LN000000000001", Date: core.NewDate(2026, 3, 5), Paid: 300, Lines: []ReturnLine{{Seq: 1, Line: "P1", Amount: 300, Code: CodePaid}}}
	for _, r := range []Return{full, {Batch: "LN1", Refused: CodeFormat}} {
		raw, err := r.Bytes()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte("R\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		// The fuzzer will not find a digest, so it is given one: the rest must hold alone.
		if i := bytes.LastIndexByte(raw[:max(len(raw)-2, 0)], '\n'); i > 0 && len(raw)-i == 91 {
			raw = append(bytes.Clone(raw[:i+25]), digest(raw[:i+1])+"\r\n"...)
		}
		r, err := ParseReturn(raw)
		if err != nil {
			return
		}
		again, err := r.Bytes()
		if err != nil {
			t.Fatalf("accepted but not writable: %v", err)
		}
		if !bytes.Equal(raw, again) {
			t.Fatalf("two files of one meaning:\n%q\n%q", raw, again)
		}
	})
}

func FuzzParseOutbox(f *testing.F) {
	f.Add([]byte(`["LN1.pay.ret"]`))
	f.Add([]byte(`["../x"]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		names, _, err := parseOutbox(raw)
		for _, n := range names {
			if err != nil || strings.ContainsAny(n, "/\\ ?#%") || n[0] == '.' {
				t.Fatalf("name %q, %v", n, err)
			}
		}
	})
}
