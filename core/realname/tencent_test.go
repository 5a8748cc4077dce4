package realname_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/realname"
)

const secretKey = "sekret"

// service plays the far side: it recomputes the signature from what arrived and
// answers with one result.
type service struct {
	t      *testing.T
	reply  string
	status int
	asked  atomic.Int32
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked.Add(1)
	body, _ := io.ReadAll(r.Body)
	auth := r.Header.Get("Authorization")
	day := time.Unix(1709258820, 0).UTC().Format(time.DateOnly)
	hashed := func(b string) string { x := sha256.Sum256([]byte(b)); return hex.EncodeToString(x[:]) }
	sign := func(k []byte, m string) []byte { h := hmac.New(sha256.New, k); h.Write([]byte(m)); return h.Sum(nil) }
	canonical := strings.Join([]string{"POST", "/", "", "content-type:" + r.Header.Get("Content-Type"), "host:" + r.Host,
		"x-tc-action:" + strings.ToLower(r.Header.Get("X-TC-Action")), "", "content-type;host;x-tc-action", hashed(string(body))}, "\n")
	text := strings.Join([]string{"TC3-HMAC-SHA256", r.Header.Get("X-TC-Timestamp"), day + "/faceid/tc3_request", hashed(canonical)}, "\n")
	want := hex.EncodeToString(sign(sign(sign(sign([]byte("TC3"+secretKey), day), "faceid"), "tc3_request"), text))
	if !strings.HasSuffix(auth, "Signature="+want) || r.Header.Get("X-TC-Action") != "IdCardVerification" || r.Header.Get("X-TC-Version") != "2018-03-01" {
		_, _ = io.WriteString(w, `{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure","Message":"no"},"RequestId":"1"}}`)
		return
	}
	var in struct{ IdCard, Name string }
	if json.Unmarshal(body, &in) != nil || in.IdCard != "11010519491231002X" || in.Name != "周桂兰" {
		s.t.Errorf("asked for %+v", in)
	}
	if s.status != 0 {
		w.WriteHeader(s.status)
	}
	_, _ = io.WriteString(w, s.reply)
}

func ask(t *testing.T, s *service, key string) realname.Answer {
	t.Helper()
	server := httptest.NewServer(s)
	defer server.Close()
	client, err := realname.NewTencent(realname.TencentConfig{BaseURL: server.URL, SecretID: "id", SecretKey: key,
		Now: func() time.Time { return time.Unix(1709258820, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	id, err := core.ParseID("11010519491231002X", core.NewDate(2024, 3, 1))
	if err != nil {
		t.Fatal(err)
	}
	return client.Verify(context.Background(), "周桂兰", id)
}

// Control: mapping "-4" to Mismatch turns the row "source down" red.
func TestEachResultCodeHasItsOutcome(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		result string
		want   realname.Outcome
	}{
		"agrees": {"0", realname.Match}, "does not agree": {"-1", realname.Mismatch}, "bad number": {"-2", realname.Mismatch},
		"bad name": {"-3", realname.Mismatch}, "source down": {"-4", realname.Unavailable}, "no record": {"-5", realname.NotFound},
		"upgrading": {"-6", realname.Unavailable}, "quota": {"-7", realname.Unavailable}, "unheard of": {"-99", realname.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &service{t: t, reply: `{"Response":{"Result":"` + c.result + `","Description":"x","RequestId":"1"}}`}
			got := ask(t, s, secretKey)
			if got.Outcome != c.want || got.Code != c.result || got.By != "police" {
				t.Fatalf("got %+v", got)
			}
			if s.asked.Load() != 1 {
				t.Fatalf("asked %d times: each answer is billed", s.asked.Load())
			}
		})
	}
}

func TestTroubleIsUnavailableAndNeverMore(t *testing.T) {
	t.Parallel()
	good := `{"Response":{"Result":"0","RequestId":"1"}}`
	for name, c := range map[string]struct {
		service *service
		key     string
		code    string
	}{
		"wrong key":  {&service{reply: good}, "other", "AuthFailure.SignatureFailure"},
		"500":        {&service{reply: good, status: 500}, secretKey, "status"},
		"no json":    {&service{reply: "<html>"}, secretKey, "body"},
		"empty":      {&service{reply: `{"Response":{}}`}, secretKey, "body"},
		"redirected": {&service{reply: good, status: 302}, secretKey, "status"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.service.t = t
			got := ask(t, c.service, c.key)
			if got.Outcome != realname.Unavailable || got.Code != c.code || got.Final() {
				t.Fatalf("got %+v", got)
			}
		})
	}
}

func TestServiceAwayIsUnavailable(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	url := server.URL
	server.Close()
	client, err := realname.NewTencent(realname.TencentConfig{BaseURL: url, SecretID: "id", SecretKey: "k"})
	if err != nil {
		t.Fatal(err)
	}
	if got := client.Verify(context.Background(), "周桂兰", core.IDNumber{}); got.Outcome != realname.Unavailable || got.Code != "network" {
		t.Fatalf("got %+v", got)
	}
}

func TestSpellings(t *testing.T) {
	t.Parallel()
	if got := realname.Spellings(" 周 桂兰 "); len(got) != 1 || got[0] != "周桂兰" {
		t.Fatalf("plain name: %q", got)
	}
	got := strings.Join(realname.Spellings("阿依古丽.买买提"), " ")
	if !strings.Contains(got, "阿依古丽·买买提") || !strings.Contains(got, "阿依古丽•买买提") {
		t.Fatalf("name with a point: %q", got)
	}
}

func TestAskingAgainEnds(t *testing.T) {
	t.Parallel()
	down := realname.Answer{Outcome: realname.Unavailable, By: "police", Code: "-4"}
	var total time.Duration
	tries := 1
	for ; ; tries++ {
		wait, again := realname.Again(down, tries)
		if !again {
			break
		}
		if wait < time.Minute || wait > 12*time.Hour {
			t.Fatalf("waits %v after %d tries", wait, tries)
		}
		total += wait
	}
	if total < 24*time.Hour || tries > 10 {
		t.Fatalf("%d tries over %v", tries, total)
	}
	if wait, again := realname.Again(realname.Answer{Outcome: realname.Unavailable, Code: "-7"}, 1); !again || wait != 24*time.Hour {
		t.Fatalf("a used-up quota waits %v", wait)
	}
	if _, again := realname.Again(realname.Answer{Outcome: realname.Mismatch}, 1); again {
		t.Fatal("a final answer is asked again")
	}
	if _, again := realname.Again(realname.Answer{Outcome: realname.Unavailable, Code: realname.CodeNoNumber}, 1); again {
		t.Fatal("nobody is asked about a number that is not known")
	}
}

func FuzzReadTencent(f *testing.F) {
	for _, s := range []string{`{"Response":{"Result":"0"}}`, `{"Response":{"Error":{"Code":"x"}}}`, `{}`, `[]`, ``} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		a := realname.ReadTencent(body)
		if a.Outcome == realname.Match && a.Code != "0" || len(a.Code) > 60 {
			t.Fatalf("%+v out of %q", a, body)
		}
	})
}
