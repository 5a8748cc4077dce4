package staff_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
	"lianou/core/staff"
)

// web is a small site behind sessions: /in, /out, /who, and /mark, which gives the mark
// of the session to keep.
func web(t *testing.T, o office, keep ...func(staff.Mark)) (*httptest.Server, *http.Client) {
	t.Helper()
	sessions, err := staff.NewSessions(staff.SessionConfig{Staff: o.staff})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/in", func(w http.ResponseWriter, r *http.Request) {
		p, err := o.staff.Authenticate(r.Context(), "one", password)
		if err == nil {
			err = sessions.SignIn(r.Context(), p)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	mux.HandleFunc("/out", func(w http.ResponseWriter, r *http.Request) {
		if err := sessions.SignOut(r.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	mux.HandleFunc("/who", func(w http.ResponseWriter, r *http.Request) {
		p, err := sessions.Who(r.Context())
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		io.WriteString(w, p.Login)
	})
	mux.HandleFunc("/mark", func(_ http.ResponseWriter, r *http.Request) {
		for _, k := range keep {
			k(sessions.Mark(r))
		}
	})
	srv := httptest.NewServer(sessions.Wrap(mux))
	t.Cleanup(srv.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := srv.Client()
	client.Jar = jar
	return srv, client
}

func get(t *testing.T, c *http.Client, url string) (int, string) {
	t.Helper()
	resp, err := c.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// TestSessions: log in, be known, be thrown out at once by each way there is.
// Control: leave out the comparison of epochs in Who.
func TestSessions(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.hire(t, "one", staff.Officer, "371426104")
	var mark staff.Mark
	srv, client := web(t, o, func(m staff.Mark) { mark = m })
	later, err := staff.NewSessions(staff.SessionConfig{Staff: o.staff}) // as another platform would look
	if err != nil {
		t.Fatal(err)
	}
	outlived := func() error {
		r := httptest.NewRequest(http.MethodGet, srv.URL+"/live", nil)
		for _, c := range client.Jar.Cookies(r.URL) {
			r.AddCookie(c)
		}
		_, err := later.Again(r)
		return err
	}
	still := func() bool { // beside a session that never was
		both, err := later.Still(t.Context(), []staff.Mark{{}, mark})
		if err != nil || len(both) != 2 || both[0] {
			t.Fatalf("%v, %v", both, err)
		}
		return both[1]
	}
	if status, _ := get(t, client, srv.URL+"/who"); status != http.StatusUnauthorized {
		t.Errorf("before log-in: %d", status)
	}
	ends := map[string]func(){
		"sign out": func() { get(t, client, srv.URL+"/out") },
		"revoked": func() {
			o.tx(t, func(ctx context.Context, tx *pg.Tx) error { return o.staff.Revoke(ctx, tx, operator, id) })
		},
		"new password": func() {
			o.tx(t, func(ctx context.Context, tx *pg.Tx) error {
				return o.staff.SetPassword(ctx, tx, operator, id, password)
			})
		},
		"idle for too long": func() {
			conn, err := pgx.Connect(t.Context(), o.env.Superuser())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close(context.WithoutCancel(t.Context()))
			if _, err := conn.Exec(t.Context(), `update staff_session set expiry = clock_timestamp() - interval '1 second'`); err != nil {
				t.Fatal(err)
			}
		},
		"closed": func() {
			o.tx(t, func(ctx context.Context, tx *pg.Tx) error {
				if err := o.staff.SetActive(ctx, tx, operator, id, false); err != nil {
					return err
				}
				return nil
			})
		},
	}
	for _, name := range []string{"sign out", "revoked", "new password", "idle for too long", "closed"} {
		if status, body := get(t, client, srv.URL+"/in"); status != http.StatusOK {
			t.Fatalf("%s: log-in: %d %s", name, status, body)
		}
		if status, body := get(t, client, srv.URL+"/who"); status != http.StatusOK || body != "one" {
			t.Errorf("%s: after log-in: %d %s", name, status, body)
		}
		get(t, client, srv.URL+"/mark")
		if err := outlived(); err != nil || !still() {
			t.Errorf("%s: a socket was cut while the log-in held: %v", name, err)
		}
		ends[name]()
		if err := outlived(); !errors.Is(err, staff.ErrNoSession) || still() {
			t.Errorf("%s: a socket outlived its log-in: %v", name, err)
		}
		if status, _ := get(t, client, srv.URL+"/who"); status != http.StatusUnauthorized {
			t.Errorf("%s: still logged in: %d", name, status)
		}
	}
}

// TestNoFixation: the token from before the log-in is worth nothing after it, and
// the database holds no token.
func TestNoFixation(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hire(t, "one", staff.Officer, "371426104")
	srv, client := web(t, o)
	var tokens []string
	for range 2 {
		resp, err := client.Get(srv.URL + "/in")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		for _, c := range resp.Cookies() {
			if c.Name == "lianou_staff" {
				tokens = append(tokens, c.Value)
				if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" {
					t.Errorf("cookie flags: %+v", c)
				}
			}
		}
	}
	if len(tokens) != 2 || tokens[0] == tokens[1] {
		t.Fatalf("log-in kept the token")
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+"/who", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.AddCookie(&http.Cookie{Name: "lianou_staff", Value: tokens[0]})
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("the token from before the second log-in: %d", resp.StatusCode)
	}
	o.tx(t, func(ctx context.Context, tx *pg.Tx) error {
		var plain int
		err := tx.QueryRow(ctx, `select count(*) from staff_session where token = any ($1)`, tokens).Scan(&plain)
		if plain != 0 {
			t.Error("a token stands in the database")
		}
		return err
	})
}

// A page that asks by itself keeps no session alive: only what a person does moves its
// end. Control: Wrap without byItself, "a poll moved the end of the session".
func TestPollIsNoPerson(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hire(t, "one", staff.Officer, "371426104")
	srv, c := web(t, o)
	get(t, c, srv.URL+"/in")
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	conn, err := pgx.Connect(t.Context(), o.env.Superuser())
	ok(err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	end := func() (at string) {
		ok(conn.QueryRow(t.Context(), `select expiry::text from staff_session`).Scan(&at))
		return at
	}
	_, err = conn.Exec(t.Context(), `update staff_session set expiry = clock_timestamp() + interval '1 minute'`)
	ok(err)
	before := end()
	for header, value := range map[string]string{staff.HeaderPoll: "1", "Upgrade": "websocket"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+"/who", nil)
		ok(err)
		r.Header.Set(header, value)
		resp, err := c.Do(r)
		ok(err)
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK || end() != before {
			t.Errorf("%s: %d, a poll moved the end of the session", header, resp.StatusCode)
		}
	}
	if code, _ := get(t, c, srv.URL+"/who"); code != http.StatusOK || end() == before {
		t.Errorf("a person's request: %d, the end stands still", code)
	}
}
