package staff_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/staff"
)

// door is a small site with both steps of a log-in: /password, /code?c=, /alone, which tries to sign
// in with the password alone, and /who.
func door(t *testing.T, o office) (*httptest.Server, *http.Client) {
	t.Helper()
	sessions, err := staff.NewSessions(staff.SessionConfig{Staff: o.staff})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	serve := func(path string, do func(w http.ResponseWriter, r *http.Request) error) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			switch err := do(w, r); {
			case errors.Is(err, staff.ErrNoSession):
				http.Error(w, "no session", http.StatusUnauthorized)
			case errors.Is(err, staff.ErrSecond):
				http.Error(w, "second", http.StatusForbidden)
			case err != nil:
				http.Error(w, err.Error(), http.StatusInternalServerError)
			}
		})
	}
	serve("/password", func(_ http.ResponseWriter, r *http.Request) error {
		e, err := o.staff.Enter(r.Context(), staff.Attempt{Login: "one", Password: password})
		if err == nil && e.Need == staff.NeedNothing {
			return sessions.SignIn(r.Context(), e.Person)
		}
		if err == nil {
			err = sessions.Begin(r.Context(), e)
		}
		return err
	})
	serve("/alone", func(_ http.ResponseWriter, r *http.Request) error {
		h, _, err := sessions.Half(r.Context())
		if err == nil {
			err = sessions.SignIn(r.Context(), h.Person)
		}
		return err
	})
	serve("/code", func(_ http.ResponseWriter, r *http.Request) error {
		h, _, err := sessions.Half(r.Context())
		if err != nil {
			return err
		}
		proof, err := o.staff.Show(r.Context(), h, r.FormValue("c"))
		if err == nil {
			err = sessions.SignInWith(r.Context(), h.Person, proof)
		}
		return err
	})
	serve("/who", func(w http.ResponseWriter, r *http.Request) error {
		p, err := sessions.Who(r.Context())
		if err == nil {
			_, err = fmt.Fprintf(w, "%s %d %t", p.Login, p.Second.Factor, time.Since(p.Second.At) < time.Minute)
		}
		return err
	})
	srv := httptest.NewServer(sessions.Wrap(mux))
	t.Cleanup(srv.Close)
	client := srv.Client()
	if client.Jar, err = cookiejar.New(nil); err != nil {
		t.Fatal(err)
	}
	return srv, client
}

// token is the cookie of the session.
func token(t *testing.T, c *http.Client, at string) string {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range c.Jar.Cookies(u) {
		if k.Name == "lianou_staff" {
			return k.Value
		}
	}
	return ""
}

// A password opens a session that is nobody's, under a token of its own; a code makes it somebody's,
// under another. Neither the token that was there before nor that of the half is worth anything then.
// What was shown ends with the device, after a working day, and with the city's own change of mind.
//
// Controls: SignInWith without anew ("the token stays over the code"); readAccount without the join to
// staff_shown's factor ("after the phone was lost: 200"); Who without fresh ("a day old: 200").
func TestAHalfSessionIsNobodys(t *testing.T) {
	t.Parallel()
	o, c := demanding(t, true)
	id := o.hire(t, "one", staff.Approver, "371426104")
	p, _, _ := o.bind(t, id, c)
	srv, client := door(t, o)
	status := func(path string) int {
		code, _ := get(t, client, srv.URL+path)
		return code
	}
	u, _ := url.Parse(srv.URL)
	client.Jar.SetCookies(u, []*http.Cookie{{Name: "lianou_staff", Value: "planted"}})
	if n := status("/password"); n != http.StatusOK {
		t.Fatalf("password: %d", n)
	}
	half := token(t, client, srv.URL)
	if half == "planted" || half == "" {
		t.Errorf("the planted token lives: %q", half)
	}
	for path, want := range map[string]int{"/who": http.StatusUnauthorized, "/alone": http.StatusForbidden} {
		if n := status(path); n != want {
			t.Errorf("half way, %s: %d", path, n)
		}
	}
	enter := func() {
		t.Helper()
		c.pass(time.Minute)
		if n := status("/password"); n != http.StatusOK {
			t.Fatalf("password: %d", n)
		}
		half = token(t, client, srv.URL)
		if n := status("/code?c=" + p.code(0)); n != http.StatusOK {
			t.Fatalf("code: %d", n)
		}
	}
	enter()
	if token(t, client, srv.URL) == half {
		t.Error("the token stays over the code")
	}
	if n, who := get(t, client, srv.URL+"/who"); n != http.StatusOK || who != "one 2 true" && who != "one 1 true" {
		t.Errorf("who: %d %s", n, who)
	}
	stolen := &http.Client{}
	stolen.Jar, _ = cookiejar.New(nil)
	stolen.Jar.SetCookies(u, []*http.Cookie{{Name: "lianou_staff", Value: half}})
	for _, path := range []string{"/who", "/code?c=" + p.code(30*time.Second)} {
		if n, _ := get(t, stolen, srv.URL+path); n != http.StatusUnauthorized {
			t.Errorf("the half's token, %s: %d", path, n)
		}
	}
	// A working day, and no more.
	if err := o.super(t, `update staff_shown set at = at - interval '13 hours'`); err != nil {
		t.Fatal(err)
	}
	if n := status("/who"); n != http.StatusUnauthorized {
		t.Errorf("a day old: %d", n)
	}
	enter()
	// A password waits ten minutes for its code.
	if status("/password"); status("/who") != http.StatusUnauthorized {
		t.Error("a new password beside a session leaves it open")
	}
	c.pass(11 * time.Minute)
	if n := status("/code?c=" + p.code(0)); n != http.StatusUnauthorized {
		t.Errorf("a password of eleven minutes ago: %d", n)
	}
	enter()
	o.tx(t, func(ctx context.Context, tx *pg.Tx) error {
		return o.staff.LostPhone(ctx, tx, audit.Actor{Kind: "operator", ID: "root"}, id, staff.Loss{Why: "丢了", Password: password})
	})
	if n := status("/who"); n != http.StatusUnauthorized {
		t.Errorf("after the phone was lost: %d", n)
	}
	// The epoch ends every session of before; a device that ended by other ways ends its own as well.
	o.bind(t, id, c)
	if status("/password"); status("/who") != http.StatusUnauthorized {
		t.Error("a password opens with a phone bound")
	}
}

// A session of before the city demanded a second factor is nobody's once it does, nor is one of before
// the account had a device. Where nothing is demanded, an account whose device was ended by SQL alone
// lives by its password.
//
// Control: Who without the need (`the setting on: 200`).
func TestDemandEndsOldSessions(t *testing.T) {
	t.Parallel()
	o, c := demanding(t, false)
	id := o.hire(t, "one", staff.Approver, "371426104")
	srv, client := door(t, o)
	if n, _ := get(t, client, srv.URL+"/password"); n != http.StatusOK {
		t.Fatalf("password: %d", n)
	}
	if n, _ := get(t, client, srv.URL+"/who"); n != http.StatusOK {
		t.Fatalf("who: %d", n)
	}
	on, _ := door(t, o.set(t, true, c))
	if n, _ := get(t, client, on.URL+"/who"); n != http.StatusUnauthorized {
		t.Errorf("the setting on: %d", n)
	}
	if err := o.super(t, `insert into staff_factor (staff, secret, begun, enrolled, last_step) values ($1, 'x', now(), now(), 1)`, int64(id)); err != nil {
		t.Fatal(err)
	}
	if n, _ := get(t, client, srv.URL+"/who"); n != http.StatusUnauthorized {
		t.Errorf("with a phone by now: %d", n)
	}
	if err := o.super(t, `update staff_factor set ended = now(), ended_by = 'operator:x'`); err != nil {
		t.Fatal(err)
	}
	if n, _ := get(t, client, srv.URL+"/who"); n != http.StatusOK {
		t.Errorf("without again: %d", n)
	}
	p, _, _ := o.bind(t, id, c)
	get(t, client, srv.URL+"/password")
	if n, _ := get(t, client, srv.URL+"/code?c="+p.code(0)); n != http.StatusOK {
		t.Fatalf("code: %d", n)
	}
	if err := o.super(t, `update staff_factor set ended = now(), ended_by = 'operator:x' where ended is null`); err != nil {
		t.Fatal(err)
	}
	// Not demanded: the account needs nothing any more, and its session lives by the password.
	if n, _ := get(t, client, srv.URL+"/who"); n != http.StatusOK {
		t.Errorf("not demanded, and no phone: %d", n)
	}
}
