package wechat

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"lianou/core/bell"
	"lianou/core/notify"
	"lianou/intake/talks"
)

// F24: eight nodes, each with a connection of its own to one Redis, whose token ends in
// the same instant, with four questions each: one fetch.
//
// Control: renew without the lock.
func TestTokenEndsForAllAtOnce(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	redis := miniredis.RunT(t)
	var mu sync.Mutex
	now := time.Now()
	var nodes []*Channel
	for range 8 {
		own, err := bell.Open(bell.Config{URL: "redis://" + redis.Addr(), Log: slog.New(slog.DiscardHandler)})
		must(t, err)
		t.Cleanup(func() { _ = own.Close() })
		d.env.Shared = own
		c, _ := d.open(t)
		c.token.now = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
		nodes = append(nodes, c)
	}
	round := func(want int) {
		t.Helper()
		var all sync.WaitGroup
		for _, c := range nodes {
			for range 4 {
				all.Go(func() {
					if got, err := c.token.get(context.Background()); err != nil || got != "token-"+strconv.Itoa(want) {
						t.Errorf("%q %v", got, err)
					}
				})
			}
		}
		all.Wait()
		if d.api.tokens != want {
			t.Errorf("%d fetches, want %d", d.api.tokens, want)
		}
	}
	round(1)
	round(1)
	for want := 2; want <= 3; want++ {
		redis.FastForward(7200*time.Second - spare)
		mu.Lock()
		now = now.Add(7200 * time.Second)
		mu.Unlock()
		round(want)
	}
}

// F23: what each errcode makes of a notice, of a reply in the chat, of the token and of
// the grant.
//
// Control: meaning without its "Later" codes; deadToken without 42001.
func TestErrcodes(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	c, h := d.open(t)
	who, err := d.env.Citizens.Verify(login(t, h, "codes"))
	must(t, err)
	m := paid()
	m.Citizen = who.ID
	for _, x := range []struct {
		code    int
		notice  notify.Result
		reply   string
		fetched int // tokens: a dead one is fetched anew once, and the call repeated
		left    int // grants of one
	}{
		{0, notify.Accepted, talks.Sent, 0, 0},
		{-1, notify.Later, talks.Again, 0, 1},
		{40001, notify.Later, talks.Again, 2, 1},
		{42001, notify.Later, talks.Again, 2, 1},
		{40014, notify.Later, talks.Again, 2, 1},
		{45009, notify.Later, talks.Again, 0, 1},
		{40003, notify.Refused, talks.Refused, 0, 1},
		{43101, notify.Refused, talks.Refused, 0, 0},
		{45015, notify.Refused, talks.Late, 0, 1},
		{45047, notify.Refused, talks.Full, 0, 1},
		{47003, notify.Refused, talks.Refused, 0, 1},
		{48001, notify.Refused, talks.Refused, 0, 1},
		{40037, notify.Refused, talks.Refused, 0, 1},
	} {
		t.Run(strconv.Itoa(x.code), func(t *testing.T) {
			must(t, d.env.Citizens.GrantsRefused(t.Context(), who.ID, "PAID"))
			must(t, d.env.Citizens.Granted(t.Context(), who.ID, "PAID", 1))
			answer := fmt.Sprintf(`{"errcode":%d,"errmsg":"x"}`, x.code)
			_, err := c.token.get(t.Context())
			must(t, err)
			before := d.api.tokens
			d.api.answers = []string{answer, answer}
			out, _ := c.Send(t.Context(), m)
			d.api.answers = []string{answer, answer}
			reply, _ := c.sayOne(t.Context(), "openid-codes", "话")
			d.api.answers = nil
			if out.Result != x.notice || reply != x.reply || d.api.tokens-before != x.fetched {
				t.Errorf("%s, %q, %d fetched", out.Result, reply, d.api.tokens-before)
			}
			left := 0
			for d.env.Citizens.UseGrant(t.Context(), who.ID, "PAID") == nil {
				left++
			}
			if left != x.left {
				t.Errorf("%d grants left", left)
			}
		})
	}
}

// Neither an error nor the log holds the app's secret, a token, a session key or an
// openid, however WeChat fails.
//
// Control: unsent that wraps the whole error.
func TestNoSecretInErrorsOrLogs(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"500":       func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"no answer": func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) },
		"nonsense":  func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.URL.String()+"<html>") },
		"an echo": func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			_, _ = fmt.Fprintf(w, `{"errcode":40013,"errmsg":%q}`, r.URL.String()+string(body))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDoor(t)
			broken := false
			srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if broken {
					answer(w, r)
					return
				}
				d.api.ServeHTTP(w, r)
			}))
			srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
			srv.Start()
			t.Cleanup(srv.Close)
			d.section = strings.Replace(d.section, d.server.URL, srv.URL, 1)
			c, h := d.open(t)
			citizen := login(t, h, "leak")
			who, err := d.env.Citizens.Verify(citizen)
			must(t, err)
			_, err = c.token.get(t.Context())
			must(t, err)
			said := ""
			note := func(err error) {
				if err != nil {
					said += err.Error() + fmt.Sprintf("%+v", err) + "\n"
				}
			}
			broken = true
			must(t, d.env.Citizens.Granted(t.Context(), who.ID, "PAID", 9))
			m := paid()
			m.Citizen = who.ID
			_, err = c.Send(t.Context(), m)
			note(err)
			_, err = c.sayOne(t.Context(), "openid-leak", "话")
			note(err)
			_, err = c.media(t.Context(), "MEDIA1", 1<<20)
			note(err)
			_, err = c.door.ReadCard(t.Context(), who.ID, c.cards, photo(t))
			note(err)
			_, body := call(h, "POST", "/phone", citizen, `{"code":"p"}`)
			said += fmt.Sprint(body)
			c.token.drop(t.Context(), "token-1")
			_, err = c.token.get(t.Context())
			note(err)
			if said == "map[]" || err == nil {
				t.Error("nothing failed")
			}
			for _, secret := range []string{"app-secret", "token-1", "never-leaves", "openid-leak", "access_token="} {
				if strings.Contains(said, secret) || strings.Contains(d.log.String(), secret) {
					t.Errorf("%q stands in:\n%s\n%s", secret, said, d.log.String())
				}
			}
		})
	}
}

// Every kind of field of protocols 2.3 has its rule, at its limit and one beyond.
//
// Control: a rule with another limit.
func TestEveryFieldRule(t *testing.T) {
	t.Parallel()
	for key, x := range map[string]struct{ fit, not []string }{
		"thing1":            {[]string{strings.Repeat("长", 20), "a,b。 1"}, []string{strings.Repeat("长", 21), ""}},
		"number1":           {[]string{strings.Repeat("1", 32), "12.50"}, []string{strings.Repeat("1", 33), "1a", "一"}},
		"letter1":           {[]string{strings.Repeat("a", 32)}, []string{strings.Repeat("a", 33), "a1"}},
		"symbol1":           {[]string{"+-*/=", "¥"}, []string{"+-*/=!", "a"}},
		"character_string1": {[]string{strings.Repeat("a", 32), "a-1_2"}, []string{strings.Repeat("a", 33), "号1"}},
		"time1":             {[]string{"15:01", "2019年10月1日 15:01", "2019年10月1日 15:01~2019年10月2日 15:01", "15:01~16:00"}, []string{"25:01", "15点", "2019-10-01"}},
		"date1":             {[]string{"2019年10月1日", "2019年10月1日 15:01", "2019年10月1日~2019年10月3日"}, []string{"15:01", "10月1日"}},
		"amount1":           {[]string{"¥1234567890", "360", "360.50元"}, []string{"三百", "¥-1", "12.345"}},
		"phone_number1":     {[]string{"+86-0534-1234567"}, []string{"0534-1234567-123456", "电话"}},
		"car_number1":       {[]string{"鲁N12345挂"}, []string{"鲁N12345挂挂"}},
		"name1":             {[]string{strings.Repeat("张", 10), strings.Repeat("a", 20)}, []string{strings.Repeat("张", 11), strings.Repeat("a", 21), "张a"}},
		"phrase1":           {[]string{"已受理吗呢"}, []string{"已受理了没有", "ok", "已1"}},
	} {
		for _, v := range x.fit {
			if !fits(key, v) {
				t.Errorf("%s refuses %q", key, v)
			}
		}
		for _, v := range x.not {
			if fits(key, v) {
				t.Errorf("%s takes %q", key, v)
			}
		}
	}
	listed := Template{ID: "T", Fields: map[string]string{"enum1": "=已通过"}, Enums: map[string][]string{"enum1": {"已通过", "未通过"}}}
	other := listed
	other.Fields = map[string]string{"enum1": "=待定"}
	if listed.check() != nil || other.check() == nil {
		t.Error("a value that the console does not list is taken")
	}
}

// F96: papers, faces and voices of people in need are sent to no check of content: no such
// call exists in our code, and the library's is not used.
//
// Control: a call of "/wxa/media_check_async" anywhere in the package.
func TestNothingIsSentToContentChecks(t *testing.T) {
	t.Parallel()
	list, err := filepath.Glob("*.go")
	must(t, err)
	for _, path := range list {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		raw, err := os.ReadFile(path)
		must(t, err)
		f, err := parser.ParseFile(token.NewFileSet(), path, raw, 0)
		must(t, err)
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if ok && (strings.Contains(lit.Value, "sec_check") || strings.Contains(lit.Value, "media_check") || strings.Contains(lit.Value, "miniprogram/security") || strings.Contains(lit.Value, "img_url")) {
				t.Errorf("%s: %s", path, lit.Value)
			}
			return true
		})
	}
}
