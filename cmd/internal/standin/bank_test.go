package standin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// order is one line of a test batch.
type order struct {
	account, name string
	fen           int64
}

// payment writes a payment file by docs/bank-file.md, independently of the
// product's writer and of the stand-in's reader. edit may spoil the body before
// it is sealed by its trailer.
func payment(batch string, orders []order, edit func(string) string) []byte {
	enc := func(s string, n int) string {
		b, err := simplifiedchinese.GB18030.NewEncoder().String(s)
		if err != nil || len(b) > n {
			panic("test text does not fit")
		}
		return b + strings.Repeat(" ", n-len(b))
	}
	var total int64
	var lines strings.Builder
	for i, o := range orders {
		total += o.fen
		fmt.Fprintf(&lines, "D%08d%s%s%s%015d%s202611%s\r\n", i+1, enc(fmt.Sprintf("L%d", i+1), 20), enc(o.account, 20), enc(o.name, 40), o.fen, enc("MZ-01", 8), enc("低保11月", 30))
	}
	body := fmt.Sprintf("H%s20261123%08d%015d%s\r\n", enc(batch, 20), len(orders), total, enc("1612000000000001", 20)) + lines.String()
	if edit != nil {
		body = edit(body)
	}
	return []byte(body + fmt.Sprintf("T%08d%015d%s\r\n", len(orders), total, sm3hex([]byte(body))))
}

func put(t *testing.T, base, name string, body []byte) int {
	t.Helper()
	req, _ := http.NewRequest("PUT", base+"/bank/inbox/"+name, strings.NewReader(string(body)))
	req.SetBasicAuth(DemoBankUser, DemoBankPass)
	status, _ := ask(t, req)
	return status
}

func outbox(t *testing.T, base, name string) (int, string) {
	t.Helper()
	req, _ := http.NewRequest("GET", base+"/bank/outbox"+name, nil)
	req.SetBasicAuth(DemoBankUser, DemoBankPass)
	return ask(t, req)
}

func returns(t *testing.T, base string) []string {
	t.Helper()
	_, body := outbox(t, base, "")
	var names []string
	if err := json.Unmarshal([]byte(body), &names); err != nil {
		t.Fatal(err)
	}
	return names
}

// answer fetches a return file as lines of UTF-8.
func answer(t *testing.T, base, name string) []string {
	t.Helper()
	code, raw := outbox(t, base, "/"+name)
	text, err := simplifiedchinese.GB18030.NewDecoder().String(raw)
	if code != 200 || err != nil {
		t.Fatalf("return %s: status %d, %v", name, code, err)
	}
	return strings.Split(strings.TrimSuffix(text, "\r\n"), "\r\n")
}

func TestBankPaysAndReturns(t *testing.T) {
	t.Parallel()
	s, base, _ := world(t, nil)
	file := payment("B1", []order{{"6217003700010005", "赵桂芳", 36000}, {"6217003700010018", "孙小兰", 100}, {"6217003700010026", "李建国", 200},
		{"6217003700010034", "钱二", 300}, {"6217003700010042", "周三", 400}}, nil)
	if code := put(t, base, "B1.pay", file); code != http.StatusCreated {
		t.Fatalf("put: %d", code)
	}
	if names := returns(t, base); len(names) != 1 || names[0] != "B1.ret" {
		t.Fatalf("outbox: %v", names)
	}
	_, raw := outbox(t, base, "/B1.ret")
	lines := answer(t, base, "B1.ret")
	want := "R" + "B1                  " + "20261123" + "00000005" + "000000000036000" + "000000000001000"
	if lines[0] != want || len(lines) != 7 {
		t.Errorf("head %q, want %q; %d records", lines[0], want, len(lines))
	}
	for i, code := range []string{"0000", "1002", "1001", "1003", "1004"} {
		if got := lines[i+1][44:48]; got != code {
			t.Errorf("line %d: %s, want %s", i+1, got, code)
		}
	}
	records := strings.SplitAfter(raw, "\r\n")
	for i, n := range []int{67, 88, 88, 88, 88, 88, 88} {
		if len(records[i])-2 != n {
			t.Errorf("record %d has %d bytes, want %d", i, len(records[i])-2, n)
		}
	}
	digest := sm3hex([]byte(strings.Join(records[:6], "")))
	if lines[6] != "T00000005000000000037000"+digest {
		t.Errorf("trailer %q", lines[6])
	}
	if got := s.Credits("6217003700010005"); len(got) != 1 || got[0].Fen != 36000 || got[0].Purpose != "低保11月" {
		t.Errorf("credited: %+v", got)
	}
	if got := s.Credits("6217003700010018"); len(got) != 0 {
		t.Errorf("a closed account was credited: %+v", got)
	}
}

// Control: booking before looking for the digest pays twice here.
func TestBankTakesAFileOnce(t *testing.T) {
	t.Parallel()
	s, base, _ := world(t, nil)
	one := []order{{"6217003700010005", "赵桂芳", 36000}}
	for i, want := range []int{201, 200, 200} {
		if code := put(t, base, "B1.pay", payment("B1", one, nil)); code != want {
			t.Errorf("put %d: %d, want %d", i, code, want)
		}
	}
	if n := len(s.Credits("6217003700010005")); n != 1 {
		t.Errorf("credited %d times", n)
	}
	one[0].fen++
	if code := put(t, base, "B1.pay", payment("B1", one, nil)); code != 201 {
		t.Errorf("other content: %d", code)
	}
	if got := answer(t, base, "B1-2.ret")[0]; !strings.HasPrefix(got, "XB1                  9002") {
		t.Errorf("answer to other content: %q", got)
	}
	if n := len(s.Credits("6217003700010005")); n != 1 {
		t.Errorf("credited %d times after 9002", n)
	}
}

func TestBankRefusesFiles(t *testing.T) {
	t.Parallel()
	swap := func(from, to string) func(string) string {
		return func(s string) string { return strings.Replace(s, from, to, 1) }
	}
	for _, c := range []struct {
		name, code string
		edit       func(string) string
		after      func(string) string
	}{
		{"accepted", "", nil, nil},
		{"head counts two", "9001", swap("00000001000000000036000", "00000002000000000036000"), nil},
		{"head totals one more", "9001", swap("000000000036000161", "000000000036001161"), nil},
		{"digest of other bytes", "9001", nil, swap("202611", "202612")},
		{"trailer totals less", "9001", nil, func(s string) string {
			i := strings.LastIndex(s, "T00000001")
			return s[:i] + strings.Replace(s[i:], "36000", "35999", 1)
		}},
		{"no final line end", "9003", nil, func(s string) string { return strings.TrimSuffix(s, "\r\n") }},
		{"line feeds only", "9003", nil, func(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }},
		{"a byte too many", "9003", swap("MZ-01   ", "MZ-01    "), nil},
		{"letters in a number", "9003", swap("D00000001", "D0000000A"), nil},
		{"sequence starts at 2", "9003", swap("D00000001", "D00000002"), nil},
		{"no such day", "9003", swap("20261123", "20261131"), nil},
		{"no such month", "9003", swap("202611", "202613"), nil},
		{"nothing to pay", "9003", swap("000000000036000MZ", "000000000000000MZ"), nil},
		{"text not left-aligned", "9003", swap("L1  ", " L1 "), nil},
		{"broken GB18030", "9003", swap("\xd5\xd4", "\xff\xff"), nil},
		{"letters in the account", "9003", swap("6217003700010005", "62170037000100O5"), nil},
		{"empty", "9003", nil, func(string) string { return "" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, base, _ := world(t, nil)
			raw := payment("B7", []order{{"6217003700010005", "赵桂芳", 36000}}, c.edit)
			if c.after != nil {
				raw = []byte(c.after(string(raw)))
			}
			if code := put(t, base, "B7.pay", raw); code != 201 {
				t.Fatalf("put: %d", code)
			}
			lines := answer(t, base, "B7.ret")
			paid := len(s.Credits("6217003700010005"))
			if c.code == "" {
				if lines[0][0] != 'R' || paid != 1 {
					t.Errorf("%q, credited %d", lines[0], paid)
				}
				return
			}
			if lines[0][0] != 'X' || lines[0][21:25] != c.code || paid != 0 || !strings.HasPrefix(lines[1], "T00000000000000000000000") {
				t.Errorf("%q, want %s; credited %d", lines[0], c.code, paid)
			}
		})
	}
}

func TestBankDoor(t *testing.T) {
	t.Parallel()
	_, base, _ := world(t, nil)
	for _, c := range []struct {
		name, method, path, user, pass string
		want                           int
	}{
		{"no password", "GET", "/bank/outbox", "", "", 401},
		{"wrong password", "GET", "/bank/outbox", DemoBankUser, "x", 401},
		{"wrong user", "PUT", "/bank/inbox/a.pay", "x", DemoBankPass, 401},
		{"list", "GET", "/bank/outbox", DemoBankUser, DemoBankPass, 200},
		{"no such return", "GET", "/bank/outbox/a.ret", DemoBankUser, DemoBankPass, 404},
		{"odd name", "PUT", "/bank/inbox/..%2Fx", DemoBankUser, DemoBankPass, 400},
	} {
		req, _ := http.NewRequest(c.method, base+c.path, strings.NewReader("x"))
		if c.user != "" {
			req.SetBasicAuth(c.user, c.pass)
		}
		if got, _ := ask(t, req); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestBankBadDays(t *testing.T) {
	t.Parallel()
	s, base, clock := world(t, nil)
	file := func(batch string) []byte { return payment(batch, []order{{"6217003700010005", "赵桂芳", 100}}, nil) }

	_ = s.Break(Fault{Service: Bank, Mode: ModeLate, Delay: 24 * time.Hour})
	put(t, base, "late.pay", file("late"))
	if n := returns(t, base); len(n) != 0 {
		t.Errorf("late: %v", n)
	}
	clock.move(24 * time.Hour)
	if n := returns(t, base); len(n) != 1 {
		t.Errorf("a day later: %v", n)
	}
	_ = s.Break(Fault{Service: Bank, Mode: ModeLose})
	put(t, base, "lost.pay", file("lost"))
	if n := returns(t, base); len(n) != 1 {
		t.Errorf("lost: %v", n)
	}
	s.Mend(Bank)
	if n := returns(t, base); len(n) != 2 {
		t.Errorf("mended: %v", n)
	}
	_ = s.Break(Fault{Service: Bank, Mode: ModeContrary})
	put(t, base, "two.pay", file("two"))
	first, second := answer(t, base, "two.ret"), answer(t, base, "two-2.ret")
	if first[1][44:48] != "0000" || second[1][44:48] != "1002" {
		t.Errorf("contrary: %q, %q", first[1], second[1])
	}
	_ = s.Break(Fault{Service: Bank, Mode: ModeCutDone})
	if code := put(t, base, "cut.pay", file("cut")); code != 0 {
		t.Errorf("cut after: %d", code)
	}
	if code := put(t, base, "cut.pay", file("cut")); code != 200 {
		t.Errorf("the same bytes offered again: %d", code)
	}
	_ = s.Break(Fault{Service: Bank, Mode: ModeError, Code: "503"})
	if code := put(t, base, "away.pay", file("away")); code != 503 {
		t.Errorf("closed: %d", code)
	}
}

func FuzzParsePay(f *testing.F) {
	f.Add(payment("B1", []order{{"6217003700010005", "赵桂芳", 36000}}, nil))
	f.Add([]byte("H\r\nD\r\nT\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := parsePay(raw)
		if err != nil {
			return
		}
		if len(p.Lines) == 0 || !utf8.ValidString(p.Batch) {
			t.Errorf("accepted %+v", p)
		}
	})
}
