package desk_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pquerna/otp/totp"

	"lianou/channels/browsertest"
	"lianou/channels/desk/desktest"
	"lianou/core/staff"
)

// handset is an authenticator app beside a browser, with the clock of the city's machines.
type handset struct {
	t      *testing.T
	secret string
	ahead  *atomic.Int64
}

func (h handset) now() time.Time { return time.Now().Add(time.Duration(h.ahead.Load())) }

func (h handset) code() string {
	h.t.Helper()
	code, err := totp.GenerateCode(h.secret, h.now())
	if err != nil {
		h.t.Fatal(err)
	}
	return code
}

// scan takes over the secret that the page shows.
func (h *handset) scan(tab *browsertest.Tab) {
	h.t.Helper()
	h.secret = strings.ReplaceAll(tab.Eval(`document.querySelector(".letters").textContent`), " ", "")
}

// fits holds a page to what every page is held to: a laptop, letters of twice the size, a phone of 360.
func fits(tab *browsertest.Tab, name string) {
	tab.Laptop()
	tab.Faultless()
	tab.Legible()
	tab.Shot(name)
	tab.Large(true)
	tab.Whole()
	tab.Large(false)
	tab.Touchscreen(360)
	tab.Faultless()
	tab.Whole()
	tab.Legible()
	tab.Shot(name + "-phone")
	tab.Laptop()
}

// Whoever logs in for the first time in a city that demands a second factor binds a phone and gets ten
// codes for paper; from then on the password leads to the code, and no further. They replace the phone
// on their own page with password and code.
func TestAPhoneIsBoundAndShown(t *testing.T) {
	t.Parallel()
	phone := handset{t: t, ahead: new(atomic.Int64)}
	d := desktest.Demanding(t, phone.now)
	handler, err := d.Shell.Handler()
	if err != nil {
		t.Fatal(err)
	}
	site := httptest.NewServer(handler)
	t.Cleanup(site.Close)
	browser := browsertest.Start(t)
	tab := browser.Tab(t)
	tab.Laptop()
	password := func() {
		t.Helper()
		tab.Open(site.URL + "/desk/login?next=/desk/device")
		tab.Fill("input[name=login]", "wangmiao.approver")
		tab.Fill("input[name=password]", staff.DemoPassword)
		tab.Go(".login .btn.go")
	}
	// 1. Bind.
	password()
	tab.Wait("绑定手机")
	fits(tab, "desk-second-bind")
	tab.Click("details.more summary")
	phone.scan(tab)
	if link := tab.Eval(`document.querySelector("a[href^='otpauth://totp/']").href`); !strings.Contains(link, "secret="+phone.secret) {
		t.Errorf("for who binds on the phone itself: %q", link)
	}
	tab.Fill("input[name=code]", "000000")
	tab.Go(".btn.go")
	tab.Wait("口令不对")
	if again := strings.ReplaceAll(tab.Eval(`document.querySelector(".letters").textContent`), " ", ""); again != phone.secret {
		t.Error("after a wrong code another secret is shown")
	}
	tab.Fill("input[name=code]", phone.code())
	tab.Go(".btn.go")
	tab.Wait("请抄下备用码")
	fits(tab, "desk-second-papers")
	paper := tab.Eval(`document.querySelector(".codes li").textContent`)
	if n := tab.Eval(`String(document.querySelectorAll(".codes li").length)`); n != "10" {
		t.Errorf("%s codes for paper", n)
	}
	tab.Go(".btn.go")
	tab.Wait("备用码还剩 10 个")
	fits(tab, "desk-second-own")
	// 2. The password leads to the code, and no further.
	phone.ahead.Add(int64(time.Minute))
	tab.Go(`form[action="/desk/logout"] .btn`)
	password()
	tab.Wait("填动态口令")
	fits(tab, "desk-second-code")
	tab.Open(site.URL + "/desk/device")
	tab.Wait("登录工作台")
	password()
	tab.Until("the keyboard is at the code", `document.activeElement?.name === "code"`) // a page that is still loading has it nowhere
	tab.Fill("input.code", "12 34 5")
	tab.Go(".login .btn.go")
	tab.Wait("口令不对")
	tab.Fill("input.code", phone.code())
	tab.Go(".login .btn.go")
	tab.Wait("备用码还剩 10 个")
	// 3. Another phone, with password and code.
	phone.ahead.Add(int64(time.Minute))
	replace := func(secret, code string) {
		t.Helper()
		tab.Fill(`form[action="/desk/device/new"] input[name=password]`, secret)
		tab.Fill(`form[action="/desk/device/new"] input[name=code]`, code)
		tab.Go(`form[action="/desk/device/new"] .btn`)
	}
	replace("not the password", phone.code())
	tab.Wait("密码不对")
	fits(tab, "desk-second-own-refused")
	replace(staff.DemoPassword, phone.code())
	tab.Wait("绑定手机")
	tab.Click("details.more summary")
	old := phone.secret
	phone.scan(tab)
	if phone.secret == old {
		t.Error("the new phone has the old one's secret")
	}
	phone.ahead.Add(int64(time.Minute))
	tab.Fill("input[name=code]", phone.code())
	tab.Go(".btn.go")
	tab.Wait("请抄下备用码")
	next := tab.Eval(`document.querySelector(".codes li").textContent`)
	tab.Go(".btn.go")
	tab.Wait("备用码还剩 10 个")
	// 4. Without the phone: a code on paper, the new ones alone.
	tab.Go(`form[action="/desk/logout"] .btn`)
	password()
	tab.Click("details.more summary")
	for _, c := range []struct{ code, says string }{{paper, "口令不对"}, {strings.ToUpper(next), "用掉了一个备用码,还剩 9 个"}} {
		tab.Fill(`details input[name=code]`, c.code)
		tab.Go("details .btn")
		tab.Wait(c.says)
		if c.code != paper {
			break
		}
		// The fold stays open, with the keyboard in it.
		if at := tab.Eval(`String(!!document.activeElement.closest("details[open]")) + document.activeElement.name`); at != "truecode" {
			t.Errorf("after a wrong code on paper the keyboard is at %q", at)
		}
		fits(tab, "desk-second-paper-refused")
	}
	fits(tab, "desk-second-told")
	tab.Quiet()
}

// A city made for show says that it asks for no code, and binds a phone for who wants one.
func TestADemoAsksForNoCode(t *testing.T) {
	t.Parallel()
	phone := handset{t: t, ahead: new(atomic.Int64)}
	d := desktest.New(t)
	handler, err := d.Shell.Handler()
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = d.Shell.Run(t.Context()) }() // reads the clock, which says that the city is for show
	site := httptest.NewServer(handler)
	t.Cleanup(site.Close)
	tab := browsertest.Start(t).Tab(t)
	tab.Laptop()
	tab.Open(site.URL + "/desk/login?next=/desk/device")
	for tries := 0; !tab.Has("演示账号没有手机"); tries++ {
		if tries == 200 {
			t.Fatal("the log-in does not say that a city made for show asks for no code")
		}
		tab.Open(site.URL + "/desk/login?next=/desk/device")
	}
	fits(tab, "desk-second-demo")
	tab.Fill("input[name=login]", "wangmiao.approver")
	tab.Fill("input[name=password]", staff.DemoPassword)
	tab.Go(".login .btn.go")
	tab.Wait("还没有绑定手机")
	fits(tab, "desk-second-none")
	tab.Fill("input[name=password]", staff.DemoPassword)
	tab.Go(`form[action="/desk/device/new"] .btn`)
	tab.Click("details.more summary")
	phone.scan(tab)
	tab.Fill("input[name=code]", phone.code())
	tab.Go(".btn.go")
	tab.Wait("请抄下备用码")
	tab.Quiet()
}

// A city that signed a decision under demand leads who has no phone to bind one, whatever the setting
// says: logging in again would lead nowhere else.
func TestASecondFactorOnceSignedIsNotSwitchedOff(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	handler, err := d.Shell.Handler()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), d.Env.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	form := url.Values{"login": {"wangmiao.approver"}, "password": {staff.DemoPassword}}.Encode()
	for _, c := range []struct{ sql, to string }{
		{`select 1`, "/desk/device"},
		{`insert into staff_demand default values`, "/desk/login/phone?next=%2Fdesk%2Fdevice"},
	} {
		if _, err := conn.Exec(t.Context(), c.sql); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/desk/login?next=/desk/device", strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if to := w.Header().Get("Location"); w.Code != http.StatusSeeOther || to != c.to {
			t.Errorf("after %s: %d %q", c.sql, w.Code, to)
		}
	}
}
